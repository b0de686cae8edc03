#include "workers/cron/schedule.hpp"

#include "workers/cron/clock_time.hpp"
#include "workers/cron/test_zones.hpp"
#include "workers/cron/zone.hpp"

#include <iii/engine_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::cron {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class ScheduleTest : public testing::Test {
 protected:
  EngineResult<Schedule> parse(std::string_view config) {
    return parse_schedule(config, zones_, at("2026-01-01T00:00:00Z"));
  }
  std::string refusal(std::string_view config) {
    const auto schedule = parse(config);
    return schedule ? "accepted" : schedule.error().message;
  }
  std::string first(std::string_view config) {
    const auto schedule = parse(config);
    if (!schedule) {
      return schedule.error().message;
    }
    const auto next = schedule->next_after(at("2026-01-01T00:00:00Z"));
    return next ? to_text(*next, schedule->zone->period_at(*next).offset) : "never";
  }

 private:
  TestZones zones_;
};

TEST_F(ScheduleTest, NeedsNothingButAnExpression) {
  const auto schedule = parse(R"({"expression":"0 0 9 * * *","anything":{"else":1}})");
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->zone, &utc());
  EXPECT_EQ(schedule->overlap, Overlap::skip);
  EXPECT_EQ(schedule->jitter, 0ms);
  EXPECT_EQ(first(R"({"expression":"0 0 9 * * *"})"), "2026-01-01T09:00:00+00:00");
}

TEST_F(ScheduleTest, WithoutAnExpressionIsRefusedAsTheReferenceDoes) {
  for (const std::string_view config :
       {"",
        "null",
        "[]",
        "{}",
        R"({"expression":""})",
        R"({"expression":5})",
        R"({"expression":null})"}) {
    EXPECT_EQ(refusal(config), "Cron expression is required") << config;
  }
  EXPECT_THAT(
      refusal(R"({"expression":"nope"})"),
      HasSubstr("Invalid cron expression 'nope': second: 'nope'")
  );
}

TEST_F(ScheduleTest, IsInATimeZone) {
  EXPECT_EQ(
      first(R"({"expression":"0 0 9 1 7 *","timezone":"Europe/Berlin"})"),
      "2026-07-01T09:00:00+02:00"
  );
  EXPECT_THAT(
      refusal(R"({"expression":"0 0 9 1 7 *","timezone":"Europe/Berln"})"),
      HasSubstr("'timezone' 'Europe/Berln' is not known")
  );
  EXPECT_THAT(
      refusal(R"({"expression":"0 0 9 1 7 *","timezone":2})"),
      HasSubstr("'timezone' must be the IANA name")
  );
}

TEST_F(ScheduleTest, IsOnceAtATime) {
  EXPECT_EQ(first(R"({"at":"2026-07-01T09:00:00+02:00"})"), "2026-07-01T07:00:00+00:00");
  EXPECT_EQ(first(R"({"at":"2026-07-01T09:00:00"})"), "2026-07-01T09:00:00+00:00");
  EXPECT_EQ(
      first(R"({"at":"2026-07-01T09:00:00","timezone":"Europe/Berlin"})"),
      "2026-07-01T09:00:00+02:00"
  );
  EXPECT_EQ(first(R"({"at":"2026-07-01T09:00:00Z","expression":""})"), "2026-07-01T09:00:00+00:00");
  const auto schedule = parse(R"({"at":"2026-07-01T09:00:00Z","expression":null})");
  ASSERT_TRUE(schedule);
  EXPECT_FALSE(schedule->next_after(at("2026-07-01T09:00:00Z")));

  EXPECT_THAT(refusal(R"({"at":"tomorrow"})"), HasSubstr("'at' must be a time in whole seconds"));
  EXPECT_THAT(refusal(R"({"at":1})"), HasSubstr("'at' must be a time in whole seconds"));
  EXPECT_EQ(
      refusal(R"({"at":"2026-01-01T00:00:00Z"})"), "'at' has passed: 2026-01-01T00:00:00+00:00"
  );
  EXPECT_EQ(
      refusal(R"({"at":"2027-01-01T00:00:00Z","expression":"@daily"})"),
      "'expression' and 'at' exclude each other"
  );
}

TEST_F(ScheduleTest, SaysWhatBecomesOfOverlaps) {
  for (const auto& [name, overlap] :
       {std::pair("skip", Overlap::skip), {"queue", Overlap::queue}, {"allow", Overlap::allow}}) {
    const auto schedule =
        parse(R"({"expression":"@daily","overlap":")" + std::string(name) + "\"}");
    ASSERT_TRUE(schedule);
    EXPECT_EQ(schedule->overlap, overlap);
  }
  for (const std::string_view other : {R"("Skip")", "true", R"("")"}) {
    EXPECT_EQ(
        refusal(R"({"expression":"@daily","overlap":)" + std::string(other) + "}"),
        "'overlap' must be 'skip', 'queue' or 'allow'"
    );
  }
}

TEST_F(ScheduleTest, HasAJitterOfUpToAnHour) {
  EXPECT_EQ(parse(R"({"expression":"@daily","jitter_ms":3600000})")->jitter, 1h);
  for (const std::string_view other : {"3600001", "-1", "1.5", R"("5")", "99999999999999999999"}) {
    EXPECT_EQ(
        refusal(R"({"expression":"@daily","jitter_ms":)" + std::string(other) + "}"),
        "'jitter_ms' must be a whole number within 0 and 3600000"
    );
  }
}

TEST_F(ScheduleTest, CannotCatchUp) {
  for (const std::string_view none : {"false", "null"}) {
    EXPECT_EQ(
        refusal(R"({"expression":"@daily","catch_up":)" + std::string(none) + "}"), "accepted"
    );
  }
  for (const std::string_view some : {"true", R"("all")", "3"}) {
    EXPECT_THAT(
        refusal(R"({"expression":"@daily","catch_up":)" + std::string(some) + "}"),
        HasSubstr("'catch_up' is not available: it needs a store")
    );
  }
}

}  // namespace
}  // namespace iii::workers::cron
