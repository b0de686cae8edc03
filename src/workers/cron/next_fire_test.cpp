#include "workers/cron/next_fire.hpp"

#include "base/random.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/slow_schedule.hpp"
#include "workers/cron/test_zones.hpp"
#include "workers/cron/zone.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::cron {
namespace {

using Times = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::seconds;

// Times as the zone's clocks show them, with the offset.
Times fires(std::string_view text, const Zone& zone, std::string_view after, std::size_t count) {
  const auto expression = Expression::parse(text);
  EXPECT_TRUE(expression);
  Times times;
  std::optional<Instant> next = next_fire(*expression, zone, at(after));
  for (; next && times.size() < count; next = next_fire(*expression, zone, *next)) {
    times.push_back(to_text(*next, zone.period_at(*next).offset));
  }
  return times;
}

TEST(NextFire, FollowsTheClocksOfTheZone) {
  EXPECT_EQ(
      fires("0 30 9 * * *", *berlin(), "2026-03-27T12:00:00Z", 3),
      (Times{"2026-03-28T09:30:00+01:00", "2026-03-29T09:30:00+02:00", "2026-03-30T09:30:00+02:00"})
  );
  EXPECT_EQ(
      fires("0 0 0 1 1 *", *new_york(), "2026-06-01T00:00:00Z", 1),
      (Times{"2027-01-01T00:00:00-05:00"})
  );
}

TEST(NextFire, RunsATimeOfDayThatIsSkippedWhenTheClocksSkipIt) {
  EXPECT_EQ(
      fires("0 30 2 * * *", *berlin(), "2026-03-27T12:00:00Z", 3),
      (Times{"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"})
  );
  // Once, however many are skipped, and not again for the time that comes then.
  EXPECT_EQ(
      fires("0 */10 2,3 29 3 *", *berlin(), "2026-03-28T12:00:00Z", 3),
      (Times{"2026-03-29T03:00:00+02:00", "2026-03-29T03:10:00+02:00", "2026-03-29T03:20:00+02:00"})
  );
  EXPECT_EQ(
      fires("0 15 2 * * *", *lord_howe(), "2026-10-03T00:00:00Z", 2),
      (Times{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"})
  );
  EXPECT_EQ(
      fires("0 0 12 * * *", *apia(), "2011-12-29T00:00:00Z", 3),
      (Times{"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"})
  );
}

TEST(NextFire, RunsATimeOfDayThatIsRepeatedWhenItIsFirstShown) {
  EXPECT_EQ(
      fires("0 30 2 * * *", *berlin(), "2026-10-24T12:00:00Z", 2),
      (Times{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"})
  );
  // Also when the question is asked between the two, or within the second.
  EXPECT_EQ(
      fires("0 30 2 * * *", *berlin(), "2026-10-25T00:45:00Z", 1),
      (Times{"2026-10-26T02:30:00+01:00"})
  );
  EXPECT_EQ(
      fires("0 30 2,3 * * *", *berlin(), "2026-10-25T01:10:00Z", 1),
      (Times{"2026-10-25T03:30:00+01:00"})
  );
  EXPECT_EQ(
      fires("0 0 1 * * *", *new_york(), "2026-11-01T00:00:00Z", 2),
      (Times{"2026-11-01T01:00:00-04:00", "2026-11-02T01:00:00-05:00"})
  );
}

TEST(NextFire, CountsHoursAsTheyPassWhereEveryHourIsAllowed) {
  EXPECT_EQ(
      fires("0 30 * * * *", *berlin(), "2026-03-29T00:00:00Z", 3),
      (Times{"2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-29T04:30:00+02:00"})
  );
  EXPECT_EQ(
      fires("0 30 * * * *", *berlin(), "2026-10-25T00:00:00Z", 3),
      (Times{"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:30:00+01:00"})
  );
}

TEST(NextFire, EndsInEveryZone) {
  for (const std::string_view never : {"0 0 0 30 2 *", "0 0 0 1 1 * 2020"}) {
    EXPECT_EQ(fires(never, *berlin(), "2026-01-01T00:00:00Z", 1), Times());
  }
  EXPECT_EQ(
      fires("0 0 0 31 12 * 2100", *berlin(), "2026-01-01T00:00:00Z", 2),
      (Times{"2100-12-31T00:00:00+01:00"})
  );
}

TEST(NextFire, OfALocalTimeIsTheFirstInstantThatShowsIt) {
  const auto first = [](std::string_view local, const Zone& zone) {
    const Instant instant = first_instant_of(parse_time(local)->local, zone);
    return to_text(instant, zone.period_at(instant).offset);
  };
  EXPECT_EQ(first("2026-07-01T09:00:00", *berlin()), "2026-07-01T09:00:00+02:00");
  EXPECT_EQ(first("2026-03-29T02:30:00", *berlin()), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(first("2026-10-25T02:30:00", *berlin()), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(first("2026-10-25T03:00:00", *berlin()), "2026-10-25T03:00:00+01:00");
  EXPECT_EQ(first("2011-12-30T12:00:00", *apia()), "2011-12-31T00:00:00+14:00");
  EXPECT_EQ(first("1970-01-01T00:00:00", *new_york()), "1970-01-01T00:00:00-05:00");
  EXPECT_EQ(first("1970-01-01T00:00:00", utc()), "1970-01-01T00:00:00+00:00");
}

// --- Against the slow version ---

struct Scene {
  const Zone* zone;
  Instant around;  // something interesting
};

std::string description_of(const SlowSchedule& slow, const Scene& scene, Instant after) {
  return slow.text() + " after " + to_text(after, scene.zone->period_at(after).offset);
}

TEST(NextFire, AgreesWithTheSlowVersionSecondBySecond) {
  const auto zones =
      std::to_array<std::unique_ptr<TestZone>>({berlin(), new_york(), lord_howe(), apia()});
  const std::vector<Scene> scenes = {
      {zones[0].get(), at("2026-03-29T01:00:00Z")},
      {zones[0].get(), at("2026-10-25T01:00:00Z")},
      {zones[1].get(), at("2026-03-08T07:00:00Z")},
      {zones[1].get(), at("2026-11-01T06:00:00Z")},
      {zones[2].get(), at("2026-04-04T15:00:00Z")},
      {zones[2].get(), at("2026-10-03T15:30:00Z")},
      {zones[3].get(), at("2011-12-30T10:00:00Z")},
      {&utc(), at("2027-12-31T23:59:00Z")},
  };
  base::SeededRandom random(7);
  constexpr hours horizon(4);
  for (int run = 0; run < 400; ++run) {
    const Scene& scene = scenes[random.next() % scenes.size()];
    const SlowSchedule slow =
        SlowSchedule::around(scene.zone->period_at(scene.around), scene.around, random);
    const auto fast = Expression::parse(slow.text());
    ASSERT_TRUE(fast) << slow.text();
    const Instant after = scene.around - hours(3) + seconds(random.next() % (3 * 3600 + 1800));
    const std::optional<Instant> expected = slow.next(*scene.zone, after, after + horizon);
    const std::optional<Instant> found = next_fire(*fast, *scene.zone, after);
    if (expected) {
      ASSERT_EQ(found, expected) << description_of(slow, scene, after);
    } else {
      ASSERT_TRUE(!found || *found > after + horizon) << description_of(slow, scene, after);
    }
  }
}

TEST(NextFire, AgreesWithTheSlowVersionDayByDay) {
  base::SeededRandom random(11);
  for (int run = 0; run < 2000; ++run) {
    const SlowSchedule slow = SlowSchedule::any(random);
    const auto fast = Expression::parse(slow.text());
    ASSERT_TRUE(fast) << slow.text();
    const Instant after = at("1999-12-31T00:00:00Z") + seconds(random.next() % 3'000'000'000U);
    ASSERT_EQ(next_fire(*fast, utc(), after), slow.next_in_utc(after))
        << slow.text() << " after " << to_text(after, seconds(0));
  }
}

}  // namespace
}  // namespace iii::workers::cron
