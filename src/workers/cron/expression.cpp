#include "workers/cron/expression.hpp"

#include "base/assert.hpp"
#include "workers/cron/clock_time.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace iii::workers::cron {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::seconds;
using std::chrono::year_month_day;

namespace {

// The lowest bit that is set and not below `from`; 64: none.
unsigned next_bit(std::uint64_t bits, unsigned from) {
  return from > 63 ? 64U : static_cast<unsigned>(std::countr_zero(bits >> from << from));
}

unsigned last_day_of(int year, unsigned month) {
  const std::chrono::month_day_last last{std::chrono::month(month)};
  return static_cast<unsigned>((std::chrono::year(year) / last).day());
}

}  // namespace

bool Expression::allows_every_hour() const {
  return hours_ == (std::uint64_t{1} << 24U) - 1;
}

std::optional<LocalTime> Expression::first_from(LocalTime from) const {
  const local_days start = std::chrono::floor<days>(from);
  std::optional<local_days> day = first_day_from(start);
  if (day == start) {
    if (const auto time = first_time_from(from - start)) {
      return start + *time;
    }
    day = first_day_from(start + days(1));
  }
  if (!day) {
    return std::nullopt;
  }
  const auto first = first_time_from(seconds(0));
  III_ASSERT(first, "an expression allows some time of a day");
  return *day + *first;
}

std::optional<local_days> Expression::first_day_from(local_days from) const {
  constexpr local_days epoch{std::chrono::year(first_year) / std::chrono::January / 1};
  const year_month_day start(std::max(from, epoch));
  unsigned month = static_cast<unsigned>(start.month());
  unsigned day = static_cast<unsigned>(start.day());
  for (int year = static_cast<int>(start.year()); year <= last_year; ++year, month = 1) {
    if (!years_[static_cast<std::size_t>(year - first_year)]) {
      continue;
    }
    for (; (month = next_bit(months_, month)) <= 12; ++month) {
      if (month != static_cast<unsigned>(start.month()) || year != static_cast<int>(start.year())) {
        day = 1;
      }
      const unsigned last = last_day_of(year, month);
      for (; (day = next_bit(days_of_month_, day)) <= last; ++day) {
        const local_days found{
            std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)
        };
        const unsigned weekday = std::chrono::weekday(found).c_encoding() + 1;  // Sunday is 1 here
        if ((days_of_week_ >> weekday & 1U) != 0) {
          return found;
        }
      }
    }
  }
  return std::nullopt;
}

std::optional<seconds> Expression::first_time_from(seconds from) const {
  const auto start = static_cast<unsigned>(from.count());
  // What is still free to be small: everything below the first part that is later than in `from`.
  unsigned minute = start / 60 % 60;
  unsigned second = start % 60;
  for (unsigned hour = start / 3600; (hour = next_bit(hours_, hour)) < 24; ++hour) {
    if (hour != start / 3600) {
      minute = 0;
      second = 0;
    }
    for (; (minute = next_bit(minutes_, minute)) < 60; ++minute) {
      if (hour != start / 3600 || minute != start / 60 % 60) {
        second = 0;
      }
      if (const unsigned found = next_bit(seconds_, second); found < 60) {
        return seconds(hour * 3600 + minute * 60 + found);
      }
    }
  }
  return std::nullopt;
}

}  // namespace iii::workers::cron
