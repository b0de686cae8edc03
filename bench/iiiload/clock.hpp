// The one clock of the load generator: microseconds of the monotonic clock.
#pragma once

namespace iii::bench {

inline constexpr double us_per_second = 1e6;

double now_us();

}  // namespace iii::bench
