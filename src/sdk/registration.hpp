// The frames that register what a worker offers (spec: sdk §6.1, §7, §8.1). Pure.
#pragma once

#include <iii/registration.hpp>

#include <string>

namespace iii::sdk {

[[nodiscard]] std::string frame_of(const RegisterFunctionMessage& message);
[[nodiscard]] std::string frame_of(const RegisterServiceMessage& message);
[[nodiscard]] std::string frame_of(const RegisterTriggerTypeMessage& message);

}  // namespace iii::sdk
