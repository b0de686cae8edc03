// The messages that the engine sends to workers (spec: sdk §4.10), decoded by a worker. Members
// that carry payloads are slices of the text they were decoded from and live as long as it does.
#pragma once

#include "base/id.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/malformed.hpp"
#include "protocol/member.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace iii::protocol::from_engine {

using protocol::Ignored;
using protocol::is_present;
using protocol::Malformed;

struct InvokeFunction {
  std::optional<base::InvocationId> invocation_id;  // absent: nobody waits for the answer
  json::Value function_id;                          // string
  json::Value data;                                 // null when the engine left it out
  json::Value traceparent;
  json::Value baggage;
  json::Value metadata;
  std::string_view caller;  // JSON, or empty
};

struct InvocationResult {
  base::InvocationId invocation_id;
  json::Value result;
  // Wins over result. An error that cannot be read still ends the call: code UNKNOWN.
  std::optional<ErrorBody> error;
};

struct WorkerRegistered {
  std::string worker_id;
  std::optional<std::string> reattach_token;
  std::string_view features;  // JSON, or empty
};

struct RegisterTrigger {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  std::string_view config = "null";  // JSON
  std::string_view metadata;         // JSON, or empty
  std::optional<std::string> target_namespace;
};

struct UnregisterTrigger {
  std::string id;
  std::string trigger_type;
};

struct TriggerRegistrationResult {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  std::optional<ErrorBody> error;
};

struct RegistrationRejected {
  std::string code;
  std::string name_space = "default";
  std::optional<std::string> worker_name;
  std::optional<std::string> function_id;
  std::string owner_worker_id;
};

// {"type":"error"}: the engine closes the connection (spec: wire-protocol §1.4).
struct Refusal {
  ErrorBody error;
};

struct Ping {};

using Message = std::variant<
    InvokeFunction,
    InvocationResult,
    WorkerRegistered,
    RegisterTrigger,
    UnregisterTrigger,
    TriggerRegistrationResult,
    RegistrationRejected,
    Refusal,
    Ping,
    Ignored,
    Malformed>;

}  // namespace iii::protocol::from_engine

namespace iii::protocol {

// `text` must be UTF-8 and must outlive the result. Nothing throws; unknown members and types are
// no mistake. Any thread.
[[nodiscard]] from_engine::Message decode_from_engine(std::string_view text);

}  // namespace iii::protocol
