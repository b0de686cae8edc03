// A cron expression as the reference system reads it (spec: cron §4): second, minute, hour, day of
// month, month, day of week and perhaps year; day of month AND day of week; Sunday is 1. A value
// without time or zone: next_fire.hpp puts it on a calendar.
#pragma once

#include "workers/cron/clock_time.hpp"

#include <iii/engine_error.hpp>

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace iii::workers::cron {

class Expression {
 public:
  // `invalid_argument` with a text that names the field and what is wrong with it.
  [[nodiscard]] static EngineResult<Expression> parse(std::string_view text);

  // The earliest time that is allowed and not before `from`; nullopt: none until the end of 2100.
  [[nodiscard]] std::optional<LocalTime> first_from(LocalTime from) const;

  // Not tied to certain hours, as `0 */5 * * * *`: it counts hours as they pass, also those that
  // clocks show twice, and knows nothing of those that they skip.
  [[nodiscard]] bool allows_every_hour() const;

  friend bool operator==(const Expression&, const Expression&) = default;

  static constexpr int first_year = 1970;
  static constexpr int last_year = 2100;

 private:
  friend class ExpressionReader;
  Expression() = default;

  [[nodiscard]] std::optional<std::chrono::local_days> first_day_from(std::chrono::local_days from
  ) const;
  [[nodiscard]] std::optional<std::chrono::seconds> first_time_from(std::chrono::seconds from
  ) const;

  // Bit n: the value n is allowed.
  std::uint64_t seconds_ = 0;
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_of_month_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t days_of_week_ = 0;                 // bit 1: Sunday
  std::bitset<last_year - first_year + 1> years_;  // bit 0: first_year
};

}  // namespace iii::workers::cron
