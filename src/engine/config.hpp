// What the engine is started with, and how it is read from the reference system's YAML (spec:
// configuration §2).
//
// load_config reads a file; parse_config is the pure part of it: text and a lookup of environment
// variables in, either a configuration without a single mistake or all mistakes out. Nothing here
// throws, keeps state or knows the command line. docs/guides/configuration.md describes the format
// for users.
#pragma once

#include "base/limits.hpp"
#include "engine/log.hpp"

#include <iii/engine_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::engine {

// The line of the reference system that decides for a connection which has not announced its SDK's
// version.
enum class CompatLine { v0_11, v0_22 };

[[nodiscard]] std::string_view to_string(CompatLine line) noexcept;
// "0.11" or "0.22".
[[nodiscard]] EngineResult<CompatLine> parse_compat_line(std::string_view text);

struct ListenerConfig {
  std::string host = "127.0.0.1";  // safe by default; the reference listens on every interface
  std::uint16_t port = 49134;      // 0: any free port
  std::chrono::milliseconds handshake_timeout = base::limits::handshake_timeout;

  friend bool operator==(const ListenerConfig&, const ListenerConfig&) = default;
};

struct HttpCorsConfig {
  std::vector<std::string> allowed_origins;
  std::vector<std::string> allowed_methods;

  friend bool operator==(const HttpCorsConfig&, const HttpCorsConfig&) = default;
};

// The description of all routes.
struct HttpOpenapiConfig {
  std::string path = "/openapi.json";
  std::string page_path;  // empty: no page
  std::string title = "Functions";
  std::string version = "1";

  friend bool operator==(const HttpOpenapiConfig&, const HttpOpenapiConfig&) = default;
};

// A folder whose files are served.
struct HttpFolderConfig {
  std::string path;
  std::string folder;
  std::string index = "index.html";
  std::chrono::seconds max_age{0};

  friend bool operator==(const HttpFolderConfig&, const HttpFolderConfig&) = default;
};

struct HttpConfig {
  std::string host = "127.0.0.1";  // as ListenerConfig's
  std::uint16_t port = 3111;
  std::chrono::milliseconds default_timeout = base::limits::http_timeout_default;
  std::chrono::milliseconds head_timeout = base::limits::http_head_timeout;
  std::chrono::milliseconds body_timeout = base::limits::http_body_timeout;
  std::chrono::milliseconds idle_timeout = base::limits::http_idle_timeout;
  std::size_t requests_max = base::limits::http_requests_default;
  std::size_t connections_max = base::limits::http_connections_default;
  std::size_t head_bytes_max = base::limits::http_head_bytes_max;
  std::size_t headers_max = base::limits::http_headers_max;
  std::size_t body_bytes_max = base::limits::http_body_bytes_default;
  std::optional<HttpCorsConfig> cors;
  std::vector<std::string> middleware;  // function ids, in the order in which they run
  std::optional<HttpOpenapiConfig> openapi;
  std::vector<HttpFolderConfig> folders;
  bool compresses = false;
  bool logs_access = false;
  bool counts_routes = false;

  friend bool operator==(const HttpConfig&, const HttpConfig&) = default;
};

struct HttpFunctionsConfig {
  std::vector<std::string> url_allowlist;      // patterns of hosts; empty: every host
  std::vector<std::string> secrets_allowlist;  // of environment variables; empty: every one
  bool block_private_ips = true;
  bool require_https = true;
  std::chrono::milliseconds default_timeout = base::limits::http_function_timeout_default;
  std::size_t requests_max = base::limits::http_function_requests_default;
  std::size_t requests_per_host_max = base::limits::http_function_requests_per_host_default;
  std::size_t waiting_max = base::limits::http_function_waiting_default;
  std::size_t response_bytes_max = base::limits::http_function_response_bytes_default;
  bool trace_headers = true;

  friend bool operator==(const HttpFunctionsConfig&, const HttpFunctionsConfig&) = default;
};

struct EngineConfig {
  std::vector<ListenerConfig> listeners = {ListenerConfig{}};  // never empty
  std::optional<HttpConfig> http;                              // nullopt: there is no HTTP worker
  std::optional<HttpFunctionsConfig> http_functions;           // nullopt: nor one that sends
  LoggingConfig logging;
  CompatLine compat = CompatLine::v0_22;
  std::chrono::milliseconds invocation_deadline_max = base::limits::invocation_deadline_default;
  std::chrono::milliseconds drain_timeout = base::limits::drain_timeout;
  bool has_cron = false;  // worker iii-cron

  friend bool operator==(const EngineConfig&, const EngineConfig&) = default;
};

// What runs without a configuration file: the workers that a file would have to list, too (spec:
// configuration §2.5).
[[nodiscard]] EngineConfig default_config();

// Something in a configuration file that the user has to change.
struct ConfigMistake {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters
  std::string key;  // path such as "workers[0].config.port", or empty when no key is concerned
  std::string message;

  friend bool operator==(const ConfigMistake&, const ConfigMistake&) = default;
};

// "file:line:column: key: message"
[[nodiscard]] std::string to_string(const ConfigMistake& mistake, std::string_view file_name);

// The value of an environment variable, or nothing when it is not set. Empty is set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// `config` may be used only when `mistakes` is empty. Mistakes are in the order of the file.
struct ConfigReading {
  EngineConfig config;
  std::vector<ConfigMistake> mistakes;
};

[[nodiscard]] ConfigReading read_config(std::string_view text, const Environment& environment);

// The configuration, or `invalid_config` with one line per mistake.
[[nodiscard]] EngineResult<EngineConfig> parse_config(
    std::string_view text, std::string_view file_name, const Environment& environment
);

// Reads the file and parses it. `not_found`, `permission_denied`, `io_error` and `limit_exceeded`
// speak of the file.
[[nodiscard]] EngineResult<EngineConfig> load_config(
    const std::string& file_name, const Environment& environment
);

// Refuses what can never be the address or the name of a network interface.
[[nodiscard]] EngineStatus check_host(std::string_view host);

}  // namespace iii::engine
