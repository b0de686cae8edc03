// Time as input. Machines never read a clock: each event carries a MonotonicTime (for deadlines)
// and, where people or the wire see it, a WallTime. The two cannot be mixed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace iii::base {

// Tags, not clocks: they have no now(). Only net/clock.hpp makes values of them.
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
struct WallClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<WallClock>;  // since the Unix epoch
  static constexpr bool is_steady = false;
};

using MonotonicTime = MonotonicClock::time_point;
using WallTime = WallClock::time_point;

// The moment at which an event happened, on both clocks.
struct Now {
  MonotonicTime monotonic;
  WallTime wall;
};

inline constexpr MonotonicTime never = MonotonicTime::max();

// A duration that somebody has configured may be longer than clocks can count; beyond this it means
// "for ever", and below zero nothing.
inline constexpr auto duration_max = std::chrono::hours(24 * 365);
[[nodiscard]] constexpr std::chrono::milliseconds countable(std::chrono::milliseconds duration) {
  return std::clamp<std::chrono::milliseconds>(
      duration, std::chrono::milliseconds(0), duration_max
  );
}
[[nodiscard]] constexpr MonotonicTime later(MonotonicTime now, std::chrono::milliseconds duration) {
  return now + countable(duration);
}

}  // namespace iii::base
