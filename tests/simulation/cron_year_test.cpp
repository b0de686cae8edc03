// A year with two changes of the clocks in each of two zones, restarts included: no tick is missed
// and none runs twice, but for what the policy says (docs/guides/cron.md).
#include "simulation/cron_year.hpp"

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/time_zones.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/zone.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;
using workers::cron::Instant;
using workers::cron::LocalTime;
using workers::cron::to_text;
using workers::cron::Zone;
using workers::cron::ZonePeriod;

Instant at(std::string_view text) {
  const auto time = workers::cron::parse_time(text).value();
  return Instant((time.local - time.offset.value()).time_since_epoch());
}

// What clocks show, in parts.
struct Clock {
  int month;
  int day;
  int weekday;  // 0: Sunday
  int hour;
  int minute;
};

// A job, and what its schedule means in plain words. Every schedule is of whole five minutes.
struct Case {
  YearJob job;
  std::string zone;
  bool is_of_the_day = false;
  std::function<bool(const Clock&)> is_due;
  bool waits = false;                  // overlap: queue
  std::chrono::nanoseconds jitter{0};  // at most
};

YearJob job(std::string id, std::string_view config, std::chrono::nanoseconds takes) {
  return {std::move(id), "{" + std::string(config) + "}", takes};
}

// Schedules about times of day, in zones whose clocks are set.
std::vector<Case> cases_of_the_day() {
  return {
      {.job = job("nightly", R"("expression":"0 30 2 * * *","timezone":"Europe/Berlin")", 10min),
       .zone = "Europe/Berlin",
       .is_of_the_day = true,
       .is_due = [](const Clock& c) { return c.hour == 2 && c.minute == 30; }},
      {.job = job("night", R"("expression":"0 */10 1-2 * * *","timezone":"America/New_York")", 1s),
       .zone = "America/New_York",
       .is_of_the_day = true,
       .is_due = [](const Clock& c) { return (c.hour == 1 || c.hour == 2) && c.minute % 10 == 0; }},
      {.job = job("workday", R"("expression":"0 0 9 * * mon-fri","timezone":"Europe/Berlin")", 1h),
       .zone = "Europe/Berlin",
       .is_of_the_day = true,
       .is_due = [](const Clock& c
                 ) { return c.hour == 9 && c.minute == 0 && c.weekday != 0 && c.weekday != 6; }},
      {.job = job("once", R"("at":"2026-10-25T02:30:00","timezone":"Europe/Berlin")", 1s),
       .zone = "Europe/Berlin",
       .is_of_the_day = true,
       .is_due = [](const Clock& c
                 ) { return c.month == 10 && c.day == 25 && c.hour == 2 && c.minute == 30; }},
  };
}

std::vector<Case> other_cases() {
  return {
      {.job = job("quarter", R"("expression":"0 */15 * * * *","timezone":"Europe/Berlin")", 40s),
       .zone = "Europe/Berlin",
       .is_due = [](const Clock& c) { return c.minute % 15 == 0; }},
      {.job = job("slow", R"("expression":"@hourly","timezone":"America/New_York")", 90min),
       .zone = "America/New_York",
       .is_due = [](const Clock& c) { return c.minute == 0; }},
      {.job = job("monthly", R"("expression":"@monthly")", 0s),
       .zone = "UTC",
       .is_due = [](const Clock& c) { return c.day == 1 && c.hour == 0 && c.minute == 0; }},
      {.job = job("burst", R"("expression":"0 0,5,10 */6 * * *","overlap":"queue")", 20min),
       .zone = "UTC",
       .is_due = [](const Clock& c
                 ) { return c.hour % 6 == 0 && c.minute <= 10 && c.minute % 5 == 0; },
       .waits = true},
      {.job = job("spread", R"("expression":"0 0 */4 * * *","jitter_ms":600000)", 1s),
       .zone = "UTC",
       .is_due = [](const Clock& c) { return c.hour % 4 == 0 && c.minute == 0; },
       .jitter = 10min},
  };
}

std::vector<Case> cases() {
  std::vector<Case> all = cases_of_the_day();
  for (Case& each : other_cases()) {
    all.push_back(std::move(each));
  }
  return all;
}

Clock clock_of(LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(time - day).count();
  return {
      static_cast<int>(static_cast<unsigned>(date.month())),
      static_cast<int>(static_cast<unsigned>(date.day())),
      static_cast<int>(std::chrono::weekday(day).c_encoding()),
      static_cast<int>(minutes / 60),
      static_cast<int>(minutes % 60)
  };
}

// Every tick of the year, by looking at each five minutes of it.
std::set<Instant> ticks_of(const Case& job, const Zone& zone, Instant begin, Instant end) {
  constexpr auto step = std::chrono::seconds(5min);
  std::set<Instant> ticks;
  std::set<LocalTime> shown;
  for (Instant time = begin; time < end; time += step) {
    const ZonePeriod period = zone.period_at(time);
    const LocalTime local = period.to_local(time);
    const bool is_first = shown.insert(local).second;
    if (job.is_due(clock_of(local)) && (!job.is_of_the_day || is_first)) {
      ticks.insert(time);
    }
    if (job.is_of_the_day && time == period.begin) {
      const ZonePeriod before = zone.period_at(time - step);
      for (LocalTime skipped = before.to_local(time); skipped < local; skipped += step) {
        if (job.is_due(clock_of(skipped))) {
          ticks.insert(time);
        }
      }
    }
  }
  return ticks;
}

constexpr std::string_view year_begin = "2026-01-01T00:00:00Z";
constexpr std::string_view year_end = "2027-01-01T00:00:00Z";

std::vector<Outage> outages_of(base::Random& random) {
  std::vector<Outage> outages;
  // At odd moments: what happens in the same instant has no order that a policy could name.
  base::WallTime time = base::WallTime(at(year_begin)) + 7ms;
  for (;;) {
    time += std::chrono::seconds(random.next() % (3600 * 24 * 20)) + 1s;
    const base::WallTime end = time + std::chrono::seconds(1 + random.next() % (3600 * 3));
    if (end >= base::WallTime(at(year_end))) {
      return outages;
    }
    outages.push_back({time, end});
    time = end;
  }
}

class CronYearTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  // Why a tick need not run; nullptr: there is no excuse.
  const char* excuse_for(const Case& job, Instant tick, const std::vector<YearRun>& runs) const {
    // Until when the tick may still wait for its run.
    base::WallTime last = base::WallTime(tick) + job.jitter;
    last += job.waits ? 1h : 0h;
    for (const Outage& outage : outages) {
      if (outage.begin <= last && outage.end > base::WallTime(tick)) {
        return "the engine was away";
      }
    }
    for (const YearRun& run : runs) {
      if (!job.waits && run.begin < base::WallTime(tick) && run.end > base::WallTime(tick)) {
        return "the job was running";
      }
    }
    return nullptr;
  }

  void check(const Case& job, const std::set<Instant>& ticks, const std::vector<YearRun>& runs) {
    std::set<Instant> seen;
    for (const YearRun& run : runs) {
      const std::string name = job.job.id + " of " + to_text(base::WallTime(run.scheduled));
      EXPECT_TRUE(seen.insert(run.scheduled).second) << name << " ran twice";
      EXPECT_TRUE(ticks.contains(run.scheduled)) << name << " is no tick";
      const auto late = run.begin - base::WallTime(run.scheduled);
      EXPECT_GE(late, 0s) << name;
      EXPECT_LE(late, job.jitter + (job.waits ? 1h : 0h)) << name << " was late";
    }
    std::size_t excused = 0;
    for (const Instant tick : ticks) {
      if (!seen.contains(tick)) {
        EXPECT_NE(excuse_for(job, tick, runs), nullptr)
            << job.job.id << " of " << to_text(base::WallTime(tick)) << " was missed";
        ++excused;
      }
    }
    if (job.job.id != "slow" && job.job.id != "once") {
      EXPECT_LT(excused, ticks.size() / 4) << job.job.id;
    }
  }

  std::vector<Outage> outages;
};

TEST_P(CronYearTest, MissesNothingAndRepeatsNothing) {
  base::SeededRandom random(GetParam());
  if (GetParam() != 0) {
    outages = outages_of(random);
    EXPECT_GT(outages.size(), 20U);
  }
  const std::vector<Case> all = cases();
  std::vector<YearJob> jobs;
  for (const Case& each : all) {
    jobs.push_back(each.job);
  }
  const Instant begin = at(year_begin);
  const Instant end = at(year_end);
  CronYear year(jobs, base::WallTime(begin) - 1ms, GetParam());
  year.live(outages, base::WallTime(end) - 1ms);

  engine::TimeZones zones;
  for (const Case& each : all) {
    const Zone* zone = zones.find(each.zone);
    ASSERT_NE(zone, nullptr);
    check(each, ticks_of(each, *zone, begin, end), year.runs(each.job.id));
  }
}

TEST(CronYearWithoutOutages, KeepsToThePolicyWhenTheClocksAreSet) {
  std::vector<YearJob> jobs;
  for (const Case& each : cases()) {
    jobs.push_back(each.job);
  }
  CronYear year(jobs, base::WallTime(at("2026-03-01T00:00:00Z")), 1);
  year.live({}, base::WallTime(at(year_end)));
  const auto has = [&](const std::string& job, std::string_view tick) {
    return std::ranges::count(year.runs(job), at(tick), &YearRun::scheduled);
  };
  EXPECT_EQ(has("nightly", "2026-03-29T03:00:00+02:00"), 1);
  EXPECT_EQ(has("nightly", "2026-10-25T02:30:00+02:00"), 1);
  EXPECT_EQ(has("nightly", "2026-10-25T02:30:00+01:00"), 0);
  EXPECT_EQ(has("night", "2026-03-08T03:00:00-04:00"), 1);
  EXPECT_EQ(has("night", "2026-11-01T01:50:00-04:00"), 1);
  EXPECT_EQ(has("night", "2026-11-01T01:50:00-05:00"), 0);
  EXPECT_EQ(has("quarter", "2026-10-25T02:15:00+02:00"), 1);
  EXPECT_EQ(has("quarter", "2026-10-25T02:15:00+01:00"), 1);
  EXPECT_EQ(year.runs("once").size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CronYearTest, testing::Values(0, 1, 2, 3));

}  // namespace
}  // namespace iii::test
