#include "net/clock.hpp"

#include "base/time.hpp"

#include <chrono>

namespace iii::net {

base::Now now() noexcept {
  return {
      .monotonic = base::MonotonicTime(std::chrono::steady_clock::now().time_since_epoch()),
      .wall = base::WallTime(std::chrono::system_clock::now().time_since_epoch())
  };
}

}  // namespace iii::net
