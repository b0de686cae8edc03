// The slow, obvious version of schedules, for tests: sets of numbers, and a look at every second.
// Knows the policy of next_fire.hpp from its words, and shares no code with it.
#pragma once

#include "base/random.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/zone.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace iii::workers::cron {

class SlowSchedule {
 public:
  // Something that may be due in the hours around an instant.
  static SlowSchedule around(const ZonePeriod& period, Instant instant, base::Random& random) {
    const std::chrono::year_month_day date(
        std::chrono::floor<std::chrono::days>(period.to_local(instant))
    );
    const int hour = static_cast<int>(
        std::chrono::floor<std::chrono::hours>(period.to_local(instant).time_since_epoch())
            .count() %
        24
    );
    SlowSchedule schedule;
    schedule.add_field(random, 0, 59, -1);
    schedule.add_field(random, 0, 59, -1);
    schedule.add_field(random, 0, 23, hour);
    schedule.add_field(random, 1, 31, static_cast<int>(static_cast<unsigned>(date.day())));
    schedule.add_field(random, 1, 12, static_cast<int>(static_cast<unsigned>(date.month())));
    schedule.add_field(random, 1, 7, -1);
    return schedule;
  }

  static SlowSchedule any(base::Random& random) {
    SlowSchedule schedule;
    schedule.add_field(random, 0, 59, -1);
    schedule.add_field(random, 0, 59, -1);
    schedule.add_field(random, 0, 23, -1);
    schedule.add_field(random, 1, 31, -1);
    schedule.add_field(random, 1, 12, -1);
    schedule.add_field(random, 1, 7, -1);
    if (random.next() % 3 == 0) {
      schedule.add_field(random, 1970, 2100, static_cast<int>(2000 + random.next() % 100));
    }
    return schedule;
  }

  [[nodiscard]] const std::string& text() const { return text_; }

  // Looks at each second after `after` until `last`.
  [[nodiscard]] std::optional<Instant> next(const Zone& zone, Instant after, Instant last) const {
    constexpr std::chrono::seconds second(1);
    const bool is_hourly = sets_[2].size() == 24;
    for (Instant time = after + second; time <= last; time += second) {
      const ZonePeriod period = zone.period_at(time);
      const ZonePeriod before = zone.period_at(period.begin - second);
      const LocalTime local = period.to_local(time);
      if (matches(local) && (is_hourly || !was_shown_before(local, time, zone))) {
        return time;
      }
      if (!is_hourly && time == period.begin) {
        for (LocalTime skipped = before.to_local(time); skipped < local; skipped += second) {
          if (matches(skipped)) {
            return time;
          }
        }
      }
    }
    return std::nullopt;
  }

  // Looks at each day and at each of its times.
  [[nodiscard]] std::optional<Instant> next_in_utc(Instant after) const {
    using std::chrono::days;
    const LocalTime from(after.time_since_epoch() + std::chrono::seconds(1));
    for (auto day = std::chrono::floor<days>(from);; day += days(1)) {
      if (std::chrono::year_month_day(day).year() > std::chrono::year(2100)) {
        return std::nullopt;
      }
      if (!has_day(day)) {
        continue;
      }
      for (const int hour : sets_[2]) {
        for (const int minute : sets_[1]) {
          for (const int second : sets_[0]) {
            const LocalTime time = day + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                                   std::chrono::seconds(second);
            if (time >= from) {
              return Instant(time.time_since_epoch());
            }
          }
        }
      }
    }
  }

  [[nodiscard]] bool matches(LocalTime local) const {
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const auto second = static_cast<int>((local - day).count());
    return has_day(day) && sets_[0].contains(second % 60) && sets_[1].contains(second / 60 % 60) &&
           sets_[2].contains(second / 3600);
  }

 private:
  [[nodiscard]] bool has_day(std::chrono::local_days day) const {
    const std::chrono::year_month_day date(day);
    return sets_[3].contains(static_cast<int>(static_cast<unsigned>(date.day()))) &&
           sets_[4].contains(static_cast<int>(static_cast<unsigned>(date.month()))) &&
           sets_[5].contains(static_cast<int>(std::chrono::weekday(day).c_encoding()) + 1) &&
           (sets_[6].empty() || sets_[6].contains(static_cast<int>(date.year())));
  }

  static bool was_shown_before(LocalTime local, Instant time, const Zone& zone) {
    // Clocks that are set back are set back by less than two days.
    for (const ZonePeriod period :
         {zone.period_at(time - std::chrono::hours(48)),
          zone.period_at(zone.period_at(time).begin - std::chrono::seconds(1))}) {
      const Instant other = period.to_instant(local);
      if (other < time && zone.period_at(other).to_local(other) == local) {
        return true;
      }
    }
    return false;
  }

  // `wanted`: the field probably allows this; -1: no preference.
  void add_field(base::Random& random, int min, int max, int wanted) {
    std::set<int>& set = sets_[fields_++];
    if (!text_.empty()) {
      text_ += ' ';
    }
    const std::uint64_t items = 1 + random.next() % 3;
    for (std::uint64_t i = 0; i < items; ++i) {
      text_ += i == 0 ? "" : ",";
      add_item(random, min, max, wanted, set);
    }
  }

  void add_item(base::Random& random, int min, int max, int wanted, std::set<int>& set) {
    const auto pick = [&](int low, int high) {
      return low + static_cast<int>(random.next() % static_cast<std::uint64_t>(high - low + 1));
    };
    int first = wanted >= 0 && random.next() % 2 == 0 ? wanted : pick(min, max);
    int last = first;
    int step = 1;
    switch (random.next() % 6) {
      case 0:
        text_ += '*';
        first = min;
        last = max;
        break;
      case 1:
        step = pick(1, std::min(max, 30));
        text_ += "*/" + std::to_string(step);
        first = min;
        last = max;
        break;
      case 2:
        last = pick(first, max);
        text_ += std::to_string(first) + "-" + std::to_string(last);
        break;
      case 3:
        step = pick(1, std::min(max, 30));
        last = max;
        text_ += std::to_string(first) + "/" + std::to_string(step);
        break;
      default:
        text_ += std::to_string(first);
        break;
    }
    for (int value = first; value <= last; value += step) {
      set.insert(value);
    }
  }

  std::string text_;
  std::array<std::set<int>, 7> sets_;
  std::size_t fields_ = 0;
};

}  // namespace iii::workers::cron
