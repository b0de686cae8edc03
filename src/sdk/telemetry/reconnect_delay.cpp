#include "sdk/telemetry/reconnect_delay.hpp"

#include <iii/reconnection.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace iii::telemetry {
namespace {

// NaN counts as nothing.
double clamped(double value, double max) noexcept {
  return value > 0 ? std::min(value, max) : 0.0;
}

}  // namespace

std::chrono::nanoseconds reconnect_delay(
    const ReconnectionConfig& config, std::uint64_t attempt, std::uint64_t chance
) noexcept {
  constexpr std::uint64_t day = 86'400'000;  // Longer is a slip of the unit.
  const auto initial = static_cast<double>(config.effective_initial_delay_ms());
  const auto max = static_cast<double>(std::min(config.max_delay_ms, day));
  // Beyond this many doublings every delay is at its longest; the power must stay finite.
  const auto exponent = static_cast<double>(std::min<std::uint64_t>(attempt, 63));
  const double base = clamped(initial * std::pow(config.backoff_multiplier, exponent), max);
  const double unit = static_cast<double>(chance >> 11U) * 0x1.0p-52 - 1.0;  // [-1, 1)
  const double delay = clamped(base + base * config.jitter_factor * unit, 2 * max);
  constexpr double nanoseconds_per_millisecond = 1e6;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(delay * nanoseconds_per_millisecond));
}

bool gives_up(const ReconnectionConfig& config, std::uint64_t failures) noexcept {
  return config.max_retries.has_value() && failures >= *config.max_retries;
}

}  // namespace iii::telemetry
