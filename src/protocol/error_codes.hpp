// The error codes that the engine itself puts on the wire, in one table: name, spelling, meaning,
// source. Codes of functions are passed through and do not stand here. Spellings of the reference
// system are load-bearing: SDKs map some.
#pragma once

#include <string_view>

namespace iii::protocol::codes {

// No live worker has registered the function (spec: wire-protocol §14.1).
inline constexpr std::string_view function_not_found = "function_not_found";
// The worker that was executing the call, or the engine, has gone (spec: wire-protocol §14.1).
inline constexpr std::string_view invocation_stopped = "invocation_stopped";
// The function has ended without a result that can be sent (spec: wire-protocol §8.3).
inline constexpr std::string_view invocation_failed = "invocation_failed";
// Another call took over the invocation id (spec: wire-protocol §14.1).
inline constexpr std::string_view invocation_error = "invocation_error";
// The queue refused the message, or there is none (spec: wire-protocol §8.5).
inline constexpr std::string_view enqueue_error = "enqueue_error";
// A built-in function could not read its input (spec: engine-core §4.3).
inline constexpr std::string_view deserialization_error = "deserialization_error";
// A provider refused a trigger (spec: wire-protocol §14.1).
inline constexpr std::string_view trigger_registration_failed = "trigger_registration_failed";
// Lookups and arguments of engine::*::info functions (spec: wire-protocol §14.1).
inline constexpr std::string_view not_found = "NOT_FOUND";
inline constexpr std::string_view invalid_arguments = "INVALID_ARGUMENTS";
// Functions behind URLs: why there is none, and why a call of one failed (spec: engine-core §13).
inline constexpr std::string_view url_validation_failed = "url_validation_failed";
inline constexpr std::string_view secret_not_found = "secret_not_found";
inline constexpr std::string_view token_not_found = "token_not_found";
inline constexpr std::string_view api_key_not_found = "api_key_not_found";
inline constexpr std::string_view http_request_failed = "http_request_failed";
inline constexpr std::string_view http_response_failed = "http_response_failed";
inline constexpr std::string_view http_error = "http_error";
inline constexpr std::string_view invalid_response = "invalid_response";
// Answers of the HTTP worker itself (spec: http §8, §9, §11).
inline constexpr std::string_view internal_error = "INTERNAL_ERROR";
inline constexpr std::string_view middleware_timeout = "MIDDLEWARE_TIMEOUT";
// A function id is taken; in `registrationrejected`, towards workers of line 0.25 (spec: line-0.25
// §3).
inline constexpr std::string_view function_namespace_conflict = "FUNCTION_NAMESPACE_CONFLICT";

// --- Ours: what the reference system drops in silence or waits for without end ---

// The deadline of the call has passed. Spelt as SDKs spell their own, which some map to a type
// (spec: wire-protocol §14.5).
inline constexpr std::string_view timeout = "TIMEOUT";
// The body of a request does not fit the function's `request_format`, or that one cannot be used.
inline constexpr std::string_view invalid_body = "INVALID_BODY";
inline constexpr std::string_view invalid_request_format = "invalid_request_format";
// The `invocation` of a function cannot be understood: in the log only.
inline constexpr std::string_view invalid_invocation = "invalid_invocation";
// The message named an invocation but could not be understood.
inline constexpr std::string_view invalid_message = "invalid_message";
// The executing worker's answer could not be understood.
inline constexpr std::string_view invalid_result = "invalid_result";
// The target does not read what it has been sent (limits::outbox_refuse_bytes).
inline constexpr std::string_view worker_overloaded = "worker_overloaded";
// The caller has too many calls in flight (limits::invocations_max), or the engine too many
// channels.
inline constexpr std::string_view limit_exceeded = "limit_exceeded";
// The engine is shutting down and takes no new calls.
inline constexpr std::string_view engine_stopping = "engine_stopping";
// The receiver could not take the message and would lose its connection. Spelt as SDKs of line 0.25
// spell their own.
inline constexpr std::string_view payload_too_large = "payload_too_large";
// A trigger's condition said no, or could not be asked: told to the in-process provider that wants
// to know how its event ended (spelling of the first: spec: engine-core §7).
inline constexpr std::string_view condition_not_met = "CONDITION_NOT_MET";
inline constexpr std::string_view condition_failed = "condition_failed";
// The trigger id belongs to another worker.
inline constexpr std::string_view trigger_id_in_use = "trigger_id_in_use";

}  // namespace iii::protocol::codes
