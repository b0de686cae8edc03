// The messages that workers send to the engine (spec: wire-protocol §4), decoded. The two that
// carry payloads hold slices of the text they were decoded from and live as long as it does;
// registrations own their strings.
#pragma once

#include "base/id.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/malformed.hpp"
#include "protocol/member.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace iii::protocol::from_worker {

using protocol::Ignored;
using protocol::is_present;
using protocol::Malformed;

enum class Action : std::uint8_t { call, fire_and_forget, enqueue };

struct InvokeFunction {
  std::optional<base::InvocationId> invocation_id;
  json::Value function_id;  // string
  json::Value
      data;  // always present; null when the sender left it out (spec: wire-protocol §21 T1)
  Action action = Action::call;
  json::Value queue;  // string; with Action::enqueue
  json::Value traceparent;
  json::Value baggage;
  json::Value metadata;
  // Asserted by workers of line 0.25 (spec: line-0.25 §3.1).
  json::Value caller;
  json::Value observe_depth;  // a number of 32 bits
  // Ours: the call ends with an error after this long.
  std::optional<std::uint64_t> timeout_ms;
};

struct InvocationResult {
  base::InvocationId invocation_id;
  json::Value result;              // absent and null are the same thing for worker-served functions
  std::optional<ErrorBody> error;  // wins over result
};

// Raw JSON members are empty when absent or null.
struct RegisterFunction {
  std::string id;
  std::optional<std::string> description;
  std::string request_format;
  std::string response_format;
  std::string metadata;
  std::string invocation;  // how somebody else runs it; absent: the worker does
};

struct UnregisterFunction {
  std::string id;
};

// Of the in-process worker that runs functions for others; remote ones cannot send it.
struct FunctionRegistrationResult {
  std::uint64_t registration = 0;
  std::optional<ErrorBody> error;
};

struct RegisterTriggerType {
  std::string id;
  std::string description;
  std::string trigger_request_format;
  std::string call_request_format;
  // What the trigger's functions return. Of in-process workers; the wire has no member for it.
  std::string response_format = {};
};

struct UnregisterTriggerType {
  std::string id;
};

struct RegisterTrigger {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  std::string config = "null";
  std::string metadata;
};

struct UnregisterTrigger {
  std::string id;
};

struct TriggerRegistrationResult {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  std::optional<ErrorBody> error;
};

struct RegisterService {
  std::string id;
  std::string name;
  std::optional<std::string> description;
  std::optional<std::string> parent_service_id;
};

struct Reattach {
  std::string previous_worker_id;
  std::optional<std::string> token;
};

struct Ping {};

using Message = std::variant<
    InvokeFunction,
    InvocationResult,
    RegisterFunction,
    UnregisterFunction,
    FunctionRegistrationResult,
    RegisterTriggerType,
    UnregisterTriggerType,
    RegisterTrigger,
    UnregisterTrigger,
    TriggerRegistrationResult,
    RegisterService,
    Reattach,
    Ping,
    Ignored,
    Malformed>;

}  // namespace iii::protocol::from_worker
