#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <string>
#include <string_view>

namespace iii::inline v0 {

III_DEFINE_DESCRIBED(
    FunctionInfo,
    function_id,
    description,
    (request_format, alias("request_schema")),
    (response_format, alias("response_schema")),
    metadata,
    worker_name,
    (namespace_name, renamed("namespace"))
)
III_DEFINE_DESCRIBED(
    WorkerInfo,
    id,
    (status, defaulted),
    (connected_at_ms, defaulted),
    (function_count, defaulted),
    (functions, omit_empty),
    (active_invocations, defaulted),
    name,
    description,
    runtime,
    version,
    os,
    ip_address,
    isolation,
    (namespace_name, renamed("namespace")),
    pid,
    internal,
    latest_metrics
)
III_DEFINE_DESCRIBED(
    TriggerInfo,
    id,
    (trigger_type, defaulted),
    (function_id, defaulted),
    (config, defaulted),
    metadata,
    worker_name,
    config_summary,
    (namespace_name, renamed("namespace"))
)
III_DEFINE_DESCRIBED(
    TriggerTypeInfo,
    id,
    (description, defaulted),
    (trigger_request_format, alias("configuration_schema")),
    (call_request_format, alias("request_schema")),
    response_schema,
    worker_name,
    instance_count,
    (namespace_name, renamed("namespace"))
)

namespace {

const Json* list_in(const Json& reply, std::string_view member) {
  const JsonObject* const object = reply.if_object();
  return object == nullptr ? nullptr : object->if_contains(member);
}

template <class T>
Listing<T> read_list(const Json* list, std::string_view member) {
  if (list == nullptr) {
    return {
        .items = {},
        .errors = {Error::serde(std::string(member) + ": is missing")},
        .is_missing = true,
    };
  }
  Result<Listing<T>> listing = from_json<Listing<T>>(*list);
  if (!listing) {
    return {
        .items = {},
        .errors = {Error::serde(std::string(member) + ": " + listing.error().message())},
        .is_missing = true,
    };
  }
  return *std::move(listing);
}

// The first of two members that is there: the newer line's name comes first.
template <class T>
Listing<T> read_list(const Json& reply, std::string_view newer, std::string_view older) {
  const Json* const list = list_in(reply, newer);
  return read_list<T>(list == nullptr ? list_in(reply, older) : list, newer);
}

}  // namespace

Listing<FunctionInfo> read_functions(const Json& reply) {
  return read_list<FunctionInfo>(list_in(reply, "functions"), "functions");
}

Listing<WorkerInfo> read_workers(const Json& reply) {
  return read_list<WorkerInfo>(list_in(reply, "workers"), "workers");
}

Listing<TriggerInfo> read_triggers(const Json& reply) {
  return read_list<TriggerInfo>(reply, "registered_triggers", "triggers");
}

// In line 0.11 `triggers` holds triggers, but then the reply is of another function.
Listing<TriggerTypeInfo> read_trigger_types(const Json& reply) {
  return read_list<TriggerTypeInfo>(reply, "trigger_types", "triggers");
}

}  // namespace iii::inline v0
