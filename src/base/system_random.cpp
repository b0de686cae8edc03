#include "base/system_random.hpp"

#include "base/assert.hpp"

#include <sys/random.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>

namespace iii::base {

void SystemRandom::refill() {
  auto* bytes = reinterpret_cast<unsigned char*>(numbers_.data());
  for (std::size_t filled = 0; filled < sizeof numbers_;) {
    const ssize_t count = ::getrandom(bytes + filled, sizeof numbers_ - filled, 0);
    if (count < 0 && errno == EINTR) {
      continue;  // A user's process may have signal handlers.
    }
    III_ASSERT(count > 0, "the operating system has random numbers");
    filled += static_cast<std::size_t>(count);
  }
  used_ = 0;
}

}  // namespace iii::base
