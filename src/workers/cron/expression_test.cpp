#include "workers/cron/expression.hpp"

#include "base/limits.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/next_fire.hpp"
#include "workers/cron/test_zones.hpp"
#include "workers/cron/zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::cron {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  const auto expression = Expression::parse(text);
  return expression ? "accepted" : expression.error().message;
}

// The times after a moment in UTC, without the offset.
std::vector<std::string> fires(std::string_view text, std::string_view after, std::size_t count) {
  const auto expression = Expression::parse(text);
  EXPECT_TRUE(expression) << text << ": " << refusal(text);
  std::vector<std::string> times;
  std::optional<Instant> next = next_fire(*expression, utc(), at(after));
  for (; next && times.size() < count; next = next_fire(*expression, utc(), *next)) {
    times.push_back(to_text(*next, std::chrono::seconds(0)).substr(0, 19));
  }
  return times;
}

using Times = std::vector<std::string>;
constexpr std::string_view new_year = "2025-12-31T23:59:59Z";

TEST(Expression, FiresAtTheTimesOfTheReference) {
  struct Row {
    std::string_view text;
    Times first;
  };
  const std::vector<Row> rows = {
      {"* * * * * *", {"2026-01-01T00:00:00", "2026-01-01T00:00:01"}},
      {"******", {"2026-01-01T00:00:00", "2026-01-01T00:00:01"}},
      {"0 */5 * * * *", {"2026-01-01T00:00:00", "2026-01-01T00:05:00"}},
      {"*/59 * * * * *", {"2026-01-01T00:00:00", "2026-01-01T00:00:59", "2026-01-01T00:01:00"}},
      {"7/20 * * * * *",
       {"2026-01-01T00:00:07", "2026-01-01T00:00:27", "2026-01-01T00:00:47", "2026-01-01T00:01:07"}
      },
      {"10-20/5 0 0 * * *",
       {"2026-01-01T00:00:10", "2026-01-01T00:00:15", "2026-01-01T00:00:20", "2026-01-02T00:00:10"}
      },
      {"5,1,1,3 0 0 * * *",
       {"2026-01-01T00:00:01", "2026-01-01T00:00:03", "2026-01-01T00:00:05", "2026-01-02T00:00:01"}
      },
      // Weekdays: 1 is Sunday.
      {"0 0 9 * * 1", {"2026-01-04T09:00:00", "2026-01-11T09:00:00"}},
      {"0 0 9 * * sun", {"2026-01-04T09:00:00"}},
      {"0 0 9 * * 7", {"2026-01-03T09:00:00"}},
      {"0 0 9 * * 2-6", {"2026-01-01T09:00:00", "2026-01-02T09:00:00", "2026-01-05T09:00:00"}},
      {"0 0 9 * * MON-Fri", {"2026-01-01T09:00:00", "2026-01-02T09:00:00", "2026-01-05T09:00:00"}},
      {"0 0 0 ? * sunday-saturday/3", {"2026-01-03T00:00:00", "2026-01-04T00:00:00"}},
      {"0 0 0 ?/10 * ?",
       {"2026-01-01T00:00:00",
        "2026-01-11T00:00:00",
        "2026-01-21T00:00:00",
        "2026-01-31T00:00:00",
        "2026-02-01T00:00:00"}},
      // Day of month AND day of week.
      {"0 0 12 13 * fri", {"2026-02-13T12:00:00", "2026-03-13T12:00:00", "2026-11-13T12:00:00"}},
      {"0 0 0 29 2 *", {"2028-02-29T00:00:00", "2032-02-29T00:00:00"}},
      {"0 0 0 29 feb thurs", {"2052-02-29T00:00:00", "2080-02-29T00:00:00"}},
      {"0 0 0 31 * *", {"2026-01-31T00:00:00", "2026-03-31T00:00:00", "2026-05-31T00:00:00"}},
      {"0 0 0 1 January,dec *", {"2026-01-01T00:00:00", "2026-12-01T00:00:00"}},
      // Years.
      {"0 0 0 1 1 ? 2031", {"2031-01-01T00:00:00"}},
      {"0 0 0 1 1 * 2099-2100", {"2099-01-01T00:00:00", "2100-01-01T00:00:00"}},
      {"0 0 0 1 1 * 2027/40", {"2027-01-01T00:00:00", "2067-01-01T00:00:00"}},
      {"0 0 0 1 1 * 2020", {}},
      {"0 0 0 30 2 *", {}},
      {"0 0 0 31 4,6,9,11 *", {}},
      // Shorthands.
      {"@yearly", {"2026-01-01T00:00:00", "2027-01-01T00:00:00"}},
      {"@monthly", {"2026-01-01T00:00:00", "2026-02-01T00:00:00"}},
      {"@weekly", {"2026-01-04T00:00:00", "2026-01-11T00:00:00"}},
      {"@daily", {"2026-01-01T00:00:00", "2026-01-02T00:00:00"}},
      {" @hourly ", {"2026-01-01T00:00:00", "2026-01-01T01:00:00"}},
      // Blanks around tokens, or none.
      {"\t0  0 , 30 0 - 1 * * *\n", {"2026-01-01T00:00:00", "2026-01-01T00:30:00"}},
      {"0 0 0?*?", {"2026-01-01T00:00:00", "2026-01-02T00:00:00"}},
      {"00 000 0 01 0001 *", {"2026-01-01T00:00:00", "2027-01-01T00:00:00"}},
  };
  for (const Row& row : rows) {
    const std::size_t count = row.first.empty() ? 1 : row.first.size();
    EXPECT_EQ(fires(row.text, new_year, count), row.first) << row.text;
  }
}

TEST(Expression, IsStrictlyLaterAndInOrder) {
  EXPECT_EQ(
      fires("30 30 12 * * *", "2026-06-01T12:30:29Z", 2),
      (Times{"2026-06-01T12:30:30", "2026-06-02T12:30:30"})
  );
  EXPECT_EQ(fires("30 30 12 * * *", "2026-06-01T12:30:30Z", 1), (Times{"2026-06-02T12:30:30"}));
  EXPECT_EQ(fires("30 30 12 * * *", "2026-06-01T12:31:00Z", 1), (Times{"2026-06-02T12:30:30"}));
  EXPECT_EQ(fires("30 30 12 * * *", "2026-06-01T13:00:00Z", 1), (Times{"2026-06-02T12:30:30"}));
  EXPECT_EQ(fires("59 59 23 31 12 *", "2026-12-31T23:59:59Z", 1), (Times{"2027-12-31T23:59:59"}));
}

TEST(Expression, EndsWithTheYear2100) {
  EXPECT_EQ(fires("0 0 0 * * *", "2100-12-30T00:00:00Z", 5), (Times{"2100-12-31T00:00:00"}));
  EXPECT_EQ(fires("* * * * * *", "2100-12-31T23:59:59Z", 1), Times());
  EXPECT_EQ(fires("* * * * * *", "2500-01-01T00:00:00Z", 1), Times());
  EXPECT_EQ(fires("0 0 0 1 1 * 1970", "1960-01-01T00:00:00Z", 2), (Times{"1970-01-01T00:00:00"}));
}

TEST(Expression, RefusalsNameTheFieldAndTheReason) {
  struct Row {
    std::string_view text;
    std::string_view reason;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"nope", "second: 'nope': this field has numbers only"},
           {"60 * * * * *", "second: 60 is not within 0 and 59"},
           {"*/60 * * * * *", "second: the step 60 is not within 1 and 59"},
           {"*/0 * * * * *", "second: the step 0 is not within 1 and 59"},
           {"? * * * * *", "second: '?' is not a value"},
           {"-1 0 * * * *", "second: '-' is not a value"},
           {"0 5- * * * *", "minute: a number is missing"},
           {"0 5/ * * * *", "minute: a number is missing"},
           {"0 1,,2 * * * *", "minute: ',' is not a value"},
           {"0 1, * * * *", "it has 5 fields"},
           {"0 30-10 * * * *", "minute: a range does not go backwards"},
           {"0 99999999999999999999 * * * *", "minute: 99999999999999999999 is not within"},
           {"0 0 24 * * *", "hour: 24 is not within 0 and 23"},
           {"0 0 */24 * * *", "hour: the step 24"},
           {"0 0 0 0 * *", "day of month: 0 is not within 1 and 31"},
           {"0 0 0 L * *", "day of month: 'l': this field has numbers only"},
           {"0 0 0 15W * *", "month: 'w' is not known"},
           {"0 0 0 * sept *", "month: 'sept' is not known; names are those in English, as jan"},
           {"0 0 0 * 13 *", "month: 13 is not within 1 and 12"},
           {"0 0 0 * 1-feb *", "month: a range is of two numbers or of two names"},
           {"0 0 0 * jan-2 *", "month: a range is of two numbers or of two names"},
           {"0 0 0 * * 0", "day of week: 0 is not within 1 and 7, where 1 is Sunday"},
           {"0 0 0 ? * fri-mon", "day of week: a range does not go backwards or around the end"},
           {"0 0 0 * * mon/2", "day of week: a single name cannot have a step"},
           {"0 0 0 * * mond", "day of week: 'mond' is not known"},
           {"0 0 0 * * fri#2", "year: '#' is not a value"},
           {"0 0 0 * * * 1969", "year: 1969 is not within 1970 and 2100"},
           {"0 0 0 * * * 2101", "year: 2101"},
           {"0 0 0 * * * * *", "it has more than 7 fields"},
           {"", "it has 0 fields"},
           {"  ", "it has 0 fields"},
           {"*", "it has 1 field;"},
           {"@midnight", "the words are @yearly"},
           {"@Daily", "the words are @yearly"},
           {"@every 5m", "the words are @yearly"},
           {"0 0 0 \x01 * *", "day of month: '?' is not a value"},
       }) {
    EXPECT_THAT(refusal(row.text), HasSubstr(row.reason)) << row.text;
  }
}

TEST(Expression, OfACrontabIsToldWhatToChange) {
  EXPECT_EQ(
      refusal("30 1 * * *"),
      "it has 5 fields; a schedule has 6 or 7 fields: second minute hour day-of-month month "
      "day-of-week [year]; for a line of a crontab put a second in front, and name the weekdays, "
      "which count from 1, Sunday, here: '0 30 1 * * *'"
  );
  EXPECT_THAT(refusal("0 9 * * 1-5"), HasSubstr("'0 0 9 * * mon-fri'"));
  EXPECT_THAT(refusal("0 9 * * 0,3-6/2"), HasSubstr("'0 0 9 * * sun,wed-sat/2'"));
  EXPECT_THAT(refusal("30 9 * * mon"), HasSubstr("'0 30 9 * * mon'"));
}

TEST(Expression, CutAnywhereIsAnotherOneOrIsRefusedWithAReason) {
  constexpr std::string_view whole = "10-20/5,1 */7 0-23 ?/10 jan-DECEMBER/2 sun,tues-fri 2026/4";
  ASSERT_TRUE(Expression::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto expression = Expression::parse(whole.substr(0, size));
    EXPECT_TRUE(expression || !expression.error().message.empty()) << size;
    EXPECT_FALSE(size < whole.find(" sun") && expression) << size;
  }
}

TEST(Expression, HasALimitedLength) {
  std::string text = "0";
  while (text.size() <= base::limits::cron_expression_bytes_max) {
    text += ",0";
  }
  EXPECT_THAT(refusal(text + " * * * * *"), HasSubstr("more than 4096 bytes"));
}

TEST(Expression, KnowsWhetherItIsTiedToHours) {
  for (const std::string_view text : {"0 * * * * *", "0 0 0-23 * * *", "0 0 */1 1 * *"}) {
    EXPECT_TRUE(Expression::parse(text)->allows_every_hour()) << text;
  }
  for (const std::string_view text : {"0 0 */2 * * *", "0 0 1-23 * * *", "@daily"}) {
    EXPECT_FALSE(Expression::parse(text)->allows_every_hour()) << text;
  }
}

}  // namespace
}  // namespace iii::workers::cron
