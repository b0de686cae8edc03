#include "sdk/telemetry/settings.hpp"

#include <iii/json.hpp>
#include <iii/otel_config.hpp>
#include <iii/reconnection.hpp>
#include <iii/span.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Surroundings program{
    .executable_name = "shop",
    .sdk_version = "0.1.0",
    .random_uuid = "5b0e7a52-7a1e-4b43-9d0a-0f6c2f1f9a10",
};

TEST(Settings, Item84_have_defaults) {
  const Settings settings = resolve({}, {}, program);
  EXPECT_TRUE(settings.enabled);
  EXPECT_EQ(settings.service_name, "shop");
  EXPECT_EQ(settings.service_version, "0.1.0");
  EXPECT_EQ(settings.service_namespace, "");
  EXPECT_EQ(settings.service_instance_id, program.random_uuid);
  EXPECT_EQ(settings.url, "ws://localhost:49134/otel");
  EXPECT_TRUE(settings.metrics_enabled);
  EXPECT_EQ(settings.metrics_export_interval, 60s);
  EXPECT_EQ(settings.reconnection, ReconnectionConfig{});
  EXPECT_EQ(settings.shutdown_timeout, 10s);
  EXPECT_EQ(settings.channel_capacity, 10'000U);
  EXPECT_TRUE(settings.logs_enabled);
  EXPECT_EQ(settings.logs_flush_interval, 100ms);
  EXPECT_EQ(settings.logs_batch_size, 1U);
  EXPECT_EQ(settings.spans_flush_interval, 100ms);
  EXPECT_TRUE(settings.live_spans);
  EXPECT_TRUE(settings.fetch_instrumentation_enabled);
  EXPECT_THAT(settings.fetch_ignore_urls, IsEmpty());
  EXPECT_TRUE(settings.payloads.is_on);
  EXPECT_EQ(settings.payloads.bytes_max, 0U);
  EXPECT_EQ(resolve({}, {}, {}).service_name, "iii-cpp-sdk");
}

const Environment environment = {
    {"III_URL", "ws://env:1"},
    {"III_DISABLE_TRACE_PAYLOADS", "TRUE"},
    {"III_TRACE_PAYLOAD_MAX_BYTES", "77"},
    {"OTEL_ENABLED", "off"},
    {"OTEL_FETCH_IGNORE_URLS", "/health, ,metrics"},
    {"OTEL_LIVE_SPANS", "0"},
    {"OTEL_LOGS_BATCH_SIZE", "8"},
    {"OTEL_LOGS_FLUSH_INTERVAL_MS", "9"},
    {"OTEL_METRICS_ENABLED", "No"},
    {"OTEL_SERVICE_NAME", "env-name"},
    {"OTEL_SPANS_FLUSH_INTERVAL_MS", "10"},
    {"SERVICE_INSTANCE_ID", "env-instance"},
    {"SERVICE_NAMESPACE", "env-namespace"},
    {"SERVICE_VERSION", "env-version"},
};

TEST(Settings, Item84_take_the_environment_over_defaults) {
  const Settings settings = resolve({}, environment, program);
  EXPECT_FALSE(settings.enabled);
  EXPECT_EQ(settings.service_name, "env-name");
  EXPECT_EQ(settings.service_version, "env-version");
  EXPECT_EQ(settings.service_namespace, "env-namespace");
  EXPECT_EQ(settings.service_instance_id, "env-instance");
  EXPECT_EQ(settings.url, "ws://env:1/otel");
  EXPECT_FALSE(settings.metrics_enabled);
  EXPECT_EQ(settings.logs_flush_interval, 9ms);
  EXPECT_EQ(settings.logs_batch_size, 8U);
  EXPECT_EQ(settings.spans_flush_interval, 10ms);
  EXPECT_FALSE(settings.live_spans);
  EXPECT_THAT(settings.fetch_ignore_urls, ElementsAre("/health", "metrics"));
  EXPECT_FALSE(settings.payloads.is_on);
  EXPECT_EQ(settings.payloads.bytes_max, 77U);
}

TEST(Settings, Item84_take_the_configuration_over_the_environment) {
  const OtelConfig config{
      .enabled = true,
      .service_name = "name",
      .service_version = "version",
      .service_namespace = "namespace",
      .service_instance_id = "instance",
      .engine_ws_url = "wss://given/",
      .reconnection_config = ReconnectionConfig{.max_retries = 3},
      .channel_capacity = 5,
      .shutdown_timeout = 2s,
      .metrics_enabled = true,
      .metrics_export_interval = 1s,
      .logs_enabled = false,
      .logs_flush_interval = 3ms,
      .logs_batch_size = 0,
      .spans_flush_interval = 4ms,
      .live_spans = true,
      .spans_per_second_max = 7,
      .fetch_instrumentation_enabled = false,
      .trace_payloads = true,
      .trace_payload_max_bytes = 6,
  };
  const Settings settings = resolve(config, environment, program);
  EXPECT_TRUE(settings.enabled);
  EXPECT_EQ(settings.service_name, "name");
  EXPECT_EQ(settings.service_version, "version");
  EXPECT_EQ(settings.service_namespace, "namespace");
  EXPECT_EQ(settings.service_instance_id, "instance");
  EXPECT_EQ(settings.url, "wss://given/otel");
  EXPECT_TRUE(settings.metrics_enabled);
  EXPECT_EQ(settings.metrics_export_interval, 1s);
  EXPECT_EQ(settings.reconnection.max_retries, 3U);
  EXPECT_EQ(settings.shutdown_timeout, 2s);
  EXPECT_EQ(settings.channel_capacity, 5U);
  EXPECT_FALSE(settings.logs_enabled);
  EXPECT_EQ(settings.logs_flush_interval, 3ms);
  EXPECT_EQ(settings.logs_batch_size, 1U) << "a batch has a record at least";
  EXPECT_EQ(settings.spans_flush_interval, 4ms);
  EXPECT_TRUE(settings.live_spans);
  EXPECT_EQ(settings.spans_per_second_max, 7U);
  EXPECT_FALSE(settings.fetch_instrumentation_enabled);
  EXPECT_TRUE(settings.payloads.is_on);
  EXPECT_EQ(settings.payloads.bytes_max, 6U);
}

TEST(Settings, take_the_workers_address_over_that_of_the_environment) {
  Surroundings worker = program;
  worker.worker_url = "ws://worker:2/?namespace=a";
  EXPECT_EQ(resolve({}, environment, worker).url, "ws://worker:2/otel?namespace=a");
  EXPECT_EQ(resolve({.engine_ws_url = "ws://given"}, environment, worker).url, "ws://given/otel");
}

TEST(Settings, Item84_read_switches_of_the_environment) {
  using Case = std::pair<std::string_view, bool>;
  for (const auto& [text, is_enabled] : std::initializer_list<Case>{
           {"true", true},
           {"TRUE", true},
           {"1", true},
           {"yes", true},
           {"anything", true},
           {"", true},
           {"  ", true},
           {"false", false},
           {"False", false},
           {"0", false},
           {"no", false},
           {"OFF", false},
           {" off ", false},
       }) {
    EXPECT_EQ(resolve({}, {{"OTEL_ENABLED", std::string(text)}}, program).enabled, is_enabled)
        << text;
  }
  for (const auto& [text, is_live] : std::initializer_list<Case>{
           {"true", true},
           {"1", true},
           {"", true},
           {"yes", false},
           {"0", false},
           {"off", false},
       }) {
    EXPECT_EQ(resolve({}, {{"OTEL_LIVE_SPANS", std::string(text)}}, program).live_spans, is_live)
        << text;
  }
  for (const auto& [text, is_captured] : std::initializer_list<Case>{
           {"true", false},
           {"True", false},
           {"1", false},
           {"0", true},
           {"yes", true},
           {"", true},
       }) {
    EXPECT_EQ(
        resolve({}, {{"III_DISABLE_TRACE_PAYLOADS", std::string(text)}}, program).payloads.is_on,
        is_captured
    ) << text;
  }
}

TEST(Settings, ignore_numbers_that_are_none) {
  for (const std::string_view text : {"", " ", "abc", "-1", "7x", "99999999999999999999"}) {
    const Environment odd = {
        {"OTEL_LOGS_FLUSH_INTERVAL_MS", std::string(text)},
        {"OTEL_LOGS_BATCH_SIZE", std::string(text)},
        {"III_TRACE_PAYLOAD_MAX_BYTES", std::string(text)},
    };
    const Settings settings = resolve({}, odd, program);
    EXPECT_EQ(settings.logs_flush_interval, 100ms) << text;
    EXPECT_EQ(settings.logs_batch_size, 1U) << text;
    EXPECT_EQ(settings.payloads.bytes_max, 0U) << text;
  }
  EXPECT_EQ(
      resolve({}, {{"III_TRACE_PAYLOAD_MAX_BYTES", "unlimited"}}, program).payloads.bytes_max, 0U
  );
  EXPECT_EQ(
      resolve({}, {{"OTEL_SPANS_FLUSH_INTERVAL_MS", "18446744073709551615"}}, program)
          .spans_flush_interval,
      24h
  );
}

TEST(Settings, Item86_name_the_resource_completely) {
  const OtelConfig config{.service_name = "billing", .service_namespace = "shop"};
  const Environment more = {
      {"OTEL_RESOURCE_ATTRIBUTES",
       "region=eu%20west,service.name=lost,telemetry.sdk.name=lost,service.version=7"}
  };
  EXPECT_EQ(
      resource_attributes(resolve(config, more, program)),
      (Attributes{
          {"service.name", Json("billing")},
          {"service.version", Json("7")},
          {"service.instance.id", Json(program.random_uuid)},
          {"telemetry.sdk.name", Json("iii-cpp-sdk")},
          {"telemetry.sdk.language", Json("cpp")},
          {"telemetry.sdk.version", Json("0.1.0")},
          {"service.namespace", Json("shop")},
          {"region", Json("eu west")},
      })
  );
  EXPECT_EQ(resource_attributes(resolve({}, {}, program)).size(), 6U);
}

TEST(Settings, Item84_take_what_a_client_leaves_open_from_the_process) {
  const OtelConfig general{
      .enabled = false,
      .service_name = "general",
      .live_spans = false,
      .spans_per_second_max = 3,
      .trace_payload_max_bytes = 7
  };
  const OtelConfig config = with_defaults({.enabled = true, .service_version = "2"}, general);
  EXPECT_EQ(config.enabled, true);
  EXPECT_EQ(config.service_name, "general");
  EXPECT_EQ(config.service_version, "2");
  EXPECT_EQ(config.live_spans, false);
  EXPECT_EQ(config.spans_per_second_max, 3U);
  EXPECT_EQ(config.trace_payload_max_bytes, 7U);
  EXPECT_EQ(config.channel_capacity, std::nullopt);
}

TEST(Settings, of_the_process_keep_headers_and_the_address_they_are_meant_for_together) {
  OtelConfig general;
  general.engine_ws_url = "ws://collector";
  general.engine_ws_headers.emplace().emplace_back("k", "v");
  EXPECT_EQ(with_defaults({}, general).engine_ws_headers, general.engine_ws_headers);
  EXPECT_EQ(
      with_defaults({.engine_ws_url = "ws://other"}, general).engine_ws_headers, std::nullopt
  );
  OtelConfig of_client;
  of_client.engine_ws_headers.emplace().emplace_back("authorization", "of the client's engine");
  EXPECT_EQ(with_defaults(of_client, general).engine_ws_url, std::nullopt);
  general.engine_ws_url.reset();
  EXPECT_EQ(with_defaults({}, general).engine_ws_headers, std::nullopt);
}

TEST(OtelUrl, Item83_puts_the_path_once_before_query_and_fragment) {
  using Case = std::pair<std::string_view, std::string_view>;
  for (const auto& [given, url] : std::initializer_list<Case>{
           {"ws://h:1", "ws://h:1/otel"},
           {"ws://h:1/", "ws://h:1/otel"},
           {"ws://h:1///", "ws://h:1/otel"},
           {"ws://h:1/base", "ws://h:1/base/otel"},
           {"ws://h:1/otel", "ws://h:1/otel"},
           {"ws://h:1/otel/", "ws://h:1/otel"},
           {"ws://h:1/?a=/b", "ws://h:1/otel?a=/b"},
           {"ws://h:1?a=1#f", "ws://h:1/otel?a=1#f"},
           {"ws://h:1/#f?x", "ws://h:1/otel#f?x"},
           {"ws://h:1/otel?a=1", "ws://h:1/otel?a=1"},
       }) {
    EXPECT_EQ(otel_url(given), url) << given;
  }
}

}  // namespace
}  // namespace iii::telemetry
