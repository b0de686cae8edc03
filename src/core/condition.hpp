// Conditions of triggers (spec: engine-core §7): a function that says whether the trigger's
// function runs. Pure rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace iii::core {

// The config's `condition_function_id`; nullopt when there is none or it is no string.
[[nodiscard]] std::optional<std::string> condition_function(std::string_view config_json);

// Only a literal `false` stops; null, other values and no result at all let the function run.
[[nodiscard]] inline bool condition_allows(std::string_view result_json) {
  return result_json != "false";
}

}  // namespace iii::core
