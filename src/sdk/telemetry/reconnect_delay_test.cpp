#include "sdk/telemetry/reconnect_delay.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <utility>

namespace iii::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t least = 0;
constexpr std::uint64_t middle = std::uint64_t{1} << 63U;
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(ReconnectDelay, Item17_doubles_up_to_the_longest) {
  using Case = std::pair<std::uint64_t, std::chrono::milliseconds>;
  for (const auto& [attempt, delay] : std::initializer_list<Case>{
           {0, 1000ms},
           {1, 2000ms},
           {2, 4000ms},
           {4, 16000ms},
           {5, 30000ms},
           {64, 30000ms},
           {most, 30000ms},
       }) {
    EXPECT_EQ(reconnect_delay({}, attempt, middle), delay) << attempt;
  }
}

TEST(ReconnectDelay, Item17_keeps_its_jitter_within_bounds) {
  EXPECT_EQ(reconnect_delay({}, 0, least), 700ms);
  EXPECT_EQ(reconnect_delay({}, 0, middle), 1000ms);
  EXPECT_EQ(reconnect_delay({}, 0, middle + middle / 2), 1150ms);
  EXPECT_LE(reconnect_delay({}, 0, most), 1300ms);
  EXPECT_GT(reconnect_delay({}, 0, most), 1299ms);
  EXPECT_GT(reconnect_delay({}, 9, most), 38999ms);
}

TEST(ReconnectDelay, survives_odd_configurations) {
  EXPECT_EQ(reconnect_delay({.initial_delay_ms = 0}, 0, middle), 1ms);
  EXPECT_EQ(reconnect_delay({.max_delay_ms = 0}, 0, most), 0ms);
  EXPECT_EQ(reconnect_delay({.backoff_multiplier = 1e300}, 8, middle), 30000ms);
  EXPECT_EQ(reconnect_delay({.backoff_multiplier = -2}, 1, middle), 0ms);
  EXPECT_EQ(reconnect_delay({.backoff_multiplier = std::nan("")}, 1, middle), 0ms);
  EXPECT_EQ(reconnect_delay({.jitter_factor = 5}, 0, least), 0ms);
  EXPECT_EQ(reconnect_delay({.jitter_factor = 1e300}, 0, most), 60000ms);
  EXPECT_EQ(reconnect_delay({.jitter_factor = std::nan("")}, 0, most), 0ms);
  EXPECT_EQ(reconnect_delay({.max_delay_ms = most}, 64, middle), 24h);
}

TEST(ReconnectDelay, gives_up_after_the_retries_allowed) {
  EXPECT_FALSE(gives_up({}, most));
  EXPECT_TRUE(gives_up({.max_retries = 0}, 0));
  EXPECT_FALSE(gives_up({.max_retries = 2}, 1));
  EXPECT_TRUE(gives_up({.max_retries = 2}, 2));
}

}  // namespace
}  // namespace iii::telemetry
