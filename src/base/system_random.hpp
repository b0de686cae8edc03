// The operating system's random numbers, fit for secrets. Fetched in blocks, so that an id costs no
// system call. One thread each.
#pragma once

#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace iii::base {

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    if (used_ == numbers_.size()) {
      refill();
    }
    return numbers_[used_++];
  }

 private:
  void refill();

  std::array<std::uint64_t, 256> numbers_{};
  std::size_t used_ = numbers_.size();
};

}  // namespace iii::base
