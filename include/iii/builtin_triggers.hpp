// The configs of the engine's own trigger types. Each names its type and makes the input of
// register_trigger(); absent members are not sent. What the functions receive stands in
// trigger_events.hpp, and in http.hpp for `http`.
//
//   client.register_trigger(iii::CronTriggerConfig{.expression = "0 0 3 * * *"}
//                               .for_function("reports::nightly"));
//
// A condition is a function that is called first; the trigger's own is called unless it says false.
#pragma once

#include <iii/describe.hpp>
#include <iii/http.hpp>
#include <iii/json.hpp>
#include <iii/trigger_input.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::inline v0 {

struct HttpTriggerConfig {
  static constexpr std::string_view trigger_type = "http";
  std::string api_path;                        // "/orders/:id"
  std::optional<HttpMethod> http_method = {};  // absent: GET
  std::optional<std::string> condition_function_id = {};
  std::vector<std::string> middleware_function_ids = {};
  // Known to iiid; reference engines ignore them.
  std::optional<std::uint64_t> timeout_ms = {};  // until the response begins; absent: the server's
  std::optional<bool> validate_request = {};     // bodies must fit the function's request format

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(HttpTriggerConfig)

// What becomes of a tick while the job still runs for an earlier one.
enum class CronOverlap { skip, queue, allow };
III_DECLARE_DESCRIBED_ENUM(CronOverlap)

// The members after the condition are known to iiid; reference engines ignore them.
struct CronTriggerConfig {
  static constexpr std::string_view trigger_type = "cron";
  std::string expression;  // six fields, seconds first; weekdays from 1, Sunday
  std::optional<std::string> condition_function_id = {};
  std::optional<std::string> timezone = {};  // "Europe/Berlin"; absent: UTC
  std::optional<CronOverlap> overlap = {};   // absent: skip
  std::optional<std::uint64_t> jitter_ms = {};
  std::optional<std::string> at = {};  // once, at this time, instead of an expression

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(CronTriggerConfig)

struct QueueSubscriberConfig {
  std::optional<std::string> type = {};           // "fifo" keeps the order
  std::optional<std::uint64_t> max_retries = {};  // after the first attempt
  std::optional<std::uint64_t> backoff_delay_ms = {};
  std::optional<std::uint64_t> concurrency = {};
  std::optional<std::uint8_t> max_priority = {};
};
III_DECLARE_DESCRIBED(QueueSubscriberConfig)

// The function receives what was published. (The reference SDK sends the type `queue`, which no
// engine knows; spec: sdk §27.)
struct QueueTriggerConfig {
  static constexpr std::string_view trigger_type = "durable:subscriber";
  std::string topic;
  std::optional<std::string> condition_function_id = {};
  std::optional<QueueSubscriberConfig> queue_config = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(QueueTriggerConfig)

// The function receives what was published.
struct SubscribeTriggerConfig {
  static constexpr std::string_view trigger_type = "subscribe";
  std::string topic;
  std::optional<std::string> condition_function_id = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(SubscribeTriggerConfig)

// Absent members match everything, here and below.
struct StateTriggerConfig {
  static constexpr std::string_view trigger_type = "state";
  std::optional<std::string> scope = {};
  std::optional<std::string> key = {};
  std::optional<std::string> condition_function_id = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(StateTriggerConfig)

struct StreamTriggerConfig {
  static constexpr std::string_view trigger_type = "stream";
  std::optional<std::string> stream_name = {};  // official engines fail without it
  std::optional<std::string> group_id = {};
  std::optional<std::string> item_id = {};
  std::optional<std::string> condition_function_id = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(StreamTriggerConfig)

// Official engines ignore both members: the function is called for every stream.
struct StreamJoinTriggerConfig {
  static constexpr std::string_view trigger_type = "stream:join";
  std::optional<std::string> stream_name = {};
  std::optional<std::string> condition_function_id = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(StreamJoinTriggerConfig)

struct StreamLeaveTriggerConfig {
  static constexpr std::string_view trigger_type = "stream:leave";
  std::optional<std::string> stream_name = {};
  std::optional<std::string> condition_function_id = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(StreamLeaveTriggerConfig)

// Exactly this level, not "at least"; `all` and absence match every record.
enum class LogTriggerLevel { all, debug, info, warn, error };
III_DECLARE_DESCRIBED_ENUM(LogTriggerLevel)

struct LogTriggerConfig {
  static constexpr std::string_view trigger_type = "log";
  std::optional<LogTriggerLevel> level = {};

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(LogTriggerConfig)

struct FunctionsAvailableTriggerConfig {
  static constexpr std::string_view trigger_type = "engine::functions-available";

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(FunctionsAvailableTriggerConfig)

struct WorkersAvailableTriggerConfig {
  static constexpr std::string_view trigger_type = "engine::workers-available";

  [[nodiscard]] RegisterTriggerInput for_function(std::string function_id) const;
};
III_DECLARE_DESCRIBED(WorkersAvailableTriggerConfig)

}  // namespace iii::inline v0
