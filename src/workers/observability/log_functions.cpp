#include "workers/observability/log_functions.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/input.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "workers/worker.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers {

namespace from_worker = protocol::from_worker;
using boost::json::object;
using boost::json::value;

namespace {

constexpr std::string_view log_prefix = "engine::log::";
constexpr std::string_view get_id = "engine::baggage::get";
constexpr std::string_view get_all_id = "engine::baggage::get_all";
constexpr std::string_view set_id = "engine::baggage::set";

constexpr std::array<std::pair<std::string_view, core::Severity>, 5> levels = {{
    {"trace", core::Severity::trace},
    {"debug", core::Severity::debug},
    {"info", core::Severity::info},
    {"warn", core::Severity::warn},
    {"error", core::Severity::error},
}};

constexpr std::array<std::string_view, 5> log_members = {
    "trace_id", "span_id", "message", "data", "service_name"
};
constexpr std::array<std::string_view, 2> baggage_members = {"key", "value"};

// The value of `key` in W3C baggage, or all of them.
object baggage_entries(std::string_view baggage) {
  object entries;
  while (!baggage.empty()) {
    const std::size_t comma = baggage.find(',');
    const std::string_view entry = baggage.substr(0, comma);
    baggage.remove_prefix(comma == std::string_view::npos ? baggage.size() : comma + 1);
    // The entry that the engine adds itself names the called function, not anything of the caller.
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos && entry.substr(0, equals) != "iii.function.id") {
      entries[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
  }
  return entries;
}

void answer(Outputs& outputs, const Invocation& invocation, const value& result) {
  outputs.replies.push_back({invocation.id, boost::json::serialize(result), {}});
}

void write_log(
    core::Severity severity, const Invocation& invocation, const value& data, Outputs& outputs
) {
  core::Input input(data, log_members);
  const std::string message = input.required_text("message");
  const auto service_name = input.text("service_name");
  const auto trace_id = input.text("trace_id");
  const auto span_id = input.text("span_id");
  if (auto error = input.error(invocation.function_id)) {
    outputs.replies.push_back({invocation.id, {}, std::move(error)});
    return;
  }
  core::Note note{severity, "worker_log", {{"message", message}}, true};
  note.fields.emplace_back("service_name", service_name.value_or("unknown"));
  if (trace_id) {
    note.fields.emplace_back("trace_id", *trace_id);
  }
  if (span_id) {
    note.fields.emplace_back("span_id", *span_id);
  }
  if (const value* attributes = input.any("data")) {
    note.fields.emplace_back("data", boost::json::serialize(*attributes));
  }
  outputs.notes.push_back(std::move(note));
  outputs.replies.push_back({invocation.id, {}, {}});
}

void use_baggage(const Invocation& invocation, const value& data, Outputs& outputs) {
  core::Input input(data, baggage_members);
  const bool is_get_all = invocation.function_id == get_all_id;
  const std::string key = is_get_all ? "" : input.required_text("key");
  if (invocation.function_id == set_id) {
    (void)input.required_text("value");
  }
  if (auto error = input.error(invocation.function_id)) {
    outputs.replies.push_back({invocation.id, {}, std::move(error)});
    return;
  }
  object entries = baggage_entries(invocation.baggage);
  if (is_get_all) {
    answer(outputs, invocation, object{{"baggage", std::move(entries)}});
  } else if (invocation.function_id == get_id) {
    const value* found = entries.if_contains(key);
    answer(outputs, invocation, object{{"value", found == nullptr ? value(nullptr) : *found}});
  } else {
    answer(
        outputs,
        invocation,
        object{
            {"success", true},
            {"note", "Baggage travels with calls: set it in the context of the caller's SDK."}
        }
    );
  }
}

from_worker::RegisterFunction function(
    std::string id, std::string_view description, std::string_view schema
) {
  from_worker::RegisterFunction message;
  message.id = std::move(id);
  message.description = description;
  message.request_format = schema;
  return message;
}

}  // namespace

core::LocalWorker LogFunctions::identity() const {
  return {
      .name = "iii-observability",
      .description = "Log lines and baggage of calls.",
      .is_mandatory = true
  };
}

void LogFunctions::start(Outputs& outputs) {
  constexpr std::string_view log_schema =
      R"({"type":"object","properties":{"message":{"type":"string"},"data":{},)"
      R"("trace_id":{"type":["string","null"]},"span_id":{"type":["string","null"]},)"
      R"("service_name":{"type":["string","null"]}},"required":["message"]})";
  for (const auto& [name, severity] : levels) {
    outputs.messages.emplace_back(function(
        std::string(log_prefix).append(name), "Writes a line to the engine's log.", log_schema
    ));
  }
  constexpr std::string_view key_schema =
      R"({"type":"object","properties":{"key":{"type":"string"}},"required":["key"]})";
  outputs.messages.emplace_back(function(
      std::string(get_id), "The baggage entry of this call with the given key.", key_schema
  ));
  outputs.messages.emplace_back(
      function(std::string(get_all_id), "All baggage entries of this call.", R"({"type":"object"})")
  );
  outputs.messages.emplace_back(function(
      std::string(set_id),
      "Changes nothing: baggage is set in the caller's SDK.",
      R"({"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}},)"
      R"("required":["key","value"]})"
  ));
}

void LogFunctions::on_invoked(const Invocation& invocation, base::Now, Outputs& outputs) {
  if (invocation.data_json.size() > base::limits::engine_input_bytes_max) {
    outputs.replies.push_back(
        {invocation.id,
         {},
         protocol::error_body(
             protocol::codes::payload_too_large,
             invocation.function_id + " takes at most " +
                 std::to_string(base::limits::engine_input_bytes_max) + " bytes"
         )}
    );
    return;
  }
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max + 1;
  const value data = boost::json::parse(invocation.data_json, error, {}, options);
  for (const auto& [name, severity] : levels) {
    if (invocation.function_id == std::string(log_prefix).append(name)) {
      write_log(severity, invocation, data, outputs);
      return;
    }
  }
  use_baggage(invocation, data, outputs);
}

}  // namespace iii::workers
