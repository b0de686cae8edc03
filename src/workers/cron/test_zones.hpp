// Time zones for tests, made of the moments at which their clocks are set.
#pragma once

#include "workers/cron/clock_time.hpp"
#include "workers/cron/zone.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::cron {

// "2026-03-29T01:00:00+00:00". Precondition: it is one.
inline Instant at(std::string_view text) {
  const WrittenTime time = parse_time(text).value();
  return Instant((time.local - time.offset.value()).time_since_epoch());
}

class TestZone final : public Zone {
 public:
  // `first` until the first change; each change sets another offset from then on. In order.
  TestZone(
      std::chrono::seconds first, std::vector<std::pair<Instant, std::chrono::seconds>> changes
  )
      : first_(first), changes_(std::move(changes)) {}

  [[nodiscard]] ZonePeriod period_at(Instant time) const override {
    ++questions;
    ZonePeriod period{utc().period_at(time).begin, utc().period_at(time).end, first_};
    for (const auto& [begin, offset] : changes_) {
      if (time < begin) {
        period.end = begin;
        break;
      }
      period.begin = begin;
      period.offset = offset;
    }
    return period;
  }

  mutable std::size_t questions = 0;

 private:
  std::chrono::seconds first_;
  std::vector<std::pair<Instant, std::chrono::seconds>> changes_;
};

// The changes of 2026 and 2027, after time zone database 2025b.
inline std::unique_ptr<TestZone> berlin() {
  using std::chrono::hours;
  return std::make_unique<TestZone>(
      hours(1),
      std::vector<std::pair<Instant, std::chrono::seconds>>{
          {at("2026-03-29T01:00:00Z"), hours(2)},
          {at("2026-10-25T01:00:00Z"), hours(1)},
          {at("2027-03-28T01:00:00Z"), hours(2)},
          {at("2027-10-31T01:00:00Z"), hours(1)},
      }
  );
}
inline std::unique_ptr<TestZone> new_york() {
  using std::chrono::hours;
  return std::make_unique<TestZone>(
      -hours(5),
      std::vector<std::pair<Instant, std::chrono::seconds>>{
          {at("2026-03-08T07:00:00Z"), -hours(4)},
          {at("2026-11-01T06:00:00Z"), -hours(5)},
          {at("2027-03-14T07:00:00Z"), -hours(4)},
          {at("2027-11-07T06:00:00Z"), -hours(5)},
      }
  );
}
// Clocks that are set by half an hour.
inline std::unique_ptr<TestZone> lord_howe() {
  using std::chrono::minutes;
  return std::make_unique<TestZone>(
      minutes(11 * 60),
      std::vector<std::pair<Instant, std::chrono::seconds>>{
          {at("2026-04-04T15:00:00Z"), minutes(630)},
          {at("2026-10-03T15:30:00Z"), minutes(660)},
      }
  );
}
// 30 December 2011 was left out.
inline std::unique_ptr<TestZone> apia() {
  using std::chrono::hours;
  return std::make_unique<TestZone>(
      -hours(10),
      std::vector<std::pair<Instant, std::chrono::seconds>>{{at("2011-12-30T10:00:00Z"), hours(14)}}
  );
}

class TestZones final : public Zones {
 public:
  TestZones() {
    zones_.emplace("Europe/Berlin", berlin());
    zones_.emplace("America/New_York", new_york());
    zones_.emplace("Australia/Lord_Howe", lord_howe());
    zones_.emplace("Pacific/Apia", apia());
  }
  [[nodiscard]] const Zone* find(std::string_view name) override {
    const auto found = zones_.find(name);
    return found == zones_.end() ? nullptr : found->second.get();
  }

 private:
  std::map<std::string, std::unique_ptr<TestZone>, std::less<>> zones_;
};

}  // namespace iii::workers::cron
