#include "workers/observability/worker_gauges.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/worker_metrics.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace iii::workers {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using core::WorkerMetricName;

namespace {

constexpr std::string_view prefix = "iii.worker.";
constexpr std::array<std::pair<std::string_view, WorkerMetricName>, 9> names = {{
    {"memory.heap_used", WorkerMetricName::memory_heap_used},
    {"memory.heap_total", WorkerMetricName::memory_heap_total},
    {"memory.rss", WorkerMetricName::memory_rss},
    {"memory.external", WorkerMetricName::memory_external},
    {"cpu.percent", WorkerMetricName::cpu_percent},
    {"cpu.user_micros", WorkerMetricName::cpu_user_micros},
    {"cpu.system_micros", WorkerMetricName::cpu_system_micros},
    {"event_loop.lag_ms", WorkerMetricName::event_loop_lag_ms},
    {"uptime_seconds", WorkerMetricName::uptime_seconds},
}};

const value* member(const value& parent, std::string_view key) {
  const object* found = parent.if_object();
  return found == nullptr ? nullptr : found->if_contains(key);
}

const array& elements(const value* list) {
  static const array none;
  const array* found = list == nullptr ? nullptr : list->if_array();
  return found == nullptr ? none : *found;
}

std::string_view text(const value* found) {
  const boost::json::string* string = found == nullptr ? nullptr : found->if_string();
  return string == nullptr ? std::string_view() : std::string_view(*string);
}

// Writers of OTLP/JSON may put numbers between quotes. Those that JSON does not have are none.
std::optional<double> number(const value* found) {
  if (found == nullptr) {
    return std::nullopt;
  }
  double number = 0;
  if (const std::string_view quoted = text(found); !quoted.empty()) {
    const char* const end = quoted.data() + quoted.size();
    const auto read = std::from_chars(quoted.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) {
      return std::nullopt;
    }
  } else {
    boost::system::error_code error;
    number = found->to_number<double>(error);
    if (error) {
      return std::nullopt;
    }
  }
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

base::WallTime time_of(const value& point, base::WallTime received_at) {
  constexpr double nanoseconds_max = 9e18;
  const double nanoseconds = number(member(point, "timeUnixNano")).value_or(0);
  return nanoseconds > 0 && nanoseconds < nanoseconds_max
             ? base::WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds)))
             : received_at;
}

std::optional<base::WorkerId> worker_of(const value& point) {
  for (const value& attribute : elements(member(point, "attributes"))) {
    const value* content = member(attribute, "value");
    if (content != nullptr && text(member(attribute, "key")) == "worker.id") {
      const auto id = base::Uuid::parse(text(member(*content, "stringValue")));
      return id ? std::optional(base::WorkerId(*id)) : std::nullopt;
    }
  }
  return std::nullopt;
}

void add_points(const value& metric, base::WallTime received_at, std::vector<WorkerGauge>& gauges) {
  std::string_view name = text(member(metric, "name"));
  if (!name.starts_with(prefix)) {
    return;
  }
  name.remove_prefix(prefix.size());
  const auto* const known =
      std::ranges::find(names, name, &std::pair<std::string_view, WorkerMetricName>::first);
  if (known == names.end()) {
    return;
  }
  for (const std::string_view kind : {"gauge", "sum"}) {
    const value* data = member(metric, kind);
    for (const value& point : elements(data == nullptr ? nullptr : member(*data, "dataPoints"))) {
      if (const auto worker = worker_of(point)) {
        const auto fraction = number(member(point, "asDouble"));
        gauges.push_back(
            {*worker,
             {.name = known->second,
              .number = fraction ? *fraction : number(member(point, "asInt")).value_or(0),
              .time = time_of(point, received_at)}}
        );
      }
    }
  }
}

}  // namespace

std::optional<std::vector<WorkerGauge>> worker_gauges(
    std::string_view otlp_json, base::WallTime received_at
) {
  std::vector<WorkerGauge> gauges;
  if (otlp_json.find(prefix) == std::string_view::npos) {
    return gauges;
  }
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max + 1;
  const value request = boost::json::parse(otlp_json, error, {}, options);
  if (error) {
    return std::nullopt;
  }
  for (const value& resource : elements(member(request, "resourceMetrics"))) {
    for (const value& scope : elements(member(resource, "scopeMetrics"))) {
      for (const value& metric : elements(member(scope, "metrics"))) {
        add_points(metric, received_at, gauges);
      }
    }
  }
  return gauges;
}

}  // namespace iii::workers
