#include "engine/log_throttle.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace iii::engine {
namespace {

using namespace std::chrono_literals;
using base::limits::log_lines_max;

constexpr base::MonotonicTime start{1h};

// How many of `lines` are admitted.
std::size_t admitted(
    LogThrottle& throttle, std::string_view event, std::size_t lines, base::MonotonicTime now
) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    count += throttle.admits(event, now) ? 1U : 0U;
  }
  return count;
}

TEST(log_throttle, writes_what_is_within_the_limit) {
  LogThrottle throttle;
  EXPECT_EQ(admitted(throttle, "call_dropped", log_lines_max, start), log_lines_max);
  EXPECT_EQ(throttle.next_deadline(), base::never);
}

TEST(log_throttle, counts_what_is_more_and_reports_it_once) {
  LogThrottle throttle;
  EXPECT_EQ(admitted(throttle, "call_dropped", log_lines_max + 5, start), log_lines_max);
  EXPECT_EQ(throttle.next_deadline(), start + 1s);
  EXPECT_TRUE(throttle.due(start + 999ms).empty());
  const std::vector<LogThrottle::Suppressed> expected = {{"call_dropped", 5}};
  EXPECT_EQ(throttle.due(start + 1s), expected);
  EXPECT_TRUE(throttle.due(start + 2s).empty());
  EXPECT_EQ(throttle.next_deadline(), base::never);
}

TEST(log_throttle, keeps_events_apart) {
  LogThrottle throttle;
  EXPECT_EQ(admitted(throttle, "call_dropped", 2 * log_lines_max, start), log_lines_max);
  EXPECT_TRUE(throttle.admits("message_refused", start));
}

TEST(log_throttle, writes_again_in_the_next_second) {
  LogThrottle throttle;
  EXPECT_EQ(admitted(throttle, "call_dropped", log_lines_max + 1, start), log_lines_max);
  EXPECT_FALSE(throttle.admits("call_dropped", start + 2s)) << "first what is left out is reported";
  EXPECT_EQ(throttle.due(start + 2s).size(), 1U);
  EXPECT_TRUE(throttle.admits("call_dropped", start + 2s));
}

}  // namespace
}  // namespace iii::engine
