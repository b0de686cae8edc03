#include "sdk/checked_options.hpp"

#include <iii/options.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace iii::sdk {
namespace {

using namespace std::chrono_literals;
constexpr auto year = std::chrono::hours(24 * 365);

TEST(CheckedOptions, are_those_that_were_given) {
  const InitOptions options = checked({.ping_interval = 0ms, .idle_timeout = 1ms});
  EXPECT_EQ(options.ping_interval, 0ms);
  EXPECT_EQ(options.idle_timeout, 1ms);
  EXPECT_EQ(options.connect_timeout, 10s);
  EXPECT_EQ(options.reconnection, InitOptions().reconnection);
}

TEST(CheckedOptions, last_a_year_at_most) {
  constexpr auto endless = std::chrono::milliseconds::max();
  const InitOptions options = checked({
      .invocation_timeout = endless,
      .connect_timeout = endless,
      .ping_interval = endless,
      .idle_timeout = endless,
      .shutdown_timeout = endless,
      .reconnection =
          {.initial_delay_ms = std::numeric_limits<std::uint64_t>::max(),
           .max_delay_ms = std::numeric_limits<std::uint64_t>::max()},
  });
  EXPECT_EQ(options.invocation_timeout, year);
  EXPECT_EQ(options.connect_timeout, year);
  EXPECT_EQ(options.ping_interval, year);
  EXPECT_EQ(options.idle_timeout, year);
  EXPECT_EQ(options.shutdown_timeout, year);
  EXPECT_EQ(options.reconnection.max_delay_ms, std::chrono::milliseconds(year).count());
  EXPECT_EQ(options.reconnection.initial_delay_ms, std::chrono::milliseconds(year).count());
}

TEST(CheckedOptions, mean_something) {
  constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(checked({.invocation_timeout = -1ms})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(checked({.connect_timeout = 0ms})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(checked({.idle_timeout = -1ms})), std::invalid_argument);
  EXPECT_THROW(
      static_cast<void>(checked({.reconnection = {.backoff_multiplier = no_number}})),
      std::invalid_argument
  );
  EXPECT_THROW(
      static_cast<void>(checked({.reconnection = {.jitter_factor = -1}})), std::invalid_argument
  );
}

}  // namespace
}  // namespace iii::sdk
