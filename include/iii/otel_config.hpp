// How a client reports to the engine. What is not set comes from the environment variable named
// with each member, and else has the default named there.
#pragma once

#include <iii/reconnection.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

struct OtelConfig {
  // Whether it reports at all. OTEL_ENABLED, true.
  std::optional<bool> enabled = {};

  // --- What all reports say of this program ---
  // OTEL_SERVICE_NAME, the name of the executable.
  std::optional<std::string> service_name = {};
  // SERVICE_VERSION, that of the SDK.
  std::optional<std::string> service_version = {};
  // SERVICE_NAMESPACE, none.
  std::optional<std::string> service_namespace = {};
  // SERVICE_INSTANCE_ID, a random UUID.
  std::optional<std::string> service_instance_id = {};

  // --- The telemetry socket ---
  // Of the engine whose `/otel` gets the reports: the worker's, or with its headers init_otel()'s.
  std::optional<std::string> engine_ws_url = {};
  // For the upgrade request of this socket. Those of the client, with III_TOKEN, if scheme, host
  // and port of the address are those of the client's engine; otherwise none, since they would tell
  // another host what authenticates here. Without a client: III_TOKEN of init_otel(), for III_URL.
  std::optional<std::vector<std::pair<std::string, std::string>>> engine_ws_headers = {};
  // How a lost socket is made again. Its own defaults.
  std::optional<ReconnectionConfig> reconnection_config = {};
  // Frames that wait for the socket; what does not fit is dropped, and counted (otel_counters()).
  // 10,000.
  std::optional<std::size_t> channel_capacity = {};
  // How long shutdown_otel() takes to send what is left; a client has
  // InitOptions::shutdown_timeout. 10 s.
  std::optional<std::chrono::milliseconds> shutdown_timeout = {};

  // --- Metrics ---
  // OTEL_METRICS_ENABLED, true.
  std::optional<bool> metrics_enabled = {};
  // Between two reports of all values; from 10 s on they come at a whole second of the clock. 60 s.
  std::optional<std::chrono::milliseconds> metrics_export_interval = {};

  // --- Logs ---
  // Whether Logger reports; otherwise its lines go to standard error. True.
  std::optional<bool> logs_enabled = {};
  // The longest that a record waits to be sent. OTEL_LOGS_FLUSH_INTERVAL_MS, 100 ms.
  std::optional<std::chrono::milliseconds> logs_flush_interval = {};
  // Records that are sent at once when so many wait. OTEL_LOGS_BATCH_SIZE, 1.
  std::optional<std::size_t> logs_batch_size = {};

  // --- Spans ---
  // The longest that an ended span waits to be sent. OTEL_SPANS_FLUSH_INTERVAL_MS, 100 ms.
  std::optional<std::chrono::milliseconds> spans_flush_interval = {};
  // Spans are shown when they begin, too. OTEL_LIVE_SPANS, true.
  std::optional<bool> live_spans = {};
  // Spans that are recorded in a second. Further ones are left out and counted (otel_counters());
  // what would be below them is left out, too. 0: all are recorded. 10,000.
  std::optional<std::size_t> spans_per_second_max = {};
  // Whether execute_traced_request() makes a span and sends the trace along. True.
  std::optional<bool> fetch_instrumentation_enabled = {};
  // Whether the span of a call shows its payload and result, without members that look like
  // secrets. III_DISABLE_TRACE_PAYLOADS turns it off; true.
  std::optional<bool> trace_payloads = {};
  // Of each payload that is shown; the rest is cut off. III_TRACE_PAYLOAD_MAX_BYTES, 512 KiB.
  std::optional<std::size_t> trace_payload_max_bytes = {};
};

}  // namespace iii::inline v0
