// What functions behind the engine's own trigger types receive (builtin_triggers.hpp has the
// configs). Those behind `http` receive an HttpRequest (http.hpp); those behind queues and
// subscriptions receive what was published.
#pragma once

#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/http.hpp>
#include <iii/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace iii::inline v0 {

using HttpCallRequest = HttpRequest<>;

struct CronCallRequest {
  std::string trigger = "cron";
  std::string job_id;  // the trigger's id
  std::chrono::sys_time<std::chrono::nanoseconds> scheduled_time = {};
  std::chrono::sys_time<std::chrono::nanoseconds> actual_time = {};
};
III_DECLARE_DESCRIBED(CronCallRequest)

enum class StateEventType { created, updated, deleted };
III_DECLARE_DESCRIBED_ENUM(StateEventType)

struct StateCallRequest {
  std::string type = "state";
  StateEventType event_type = StateEventType::created;
  std::string scope = {};
  std::string key = {};
  std::optional<Json> old_value = {};
  Json new_value = {};
};
III_DECLARE_DESCRIBED(StateCallRequest)

struct StreamCreated {
  Json data;
};
III_DECLARE_DESCRIBED(StreamCreated)

struct StreamUpdated {
  Json data;
};
III_DECLARE_DESCRIBED(StreamUpdated)

struct StreamDeleted {
  Json data;  // as it was
};
III_DECLARE_DESCRIBED(StreamDeleted)

// Of stream::send.
struct StreamMessage {
  std::string type;
  Json data;
};
III_DECLARE_DESCRIBED(StreamMessage)

struct StreamSent {
  StreamMessage event;
};
III_DECLARE_DESCRIBED(StreamSent)

using StreamEvent = std::variant<StreamCreated, StreamUpdated, StreamDeleted, StreamSent>;

struct StreamCallRequest {
  std::string type = "stream";
  std::chrono::milliseconds timestamp{};  // since 1970, UTC
  std::string stream_name;
  std::string group_id;
  std::optional<std::string> id;  // of the item
  StreamEvent event;
};
III_DECLARE_DESCRIBED(StreamCallRequest)

// Of `stream:join`, which answers with a StreamJoinResult (stream.hpp), and of `stream:leave`.
struct StreamSubscriptionCallRequest {
  std::string subscription_id;
  std::string stream_name;
  std::string group_id;
  std::optional<std::string> id;
  std::optional<Json> context;  // of StreamAuthResult
};
III_DECLARE_DESCRIBED(StreamSubscriptionCallRequest)

struct LogCallRequest {
  std::chrono::nanoseconds timestamp_unix_nano{};           // since 1970, UTC
  std::chrono::nanoseconds observed_timestamp_unix_nano{};  // likewise
  std::int32_t severity_number = 0;                         // as OpenTelemetry counts: 9 is info
  std::string severity_text;
  std::string body;
  Json attributes = JsonObject();
  std::optional<std::string> trace_id;
  std::optional<std::string> span_id;
  Json resource = JsonObject();
  std::string service_name;
  std::optional<std::string> instrumentation_scope_name;
  std::optional<std::string> instrumentation_scope_version;
};
III_DECLARE_DESCRIBED(LogCallRequest)

struct FunctionsAvailableCallRequest {
  std::string event;                // "functions_changed"
  Listing<FunctionInfo> functions;  // all, internal ones included
};
III_DECLARE_DESCRIBED(FunctionsAvailableCallRequest)

struct WorkersAvailableCallRequest {
  std::string event;  // "worker_connected", "worker_metadata_updated", "worker_disconnected"
  std::string worker_id;
};
III_DECLARE_DESCRIBED(WorkersAvailableCallRequest)

}  // namespace iii::inline v0
