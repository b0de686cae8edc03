// EXPECT: .now. is not a member of|no member named 'now'
#include "base/time.hpp"

iii::base::MonotonicTime deadline(iii::base::Now now) {
#ifdef SHOULD_FAIL
  static_cast<void>(now);
  return iii::base::MonotonicClock::now();
#else
  return now.monotonic;
#endif
}
