// EXPECT: no match for .operator-|invalid operands to binary expression
#include "base/time.hpp"

#include <chrono>

std::chrono::nanoseconds age(iii::base::Now now, iii::base::Now then) {
#ifdef SHOULD_FAIL
  return now.wall - then.monotonic;
#else
  return now.monotonic - then.monotonic;
#endif
}
