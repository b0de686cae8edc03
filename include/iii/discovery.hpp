// What an engine tells about its functions, workers and triggers. Engines of both lines are
// understood: members that only one of them sends are optional, and names that changed are read
// under both. One element that cannot be read does not hide the others.
//
//   iii::Listing<iii::FunctionInfo> listing = iii::read_functions(reply);
//   for (const iii::FunctionInfo& function : listing.items) …
#pragma once

#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

struct FunctionInfo {
  std::string function_id;
  std::optional<std::string> description;
  std::optional<Json> request_format;   // in lists of line 0.11, and in engine::functions::info
  std::optional<Json> response_format;  // likewise
  std::optional<Json> metadata;
  std::optional<std::string> worker_name;
  std::optional<std::string> namespace_name;
};
III_DECLARE_DESCRIBED(FunctionInfo)

struct WorkerInfo {
  std::string id;
  std::string status;  // "connected"; "available" for the engine's own
  std::uint64_t connected_at_ms = 0;
  std::uint64_t function_count = 0;
  std::vector<std::string> functions;  // line 0.11 only
  std::uint64_t active_invocations = 0;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> runtime;
  std::optional<std::string> version;
  std::optional<std::string> os;
  std::optional<std::string> ip_address;
  std::optional<std::string> isolation;
  std::optional<std::string> namespace_name;
  std::optional<std::uint32_t> pid;
  std::optional<bool> internal;
  std::optional<Json> latest_metrics;
};
III_DECLARE_DESCRIBED(WorkerInfo)

// A trigger that binds a function.
struct TriggerInfo {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  Json config;
  std::optional<Json> metadata;
  std::optional<std::string> worker_name;     // of the function's owner
  std::optional<std::string> config_summary;  // at most 80 characters
  std::optional<std::string> namespace_name;
};
III_DECLARE_DESCRIBED(TriggerInfo)

struct TriggerTypeInfo {
  std::string id;
  std::string description;
  std::optional<Json> trigger_request_format;
  std::optional<Json> call_request_format;
  std::optional<Json> response_schema;
  std::optional<std::string> worker_name;
  std::optional<std::uint64_t> instance_count;
  std::optional<std::string> namespace_name;
};
III_DECLARE_DESCRIBED(TriggerTypeInfo)

template <class T>
struct Listing {
  std::vector<T> items;
  std::vector<Error> errors;  // one for each element that could not be read
  bool is_missing = false;    // there was no list; `errors` has one that says what there was
};

// A list inside a larger value is as lenient, and writes only its items.
template <class T>
struct JsonConversion<Listing<T>> {
  static Json to_json(const Listing<T>& listing) { return iii::to_json(listing.items); }
  static Result<Listing<T>> from_json(const Json& json) {
    const JsonArray* const elements = json.if_array();
    if (elements == nullptr) {
      return Error::serde("expected an array, found " + detail::shown(json));
    }
    Listing<T> listing;
    for (const Json& element : *elements) {
      Result<T> item = iii::from_json<T>(element);
      if (item) {
        listing.items.push_back(*std::move(item));
      } else {
        listing.errors.push_back(item.error());
      }
    }
    return listing;
  }
  static Json json_schema() { return JsonObject{{"type", "array"}}; }
};

// From the reply of a listing function of either line. A reply without the list has one error.
[[nodiscard]] Listing<FunctionInfo> read_functions(const Json& reply);
// Likewise, of engine::workers::list.
[[nodiscard]] Listing<WorkerInfo> read_workers(const Json& reply);
// Of engine::registered-triggers::list, or engine::triggers::list of line 0.11.
[[nodiscard]] Listing<TriggerInfo> read_triggers(const Json& reply);
// Of engine::triggers::list, or engine::trigger-types::list of line 0.11.
[[nodiscard]] Listing<TriggerTypeInfo> read_trigger_types(const Json& reply);

}  // namespace iii::inline v0
