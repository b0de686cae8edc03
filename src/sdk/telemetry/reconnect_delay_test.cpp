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
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(ReconnectDelay, doubles_up_to_the_longest) {
  using Case = std::pair<std::uint64_t, std::chrono::milliseconds>;
  for (const auto& [failures, delay] : std::initializer_list<Case>{
           {0, 1000ms},
           {1, 1000ms},
           {2, 2000ms},
           {3, 4000ms},
           {5, 16000ms},
           {6, 30000ms},
           {64, 30000ms},
           {most, 30000ms},
       }) {
    EXPECT_EQ(reconnect_delay({}, failures, least), delay) << failures;
  }
}

TEST(ReconnectDelay, is_lengthened_by_chance_but_never_beyond_the_longest) {
  EXPECT_EQ(reconnect_delay({}, 1, most), 1300ms);
  EXPECT_EQ(reconnect_delay({}, 1, std::uint64_t{1} << 63U), 1150ms);
  EXPECT_EQ(reconnect_delay({}, 9, most), 30000ms);
}

TEST(ReconnectDelay, survives_odd_configurations) {
  EXPECT_EQ(reconnect_delay({.initial_delay_ms = 0}, 1, least), 1ms);
  EXPECT_EQ(reconnect_delay({.max_delay_ms = 0}, 1, most), 0ms);
  EXPECT_EQ(reconnect_delay({.backoff_multiplier = 1e300}, 9, least), 30000ms);
  EXPECT_EQ(reconnect_delay({.backoff_multiplier = -2}, 2, least), 0ms);
  EXPECT_EQ(reconnect_delay({.backoff_multiplier = std::nan("")}, 2, least), 0ms);
  EXPECT_EQ(reconnect_delay({.jitter_factor = -3}, 1, most), 0ms);
  EXPECT_EQ(reconnect_delay({.max_delay_ms = most}, 64, least), 24h);
}

TEST(ReconnectDelay, gives_up_after_the_retries_allowed) {
  EXPECT_FALSE(gives_up({}, most));
  EXPECT_TRUE(gives_up({.max_retries = 0}, 0));
  EXPECT_FALSE(gives_up({.max_retries = 2}, 1));
  EXPECT_TRUE(gives_up({.max_retries = 2}, 2));
}

}  // namespace
}  // namespace iii::telemetry
