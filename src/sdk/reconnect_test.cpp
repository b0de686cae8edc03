#include "sdk/reconnect.hpp"

#include <iii/reconnection.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace iii::sdk {
namespace {

using namespace std::chrono_literals;

TEST(ReconnectDelay, Item17_doubles_up_to_its_maximum) {
  const ReconnectionConfig config;
  EXPECT_EQ(reconnect_delay(config, 0, 0), 1s);
  EXPECT_EQ(reconnect_delay(config, 1, 0), 2s);
  EXPECT_EQ(reconnect_delay(config, 4, 0), 16s);
  EXPECT_EQ(reconnect_delay(config, 5, 0), 30s);
  EXPECT_EQ(reconnect_delay(config, std::numeric_limits<std::uint64_t>::max(), 0), 30s);
}

TEST(ReconnectDelay, Item17_keeps_its_jitter_within_bounds) {
  const ReconnectionConfig config;
  EXPECT_EQ(reconnect_delay(config, 0, -1), 700ms);
  EXPECT_EQ(reconnect_delay(config, 0, 0.5), 1150ms);
  EXPECT_EQ(reconnect_delay({.jitter_factor = 5}, 0, -1), 0ms);
}

TEST(ReconnectDelay, takes_an_initial_delay_of_nothing_for_a_millisecond) {
  EXPECT_EQ(reconnect_delay({.initial_delay_ms = 0, .jitter_factor = 0}, 0, 0), 1ms);
}

TEST(SymmetricChance, covers_minus_one_to_one) {
  EXPECT_EQ(symmetric_chance(0), -1.0);
  EXPECT_EQ(symmetric_chance(std::uint64_t{1} << 63U), 0.0);
  const double largest = symmetric_chance(std::numeric_limits<std::uint64_t>::max());
  EXPECT_LT(largest, 1.0);
  EXPECT_GT(largest, 0.999);
}

}  // namespace
}  // namespace iii::sdk
