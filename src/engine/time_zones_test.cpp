#include "engine/time_zones.hpp"

#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/next_fire.hpp"
#include "workers/cron/zone.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::engine {
namespace {

namespace cron = workers::cron;
using Times = std::vector<std::string>;

Times fires(
    std::string_view text, const cron::Zone& zone, std::string_view after, std::size_t count
) {
  const auto expression = cron::Expression::parse(text);
  const auto start = cron::parse_time(after);
  Times times;
  std::optional<cron::Instant> next =
      next_fire(*expression, zone, cron::Instant(start->local.time_since_epoch()));
  for (; next && times.size() < count; next = next_fire(*expression, zone, *next)) {
    times.push_back(cron::to_text(*next, zone.period_at(*next).offset));
  }
  return times;
}

TEST(TimeZones, AreThoseOfTheDatabase) {
  TimeZones zones;
  const cron::Zone* berlin = zones.find("Europe/Berlin");
  ASSERT_NE(berlin, nullptr);
  EXPECT_EQ(zones.find("Europe/Berlin"), berlin);
  const cron::Zone* utc = zones.find("UTC");
  ASSERT_NE(utc, nullptr);
  EXPECT_EQ(
      fires("0 0 0 1 * *", *utc, "2100-11-15T00:00:00", 9), (Times{"2100-12-01T00:00:00+00:00"})
  );
}

TEST(TimeZones, ThatAreNotThereAreNotFound) {
  TimeZones zones;
  for (const std::string_view name :
       {"", "Europe/Berln", "europe/berlin", "../../etc/passwd", "/etc/passwd", "Europe", "."}) {
    EXPECT_EQ(zones.find(name), nullptr) << name;
  }
}

TEST(TimeZones, SetTheirClocks) {
  TimeZones zones;
  EXPECT_EQ(
      fires("0 30 2 * * *", *zones.find("Europe/Berlin"), "2026-03-28T12:00:00", 2),
      (Times{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"})
  );
  EXPECT_EQ(
      fires("0 30 1 * * *", *zones.find("America/New_York"), "2026-11-01T00:00:00", 2),
      (Times{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"})
  );
  EXPECT_EQ(
      fires("0 15 2 * * *", *zones.find("Australia/Lord_Howe"), "2026-10-03T00:00:00", 2),
      (Times{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"})
  );
  EXPECT_EQ(
      fires("0 0 12 * * *", *zones.find("Asia/Kolkata"), "2026-01-01T00:00:00", 1),
      (Times{"2026-01-01T12:00:00+05:30"})
  );
  EXPECT_EQ(
      fires("0 0 12 * * *", *zones.find("Pacific/Apia"), "2011-12-29T00:00:00", 3),
      (Times{"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"})
  );
}

}  // namespace
}  // namespace iii::engine
