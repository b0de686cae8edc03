// The messages that a worker sends to the engine (spec: sdk §6-§9), for encoding. Everything is
// borrowed for the call. Members named …_json are JSON texts; the others are plain text and are
// quoted here. Empty optional members are left out (spec: sdk §27, item 4).
#pragma once

#include "base/id.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace iii::protocol::to_engine {

using from_worker::Action;

struct InvokeFunction {
  std::optional<base::InvocationId> invocation_id;
  std::string_view function_id;
  std::string_view data_json = "null";  // must be there (spec: sdk §27, item 2)
  Action action = Action::call;
  std::string_view queue;  // with Action::enqueue
  std::string_view traceparent;
  std::string_view baggage;
  std::string_view metadata_json;
  std::string_view name_space;
  // After which nobody waits any more. Engines that do not know it ignore it (spec: wire-protocol
  // §3).
  std::optional<std::uint64_t> timeout_ms = {};
};

struct InvocationResult {
  base::InvocationId invocation_id;
  std::string_view function_id;
  std::string_view result_json = "null";
  const ErrorBody* error = nullptr;  // wins over the result
  std::string_view traceparent;
  std::string_view baggage;
};

struct RegisterFunction {
  std::string_view id;
  std::string_view description;
  std::string_view request_format_json;
  std::string_view response_format_json;
  std::string_view metadata_json;
  std::string_view invocation_json;  // of an HTTP-invoked function (spec: sdk §6.5)
};

struct UnregisterFunction {
  std::string_view id;
};

struct RegisterTriggerType {
  std::string_view id;
  std::string_view description;  // always written
  std::string_view trigger_request_format_json;
  std::string_view call_request_format_json;
};

struct UnregisterTriggerType {
  std::string_view id;
};

struct RegisterTrigger {
  std::string_view id;
  std::string_view trigger_type;
  std::string_view function_id;
  std::string_view config_json = "{}";  // must be there (spec: sdk §27, item 2)
  std::string_view metadata_json;
  std::string_view name_space;
  std::string_view trigger_namespace = {};
};

struct UnregisterTrigger {
  std::string_view id;
  std::string_view trigger_type;
};

struct TriggerRegistrationResult {
  std::string_view id;
  std::string_view trigger_type;
  std::string_view function_id;
  const ErrorBody* error = nullptr;
};

struct RegisterService {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  std::string_view parent_service_id;
};

struct Reattach {
  std::string_view previous_worker_id;
  std::string_view token;
};

struct Pong {};

using Message = std::variant<
    InvokeFunction,
    InvocationResult,
    RegisterFunction,
    UnregisterFunction,
    RegisterTriggerType,
    UnregisterTriggerType,
    RegisterTrigger,
    UnregisterTrigger,
    TriggerRegistrationResult,
    RegisterService,
    Reattach,
    Pong>;

}  // namespace iii::protocol::to_engine

namespace iii::protocol {

// The JSON text of a message. Plain texts must be UTF-8 and JSON texts well-formed.
[[nodiscard]] std::string encode(const to_engine::Message& message);
// The same in place of what `text` holds, in its memory if that is enough.
void encode(const to_engine::Message& message, std::string& text);

}  // namespace iii::protocol
