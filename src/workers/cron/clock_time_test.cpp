#include "workers/cron/clock_time.hpp"

#include "base/time.hpp"
#include "workers/cron/test_zones.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace iii::workers::cron {
namespace {

using namespace std::chrono_literals;

TEST(ClockTime, IsWrittenWithAsManyDigitsAsItNeeds) {
  const base::WallTime second(at("2026-03-02T01:30:00Z"));
  EXPECT_EQ(to_text(second), "2026-03-02T01:30:00+00:00");
  EXPECT_EQ(to_text(second + 40ms), "2026-03-02T01:30:00.040+00:00");
  EXPECT_EQ(to_text(second + 40ms + 7us), "2026-03-02T01:30:00.040007+00:00");
  EXPECT_EQ(to_text(second + 1734512ns), "2026-03-02T01:30:00.001734512+00:00");
  EXPECT_EQ(to_text(base::WallTime(-1ns)), "1969-12-31T23:59:59.999999999+00:00");
}

TEST(ClockTime, IsWrittenAsClocksElsewhereShowIt) {
  EXPECT_EQ(to_text(at("2026-03-02T23:30:00Z"), 1h), "2026-03-03T00:30:00+01:00");
  EXPECT_EQ(to_text(at("2026-03-02T03:00:00Z"), -(3h + 30min)), "2026-03-01T23:30:00-03:30");
}

TEST(ClockTime, IsReadWithOrWithoutAnOffset) {
  EXPECT_EQ(at("2026-03-02T01:30:00+01:00"), at("2026-03-02T00:30:00Z"));
  EXPECT_EQ(at("2026-03-02t01:30:00-03:30"), at("2026-03-02 05:00:00z"));
  const auto local = parse_time("2026-03-02T01:30:00");
  ASSERT_TRUE(local);
  EXPECT_FALSE(local->offset);
  EXPECT_EQ(local->local.time_since_epoch(), at("2026-03-02T01:30:00Z").time_since_epoch());
}

TEST(ClockTime, IsNotReadFromAnythingElse) {
  for (const std::string_view text :
       {"",
        "2026",
        "2026-03-02",
        "2026-03-02T01:30",
        "2026-03-02T01:30:0",
        "2026-03-02T01:30:00.5Z",
        "2026-03-02T01:30:00 Z",
        "2026-03-02T01:30:00Zx",
        "2026-03-02T01:30:00+1",
        "2026-03-02T01:30:00+24:00",
        "2026-03-02T01:30:00+01:60",
        "2026-03-02T01:30:00+0100",
        "2026-02-30T01:30:00Z",
        "2026-13-01T01:30:00Z",
        "2026-00-01T01:30:00Z",
        "2026-01-00T01:30:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:60:00Z",
        "2026-01-01T23:59:60Z",
        "-026-01-01T23:59:00Z",
        " 2026-03-02T01:30:00Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(ClockTime, IsReadAsFarAsItGoesWhereverTheTextEnds) {
  constexpr std::string_view whole = "2026-03-02T01:30:00+01:00";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_time(whole.substr(0, size)).has_value(), size == 19) << size;
  }
}

}  // namespace
}  // namespace iii::workers::cron
