#include "base/system_random.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace iii::base {
namespace {

TEST(SystemRandom, DoesNotRepeatItselfAlsoAcrossBlocks) {
  SystemRandom random;
  SystemRandom other;
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 600; ++i) {
    numbers.insert(random.next());
    numbers.insert(other.next());
  }
  EXPECT_EQ(numbers.size(), 1200U);
}

}  // namespace
}  // namespace iii::base
