#include "engine/outbox_gauge.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace iii::engine {
namespace {

constexpr OutboxLimits of_worker{.refuse_bytes = 100, .close_bytes = 1'000};
constexpr OutboxLimits of_channel{
    .refuse_bytes = 100, .close_bytes = 1'000, .counts_largest = true
};

class OutboxGaugeTest : public testing::Test {
 protected:
  OutboxGauge::Finding append(std::size_t bytes) {
    unsent += bytes;
    return gauge.on_appended(limits, bytes, unsent);
  }
  bool flush_to(std::size_t left) {
    unsent = left;
    return gauge.on_flushed(limits, left);
  }

  OutboxLimits limits = of_worker;
  OutboxGauge gauge;
  std::size_t unsent = 0;
};

TEST_F(OutboxGaugeTest, IsCongestedOnceAtTheLimit) {
  EXPECT_FALSE(append(99).has_become_congested);
  EXPECT_FALSE(append(99).has_become_congested);
  EXPECT_TRUE(append(1).has_become_congested);
  EXPECT_FALSE(append(1).has_become_congested);
}

TEST_F(OutboxGaugeTest, DoesNotCountTheLargestMessageOfAWorker) {
  EXPECT_FALSE(append(5'000).has_become_congested);
  EXPECT_FALSE(append(99).has_become_congested);
  const auto found = append(1);
  EXPECT_TRUE(found.has_become_congested);
  EXPECT_FALSE(found.is_overflowing);
}

TEST_F(OutboxGaugeTest, OverflowsBesideTheLargestMessage) {
  EXPECT_FALSE(append(5'000).is_overflowing);
  EXPECT_FALSE(append(999).is_overflowing);
  EXPECT_TRUE(append(1).is_overflowing);
}

TEST_F(OutboxGaugeTest, CountsEveryMessageOfAChannel) {
  limits = of_channel;
  EXPECT_FALSE(append(99).has_become_congested);
  EXPECT_TRUE(append(5'000).has_become_congested);
  EXPECT_FALSE(append(800).is_overflowing);
  EXPECT_TRUE(append(200).is_overflowing);
}

TEST_F(OutboxGaugeTest, IsRelievedOnceHalfOfTheLimitIsFree) {
  append(99);
  append(101);
  EXPECT_TRUE(append(1).has_become_congested);
  EXPECT_FALSE(flush_to(51));
  EXPECT_TRUE(flush_to(50));
  EXPECT_FALSE(flush_to(0));
}

TEST_F(OutboxGaugeTest, ForgetsTheLargestMessageOnceItIsSent) {
  append(5'000);
  EXPECT_FALSE(flush_to(50));
  EXPECT_FALSE(append(60).has_become_congested);
  EXPECT_TRUE(append(60).has_become_congested);
}

}  // namespace
}  // namespace iii::engine
