// The four lists (spec: sdk §10). Engines before line 0.13 and after it answer the same ids
// differently: a function that is not there means the other line.
#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <utility>
#include <vector>

namespace iii::inline v0 {

namespace {

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

std::vector<FunctionInfo> Client::list_functions() {
  return read_functions(trigger({.function_id = "engine::functions::list", .payload = JsonObject{}})
  ).items;
}

std::vector<WorkerInfo> Client::list_workers() {
  return read_workers(trigger({.function_id = "engine::workers::list", .payload = JsonObject{}})
  ).items;
}

std::vector<TriggerInfo> Client::list_triggers(bool include_internal) {
  return read_triggers(ask_either(
                           *this,
                           "engine::registered-triggers::list",
                           "engine::triggers::list",
                           {{"include_internal", include_internal}}
                       )
  ).items;
}

std::vector<TriggerTypeInfo> Client::list_trigger_types(bool include_internal) {
  return read_trigger_types(ask_either(
                                *this,
                                "engine::trigger-types::list",
                                "engine::triggers::list",
                                {{"include_internal", include_internal}}
                            )
  ).items;
}

}  // namespace iii::inline v0
