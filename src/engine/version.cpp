#include "engine/version.hpp"

namespace iii::engine {

std::string_view engine_version() noexcept {
  return III_VERSION;
}

}  // namespace iii::engine
