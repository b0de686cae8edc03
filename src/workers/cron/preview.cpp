#include "workers/cron/preview.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/input.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/schedule.hpp"
#include "workers/cron/zone.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::workers::cron {

namespace limits = base::limits;
namespace codes = protocol::codes;
using protocol::error_body;

namespace {

constexpr std::array<std::string_view, 5> members = {
    "expression", "at", "timezone", "count", "after"
};

boost::json::array times_of(const Schedule& schedule, Instant after, std::uint64_t count) {
  boost::json::array times;
  std::optional<Instant> next = schedule.next_after(after);
  for (; next && times.size() < count; next = schedule.next_after(*next)) {
    const ZonePeriod period = schedule.zone->period_at(*next);
    times.push_back(boost::json::object{
        {"time", to_text(base::WallTime(*next))}, {"local_time", to_text(*next, period.offset)}
    });
  }
  return times;
}

}  // namespace

std::variant<std::string, protocol::ErrorBody> preview(
    std::string_view input_json, Zones& zones, base::WallTime now
) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max + 1;
  const boost::json::value parsed = boost::json::parse(input_json, error, {}, options);
  core::Input input(parsed, members);
  const std::uint64_t count = input.number("count", limits::cron_preview_times_max)
                                  .value_or(limits::cron_preview_times_default);
  const std::optional<std::string> after_text = input.text("after");
  if (auto refusal = input.error(preview_id)) {
    return *std::move(refusal);
  }
  Instant after = std::chrono::floor<std::chrono::seconds>(now);
  if (after_text) {
    const auto time = parse_time(*after_text);
    if (!time || !time->offset) {
      return error_body(
          codes::invalid_arguments,
          "'after' must be a time in whole seconds with an offset, such as "
          "'2026-03-02T01:30:00+00:00'"
      );
    }
    after = Instant((time->local - *time->offset).time_since_epoch());
  }
  boost::json::object config;
  for (const std::string_view name : {"expression", "at", "timezone"}) {
    if (const boost::json::value* value = input.any(name)) {
      config[name] = *value;
    }
  }
  const auto schedule = parse_times(config, zones);
  if (!schedule) {
    return error_body(codes::invalid_arguments, schedule.error().message);
  }
  return boost::json::serialize(boost::json::object{{"times", times_of(*schedule, after, count)}});
}

}  // namespace iii::workers::cron
