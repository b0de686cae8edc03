// How long the telemetry socket waits before it is opened again (spec: sdk §4.5). Pure.
#pragma once

#include <iii/reconnection.hpp>

#include <chrono>
#include <cstdint>

namespace iii::telemetry {

// `failures`: connects that failed since the last success; `chance`: any 64 random bits, of which
// the jitter is made.
[[nodiscard]] std::chrono::milliseconds reconnect_delay(
    const ReconnectionConfig& config, std::uint64_t failures, std::uint64_t chance
) noexcept;

// Whether to stop for good, asked after each failure and each drop.
[[nodiscard]] bool gives_up(const ReconnectionConfig& config, std::uint64_t failures) noexcept;

}  // namespace iii::telemetry
