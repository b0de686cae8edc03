#include "values/conversion_checks.hpp"

#include <iii/builtin_triggers.hpp>
#include <iii/describe.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/trigger_events.hpp>
#include <iii/trigger_input.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace iii {
namespace {

template <class Config>
void expect_input(const Config& config, std::string_view type, std::string_view json) {
  const RegisterTriggerInput input = config.for_function("shop::f");
  EXPECT_EQ(input.trigger_type, type);
  EXPECT_EQ(input.function_id, "shop::f");
  EXPECT_EQ(input.config, json_of(json)) << serialize(input.config);
  EXPECT_FALSE(input.metadata);
  expect_round_trip<Config>(json);
}

// spec: sdk §14
TEST(BuiltinTriggers, MakeTheInputOfARegistration) {
  expect_input(HttpTriggerConfig{.api_path = "/a"}, "http", R"({"api_path":"/a"})");
  expect_input(
      HttpTriggerConfig{
          .api_path = "/a",
          .http_method = HttpMethod::delete_,
          .condition_function_id = "is",
          .middleware_function_ids = {"m"},
          .timeout_ms = 500,
          .validate_request = true,
      },
      "http",
      R"({"api_path":"/a","http_method":"DELETE","condition_function_id":"is",)"
      R"("middleware_function_ids":["m"],"timeout_ms":500,"validate_request":true})"
  );
  expect_input(
      CronTriggerConfig{.expression = "0 * * * * *"}, "cron", R"({"expression":"0 * * * * *"})"
  );
  expect_input(
      QueueTriggerConfig{
          .topic = "mail",
          .condition_function_id = {},
          .queue_config =
              QueueSubscriberConfig{
                  .type = "fifo", .max_retries = 3, .backoff_delay_ms = 50, .concurrency = 2
              },
      },
      "durable:subscriber",
      R"({"topic":"mail","queue_config":)"
      R"({"type":"fifo","maxRetries":3,"backoffDelayMs":50,"concurrency":2}})"
  );
  expect_input(SubscribeTriggerConfig{.topic = "news"}, "subscribe", R"({"topic":"news"})");
  expect_input(
      StateTriggerConfig{.scope = "fleet", .key = "k"}, "state", R"({"scope":"fleet","key":"k"})"
  );
  expect_input(
      StreamTriggerConfig{.stream_name = "chat", .group_id = "g", .item_id = "i"},
      "stream",
      R"({"stream_name":"chat","group_id":"g","item_id":"i"})"
  );
  expect_input(
      StreamJoinTriggerConfig{.stream_name = "chat"}, "stream:join", R"({"stream_name":"chat"})"
  );
  expect_input(StreamLeaveTriggerConfig{}, "stream:leave", "{}");
  expect_input(LogTriggerConfig{.level = LogTriggerLevel::error}, "log", R"({"level":"error"})");
  expect_input(FunctionsAvailableTriggerConfig{}, "engine::functions-available", "{}");
  expect_input(WorkersAvailableTriggerConfig{}, "engine::workers-available", "{}");
}

TEST(TriggerEvents, LookAsSpecified) {
  expect_round_trip<CronCallRequest>(R"({
    "trigger": "cron", "job_id": "2b6d6b1e", "scheduled_time": "2026-03-02T01:30:00Z",
    "actual_time": "2026-03-02T01:30:00.001734512Z"
  })");
  const Result<CronCallRequest> cron = from_json<CronCallRequest>(json_of(R"({
    "trigger": "cron", "job_id": "2b6d6b1e", "scheduled_time": "2026-03-02T01:30:00+00:00",
    "actual_time": "2026-03-02T01:30:00.001734512+00:00"
  })"));
  ASSERT_TRUE(cron) << cron.error().what();
  EXPECT_EQ((cron->actual_time - cron->scheduled_time).count(), 1'734'512);

  for (const char* const event : {"state:created", "state:updated", "state:deleted"}) {
    expect_round_trip<StateCallRequest>(
        R"({"type":"state","event_type":")" + std::string(event) +
        R"(","scope":"s","key":"k","old_value":1,"new_value":null})"
    );
  }
  for (const char* const event : {
           R"({"type":"create","data":{"text":"hey"}})",
           R"({"type":"update","data":1})",
           R"({"type":"delete","data":null})",
           R"({"type":"event","event":{"type":"typing","data":{"who":"ann"}}})",
       }) {
    expect_round_trip<StreamCallRequest>(
        R"({"type":"stream","timestamp":1767225600123,"streamName":"chat","groupId":"room-9",)"
        R"("id":"m-1","event":)" +
        std::string(event) + "}"
    );
  }
  expect_round_trip<StreamSubscriptionCallRequest>(
      R"({"subscription_id":"sub-1","stream_name":"chat","group_id":"r","context":{"user":"ann"}})"
  );
  expect_round_trip<LogCallRequest>(R"({
    "timestamp_unix_nano": 1760000000000000000, "observed_timestamp_unix_nano": 1760000000000000001,
    "severity_number": 17, "severity_text": "ERROR", "body": "no", "attributes": {"a": 1},
    "trace_id": "t", "span_id": "s", "resource": {"r": "x"}, "service_name": "billing",
    "instrumentation_scope_name": "n", "instrumentation_scope_version": "v"
  })");
  EXPECT_TRUE(from_json<LogCallRequest>(json_of(R"({"trace_id":null,"span_id":null})")));
  expect_round_trip<WorkersAvailableCallRequest>(R"({"event":"worker_connected","worker_id":"w"})");
}

TEST(TriggerEvents, OfFunctionsSkipOnlyWhatCannotBeRead) {
  const auto event = from_json<FunctionsAvailableCallRequest>(
      json_of(R"({"event":"functions_changed","functions":[{"function_id":"a"},{},3]})")
  );
  ASSERT_TRUE(event);
  ASSERT_EQ(event->functions.items.size(), 1U);
  EXPECT_EQ(event->functions.items[0].function_id, "a");
  EXPECT_EQ(event->functions.errors.size(), 2U);
}

}  // namespace
}  // namespace iii
