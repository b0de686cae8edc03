// The four lists (spec: sdk §10). Engines before line 0.13 and after it answer the same ids
// differently: a function that is not there means the other line.
#include "sdk/driver.hpp"

#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
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

// What can be read of it; the rest is told to the log.
template <class T>
std::vector<T> items_of(Listing<T> listing, sdk::Driver& driver) {
  if (listing.is_missing) {
    throw std::move(listing.errors.front());
  }
  for (const Error& error : listing.errors) {
    driver.log(LogLevel::debug, "an element of a list is left out: " + error.message());
  }
  return std::move(listing.items);
}

}  // namespace

std::vector<FunctionInfo> Client::list_functions() {
  return items_of(read_functions(trigger("engine::functions::list", JsonObject())), driver());
}

std::vector<WorkerInfo> Client::list_workers() {
  return items_of(read_workers(trigger("engine::workers::list", JsonObject())), driver());
}

std::vector<TriggerInfo> Client::list_triggers(bool include_internal) {
  const Json answer = ask_either(
      *this,
      "engine::registered-triggers::list",
      "engine::triggers::list",
      {{"include_internal", include_internal}}
  );
  return items_of(read_triggers(answer), driver());
}

std::vector<TriggerTypeInfo> Client::list_trigger_types(bool include_internal) {
  const Json answer = ask_either(
      *this,
      "engine::trigger-types::list",
      "engine::triggers::list",
      {{"include_internal", include_internal}}
  );
  return items_of(read_trigger_types(answer), driver());
}

}  // namespace iii::inline v0
