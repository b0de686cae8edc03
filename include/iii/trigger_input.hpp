// What binds a function to a source of events. The configs of the engine's own trigger types
// (builtin_triggers.hpp) make one with for_function(); for other types fill it in.
#pragma once

#include <iii/json.hpp>

#include <optional>
#include <string>

namespace iii::inline v0 {

struct RegisterTriggerInput {
  std::string trigger_type;  // "http", "cron", …
  std::string function_id;
  Json config = JsonObject{};  // must be present on the wire
  // Reaches the function as the metadata of its invocation.
  std::optional<Json> metadata = std::nullopt;
  // Engines of line 0.23: where the function is, and where the trigger type is. None: in this
  // worker's namespace, and wherever the engine looks.
  std::optional<std::string> namespace_name = std::nullopt;
  std::optional<std::string> trigger_namespace = std::nullopt;
};

}  // namespace iii::inline v0
