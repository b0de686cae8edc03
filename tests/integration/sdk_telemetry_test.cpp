// What a client reports of the calls that it answers and makes, against an engine that keeps what
// comes to /otel.
#include "scripted_engine.hpp"
#include "telemetry_frames.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/context.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/logger.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/telemetry.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view trace_id = "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3";
constexpr std::string_view caller_span = "a1b2c3d4e5f60718";

InitOptions quick() {
  return {
      .shutdown_timeout = 200ms,
      .reconnection = {.initial_delay_ms = 1},
      .otel = {.service_name = "shop"},
      .log = [](LogLevel, const std::string&) {},
  };
}

// Of somebody who has a trace and baggage.
std::string invocation(std::string_view function_id, std::string_view data = "{}") {
  return R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
         R"("function_id":")" +
         std::string(function_id) + R"(","data":)" + std::string(data) +
         R"(,"traceparent":"00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-a1b2c3d4e5f60718-01",)"
         R"("baggage":"tenant=acme"})";
}

class SdkTelemetry : public testing::Test {
 protected:
  // Invokes the function and returns its answer; what it sends meanwhile goes to `on_call`.
  std::string call(std::string_view function_id, std::string_view data = "{}") {
    worker().send_text(invocation(function_id, data));
    return next("invocationresult");
  }
  // The next frame of this type from the worker.
  std::string next(std::string_view type) {
    for (;;) {
      std::string frame = worker().next_text();
      if (frame.empty() || parse_json(frame)->at("type").as_string() == type) {
        return frame;
      }
    }
  }
  // The next call of a function of somebody else.
  Json outgoing() {
    for (;;) {
      Json frame = parse_json(next("invokefunction")).value();
      if (!frame.at("function_id").as_string().starts_with("engine::")) {
        return frame;
      }
    }
  }
  // The same, answered with null.
  Json answered() {
    Json frame = outgoing();
    worker().send_text(
        R"({"type":"invocationresult","invocation_id":)" + serialize(frame.at("invocation_id")) +
        R"(,"function_id":"other","result":null})"
    );
    return frame;
  }
  Json wait_for_span(std::string_view name) {
    engine.run_until([&] { return span(telemetry(), name).has_value(); });
    return span(telemetry(), name).value();
  }
  ScriptedPeer& worker() {
    if (worker_ == nullptr) {
      worker_ = &engine.next();
    }
    return *worker_;
  }
  ScriptedPeer& telemetry() {
    if (telemetry_ == nullptr) {
      telemetry_ = &engine.next_telemetry();
    }
    return *telemetry_;
  }

  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());

 private:
  ScriptedPeer* worker_ = nullptr;
  ScriptedPeer* telemetry_ = nullptr;
};

TEST_F(SdkTelemetry, Item58_calls_carry_the_context_they_are_made_in) {
  client.register_function("plain", [this](const Json&) {
    return client.trigger({.function_id = "other"});
  });
  worker().send_text(invocation("plain"));
  const Json call = answered();
  static_cast<void>(next("invocationresult"));
  const Json handler = wait_for_span("execute plain");
  EXPECT_EQ(
      text(call, "traceparent"),
      "00-" + std::string(trace_id) + "-" + text(handler, "spanId") + "-01"
  );
  EXPECT_EQ(text(call, "baggage"), "tenant=acme");
}

TEST_F(SdkTelemetry, Item58_what_the_request_says_wins_and_no_context_adds_nothing) {
  const std::string other = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  client.trigger(
      {.function_id = "other",
       .action = TriggerAction::Void(),
       .traceparent = other,
       .baggage = "a=b"}
  );
  const Json call = outgoing();
  EXPECT_EQ(text(call, "traceparent"), other);
  EXPECT_EQ(text(call, "baggage"), "a=b");
  client.trigger({.function_id = "other", .action = TriggerAction::Void()});
  const Json bare = outgoing();
  EXPECT_FALSE(bare.as_object().contains("traceparent"));
  EXPECT_FALSE(bare.as_object().contains("baggage"));
}

TEST_F(SdkTelemetry, Item58_callbacks_run_in_the_context_of_their_call) {
  client.register_function("plain", [this](const Json&) {
    client.trigger({.function_id = "other"}, [](const Result<Json>&) {
      Logger().info("called back");
    });
    return Json(nullptr);
  });
  worker().send_text(invocation("plain"));
  static_cast<void>(answered());
  engine.run_until([&] { return log(telemetry(), "called back").has_value(); });
  EXPECT_EQ(text(*log(telemetry(), "called back"), "traceId"), trace_id);
}

TEST_F(SdkTelemetry, Item83_opens_a_socket_of_its_own_at_otel) {
  EXPECT_TRUE(telemetry().request().starts_with("GET /otel HTTP/1.1\r\n"));
  const Client deeper = register_worker(engine.url() + "/base/?token=t", quick());
  EXPECT_TRUE(engine.next_telemetry().request().starts_with("GET /base/otel?token=t HTTP/1.1\r\n"));
}

TEST_F(SdkTelemetry, Item86_names_the_service_in_every_frame) {
  client.register_function("f", [](const Json& in) { return in; });
  static_cast<void>(call("f"));
  static_cast<void>(wait_for_span("execute f"));
  for (const std::string& frame : telemetry().binaries()) {
    const Json json = parse_json(std::string_view(frame).substr(4)).value();
    const Json& resource = json.as_object().begin()->value().at(0).at("resource");
    EXPECT_EQ(attribute(resource, "service.name"), R"({"stringValue":"shop"})");
    EXPECT_EQ(attribute(resource, "telemetry.sdk.name"), R"({"stringValue":"iii-cpp-sdk"})");
    EXPECT_NE(attribute(resource, "service.instance.id"), "null");
  }
}

TEST_F(SdkTelemetry, Item87_each_call_is_a_span_below_its_caller) {
  client.register_function("f", [](const Json& in) {
    EXPECT_EQ(current_trace_id(), trace_id);
    EXPECT_EQ(get_baggage_entry("tenant"), "acme");
    run_in_span("inside", [] {});
    return in;
  });
  static_cast<void>(call("f"));
  const Json handler = wait_for_span("execute f");
  EXPECT_EQ(handler.at("kind"), 1);
  EXPECT_EQ(text(handler, "traceId"), trace_id);
  EXPECT_EQ(text(handler, "parentSpanId"), caller_span);
  EXPECT_EQ(handler.at("status").at("code"), 1);
  EXPECT_EQ(text(wait_for_span("inside"), "parentSpanId"), text(handler, "spanId"));
}

TEST_F(SdkTelemetry, Item87_a_failure_is_told_with_its_code) {
  client.register_function("coded", [](const Json&) -> Json {
    throw Error::remote("SOLD_OUT", "no tea left");
  });
  client.register_function("plain", [](const Json&) -> Json { throw std::runtime_error("boom"); });
  static_cast<void>(call("coded"));
  const Json coded = wait_for_span("execute coded");
  EXPECT_EQ(coded.at("status").at("code"), 2);
  EXPECT_EQ(text(coded.at("status"), "message"), "no tea left");
  EXPECT_EQ(
      attribute(event(coded, "exception"), "exception.type"), R"({"stringValue":"SOLD_OUT"})"
  );
  static_cast<void>(call("plain"));
  const Json plain = wait_for_span("execute plain");
  EXPECT_EQ(
      attribute(event(plain, "exception"), "exception.type"), R"({"stringValue":"InvocationError"})"
  );
  EXPECT_EQ(attribute(event(plain, "exception"), "exception.message"), R"({"stringValue":"boom"})");
}

Task<Json> two_calls(Client client) {
  const ActiveSpan outer("outer");
  TriggerRequest first{.function_id = "other"};
  co_await client.trigger_async(std::move(first));
  Logger().info("between");
  {
    const ActiveSpan inner("inner");
    TriggerRequest second{.function_id = "other"};
    co_await client.trigger_async(std::move(second));
  }
  Logger().info("after");
  co_return Json(nullptr);
}

TEST_F(SdkTelemetry, a_span_belongs_to_the_call_that_it_is_made_in) {
  client.register_function("shop::pay", [](const Json&) {
    const ActiveSpan span("elsewhere", {.traceparent = "00-bad"});
    return with_span("inner", [] { return Json(current_invocation()->function_id); });
  });
  EXPECT_NE(call("shop::pay").find(R"("result":"shop::pay")"), std::string::npos);
}

TEST_F(SdkTelemetry, Item87_a_coroutine_keeps_its_context_over_what_it_awaits) {
  // Only a lambda that is a coroutine itself must not capture.
  client.register_function("slow", [this](const Json&) { return two_calls(client); });
  worker().send_text(invocation("slow"));
  const Json first = answered();
  const Json second = answered();
  static_cast<void>(next("invocationresult"));
  const Json handler = wait_for_span("execute slow");
  const Json outer = wait_for_span("outer");
  const Json inner = wait_for_span("inner");
  EXPECT_EQ(text(outer, "parentSpanId"), text(handler, "spanId"));
  EXPECT_EQ(text(inner, "parentSpanId"), text(outer, "spanId"));
  EXPECT_NE(text(first, "traceparent").find(text(outer, "spanId")), std::string::npos);
  EXPECT_NE(text(second, "traceparent").find(text(inner, "spanId")), std::string::npos);
  EXPECT_EQ(text(second, "baggage"), "tenant=acme");
  engine.run_until([&] { return log(telemetry(), "after").has_value(); });
  EXPECT_EQ(text(*log(telemetry(), "between"), "spanId"), text(outer, "spanId"));
  EXPECT_EQ(text(*log(telemetry(), "after"), "spanId"), text(outer, "spanId"));
}

Task<Json> waits(Trigger trigger, ChannelReader reader) {
  static_cast<void>(co_await trigger.refusal(1ms));
  {
    const ActiveSpan refused("after refusal");
    static_cast<void>(co_await trigger.refusal(1ms));
    EXPECT_EQ(get_baggage_entry("tenant"), "acme");
  }
  static_cast<void>(co_await reader.next_async());
  const ActiveSpan read("after read");
  static_cast<void>(co_await reader.next_binary_async());
  Logger().info("read");
  EXPECT_EQ(get_baggage_entry("tenant"), "acme");
  co_return Json(nullptr);
}

TEST_F(SdkTelemetry, Item87_a_coroutine_keeps_its_context_over_refusals_and_channels) {
  const Trigger trigger = client.register_trigger({.trigger_type = "cron", .function_id = "f"});
  const ChannelReader reader = client.open_reader(
      {.channel_id = "c1", .access_key = "k", .direction = ChannelDirection::read}
  );
  client.register_function("slow", [&](const Json&) { return waits(trigger, reader); });
  worker().send_text(invocation("slow"));
  ScriptedPeer& channel = engine.next();
  channel.send_binary("1");
  channel.send_binary("2");
  static_cast<void>(next("invocationresult"));
  const Json handler = wait_for_span("execute slow");
  EXPECT_EQ(text(wait_for_span("after refusal"), "parentSpanId"), text(handler, "spanId"));
  const Json read = wait_for_span("after read");
  EXPECT_EQ(text(read, "parentSpanId"), text(handler, "spanId"));
  engine.run_until([&] { return log(telemetry(), "read").has_value(); });
  EXPECT_EQ(text(*log(telemetry(), "read"), "spanId"), text(read, "spanId"));
}

TEST_F(
    SdkTelemetry, Item87_callbacks_of_refusals_and_channels_run_in_the_context_they_were_given_in
) {
  const Trigger trigger = client.register_trigger({.trigger_type = "cron", .function_id = "f"});
  ChannelReader reader = client.open_reader(
      {.channel_id = "c1", .access_key = "k", .direction = ChannelDirection::read}
  );
  client.register_function("plain", [&](const Json&) {
    trigger.refusal(1ms, [](const std::optional<Error>&) { Logger().info("not refused"); });
    reader.next([](const Result<std::optional<ChannelMessage>>&) { Logger().info("read"); });
    return Json(nullptr);
  });
  worker().send_text(invocation("plain"));
  engine.next().send_binary("1");
  for (const char* const line : {"not refused", "read"}) {
    engine.run_until([&] { return log(telemetry(), line).has_value(); });
    EXPECT_EQ(text(*log(telemetry(), line), "traceId"), trace_id) << line;
  }
}

TEST_F(SdkTelemetry, Item88_logs_belong_to_the_call_that_wrote_them) {
  client.register_function("f", [](const Json& in) {
    Logger().warn("running low", {{"left", {{"tea", 2}}}});
    return in;
  });
  static_cast<void>(call("f"));
  const Json handler = wait_for_span("execute f");
  engine.run_until([&] { return log(telemetry(), "running low").has_value(); });
  const Json record = log(telemetry(), "running low").value();
  EXPECT_EQ(text(record, "severityText"), "WARN");
  EXPECT_EQ(record.at("severityNumber"), 13);
  EXPECT_EQ(text(record, "traceId"), trace_id);
  EXPECT_EQ(text(record, "spanId"), text(handler, "spanId"));
  EXPECT_NE(attribute(record, "log.data").find("kvlistValue"), std::string::npos);
}

// A provider's callbacks belong to nobody's call: each is a trace of its own.
TEST_F(SdkTelemetry, callbacks_of_a_trigger_type_have_a_span) {
  client.register_trigger_type(
      {.id = "tick", .description = "Ticks."},
      [](const TriggerConfig& trigger) {
        Logger().info("configured " + trigger.id);
        if (trigger.config.is_null()) {
          throw Error::remote("no_config", "a tick of what?");
        }
      },
      [](const std::string&) {}
  );
  static_cast<void>(next("registertriggertype"));
  worker().send_text(
      R"({"type":"registertrigger","id":"t-1","trigger_type":"tick","function_id":"f","config":{}})"
  );
  const Json registered = wait_for_span("register trigger tick");
  EXPECT_EQ(attribute(registered, "iii.trigger.id"), R"({"stringValue":"t-1"})");
  EXPECT_EQ(attribute(registered, "iii.function.id"), R"({"stringValue":"f"})");
  engine.run_until([&] { return log(telemetry(), "configured t-1").has_value(); });
  EXPECT_EQ(text(*log(telemetry(), "configured t-1"), "spanId"), text(registered, "spanId"));
  worker().send_text(R"({"type":"unregistertrigger","id":"t-1","trigger_type":"tick"})");
  EXPECT_EQ(
      attribute(wait_for_span("unregister trigger tick"), "iii.trigger.id"),
      R"({"stringValue":"t-1"})"
  );
}

TEST_F(SdkTelemetry, Item83_the_socket_has_the_headers_of_the_handshake) {
  ScriptedEngine strict;
  InitOptions options = quick();
  options.headers = {{"authorization", "Bearer let-me-in"}};
  const Client careful = register_worker(strict.url(), options);
  EXPECT_NE(
      strict.next_telemetry().request().find("authorization: Bearer let-me-in"), std::string::npos
  );
}

TEST_F(SdkTelemetry, payloads_of_one_function_are_not_shown) {
  client.register_function("f", [](const Json& in) { return in; }, {.trace_payloads = false});
  static_cast<void>(call("f", R"({"n":2})"));
  EXPECT_EQ(serialize(wait_for_span("execute f")).find("iii.payload.json"), std::string::npos);
}

TEST_F(SdkTelemetry, Item93_a_traced_request_is_below_the_call_that_sends_it) {
  std::string sent;
  client.register_function("f", [&sent](const Json&) {
    const auto send = [&sent](const TracedRequest& request) {
      sent = request.headers.at(0).second;
      return TracedResponse{.status = 200};
    };
    return Json(execute_traced_request({.url = "http://stock/items"}, send).status);
  });
  static_cast<void>(call("f"));
  const Json request = wait_for_span("GET /items");
  EXPECT_EQ(text(request, "parentSpanId"), text(wait_for_span("execute f"), "spanId"));
  EXPECT_EQ(request.at("kind"), 3);
  EXPECT_EQ(sent, "00-" + std::string(trace_id) + "-" + text(request, "spanId") + "-01");
}

TEST_F(SdkTelemetry, Item94_baggage_becomes_attributes) {
  client.register_function("f", [](const Json& in) {
    run_with_baggage({{"region", "eu"}}, [] { run_in_span("inside", [] {}); });
    return in;
  });
  static_cast<void>(call("f"));
  EXPECT_EQ(attribute(wait_for_span("execute f"), "tenant"), R"({"stringValue":"acme"})");
  const Json inside = wait_for_span("inside");
  EXPECT_EQ(attribute(inside, "tenant"), R"({"stringValue":"acme"})");
  EXPECT_EQ(attribute(inside, "region"), R"({"stringValue":"eu"})");
}

TEST_F(SdkTelemetry, Item95_payloads_are_captured_without_their_secrets) {
  client.register_function("f", [](const Json&) { return Json({{"token", "t0p"}, {"n", 1}}); });
  static_cast<void>(call("f", R"({"password":"hunter2","n":2})"));
  const Json handler = wait_for_span("execute f");
  const auto json_of = [&](std::string_view name) {
    return attribute(event(handler, name), "iii.payload.json");
  };
  EXPECT_EQ(
      json_of("iii.invocation.input"), R"({"stringValue":"{\"password\":\"[REDACTED]\",\"n\":2}"})"
  );
  EXPECT_EQ(
      json_of("iii.invocation.output"), R"({"stringValue":"{\"token\":\"[REDACTED]\",\"n\":1}"})"
  );
}

TEST(SdkTelemetryOff, Item95_payloads_stay_out_when_switched_off) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.otel.trace_payloads = false;
  Client client = register_worker(engine.url(), options);
  client.register_function("f", [](const Json& in) { return in; });
  engine.next().send_text(invocation("f"));
  ScriptedPeer& telemetry = engine.next_telemetry();
  engine.run_until([&] { return span(telemetry, "execute f").has_value(); });
  EXPECT_TRUE(span(telemetry, "execute f")->at("events").as_array().empty());
}

TEST(SdkTelemetryOff, Item84_opens_no_socket_but_passes_contexts_on) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.otel.enabled = false;
  Client client = register_worker(engine.url(), options);
  client.register_function("f", [](const Json&) { return Json(*current_trace_id()); });
  ScriptedPeer& worker = engine.next();
  worker.send_text(invocation("f"));
  engine.run_until([&] {
    return !worker.texts().empty() && worker.texts().back().find(trace_id) != std::string::npos;
  });
  EXPECT_EQ(engine.telemetry_count(), 0U);
  EXPECT_FALSE(is_otel_initialized());
  EXPECT_TRUE(flush_otel(1ms));
}

}  // namespace
}  // namespace iii::test
