#include "base/unhurried.hpp"

#include "base/time.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace iii::base {
namespace {

using namespace std::chrono_literals;

TEST(Unhurried, ends_long_intervals_with_a_whole_second) {
  const MonotonicTime start{1h};
  EXPECT_EQ(unhurried(start + 1ms, 60s), start + 60s);
  EXPECT_EQ(unhurried(start + 499ms, 20s), start + 20s);
  EXPECT_EQ(unhurried(start + 501ms, 20s), start + 21s);
}

TEST(Unhurried, is_exact_about_short_intervals) {
  const MonotonicTime start{1h};
  EXPECT_EQ(unhurried(start + 1ms, 9s), start + 9001ms);
}

}  // namespace
}  // namespace iii::base
