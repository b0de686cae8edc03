#include "sdk/reconnect.hpp"

#include <iii/reconnection.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace iii::sdk {

std::chrono::nanoseconds reconnect_delay(
    const ReconnectionConfig& config, std::uint64_t attempt, double chance
) {
  const auto initial = static_cast<double>(config.effective_initial_delay_ms());
  const auto max = static_cast<double>(config.max_delay_ms);
  // Beyond this many doublings every delay is at its maximum; the power must stay finite.
  constexpr std::uint64_t attempts_counted = 64;
  const double power =
      std::pow(config.backoff_multiplier, static_cast<double>(std::min(attempt, attempts_counted)));
  const double base = std::min(initial * power, max);
  const double delay = std::clamp(base + base * config.jitter_factor * chance, 0.0, max * 2);
  constexpr double nanoseconds_per_millisecond = 1e6;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(delay * nanoseconds_per_millisecond));
}

double symmetric_chance(std::uint64_t bits) {
  constexpr unsigned mantissa_bits = 53;
  const auto whole = static_cast<double>(bits >> (64 - mantissa_bits));
  return whole / static_cast<double>(std::uint64_t{1} << (mantissa_bits - 1)) - 1.0;
}

}  // namespace iii::sdk
