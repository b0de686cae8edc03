#include "iiiload/clock.hpp"

#include <chrono>
#include <ratio>

namespace iii::bench {

double now_us() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(since_start).count();
}

}  // namespace iii::bench
