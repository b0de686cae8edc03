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
  std::optional<bool> enabled;                     // OTEL_ENABLED, true
  std::optional<std::string> service_name;         // OTEL_SERVICE_NAME, the program's name
  std::optional<std::string> service_version;      // SERVICE_VERSION, that of the SDK
  std::optional<std::string> service_namespace;    // SERVICE_NAMESPACE, none
  std::optional<std::string> service_instance_id;  // SERVICE_INSTANCE_ID, a random UUID
  std::optional<std::string> engine_ws_url;        // the address of the worker
  std::optional<bool> metrics_enabled;             // OTEL_METRICS_ENABLED, true
  std::optional<std::chrono::milliseconds> metrics_export_interval;  // 60 s
  std::optional<ReconnectionConfig> reconnection_config;
  std::optional<std::chrono::milliseconds> shutdown_timeout;     // 10 s
  std::optional<std::size_t> channel_capacity;                   // 10,000 frames before the socket
  std::optional<bool> logs_enabled;                              // true
  std::optional<std::chrono::milliseconds> logs_flush_interval;  // OTEL_LOGS_FLUSH_INTERVAL_MS, 100
  std::optional<std::size_t> logs_batch_size;                    // OTEL_LOGS_BATCH_SIZE, 1
  std::optional<std::chrono::milliseconds>
      spans_flush_interval;                            // OTEL_SPANS_FLUSH_INTERVAL_MS, 100
  std::optional<bool> live_spans;                      // OTEL_LIVE_SPANS, true
  std::optional<bool> fetch_instrumentation_enabled;   // true
  std::optional<bool> trace_payloads;                  // III_DISABLE_TRACE_PAYLOADS, true
  std::optional<std::size_t> trace_payload_max_bytes;  // III_TRACE_PAYLOAD_MAX_BYTES, 512 KiB
};

}  // namespace iii::inline v0
