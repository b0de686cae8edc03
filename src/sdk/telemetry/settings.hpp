// What telemetry does, resolved from the user's configuration, the environment and the defaults, in
// this order (spec: sdk §18.2, §3.6). Pure: the environment comes as a map.
#pragma once

#include "base/limits.hpp"
#include "sdk/telemetry/payload.hpp"

#include <iii/otel_config.hpp>
#include <iii/span.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace iii::telemetry {

using Environment = std::map<std::string, std::string, std::less<>>;

// The variables that resolve() looks at: all that a driver needs to read.
inline constexpr std::string_view environment_names[] = {
    "III_URL",
    "III_DISABLE_TRACE_PAYLOADS",
    "III_TRACE_PAYLOAD_MAX_BYTES",
    "OTEL_ENABLED",
    "OTEL_FETCH_IGNORE_URLS",
    "OTEL_LIVE_SPANS",
    "OTEL_LOGS_BATCH_SIZE",
    "OTEL_LOGS_FLUSH_INTERVAL_MS",
    "OTEL_METRICS_ENABLED",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SERVICE_NAME",
    "OTEL_SPANS_FLUSH_INTERVAL_MS",
    "SERVICE_INSTANCE_ID",
    "SERVICE_NAMESPACE",
    "SERVICE_VERSION",
};

// What only the driver knows.
struct Surroundings {
  std::string worker_url;  // empty: telemetry without a worker
  std::string executable_name;
  std::string sdk_version;
  std::string random_uuid;
};

struct Settings {
  bool enabled = true;
  std::string service_name;
  std::string service_version;
  std::string service_namespace;  // empty: none
  std::string service_instance_id;
  std::string sdk_version;
  Attributes more_resource_attributes;  // of OTEL_RESOURCE_ATTRIBUTES
  std::string url;                      // of the telemetry socket
  bool metrics_enabled = true;
  std::chrono::milliseconds metrics_export_interval{60'000};
  ReconnectionConfig reconnection;
  std::chrono::milliseconds shutdown_timeout{10'000};
  std::size_t channel_capacity = 10'000;
  bool logs_enabled = true;
  std::chrono::milliseconds logs_flush_interval{100};
  std::size_t logs_batch_size = 1;
  std::chrono::milliseconds spans_flush_interval{100};
  bool live_spans = true;
  std::size_t spans_per_second_max = base::limits::spans_per_second_default;
  bool fetch_instrumentation_enabled = true;
  std::vector<std::string> fetch_ignore_urls;  // substrings
  PayloadCapture payloads;
};

[[nodiscard]] Settings resolve(
    const OtelConfig& config, const Environment& environment, const Surroundings& surroundings
);

// What `config` leaves open is taken from `general`.
[[nodiscard]] OtelConfig with_defaults(OtelConfig config, const OtelConfig& general);

// The address of the telemetry socket (spec: sdk §18.3): `/otel` after the path, once; query and
// fragment stay.
[[nodiscard]] std::string otel_url(std::string_view engine_url);

// The resource of all frames, in the order of spec: sdk §18.5.
[[nodiscard]] Attributes resource_attributes(const Settings& settings);

}  // namespace iii::telemetry
