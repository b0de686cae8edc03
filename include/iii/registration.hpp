// What a worker tells an engine of itself, as values: functions, services, trigger types. Names and
// members are those of the other SDKs.
//
//   client.register_function_with(
//       iii::RegisterFunctionMessage::with_id("math::add").with_description("Adds."), add);
//
// to_message() is the message as it is sent. Plain values; any thread.
#pragma once

#include <iii/http_invocation.hpp>
#include <iii/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace iii::inline v0 {

// A function; its handler, if it has one here, is given beside it.
struct RegisterFunctionMessage {
  std::string id;
  std::optional<std::string> description = std::nullopt;
  // JSON Schema. None: that of the handler's types.
  std::optional<Json> request_format = std::nullopt;
  std::optional<Json> response_format = std::nullopt;
  std::optional<Json> metadata = std::nullopt;
  // Of a function that the engine runs by HTTP; it has no handler here.
  std::optional<HttpInvocationConfig> invocation = std::nullopt;

  [[nodiscard]] static RegisterFunctionMessage with_id(std::string id) {
    return {.id = std::move(id)};
  }
  [[nodiscard]] RegisterFunctionMessage with_description(std::string text) const {
    RegisterFunctionMessage changed = *this;
    changed.description = std::move(text);
    return changed;
  }
  [[nodiscard]] RegisterFunctionMessage with_metadata(Json json) const {
    RegisterFunctionMessage changed = *this;
    changed.metadata = std::move(json);
    return changed;
  }
  [[nodiscard]] Json to_message() const;
};

// Purely for order in listings: functions of a service are called `service::name`.
struct RegisterServiceMessage {
  std::string id;
  std::string name;  // empty: the id
  std::string description = {};
  std::string parent_service_id = {};

  // One that has only an id yet, which is its name too.
  [[nodiscard]] static RegisterServiceMessage with_id(std::string id) {
    return {.id = std::move(id), .name = {}};
  }
  [[nodiscard]] RegisterServiceMessage with_name(std::string text) const {
    RegisterServiceMessage changed = *this;
    changed.name = std::move(text);
    return changed;
  }
  [[nodiscard]] RegisterServiceMessage with_description(std::string text) const {
    RegisterServiceMessage changed = *this;
    changed.description = std::move(text);
    return changed;
  }
  [[nodiscard]] RegisterServiceMessage with_parent(std::string service_id) const {
    RegisterServiceMessage changed = *this;
    changed.parent_service_id = std::move(service_id);
    return changed;
  }
  [[nodiscard]] Json to_message() const;
};

struct RegisterTriggerTypeMessage {
  std::string id;
  std::string description = {};
  std::optional<Json> trigger_request_format = std::nullopt;  // schema of a trigger's config
  std::optional<Json> call_request_format = std::nullopt;     // schema of what it calls with

  [[nodiscard]] Json to_message() const;
};

}  // namespace iii::inline v0
