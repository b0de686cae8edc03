// Random numbers of the operating system, fit for secrets, fetched in blocks through OpenSSL. One
// thread each.
#pragma once

#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace iii::sdk {

class Entropy final : public base::Random {
 public:
  std::uint64_t next() override {
    if (used_ == numbers_.size()) {
      refill();
    }
    return numbers_[used_++];
  }

 private:
  void refill();

  std::array<std::uint64_t, 64> numbers_{};
  std::size_t used_ = numbers_.size();
};

}  // namespace iii::sdk
