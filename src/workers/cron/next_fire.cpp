#include "workers/cron/next_fire.hpp"

#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/zone.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace iii::workers::cron {

std::optional<Instant> next_fire(const Expression& expression, const Zone& zone, Instant after) {
  constexpr std::chrono::seconds second(1);
  const bool is_of_the_day = !expression.allows_every_hour();
  after = std::max(after, first_instant - second);
  ZonePeriod period = zone.period_at(after);
  LocalTime from = period.to_local(after + second);
  if (is_of_the_day && period.begin > first_instant) {
    const ZonePeriod previous = zone.period_at(period.begin - second);
    from = std::max(from, previous.to_local(period.begin));
  }
  for (;;) {
    const std::optional<LocalTime> found = expression.first_from(from);
    if (!found) {
      return std::nullopt;
    }
    const LocalTime end = period.to_local(period.end);
    if (*found < end) {
      return period.to_instant(*found);
    }
    const ZonePeriod next = zone.period_at(period.end);
    const LocalTime begin = next.to_local(next.begin);
    if (is_of_the_day && *found < begin) {
      return next.begin;
    }
    from = is_of_the_day ? std::max(begin, end) : begin;
    period = next;
  }
}

}  // namespace iii::workers::cron
