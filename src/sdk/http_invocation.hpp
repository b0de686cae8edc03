// The configuration of a function that the engine runs by HTTP: checked and written (spec: sdk
// §6.5). Pure.
#pragma once

#include <iii/http_invocation.hpp>

#include <string>

namespace iii::sdk {

// Empty, or what can never work.
[[nodiscard]] std::string problem_of(const HttpInvocationConfig& config);
[[nodiscard]] std::string invocation_json(const HttpInvocationConfig& config);

}  // namespace iii::sdk
