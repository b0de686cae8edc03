#include "sdk/telemetry/settings.hpp"

#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"
#include "sdk/telemetry/payload.hpp"

#include <iii/json.hpp>
#include <iii/otel_config.hpp>
#include <iii/span.hpp>
#include <iii/trace_context.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace iii::telemetry {
namespace {

using std::chrono::milliseconds;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), base::lower_ascii);
  return out;
}

// The environment; a blank variable counts as unset.
class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
    const auto found = environment_.find(name);
    if (found == environment_.end() || base::trimmed(found->second, base::white_space).empty()) {
      return std::nullopt;
    }
    return std::string(base::trimmed(found->second, base::white_space));
  }

  [[nodiscard]] std::optional<std::string> word(std::string_view name) const {
    const auto found = text(name);
    return found ? std::optional(lower(*found)) : std::nullopt;
  }

  // Off for false, 0, no and off in any case. The Rust SDK turns telemetry off for all it does not
  // know, `TRUE` included; that surprises people (spec: sdk §27, 17).
  [[nodiscard]] std::optional<bool> is_not_off(std::string_view name) const {
    const auto value = word(name);
    if (!value) {
      return std::nullopt;
    }
    return *value != "false" && *value != "0" && *value != "no" && *value != "off";
  }

  [[nodiscard]] std::optional<bool> is_on(std::string_view name) const {
    const auto value = word(name);
    return value ? std::optional(*value == "true" || *value == "1") : std::nullopt;
  }

  // Nothing unless it is a decimal number.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const {
    const auto value = text(name);
    if (!value) {
      return std::nullopt;
    }
    std::uint64_t number = 0;
    const char* const end = value->data() + value->size();
    const auto [stop, error] = std::from_chars(value->data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
  }

  // At most a day, which every clock can add.
  [[nodiscard]] std::optional<milliseconds> duration(std::string_view name) const {
    const auto value = number(name);
    constexpr std::uint64_t day = 86'400'000;
    return value ? std::optional(milliseconds(std::min(*value, day))) : std::nullopt;
  }

 private:
  const Environment& environment_;
};

// The first that is set, else the default.
template <class T>
T first_of(std::initializer_list<std::optional<T>> choices, T otherwise) {
  for (const auto& choice : choices) {
    if (choice) {
      return *choice;
    }
  }
  return otherwise;
}

std::vector<std::string> comma_list(const std::optional<std::string>& text) {
  std::vector<std::string> parts;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = base::trimmed(rest.substr(0, comma), base::white_space);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (!part.empty()) {
      parts.emplace_back(part);
    }
  }
  return parts;
}

void resolve_service(
    Settings& settings,
    const OtelConfig& config,
    const Variables& variables,
    const Surroundings& surroundings
) {
  // The variable has the form of W3C baggage, of which it was made.
  const Baggage given = Baggage::parse(variables.text("OTEL_RESOURCE_ATTRIBUTES").value_or(""));
  const std::string program =
      surroundings.executable_name.empty() ? "iii-cpp-sdk" : surroundings.executable_name;
  settings.service_name = first_of(
      {config.service_name, variables.text("OTEL_SERVICE_NAME"), given.get("service.name")}, program
  );
  settings.service_version = first_of(
      {config.service_version, variables.text("SERVICE_VERSION"), given.get("service.version")},
      surroundings.sdk_version
  );
  settings.service_namespace = first_of<std::string>(
      {config.service_namespace, variables.text("SERVICE_NAMESPACE"), given.get("service.namespace")
      },
      {}
  );
  settings.service_instance_id = first_of(
      {config.service_instance_id,
       variables.text("SERVICE_INSTANCE_ID"),
       given.get("service.instance.id")},
      surroundings.random_uuid
  );
  settings.sdk_version = surroundings.sdk_version;
  for (const auto& [key, value] : given.entries()) {
    if (key != "service.name" && key != "service.version" && key != "service.namespace" &&
        key != "service.instance.id" && !key.starts_with("telemetry.sdk.")) {
      settings.more_resource_attributes.push_back({key, Json(value)});
    }
  }
}

PayloadCapture resolve_payloads(const OtelConfig& config, const Variables& variables) {
  const bool is_disabled = variables.is_on("III_DISABLE_TRACE_PAYLOADS").value_or(false);
  const auto limit = variables.number("III_TRACE_PAYLOAD_MAX_BYTES");
  return {
      .is_on = config.trace_payloads.value_or(!is_disabled),
      .bytes_max = config.trace_payload_max_bytes.value_or(limit.value_or(0)),
  };
}

}  // namespace

Settings resolve(
    const OtelConfig& config, const Environment& environment, const Surroundings& surroundings
) {
  const Variables variables(environment);
  Settings settings;
  resolve_service(settings, config, variables, surroundings);
  settings.enabled = first_of({config.enabled, variables.is_not_off("OTEL_ENABLED")}, true);
  const std::optional<std::string> worker_url =
      surroundings.worker_url.empty() ? std::nullopt : std::optional(surroundings.worker_url);
  settings.url = otel_url(first_of<std::string>(
      {config.engine_ws_url, worker_url, variables.text("III_URL")}, "ws://localhost:49134"
  ));
  settings.metrics_enabled =
      first_of({config.metrics_enabled, variables.is_not_off("OTEL_METRICS_ENABLED")}, true);
  settings.metrics_export_interval =
      config.metrics_export_interval.value_or(settings.metrics_export_interval);
  settings.reconnection = config.reconnection_config.value_or(ReconnectionConfig{});
  settings.shutdown_timeout = config.shutdown_timeout.value_or(settings.shutdown_timeout);
  settings.channel_capacity = config.channel_capacity.value_or(settings.channel_capacity);
  settings.logs_enabled = config.logs_enabled.value_or(true);
  settings.logs_flush_interval = first_of(
      {config.logs_flush_interval, variables.duration("OTEL_LOGS_FLUSH_INTERVAL_MS")},
      settings.logs_flush_interval
  );
  settings.logs_batch_size = std::max<std::size_t>(
      1,
      first_of<std::size_t>(
          {config.logs_batch_size, variables.number("OTEL_LOGS_BATCH_SIZE")},
          settings.logs_batch_size
      )
  );
  settings.spans_flush_interval = first_of(
      {config.spans_flush_interval, variables.duration("OTEL_SPANS_FLUSH_INTERVAL_MS")},
      settings.spans_flush_interval
  );
  settings.live_spans = first_of({config.live_spans, variables.is_on("OTEL_LIVE_SPANS")}, true);
  settings.spans_per_second_max =
      config.spans_per_second_max.value_or(settings.spans_per_second_max);
  settings.fetch_instrumentation_enabled = config.fetch_instrumentation_enabled.value_or(true);
  settings.fetch_ignore_urls = comma_list(variables.text("OTEL_FETCH_IGNORE_URLS"));
  settings.payloads = resolve_payloads(config, variables);
  return settings;
}

OtelConfig with_defaults(OtelConfig config, const OtelConfig& general) {
  const auto fill = [](auto& value, const auto& otherwise) {
    if (!value) {
      value = otherwise;
    }
  };
  fill(config.enabled, general.enabled);
  fill(config.service_name, general.service_name);
  fill(config.service_version, general.service_version);
  fill(config.service_namespace, general.service_namespace);
  fill(config.service_instance_id, general.service_instance_id);
  // Headers are meant for the address beside them.
  if (!config.engine_ws_url && !config.engine_ws_headers && general.engine_ws_url) {
    config.engine_ws_url = general.engine_ws_url;
    config.engine_ws_headers = general.engine_ws_headers;
  }
  fill(config.metrics_enabled, general.metrics_enabled);
  fill(config.metrics_export_interval, general.metrics_export_interval);
  fill(config.reconnection_config, general.reconnection_config);
  fill(config.shutdown_timeout, general.shutdown_timeout);
  fill(config.channel_capacity, general.channel_capacity);
  fill(config.logs_enabled, general.logs_enabled);
  fill(config.logs_flush_interval, general.logs_flush_interval);
  fill(config.logs_batch_size, general.logs_batch_size);
  fill(config.spans_flush_interval, general.spans_flush_interval);
  fill(config.live_spans, general.live_spans);
  fill(config.spans_per_second_max, general.spans_per_second_max);
  fill(config.fetch_instrumentation_enabled, general.fetch_instrumentation_enabled);
  fill(config.trace_payloads, general.trace_payloads);
  fill(config.trace_payload_max_bytes, general.trace_payload_max_bytes);
  return config;
}

std::string otel_url(std::string_view engine_url) {
  const std::size_t path_end = std::min(engine_url.find_first_of("?#"), engine_url.size());
  std::string_view front = engine_url.substr(0, path_end);
  while (front.ends_with('/')) {
    front.remove_suffix(1);
  }
  std::string url(front);
  if (!url.ends_with("/otel")) {
    url += "/otel";
  }
  return url.append(engine_url.substr(path_end));
}

Attributes resource_attributes(const Settings& settings) {
  Attributes attributes = {
      {"service.name", Json(settings.service_name)},
      {"service.version", Json(settings.service_version)},
      {"service.instance.id", Json(settings.service_instance_id)},
      {"telemetry.sdk.name", Json("iii-cpp-sdk")},
      {"telemetry.sdk.language", Json("cpp")},
      {"telemetry.sdk.version", Json(settings.sdk_version)},
  };
  if (!settings.service_namespace.empty()) {
    attributes.push_back({"service.namespace", Json(settings.service_namespace)});
  }
  attributes.insert(
      attributes.end(),
      settings.more_resource_attributes.begin(),
      settings.more_resource_attributes.end()
  );
  return attributes;
}

}  // namespace iii::telemetry
