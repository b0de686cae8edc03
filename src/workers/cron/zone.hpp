// What the clocks of a time zone show: the port through which this room sees the time zone database
// (engine/time_zones.hpp is it; UTC needs none). A zone never changes and lives as long as the
// Zones that it is from.
#pragma once

#include "workers/cron/clock_time.hpp"

#include <chrono>
#include <string_view>

namespace iii::workers::cron {

// From `begin` until before `end` the zone's clocks are `offset` ahead of UTC.
struct ZonePeriod {
  Instant begin;
  Instant end;
  std::chrono::seconds offset{0};

  [[nodiscard]] LocalTime to_local(Instant time) const {
    return LocalTime(time.time_since_epoch() + offset);
  }
  [[nodiscard]] Instant to_instant(LocalTime time) const {
    return Instant(time.time_since_epoch() - offset);
  }
};

// Schedules are never before this, so that nobody asks for a zone's past.
inline constexpr Instant first_instant{};

class Zone {
 public:
  Zone() = default;
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  virtual ~Zone() = default;

  // The period in which the instant lies. Precondition: not before a day before first_instant. Both
  // ends are within 100,000 years of it.
  [[nodiscard]] virtual ZonePeriod period_at(Instant time) const = 0;
};

class Zones {
 public:
  Zones() = default;
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;
  virtual ~Zones() = default;

  // The zone with this IANA name, for example "Europe/Berlin"; nullptr: there is none.
  [[nodiscard]] virtual const Zone* find(std::string_view name) = 0;
};

[[nodiscard]] const Zone& utc();

// The first instant at which the zone's clocks show this time. A time that they skip is taken for
// the moment at which they skip it.
[[nodiscard]] Instant first_instant_of(LocalTime time, const Zone& zone);

}  // namespace iii::workers::cron
