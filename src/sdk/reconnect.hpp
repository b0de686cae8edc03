// How long to wait before the next attempt (spec: sdk §4.4). Pure.
#pragma once

#include <iii/options.hpp>

#include <chrono>
#include <cstdint>

namespace iii::sdk {

// `attempt` counts from 0; `chance` is evenly distributed in [-1, 1).
[[nodiscard]] std::chrono::nanoseconds reconnect_delay(
    const ReconnectionConfig& config, std::uint64_t attempt, double chance
);

// Such a chance from 64 random bits.
[[nodiscard]] double symmetric_chance(std::uint64_t bits);

}  // namespace iii::sdk
