// How a client reports to the engine. What is not set comes from the environment, and else has the
// default named here.
#pragma once

#include <iii/reconnection.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace iii::inline v0 {

struct OtelConfig {
  // OTEL_ENABLED, true.
  std::optional<bool> enabled = {};
  // OTEL_SERVICE_NAME, the program's name.
  std::optional<std::string> service_name = {};
  // SERVICE_VERSION, that of the SDK.
  std::optional<std::string> service_version = {};
  // SERVICE_NAMESPACE, none.
  std::optional<std::string> service_namespace = {};
  // SERVICE_INSTANCE_ID, a random UUID.
  std::optional<std::string> service_instance_id = {};
  // The address of the worker.
  std::optional<std::string> engine_ws_url = {};
  // OTEL_METRICS_ENABLED, true.
  std::optional<bool> metrics_enabled = {};
  // 60 s.
  std::optional<std::chrono::milliseconds> metrics_export_interval = {};
  std::optional<ReconnectionConfig> reconnection_config = {};
  // 10 s.
  std::optional<std::chrono::milliseconds> shutdown_timeout = {};
  // 10,000 frames before the socket.
  std::optional<std::size_t> channel_capacity = {};
  // True.
  std::optional<bool> logs_enabled = {};
  // OTEL_LOGS_FLUSH_INTERVAL_MS, 100 ms.
  std::optional<std::chrono::milliseconds> logs_flush_interval = {};
  // OTEL_LOGS_BATCH_SIZE, 1.
  std::optional<std::size_t> logs_batch_size = {};
  // OTEL_SPANS_FLUSH_INTERVAL_MS, 100 ms.
  std::optional<std::chrono::milliseconds> spans_flush_interval = {};
  // OTEL_LIVE_SPANS, true.
  std::optional<bool> live_spans = {};
  // True.
  std::optional<bool> fetch_instrumentation_enabled = {};
  // III_DISABLE_TRACE_PAYLOADS, true.
  std::optional<bool> trace_payloads = {};
  // III_TRACE_PAYLOAD_MAX_BYTES, 512 KiB.
  std::optional<std::size_t> trace_payload_max_bytes = {};
};

}  // namespace iii::inline v0
