// Who called, from the member `caller` of a call (spec: line-0.25 §3.1), and the call that runs
// now. Any thread.
#pragma once

#include <iii/function.hpp>

#include <optional>
#include <string_view>

namespace iii::sdk {

// `json`: well-formed, or empty. Nothing for what is no object; `parent` is read one level deep.
[[nodiscard]] std::optional<Caller> read_caller(std::string_view json);

}  // namespace iii::sdk
