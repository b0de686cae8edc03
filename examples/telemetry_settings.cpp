// All that can be said about telemetry, and which payloads the spans of calls show. What is left
// out has a default, or comes from the environment.
#include <iii/client.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/otel.hpp>
#include <iii/otel_config.hpp>
#include <iii/reconnection.hpp>

#include <chrono>
#include <cstddef>
#include <iostream>

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

iii::OtelConfig settings() {
  return iii::OtelConfig{
      .enabled = true,
      .service_name = "till",
      .service_version = "1.4.0",
      .service_namespace = "shop",
      .service_instance_id = "till-3",
      // .engine_ws_url: that of the worker
      .reconnection_config = iii::ReconnectionConfig{.max_pending_messages = 500},
      .channel_capacity = 5'000,
      .shutdown_timeout = seconds(3),
      .metrics_enabled = true,
      .metrics_export_interval = seconds(30),
      .logs_enabled = true,
      .logs_flush_interval = milliseconds(200),
      .logs_batch_size = 50,
      .spans_flush_interval = milliseconds(200),
      .live_spans = false,
      .spans_per_second_max = 1'000,
      .fetch_instrumentation_enabled = true,
      .trace_payloads = true,
      .trace_payload_max_bytes = std::size_t{4} * 1024,
  };
}

}  // namespace

int main() {
  iii::Client client =
      iii::register_worker(iii::InitOptions{.worker_name = "settings-example", .otel = settings()});
  const auto echo = [](const iii::Json& in) { return in; };
  // Its span shows what goes in and out, with [REDACTED] in place of the password.
  client.register_function("till::login", echo);
  // This one shows neither.
  client.register_function("till::pay", echo, iii::FunctionDetails{.trace_payloads = false});
  client.trigger("till::login", {{"user", "ada"}, {"password", "sesame"}});
  client.trigger("till::pay", {{"cents", 370}});

  const bool is_complete = iii::flush_otel(seconds(10));
  const iii::OtelCounters counters = iii::otel_counters();
  std::cout << (is_complete ? "delivered, " : "not delivered, ") << counters.spans_dropped
            << " spans dropped\n";
  client.shutdown();
}
