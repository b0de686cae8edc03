#include "workers/cron/zone.hpp"

#include "workers/cron/clock_time.hpp"

#include <algorithm>
#include <chrono>

namespace iii::workers::cron {

namespace {

class UtcZone final : public Zone {
 public:
  [[nodiscard]] ZonePeriod period_at(Instant) const override {
    constexpr std::chrono::days far(30'000'000);
    return {Instant(-far), Instant(far), std::chrono::seconds(0)};
  }
};

}  // namespace

const Zone& utc() {
  static const UtcZone zone;
  return zone;
}

Instant first_instant_of(LocalTime time, const Zone& zone) {
  // No zone is a whole day from UTC, but two that were on either side of the date line have jumped
  // over one.
  constexpr std::chrono::hours far(48);
  const Instant start = std::max(Instant(time.time_since_epoch() - far), first_instant);
  ZonePeriod period = zone.period_at(start);
  while (period.to_local(period.end) <= time) {
    period = zone.period_at(period.end);
  }
  return std::max(period.to_instant(time), period.begin);
}

}  // namespace iii::workers::cron
