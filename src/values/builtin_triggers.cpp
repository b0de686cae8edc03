#include <iii/builtin_triggers.hpp>
#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/trigger_input.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::inline v0 {

III_DEFINE_DESCRIBED(
    HttpTriggerConfig,
    api_path,
    http_method,
    condition_function_id,
    (middleware_function_ids, omit_empty),
    timeout_ms,
    validate_request
)
III_DEFINE_DESCRIBED_ENUM(CronOverlap, skip, queue, allow)
III_DEFINE_DESCRIBED(
    CronTriggerConfig, expression, condition_function_id, timezone, overlap, jitter_ms, at
)
III_DEFINE_DESCRIBED(
    QueueSubscriberConfig,
    type,
    (max_retries, renamed("maxRetries")),
    (backoff_delay_ms, renamed("backoffDelayMs")),
    concurrency,
    (max_priority, renamed("maxPriority"))
)
III_DEFINE_DESCRIBED(QueueTriggerConfig, topic, condition_function_id, queue_config)
III_DEFINE_DESCRIBED(SubscribeTriggerConfig, topic, condition_function_id)
III_DEFINE_DESCRIBED(StateTriggerConfig, scope, key, condition_function_id)
III_DEFINE_DESCRIBED(StreamTriggerConfig, stream_name, group_id, item_id, condition_function_id)
III_DEFINE_DESCRIBED(StreamJoinTriggerConfig, stream_name, condition_function_id)
III_DEFINE_DESCRIBED(StreamLeaveTriggerConfig, stream_name, condition_function_id)
III_DEFINE_DESCRIBED_ENUM(LogTriggerLevel, all, debug, info, warn, error)
III_DEFINE_DESCRIBED(LogTriggerConfig, level)
III_DEFINE_DESCRIBED(FunctionsAvailableTriggerConfig)
III_DEFINE_DESCRIBED(WorkersAvailableTriggerConfig)

namespace {

RegisterTriggerInput input_of(std::string_view type, std::string function_id, Json config) {
  return {
      .trigger_type = std::string(type),
      .function_id = std::move(function_id),
      .config = std::move(config),
      .metadata = std::nullopt,
  };
}

}  // namespace

RegisterTriggerInput HttpTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput CronTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput QueueTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput SubscribeTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput StateTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput StreamTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput StreamJoinTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput StreamLeaveTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput LogTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput FunctionsAvailableTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

RegisterTriggerInput WorkersAvailableTriggerConfig::for_function(std::string function_id) const {
  return input_of(trigger_type, std::move(function_id), to_json(*this));
}

}  // namespace iii::inline v0
