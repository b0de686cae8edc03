// Whether and when what was recorded arrives: flush, shutdown, lost connections, several clients.
#include "scripted_engine.hpp"
#include "telemetry_frames.hpp"

#include <iii/client.hpp>
#include <iii/json.hpp>
#include <iii/logger.hpp>
#include <iii/options.hpp>
#include <iii/reconnection.hpp>
#include <iii/telemetry.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <string_view>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

InitOptions quick() {
  return {
      .shutdown_timeout = 300ms,
      .reconnection = {.initial_delay_ms = 1},
      .otel = {.reconnection_config = ReconnectionConfig{.initial_delay_ms = 1}},
      .log = [](LogLevel, const std::string&) {},
  };
}

// The engine goes on while another thread does what waits for it.
template <class Function>
auto meanwhile(ScriptedEngine& engine, Function function) {
  auto future = std::async(std::launch::async, std::move(function));
  engine.run_until([&] { return future.wait_for(0s) == std::future_status::ready; });
  return future.get();
}

void expect_answers(ScriptedPeer& worker) {
  worker.send_text(R"({"type":"ping"})");
  for (std::string text = worker.next_text(); text != R"({"type":"pong"})";) {
    ASSERT_NE(text, "");
    text = worker.next_text();
  }
}

TEST(SdkTelemetryDelivery, Item89_records_arrive_by_themselves) {
  ScriptedEngine engine;
  const Client client = register_worker(engine.url(), quick());
  ScriptedPeer& telemetry = engine.next_telemetry();
  Logger().info("hello");
  run_in_span("work", [] {});
  const auto begin = std::chrono::steady_clock::now();
  engine.run_until([&] { return log(telemetry, "hello") && span(telemetry, "work"); });
  // Nobody flushes: only the intervals of 100 ms. The rest is for a busy machine.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SdkTelemetryDelivery, Item90_a_lost_connection_is_made_again_and_loses_nothing) {
  ScriptedEngine engine;
  const Client client = register_worker(engine.url(), quick());
  ScriptedPeer& worker = engine.next();
  ScriptedPeer& first = engine.next_telemetry();
  engine.set_options({.takes_telemetry = false});
  first.drop();
  engine.run_until([&] { return engine.telemetry_count() >= 3; });
  Logger().info("meanwhile");
  run_in_span("work", [] {});
  expect_answers(worker);
  engine.set_options({});
  engine.run_until([&] {
    return engine.is_any_telemetry([](const ScriptedPeer& peer) {
      return log(peer, "meanwhile") && span(peer, "work");
    });
  });
  EXPECT_EQ(client.get_connection_state(), ConnectionState::connected);
}

TEST(SdkTelemetryDelivery, Item90_what_is_too_much_without_a_connection_is_counted) {
  ScriptedEngine engine({.takes_telemetry = false});
  InitOptions options = quick();
  options.otel.reconnection_config->max_pending_messages = 2;
  const Client client = register_worker(engine.url(), options);
  ScriptedPeer& worker = engine.next();
  const OtelCounters before = otel_counters();
  engine.run_until([&] {
    // Each flush makes a frame of what there is.
    Logger().info("too much");
    static_cast<void>(flush_otel(0ms));
    return otel_counters().logs_dropped > before.logs_dropped;
  });
  EXPECT_GT(otel_counters().frames_dropped, before.frames_dropped);
  expect_answers(worker);
}

TEST(SdkTelemetryDelivery, Item90_after_max_retries_only_telemetry_has_failed) {
  ScriptedEngine engine({.takes_telemetry = false});
  InitOptions options = quick();
  options.otel.reconnection_config->max_retries = 2;
  std::promise<std::string> warned;
  options.log = [&warned](LogLevel level, const std::string& line) {
    if (level == LogLevel::warn) {
      warned.set_value(line);
    }
  };
  const OtelCounters before = otel_counters();
  const Client client = register_worker(engine.url(), options);
  ScriptedPeer& worker = engine.next();
  auto warning = warned.get_future();
  engine.run_until([&] { return warning.wait_for(0s) == std::future_status::ready; });
  EXPECT_EQ(warning.get(), "telemetry: gave up connecting; records are dropped from now on");
  EXPECT_EQ(otel_counters().connections_failed, before.connections_failed + 1);
  expect_answers(worker);
  EXPECT_EQ(client.get_connection_state(), ConnectionState::connected);
  EXPECT_FALSE(flush_otel(10s));  // at once
}

TEST(SdkTelemetryDelivery, spans_beyond_those_of_a_second_are_counted_and_told_of_once) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.otel.spans_per_second_max = 1;
  std::atomic<int> warnings = 0;
  options.log = [&warnings](LogLevel level, const std::string& line) {
    if (level == LogLevel::warn && line.find("spans_per_second_max") != std::string::npos) {
      ++warnings;
    }
  };
  const Client client = register_worker(engine.url(), options);
  ScriptedPeer& telemetry = engine.next_telemetry();
  for (int i = 0; i < 2; ++i) {
    const OtelCounters before = otel_counters();
    engine.run_until([&] {
      run_in_span("work", [] {});
      static_cast<void>(flush_otel(0ms));
      return span(telemetry, "work") && otel_counters().spans_dropped > before.spans_dropped;
    });
  }
  engine.run_until([&] { return warnings != 0; });
  EXPECT_EQ(warnings, 1);
}

TEST(SdkTelemetryDelivery, Item91_flush_delivers_all_three_signals) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.otel.logs_flush_interval = options.otel.spans_flush_interval = 1h;
  options.otel.logs_batch_size = 1000;
  const Client client = register_worker(engine.url(), options);
  ScriptedPeer& telemetry = engine.next_telemetry();
  Logger().info("hello");
  run_in_span("work", [] {});
  get_meter().counter("flushed").add(1);
  EXPECT_TRUE(meanwhile(engine, [] { return flush_otel(20s); }));
  engine.run_until([&] {
    return log(telemetry, "hello") && span(telemetry, "work") && metric(telemetry, "flushed");
  });
}

TEST(SdkTelemetryDelivery, Item91_flush_keeps_its_timeout) {
  const ScriptedEngine engine({.upgrades = false});
  const Client client = register_worker(engine.url(), quick());
  Logger().info("hello");
  EXPECT_FALSE(flush_otel(20ms));
}

TEST(SdkTelemetryDelivery, Item91_the_last_records_arrive_before_the_end) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.otel.logs_flush_interval = options.otel.spans_flush_interval = 1h;
  options.otel.logs_batch_size = 1000;
  Client client = register_worker(engine.url(), options);
  ScriptedPeer& telemetry = engine.next_telemetry();
  Logger().info("last words");
  run_in_span("last work", [] {});
  get_meter().counter("last.count").add(1);
  meanwhile(engine, [&] { client.shutdown(); });
  engine.run_until([&] { return telemetry.has_ended(); });
  EXPECT_TRUE(log(telemetry, "last words"));
  EXPECT_TRUE(span(telemetry, "last work"));
  EXPECT_TRUE(metric(telemetry, "last.count"));
  EXPECT_EQ(telemetry.close_code(), 1000);
  EXPECT_FALSE(is_otel_initialized());
}

TEST(SdkTelemetryDelivery, Item91_an_engine_that_hangs_does_not_hold_up_the_end) {
  const ScriptedEngine engine({.upgrades = false});
  InitOptions options = quick();
  options.shutdown_timeout = 100ms;
  Client client = register_worker(engine.url(), options);
  Logger().info("in vain");
  const auto begin = std::chrono::steady_clock::now();
  client.shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SdkTelemetryDelivery, Item92_gauges_carry_the_id_that_the_engine_gave) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.worker_name = "shop-1";
  Client client = register_worker(engine.url(), options);
  ScriptedPeer& worker = engine.next();
  ScriptedPeer& telemetry = engine.next_telemetry();
  worker.send_text(R"({"type":"workerregistered","worker_id":"w7"})");
  engine.run_until([&] { return client.worker_id() == "w7"; });
  EXPECT_TRUE(meanwhile(engine, [] { return flush_otel(20s); }));
  for (const std::string_view name :
       {"iii.worker.memory.rss",
        "iii.worker.memory.virtual",
        "iii.worker.cpu.user_micros",
        "iii.worker.cpu.system_micros",
        "iii.worker.event_loop.lag_ms",
        "iii.worker.uptime_seconds"}) {
    engine.run_until([&] { return metric(telemetry, name).has_value(); });
    const Json point = metric(telemetry, name)->at("gauge").at("dataPoints").at(0);
    EXPECT_EQ(attribute(point, "worker.id"), R"({"stringValue":"w7"})") << name;
    EXPECT_EQ(attribute(point, "worker.name"), R"({"stringValue":"shop-1"})") << name;
  }
}

// Two clients, each with its engine; whichever of them ends, the other one reports on.
class TwoClients : public testing::TestWithParam<bool> {
 protected:
  // Shows up at one of the engines.
  void expect_report(ScriptedEngine& engine, ScriptedPeer& telemetry, const std::string& message) {
    Logger().info(message);
    get_meter().counter("of.two").add(1);
    EXPECT_TRUE(meanwhile(engine, [] { return flush_otel(20s); }));
    engine.run_until([&] {
      return log(telemetry, message).has_value() && metric(telemetry, "of.two").has_value();
    });
  }
};

TEST_P(TwoClients, Item96_keep_telemetry_when_either_shuts_down) {
  ScriptedEngine engine_a;
  ScriptedEngine engine_b;
  Client a = register_worker(engine_a.url(), quick());
  ScriptedPeer& telemetry_a = engine_a.next_telemetry();
  Client b = register_worker(engine_b.url(), quick());
  ScriptedPeer& telemetry_b = engine_b.next_telemetry();
  Logger().info("both");
  engine_a.run_until([&] { return log(telemetry_a, "both").has_value(); });  // the oldest
  if (GetParam()) {
    meanwhile(engine_a, [&] { a.shutdown(); });
    expect_report(engine_b, telemetry_b, "only b");
    EXPECT_FALSE(log(telemetry_b, "both"));
  } else {
    meanwhile(engine_b, [&] { b.shutdown(); });
    expect_report(engine_a, telemetry_a, "only a");
  }
}

INSTANTIATE_TEST_SUITE_P(SdkTelemetryDelivery, TwoClients, testing::Bool());

TEST(SdkTelemetryDelivery, works_without_a_client_and_counts_who_began_it) {
  ScriptedEngine engine;
  EXPECT_FALSE(init_otel({.enabled = false}));
  ASSERT_TRUE(init_otel({.service_name = "importer", .engine_ws_url = engine.url()}));
  EXPECT_TRUE(init_otel());
  ScriptedPeer& telemetry = engine.next_telemetry();
  Logger().info("imported");
  shutdown_otel();
  EXPECT_TRUE(is_otel_initialized());
  meanwhile(engine, [] { shutdown_otel(); });
  EXPECT_FALSE(is_otel_initialized());
  engine.run_until([&] { return telemetry.has_ended(); });
  EXPECT_TRUE(log(telemetry, "imported"));
  EXPECT_NE(telemetry.binaries().at(0).find(R"({"stringValue":"importer"})"), std::string::npos);
  shutdown_otel();
}

TEST(SdkTelemetryDelivery, a_client_takes_what_it_does_not_say_from_init_otel) {
  ScriptedEngine engine;
  ASSERT_TRUE(init_otel({.service_name = "importer", .engine_ws_url = engine.url() + "/all"}));
  InitOptions options = quick();
  options.otel.service_version = "7";
  const Client client = register_worker(engine.url(), options);
  ScriptedPeer& own = engine.next_telemetry();
  ScriptedPeer& of_client = engine.next_telemetry();
  EXPECT_TRUE(own.request().starts_with("GET /all/otel "));
  EXPECT_TRUE(of_client.request().starts_with("GET /all/otel "));
  meanwhile(engine, [] { shutdown_otel(); });
  Logger().info("from the client");
  engine.run_until([&] { return log(of_client, "from the client") || log(own, "from the client"); }
  );
  EXPECT_EQ(engine.telemetry_count(), 2U);
}

}  // namespace
}  // namespace iii::test
