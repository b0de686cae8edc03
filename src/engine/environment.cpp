#include "engine/environment.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace iii::engine {

std::optional<std::string> environment_variable(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace iii::engine
