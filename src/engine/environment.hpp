// Environment variables, for configurations that refer to them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace iii::engine {

[[nodiscard]] std::optional<std::string> environment_variable(std::string_view name);

}  // namespace iii::engine
