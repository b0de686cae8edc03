// How long a lost connection waits before the next attempt, the worker's as well as that of
// telemetry (spec: sdk §4.4, §4.5). Pure.
#pragma once

#include <iii/reconnection.hpp>

#include <chrono>
#include <cstdint>

namespace iii::telemetry {

// `attempt` counts from 0; `chance`: any 64 random bits, of which the jitter is made. At most twice
// the longest delay, whatever the configuration says, and that is at most a day.
[[nodiscard]] std::chrono::nanoseconds reconnect_delay(
    const ReconnectionConfig& config, std::uint64_t attempt, std::uint64_t chance
) noexcept;

// Whether to stop for good, asked after each failure and each drop.
[[nodiscard]] bool gives_up(const ReconnectionConfig& config, std::uint64_t failures) noexcept;

}  // namespace iii::telemetry
