#include "engine/config.hpp"

#include "base/limits.hpp"
#include "engine/config_http.hpp"
#include "engine/config_http_functions.hpp"
#include "engine/config_names.hpp"
#include "engine/config_section.hpp"
#include "engine/config_yaml.hpp"
#include "engine/log.hpp"
#include "engine/log_line.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace iii::engine {
namespace {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035 §2.3.4, written as text

bool is_taken(
    const std::vector<ListenerConfig>& listeners, const std::string& host, std::uint16_t port
) {
  return port != 0 && std::ranges::any_of(listeners, [&](const ListenerConfig& each) {
           return each.port == port && each.host == host;
         });
}

// Walks the tree of a file and fills an EngineConfig.
class ConfigReader {
 public:
  explicit ConfigReader(YamlTree& tree) : tree_(tree) {}

  EngineConfig read() {
    ConfigSection root(tree_, &tree_.nodes.front(), "");
    read_list(root, "workers");
    read_list(root, "modules");
    root.refuse({"registration_namespace_grace_ms"});
    root.finish();
    config_.has_cron = std::ranges::find(seen_, WorkerKind::cron) != seen_.end();
    if (!listeners_.empty()) {
      config_.listeners = std::move(listeners_);
    }
    check_http_port();
    return std::move(config_);
  }

 private:
  void read_list(ConfigSection& root, std::string_view key);
  void read_entry(const YamlNode& node, const std::string& path);
  void read_named(ConfigSection& entry, const std::string& name, const std::string& path);
  void read_config(WorkerKind kind, ConfigSection section);
  void read_listener(ConfigSection& section);
  void add_listener(ConfigSection& section, ListenerConfig listener);
  void check_http_port();
  void read_functions(ConfigSection& section);
  void read_observability(ConfigSection& section);
  void read_cron(ConfigSection& section);
  void read_cron_locks(ConfigSection section);

  YamlTree& tree_;
  EngineConfig config_;
  std::vector<ListenerConfig> listeners_;
  std::vector<WorkerKind> seen_;
  OffsetMistake http_port_;  // for a mistake that shows only at the end
};

void ConfigReader::read_list(ConfigSection& root, std::string_view key) {
  const YamlNode* const list = root.take(key);
  if (list == nullptr || list->kind == YamlNode::Kind::null) {
    return;
  }
  if (list->kind != YamlNode::Kind::list) {
    root.report(key, "must be a list of workers, not " + description_of(*list));
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    read_entry(tree_.nodes[list->items[i]], std::string(key) + "[" + std::to_string(i) + "]");
  }
}

void ConfigReader::read_entry(const YamlNode& node, const std::string& path) {
  ConfigSection entry(tree_, &node, path);
  std::string name;
  if (entry.take_text("name", name)) {
    read_named(entry, name, path);
  } else {
    const bool may_have_name =
        node.kind == YamlNode::Kind::mapping || node.kind == YamlNode::Kind::null;
    if (may_have_name && !entry.has("name")) {
      tree_.mistakes.push_back(
          {.offset = node.offset, .key = path, .message = "a worker needs the key 'name'"}
      );
    }
    entry.take("image");
    entry.take("config");
  }
  entry.finish("; settings of the worker stand under config");
}

void ConfigReader::read_named(
    ConfigSection& entry, const std::string& name, const std::string& path
) {
  const WorkerKind kind = worker_kind(name);
  const YamlNode* const image = entry.take("image");
  const YamlNode* const config = entry.take("config");
  if (kind == WorkerKind::unavailable) {
    entry.report(
        "name", "the worker " + in_quotes(name) + " is not available in this version of iiid"
    );
    return;
  }
  if (kind == WorkerKind::unknown) {
    const std::string_view nearest = nearest_worker_name(name);
    entry.report(
        "name",
        "unknown worker " + in_quotes(name) +
            (nearest.empty() ? "; external workers are not started by this version of iiid"
                             : "; did you mean '" + std::string(nearest) + "'?")
    );
    return;
  }
  if (image != nullptr && image->kind != YamlNode::Kind::null) {
    entry.report(
        "image", "the worker " + in_quotes(name) + " is built in and cannot have an image"
    );
  }
  if (kind != WorkerKind::listener && std::ranges::find(seen_, kind) != seen_.end()) {
    entry.report("name", "the worker " + in_quotes(name) + " is listed twice");
  }
  seen_.push_back(kind);
  read_config(kind, ConfigSection(tree_, config, path + ".config", entry.offset_of("name")));
}

void ConfigReader::read_config(WorkerKind kind, ConfigSection section) {
  switch (kind) {
    case WorkerKind::listener:
      read_listener(section);
      break;
    case WorkerKind::functions:
      read_functions(section);
      break;
    case WorkerKind::observability:
      read_observability(section);
      break;
    case WorkerKind::telemetry:  // spec: bridge-exec §4; iiid sends nothing to anybody
      section.ignore_flag("enabled");
      section.ignore_text("sdk_api_key");
      section.ignore_text("posthog_api_key");
      section.ignore_text("posthog_host");
      section.ignore_number("heartbeat_interval_secs");
      break;
    case WorkerKind::cron:
      read_cron(section);
      break;
    case WorkerKind::http:
      config_.http = read_http_config(tree_, section);
      http_port_ = {.offset = section.offset_of("port"), .key = section.path_of("port")};
      break;
    case WorkerKind::http_functions:
      config_.http_functions = read_http_functions_config(tree_, section);
      break;
    case WorkerKind::configuration:
      section.refuse({"ttl_seconds", "adapter"});
      break;
    case WorkerKind::unavailable:
    case WorkerKind::unknown:
      return;
  }
  section.finish();
}

void ConfigReader::read_listener(ConfigSection& section) {
  ListenerConfig listener;
  std::uint64_t port = listener.port;
  const bool has_port =
      section.take_number("port", {.min = 0, .max = 65'535}, port) || !section.has("port");
  listener.port = static_cast<std::uint16_t>(port);
  const bool has_host = section.take_text("host", listener.host) || !section.has("host");
  const EngineStatus host = check_host(listener.host);
  if (!host) {
    section.report("host", host.error().message);
  }
  section.take_milliseconds(
      "handshake_timeout_ms",
      milliseconds(1, base::limits::handshake_timeout_max),
      listener.handshake_timeout
  );
  section.refuse({"middleware_function_id", "rbac"});
  if (has_port && has_host) {
    add_listener(section, std::move(listener));
  }
}

void ConfigReader::add_listener(ConfigSection& section, ListenerConfig listener) {
  if (is_taken(listeners_, listener.host, listener.port)) {
    section.report(
        "port",
        "another iii-worker-manager entry listens on " + listener.host + ":" +
            std::to_string(listener.port) + " already"
    );
  } else if (listeners_.size() == base::limits::listeners_max) {
    section.report(
        "port",
        "more than " + std::to_string(base::limits::listeners_max) + " iii-worker-manager entries"
    );
  } else {
    listeners_.push_back(std::move(listener));
  }
}

void ConfigReader::check_http_port() {
  const auto& http = config_.http;
  if (http && is_taken(config_.listeners, http->host, http->port)) {
    http_port_.message = "iii-worker-manager listens on " + http->host + ":" +
                         std::to_string(http->port) + " already";
    tree_.mistakes.push_back(std::move(http_port_));
  }
}

void ConfigReader::read_functions(ConfigSection& section) {
  section.take_milliseconds(
      "invocation_deadline_ms",
      milliseconds(1, base::limits::invocation_deadline_max),
      config_.invocation_deadline_max
  );
  section.take_milliseconds(
      "drain_timeout_ms", milliseconds(0, base::limits::drain_timeout_max), config_.drain_timeout
  );
  // 0.22 without quotes is a number for YAML; both spellings are meant.
  const YamlNode* const compat = section.take("compat");
  if (compat != nullptr) {
    if (const auto line = parse_compat_line(compat->text)) {
      config_.compat = *line;
    } else {
      section.report("compat", "must be 0.11 or 0.22, not " + description_of(*compat));
    }
  }
}

void ConfigReader::read_observability(ConfigSection& section) {
  std::string level;
  if (section.take_text("level", level)) {
    if (const auto parsed = parse_log_level(level)) {
      config_.logging.level = *parsed;
    } else {
      section.report("level", parsed.error().message);
    }
  }
  std::string format;
  if (section.take_text("format", format)) {
    if (const auto parsed = parse_log_format(format)) {
      config_.logging.format = *parsed;
    } else {
      section.report("format", parsed.error().message);
    }
  }
  // spec: observability §16
  section.refuse({
      "enabled",
      "service_name",
      "service_version",
      "service_namespace",
      "exporter",
      "endpoint",
      "sampling_ratio",
      "sampling",
      "memory_max_spans",
      "live_spans",
      "metrics_enabled",
      "metrics_exporter",
      "metrics_retention_seconds",
      "metrics_max_count",
      "logs_enabled",
      "logs_exporter",
      "logs_max_count",
      "logs_retention_seconds",
      "logs_batch_size",
      "logs_flush_interval_ms",
      "logs_sampling_ratio",
      "logs_console_output",
      "alerts",
      "collapse_spans",
      "trace_storage",
  });
}

// spec: cron §2
void ConfigReader::read_cron(ConfigSection& section) {
  const YamlNode* const node = section.take("adapter");
  if (node == nullptr || node->kind == YamlNode::Kind::null) {
    return;
  }
  ConfigSection adapter(tree_, node, section.path_of("adapter"));
  std::string name;
  const YamlNode* const config = adapter.take("config");
  if (adapter.take_text("name", name)) {
    if (name == "kv") {
      read_cron_locks(ConfigSection(tree_, config, adapter.path_of("config")));
    } else if (name == "redis") {
      adapter.report("name", "the adapter 'redis' is not available in this version of iiid");
    } else {
      adapter.report("name", "Adapter factory " + in_quotes(name) + " not found. Available: [kv]");
    }
  } else if (node->kind == YamlNode::Kind::mapping && !adapter.has("name")) {
    section.report("adapter", "an adapter needs the key 'name'");
  }
  adapter.finish();
}

// Locks of one process: nobody else asks for them, so that their names and times decide nothing.
void ConfigReader::read_cron_locks(ConfigSection section) {
  std::uint64_t lock_ttl_ms = 1;
  section.take_number("lock_ttl_ms", {.min = 1}, lock_ttl_ms);
  section.ignore_text("lock_index");
  std::string store_method = "in_memory";
  section.take_text("store_method", store_method);
  if (store_method != "in_memory") {
    section.report(
        "store_method", "must be 'in_memory': this version of iiid keeps no locks in files"
    );
  }
  section.refuse({"file_path", "save_interval_ms"});
  section.finish();
}

}  // namespace

std::string_view to_string(CompatLine line) noexcept {
  return line == CompatLine::v0_11 ? "0.11" : "0.22";
}

EngineConfig default_config() {
  EngineConfig config;
  config.has_cron = true;
  return config;
}

EngineResult<CompatLine> parse_compat_line(std::string_view text) {
  for (const CompatLine line : {CompatLine::v0_11, CompatLine::v0_22}) {
    if (text == to_string(line)) {
      return line;
    }
  }
  return EngineError{.code = EngineErrorCode::invalid_config, .message = "must be 0.11 or 0.22"};
}

std::string to_string(const ConfigMistake& mistake, std::string_view file_name) {
  std::string line;
  append_printable(line, file_name);
  line += ':' + std::to_string(mistake.line) + ':' + std::to_string(mistake.column) + ": ";
  if (!mistake.key.empty()) {
    line += mistake.key + ": ";
  }
  return line + mistake.message;
}

EngineStatus check_host(std::string_view host) {
  // Names, IPv4 and IPv6 addresses with a zone; the operating system decides about the rest.
  const bool is_possible = std::ranges::all_of(host, [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') ||
           std::string_view("-._:%").find(character) != std::string_view::npos;
  });
  if (host.empty() || host.size() > host_bytes_max || !is_possible) {
    return EngineError{
        .code = EngineErrorCode::invalid_config,
        .message = "must be an IP address or a host name, not " + in_quotes(host),
    };
  }
  return {};
}

ConfigReading read_config(std::string_view text, const Environment& environment) {
  ConfigReading reading;
  if (text.size() > base::limits::config_bytes_max) {
    ConfigMistake& mistake = reading.mistakes.emplace_back();
    mistake.message =
        "the file has more than " + std::to_string(base::limits::config_bytes_max) + " bytes";
    return reading;
  }
  YamlTree tree = parse_yaml(text, environment);
  if (tree.is_complete) {
    reading.config = ConfigReader(tree).read();
  }
  reading.mistakes = locate(std::move(tree.mistakes), text);
  return reading;
}

EngineResult<EngineConfig> parse_config(
    std::string_view text, std::string_view file_name, const Environment& environment
) {
  ConfigReading reading = read_config(text, environment);
  if (reading.mistakes.empty()) {
    return std::move(reading.config);
  }
  EngineError error{.code = EngineErrorCode::invalid_config, .message = ""};
  for (const ConfigMistake& mistake : reading.mistakes) {
    if (!error.message.empty()) {
      error.message += '\n';
    }
    error.message += to_string(mistake, file_name);
  }
  return error;
}

}  // namespace iii::engine
