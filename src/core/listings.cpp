#include "core/listings.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/function_table.hpp"
#include "core/trigger_table.hpp"
#include "core/worker_metrics.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {

namespace {

constexpr std::string_view internal_prefix = "engine::";

std::string_view first_segment(std::string_view id) {
  return id.substr(0, id.find("::"));
}

boost::json::value or_null(const std::optional<std::string>& text) {
  return text ? boost::json::value(*text) : boost::json::value(nullptr);
}

void add_if_present(boost::json::object& row, std::string_view name, std::string_view json) {
  if (!json.empty()) {
    row[name] = parsed(json);
  }
}

// Without the blanks between its parts, and cut, as in the reference system (spec: engine-core
// §8.2), but never inside a character. From the text and not from the value that is shown beside
// it: keys and numbers stay as the worker wrote them, and of a large one only the beginning is
// read.
std::string summary_of(std::string_view config_json) {
  constexpr std::size_t characters_max = 80;
  std::string summary;
  std::size_t characters = 0;
  bool is_in_string = false;
  bool is_escaped = false;
  for (const char c : config_json) {
    if (!is_in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
      continue;
    }
    const bool starts_character = (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    if (starts_character && characters++ == characters_max) {
      return summary + "…";
    }
    summary += c;
    is_in_string = is_in_string != (c == '"' && !is_escaped);
    is_escaped = c == '\\' && !is_escaped;
  }
  return summary;
}

boost::json::array triggers_of_function(const Core& core, std::string_view function_id) {
  boost::json::array triggers;
  for (const Trigger* trigger : core.triggers().known()) {
    if (trigger->function_id == function_id) {
      boost::json::object row{
          {"id", trigger->id},
          {"trigger_type", trigger->type},
          {"config", parsed(trigger->config_json)}
      };
      row["state"] = trigger->is_live ? "live" : "pending";
      if (!trigger->is_live) {
        row["pending_reason"] = trigger->pending_reason;
      }
      triggers.push_back(std::move(row));
    }
  }
  return triggers;
}

std::int64_t milliseconds(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

boost::json::value number(double value) {
  constexpr double whole_max = 9'007'199'254'740'992;  // 2^53
  const bool is_whole = std::trunc(value) == value && std::abs(value) <= whole_max;
  return is_whole ? boost::json::value(static_cast<std::int64_t>(value))
                  : boost::json::value(value);
}

boost::json::value latest_metrics(const Connection& worker, base::MonotonicTime now) {
  const std::vector<WorkerMetric> metrics = worker.metrics.latest(now);
  if (metrics.empty()) {
    return nullptr;
  }
  // Not "node" for every worker, as in the reference system.
  boost::json::object latest{
      {"runtime", worker.runtime.value_or("unknown")},
      {"timestamp_ms", milliseconds(std::ranges::max(metrics, {}, &WorkerMetric::time).time)}
  };
  for (const WorkerMetric& metric : metrics) {
    latest.emplace(text_of(metric.name), number(metric.number));
  }
  return latest;
}

}  // namespace

boost::json::value parsed(std::string_view json) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max + 1;
  return json.empty() ? nullptr : boost::json::parse(json, error, {}, options);
}

std::string owner_name(const Core& core, std::string_view function_id) {
  const Function* function = core.functions().find(function_id);
  const std::string segment(first_segment(function_id));
  return function != nullptr && function->is_registered() ? function->owner().name.value_or(segment)
                                                          : segment;
}

std::string provider_name(const TriggerType& type) {
  if (is_internal_id(type.id)) {
    return "engine";
  }
  return type.provider().name.value_or(std::string(first_segment(type.id)));
}

bool is_internal_id(std::string_view id) {
  return id.starts_with(internal_prefix);
}

bool is_internal_function(const Function& function, Line line) {
  if (line == Line::v0_11) {
    return is_internal_id(function.id);
  }
  if (is_internal_id(function.id) && !function.id.starts_with("engine::queue::")) {
    return true;
  }
  const boost::json::value metadata = parsed(function.current().description.metadata);
  const boost::json::object* members = metadata.if_object();
  const boost::json::value* internal =
      members == nullptr ? nullptr : members->if_contains("internal");
  return internal != nullptr && *internal == true;
}

boost::json::object function_row(const Core& core, const Function& function) {
  const FunctionDescription& description = function.current().description;
  return {
      {"function_id", function.id},
      {"worker_name", owner_name(core, function.id)},
      {"description", or_null(description.description)},
      {"request_format", parsed(description.request_format)},
      {"response_format", parsed(description.response_format)},
      {"metadata", parsed(description.metadata)}
  };
}

boost::json::object function_detail(const Core& core, const Function& function) {
  const FunctionDescription& description = function.current().description;
  boost::json::object detail{
      {"function_id", function.id},
      {"worker_name", owner_name(core, function.id)},
      {"registered_triggers", triggers_of_function(core, function.id)}
  };
  if (description.description) {
    detail["description"] = *description.description;
  }
  add_if_present(detail, "request_schema", description.request_format);
  add_if_present(detail, "response_schema", description.response_format);
  add_if_present(detail, "metadata", description.metadata);
  return detail;
}

boost::json::array all_functions(const Core& core) {
  boost::json::array rows;
  for (const Function* function : core.functions().sorted()) {
    rows.push_back(function_row(core, *function));
  }
  return rows;
}

boost::json::object worker_row(const Connection& worker, base::MonotonicTime now) {
  const bool is_local = worker.residence == Residence::in_process;
  boost::json::array functions;
  std::set<std::string_view> ids;
  for (const Function* function : worker.functions) {
    ids.insert(function->id);
  }
  for (const std::string_view id : ids) {
    functions.emplace_back(id);
  }
  boost::json::object row{
      {"id", is_local ? worker.name.value_or("") : worker.worker_id.value().to_string()},
      {"name", or_null(worker.name)},
      {"description", or_null(worker.description)},
      {"version", or_null(worker.version)},
      {"runtime", or_null(worker.runtime)},
      {"os", or_null(worker.os)},
      {"status", is_local ? "available" : "connected"},
      {"internal", worker.is_mandatory},
      {"connected_at_ms", milliseconds(worker.connected_at)},
      {"function_count", functions.size()},
      {"functions", std::move(functions)},
      {"active_invocations", worker.issued.size + worker.executing.size},
      {"isolation", or_null(worker.isolation)},
      {"ip_address", is_local ? boost::json::value(nullptr) : boost::json::value(worker.ip_address)
      },
      {"latest_metrics", latest_metrics(worker, now)}
  };
  if (worker.pid) {
    row["pid"] = *worker.pid;
  }
  return row;
}

boost::json::object trigger_type_row(const TriggerType& type) {
  return {
      {"id", type.id},
      {"worker_name", provider_name(type)},
      {"description", type.description().description}
  };
}

boost::json::object trigger_type_detail(const Core& core, const TriggerType& type) {
  boost::json::object detail = trigger_type_row(type);
  add_if_present(detail, "configuration_schema", type.description().trigger_request_format);
  add_if_present(detail, "request_schema", type.description().call_request_format);
  add_if_present(detail, "response_schema", type.description().response_format);
  detail["instance_count"] = core.triggers().live_count(type.id);
  return detail;
}

boost::json::object trigger_row(const Core& core, const Trigger& trigger) {
  boost::json::object row{
      {"id", trigger.id},
      {"trigger_type", trigger.type},
      {"function_id", trigger.function_id},
      {"worker_name", owner_name(core, trigger.function_id)},
      {"config", parsed(trigger.config_json)},
      {"config_summary", summary_of(trigger.config_json)},
      {"state", trigger.is_live ? "live" : "pending"}
  };
  if (!trigger.is_live) {
    row["pending_reason"] = trigger.pending_reason;
  }
  add_if_present(row, "metadata", trigger.metadata_json);
  return row;
}

}  // namespace iii::core
