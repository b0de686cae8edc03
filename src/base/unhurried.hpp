// Timers that need not be exact.
#pragma once

#include "base/time.hpp"

#include <chrono>

namespace iii::base {

// About `interval` after `now`. Long intervals end with a whole second of the clock, so that all of
// them wake the processor once.
[[nodiscard]] constexpr MonotonicTime unhurried(
    MonotonicTime now, std::chrono::nanoseconds interval
) {
  constexpr auto long_interval = std::chrono::seconds(10);
  const MonotonicTime exact = now + interval;
  return interval < long_interval ? exact : std::chrono::round<std::chrono::seconds>(exact);
}

}  // namespace iii::base
