#include "workers/cron/schedule.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/next_fire.hpp"
#include "workers/cron/zone.hpp"

#include <iii/engine_error.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::workers::cron {

namespace limits = base::limits;

namespace {

constexpr std::array<std::pair<std::string_view, Overlap>, 3> overlaps = {{
    {"skip", Overlap::skip},
    {"queue", Overlap::queue},
    {"allow", Overlap::allow},
}};
constexpr std::size_t quoted_bytes_max = 100;

EngineError refused(std::string message) {
  return {EngineErrorCode::invalid_argument, std::move(message)};
}

std::string in_quotes(std::string_view text) {
  const bool is_cut = text.size() > quoted_bytes_max;
  return "'" + std::string(text.substr(0, quoted_bytes_max)) + (is_cut ? "…'" : "'");
}

// A member that is there and not null.
const boost::json::value* find(const boost::json::object& config, std::string_view name) {
  const boost::json::value* value = config.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

EngineResult<Instant> parse_at(const boost::json::value& at, const Zone& zone) {
  const auto time = at.is_string() ? parse_time(at.get_string()) : std::nullopt;
  if (!time) {
    return refused(
        "'at' must be a time in whole seconds, such as '2026-03-02T01:30:00+01:00', or without "
        "an offset as clocks in 'timezone' show it"
    );
  }
  return time->offset ? Instant((time->local - *time->offset).time_since_epoch())
                      : first_instant_of(time->local, zone);
}

EngineResult<Expression> parse_expression(const boost::json::value* text) {
  if (text == nullptr || !text->is_string() || text->get_string().empty()) {
    return refused("Cron expression is required");
  }
  auto expression = Expression::parse(text->get_string());
  if (!expression) {
    return refused(
        "Invalid cron expression " + in_quotes(text->get_string()) + ": " +
        expression.error().message
    );
  }
  return *expression;
}

}  // namespace

std::optional<Instant> Schedule::next_after(Instant after) const {
  if (const auto* expression = std::get_if<Expression>(&when)) {
    return next_fire(*expression, *zone, after);
  }
  const Instant at = std::get<Instant>(when);
  return at > after ? std::optional(at) : std::nullopt;
}

EngineResult<Schedule> parse_times(const boost::json::object& config, Zones& zones) {
  Schedule schedule{.when = Instant()};
  if (const auto* name = find(config, "timezone")) {
    schedule.zone = name->is_string() ? zones.find(name->get_string()) : nullptr;
    if (!name->is_string()) {
      return refused("'timezone' must be the IANA name of a time zone, such as 'Europe/Berlin'");
    }
    if (schedule.zone == nullptr) {
      return refused(
          "'timezone' " + in_quotes(name->get_string()) +
          " is not known; it must be an IANA name, such as 'Europe/Berlin', that the time zone "
          "database of this machine has (package tzdata)"
      );
    }
  }
  const auto* at = find(config, "at");
  if (at == nullptr) {
    const auto expression = parse_expression(config.if_contains("expression"));
    if (!expression) {
      return expression.error();
    }
    schedule.when = *expression;
    return schedule;
  }
  // Typed configs have an empty expression where there is none.
  if (const auto* other = find(config, "expression"); other != nullptr && *other != "") {
    return refused("'expression' and 'at' exclude each other");
  }
  const auto instant = parse_at(*at, *schedule.zone);
  if (!instant) {
    return instant.error();
  }
  schedule.when = *instant;
  return schedule;
}

EngineResult<Schedule> parse_schedule(std::string_view config_json, Zones& zones, Instant now) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max + 1;
  const boost::json::value parsed = boost::json::parse(config_json, error, {}, options);
  static const boost::json::object nothing;
  const boost::json::object& config = parsed.is_object() ? parsed.get_object() : nothing;
  auto schedule = parse_times(config, zones);
  if (!schedule) {
    return schedule;
  }
  if (const auto* at = std::get_if<Instant>(&schedule->when); at != nullptr && *at <= now) {
    return refused("'at' has passed: " + to_text(base::WallTime(*at)));
  }
  if (const auto* overlap = find(config, "overlap")) {
    const std::string_view name =
        overlap->is_string() ? std::string_view(overlap->get_string()) : std::string_view();
    const auto* const known =
        std::ranges::find(overlaps, name, &decltype(overlaps)::value_type::first);
    if (known == overlaps.end()) {
      return refused("'overlap' must be 'skip', 'queue' or 'allow'");
    }
    schedule->overlap = known->second;
  }
  if (const auto* jitter = find(config, "jitter_ms")) {
    const std::int64_t most = limits::cron_jitter_max.count();
    const std::int64_t given = jitter->is_int64() ? jitter->get_int64() : -1;
    if (given < 0 || given > most) {
      return refused("'jitter_ms' must be a whole number within 0 and " + std::to_string(most));
    }
    schedule->jitter = std::chrono::milliseconds(given);
  }
  if (const auto* catch_up = find(config, "catch_up");
      catch_up != nullptr && *catch_up != boost::json::value(false)) {
    return refused(
        "'catch_up' is not available: it needs a store that remembers the last run, which this "
        "engine does not have; ticks that pass while it is down are dropped"
    );
  }
  return schedule;
}

}  // namespace iii::workers::cron
