#include "engine/version.hpp"

#include <string_view>

namespace iii::engine {

std::string_view engine_version() noexcept {
  return III_VERSION;
}

}  // namespace iii::engine
