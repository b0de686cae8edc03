// The four lists (spec: sdk §10). Engines before line 0.13 and after it answer the same ids
// differently: what is looked at is the shape, and a function that is not there means the other
// line.
#include "sdk/driver_handle.hpp"

#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii {

namespace {

const Json* member(const Json& json, std::string_view name) {
  const JsonObject* const object = json.if_object();
  const Json* const value = object == nullptr ? nullptr : object->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> text(const Json& json, std::string_view name) {
  const Json* const value = member(json, name);
  return value != nullptr && value->is_string()
             ? std::optional(std::string(value->get_string().begin(), value->get_string().end()))
             : std::nullopt;
}

std::optional<std::uint64_t> number(const Json& json, std::string_view name) {
  const Json* const value = member(json, name);
  if (value == nullptr || !value->is_number()) {
    return std::nullopt;
  }
  boost::system::error_code error;
  const auto converted = value->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(converted);
}

std::optional<Json> any(const Json& json, std::string_view name) {
  const Json* const value = member(json, name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

// Elements without an id are left out, one by one; the others count.
template <class Info>
std::vector<Info> elements(
    const Json& listing, std::string_view name, std::optional<Info> (*read)(const Json&)
) {
  std::vector<Info> out;
  const Json* const list = member(listing, name);
  if (list != nullptr && list->is_array()) {
    for (const Json& element : list->get_array()) {
      if (auto info = read(element)) {
        out.push_back(*std::move(info));
      }
    }
  }
  return out;
}

std::optional<FunctionInfo> read_function(const Json& json) {
  auto id = text(json, "function_id");
  if (!id) {
    return std::nullopt;
  }
  return FunctionInfo{
      .function_id = *std::move(id),
      .description = text(json, "description"),
      .worker_name = text(json, "worker_name"),
      .request_format = any(json, "request_format"),
      .response_format = any(json, "response_format"),
      .metadata = any(json, "metadata"),
      .namespace_name = text(json, "namespace"),
  };
}

std::optional<WorkerInfo> read_worker(const Json& json) {
  auto id = text(json, "id");
  if (!id) {
    return std::nullopt;
  }
  WorkerInfo info{
      .id = *std::move(id),
      .status = text(json, "status").value_or(""),
      .name = text(json, "name"),
      .description = text(json, "description"),
      .runtime = text(json, "runtime"),
      .version = text(json, "version"),
      .os = text(json, "os"),
      .ip_address = text(json, "ip_address"),
      .isolation = text(json, "isolation"),
      .namespace_name = text(json, "namespace"),
      .connected_at_ms = number(json, "connected_at_ms"),
      .function_count = number(json, "function_count"),
      .active_invocations = number(json, "active_invocations"),
  };
  const Json* const functions = member(json, "functions");
  if (functions != nullptr && functions->is_array()) {
    for (const Json& function : functions->get_array()) {
      if (function.is_string()) {
        info.functions.emplace_back(function.get_string().begin(), function.get_string().end());
      }
    }
  }
  return info;
}

std::optional<TriggerInfo> read_trigger(const Json& json) {
  auto id = text(json, "id");
  if (!id) {
    return std::nullopt;
  }
  return TriggerInfo{
      .id = *std::move(id),
      .trigger_type = text(json, "trigger_type").value_or(""),
      .function_id = text(json, "function_id").value_or(""),
      .config = any(json, "config").value_or(nullptr),
      .worker_name = text(json, "worker_name"),
      .metadata = any(json, "metadata"),
      .namespace_name = text(json, "namespace"),
  };
}

std::optional<TriggerTypeInfo> read_trigger_type(const Json& json) {
  auto id = text(json, "id");
  if (!id) {
    return std::nullopt;
  }
  return TriggerTypeInfo{
      .id = *std::move(id),
      .description = text(json, "description").value_or(""),
      .worker_name = text(json, "worker_name"),
      .trigger_request_format = any(json, "trigger_request_format"),
      .call_request_format = any(json, "call_request_format"),
  };
}

bool is_unknown_function(const Error& error) {
  return error.kind() == ErrorKind::remote && error.code() == "function_not_found";
}

// The first function if the engine has it, otherwise the second.
Json ask_either(Client& client, const char* first, const char* second, const Json& payload) {
  Result<Json> answer = client.try_trigger({.function_id = first, .payload = payload});
  if (!answer && is_unknown_function(answer.error())) {
    answer = client.try_trigger({.function_id = second, .payload = payload});
  }
  return std::move(answer).value();
}

}  // namespace

std::vector<FunctionInfo> functions_of(const Json& listing) {
  return elements(listing, "functions", read_function);
}

std::vector<FunctionInfo> Client::list_functions() {
  return functions_of(trigger({.function_id = "engine::functions::list", .payload = JsonObject{}}));
}

std::vector<WorkerInfo> Client::list_workers() {
  return elements(
      trigger({.function_id = "engine::workers::list", .payload = JsonObject{}}),
      "workers",
      read_worker
  );
}

std::vector<TriggerInfo> Client::list_triggers(bool include_internal) {
  const Json answer = ask_either(
      *this,
      "engine::registered-triggers::list",
      "engine::triggers::list",
      {{"include_internal", include_internal}}
  );
  return elements(
      answer,
      member(answer, "registered_triggers") != nullptr ? "registered_triggers" : "triggers",
      read_trigger
  );
}

std::vector<TriggerTypeInfo> Client::list_trigger_types(bool include_internal) {
  const Json answer = ask_either(
      *this,
      "engine::trigger-types::list",
      "engine::triggers::list",
      {{"include_internal", include_internal}}
  );
  return elements(
      answer,
      member(answer, "trigger_types") != nullptr ? "trigger_types" : "triggers",
      read_trigger_type
  );
}

}  // namespace iii
