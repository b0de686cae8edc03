// The options of a client, so that what follows can count with them. Pure.
#pragma once

#include <iii/options.hpp>

namespace iii::sdk {

// Cuts durations that no clock can count to a year. Throws std::invalid_argument for what can mean
// nothing: a duration below zero, no time to connect, a factor that is no number or below zero.
[[nodiscard]] InitOptions checked(InitOptions options);

}  // namespace iii::sdk
