// How a lost connection is made again. The worker's socket and that of telemetry each have one, and
// follow the same rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace iii::inline v0 {

// Attempt n, counted from 0, waits min(initial · multiplier^n, max), and up to `jitter_factor` of
// that more or less, by chance. A connection that has lasted starts the count anew.
struct ReconnectionConfig {
  std::uint64_t initial_delay_ms = 1'000;
  std::uint64_t max_delay_ms = 30'000;
  double backoff_multiplier = 2.0;
  double jitter_factor = 0.3;
  std::optional<std::uint64_t> max_retries = std::nullopt;  // none: for ever
  // Telemetry frames that are kept over a reconnect.
  std::size_t max_pending_messages = 1'000;

  [[nodiscard]] std::uint64_t effective_initial_delay_ms() const noexcept {
    return initial_delay_ms == 0 ? 1 : initial_delay_ms;
  }

  friend bool operator==(const ReconnectionConfig&, const ReconnectionConfig&) = default;
};

}  // namespace iii::inline v0
