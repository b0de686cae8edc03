// The config of a cron trigger: when it fires and what happens when it does. Members beside those
// of the reference system (spec: cron §3) are ours: `at`, `timezone`, `overlap`, `jitter_ms`.
#pragma once

#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/zone.hpp"

#include <iii/engine_error.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace iii::workers::cron {

// What becomes of a tick while the job still runs for an earlier one.
enum class Overlap : std::uint8_t {
  skip,   // nothing
  queue,  // it waits
  allow,  // it runs beside it
};

struct Schedule {
  std::variant<Instant, Expression> when;  // once, or again and again
  const Zone* zone = &utc();
  Overlap overlap = Overlap::skip;
  std::chrono::milliseconds jitter{0};  // each tick comes later by at most this

  // The first tick strictly later than `after`.
  [[nodiscard]] std::optional<Instant> next_after(Instant after) const;
};

// Only `expression`, `at` and `timezone`.
[[nodiscard]] EngineResult<Schedule> parse_times(const boost::json::object& config, Zones& zones);

// All of it. `now`: an `at` that has passed is refused. `invalid_argument` with a text that names
// the member.
[[nodiscard]] EngineResult<Schedule> parse_schedule(
    std::string_view config_json, Zones& zones, Instant now
);

}  // namespace iii::workers::cron
