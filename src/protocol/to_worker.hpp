// The messages that the engine sends to workers (spec: wire-protocol §4). Views live until the
// machine that made them is called again; whatever must live longer is encoded at once.
#pragma once

#include "base/id.hpp"
#include "protocol/error_body.hpp"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

namespace iii::protocol::to_worker {

// Members named …_json are JSON texts, strings with their quotes; an empty one is left out.
struct InvokeFunction {
  base::InvocationId invocation_id;
  std::string_view function_id_json;
  std::string_view data_json;
  // Added to an object payload as `_caller_worker_id`; the payload must not contain that member.
  std::optional<base::WorkerId> caller;
  std::string_view traceparent_json;
  std::string_view baggage_json;
  std::string_view metadata_json;
  std::string_view caller_json;
  std::string_view observe_depth_json;
  // With which the executing in-process worker was given the function; 0: it is its own.
  std::uint64_t registration = 0;

  friend bool operator==(const InvokeFunction&, const InvokeFunction&) = default;
};

struct InvocationResult {
  base::InvocationId invocation_id;
  std::string_view function_id_json;
  std::string_view result_json;
  std::optional<ErrorBody> error;
  std::string_view traceparent_json;
  std::string_view baggage_json;

  friend bool operator==(const InvocationResult&, const InvocationResult&) = default;
};

struct WorkerRegistered {
  base::WorkerId worker_id;
  base::Uuid reattach_token;

  friend bool operator==(const WorkerRegistered&, const WorkerRegistered&) = default;
};

// To the in-process worker that runs functions for others.
struct RegisterFunction {
  std::uint64_t registration = 0;
  std::string id;
  std::string invocation_json;

  friend bool operator==(const RegisterFunction&, const RegisterFunction&) = default;
};

struct UnregisterFunction {
  std::uint64_t registration = 0;

  friend bool operator==(const UnregisterFunction&, const UnregisterFunction&) = default;
};

struct RegisterTrigger {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  std::string config_json;
  std::string metadata_json;

  friend bool operator==(const RegisterTrigger&, const RegisterTrigger&) = default;
};

struct UnregisterTrigger {
  std::string id;
  std::string trigger_type;

  friend bool operator==(const UnregisterTrigger&, const UnregisterTrigger&) = default;
};

struct TriggerRegistrationResult {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  ErrorBody error;

  friend bool operator==(const TriggerRegistrationResult&, const TriggerRegistrationResult&) =
      default;
};

struct RegistrationRejected {
  std::string function_id;
  std::string owner_worker_id;  // empty: a built-in

  friend bool operator==(const RegistrationRejected&, const RegistrationRejected&) = default;
};

struct Pong {
  friend bool operator==(const Pong&, const Pong&) = default;
};

using Message = std::variant<
    InvokeFunction,
    InvocationResult,
    WorkerRegistered,
    RegisterFunction,
    UnregisterFunction,
    RegisterTrigger,
    UnregisterTrigger,
    TriggerRegistrationResult,
    RegistrationRejected,
    Pong>;

// For test failures and logs.
std::ostream& operator<<(std::ostream& out, const Message& message);

}  // namespace iii::protocol::to_worker

namespace iii::protocol {

// The JSON text of a message: exactly encoded_size() bytes, written to `out`. Returns the end.
[[nodiscard]] std::size_t encoded_size(const to_worker::Message& message);
char* encode(const to_worker::Message& message, char* out);
[[nodiscard]] std::string encode(const to_worker::Message& message);

}  // namespace iii::protocol
