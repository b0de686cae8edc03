#include "engine/config_http.hpp"

#include "base/limits.hpp"
#include "engine/config.hpp"
#include "engine/config_section.hpp"
#include "engine/config_yaml.hpp"
#include "http/router.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace iii::engine {

namespace limits = base::limits;

namespace {

struct Middleware {
  std::string function_id;
  std::int64_t priority = 0;
};

// Of visible characters: it becomes part of a header.
bool is_printable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

void read_cors(YamlTree& tree, ConfigSection& section, HttpConfig& config) {
  const YamlNode* const node = section.take("cors");
  if (node == nullptr || node->kind == YamlNode::Kind::null) {
    return;
  }
  ConfigSection cors(tree, node, section.path_of("cors"), section.offset_of("cors"));
  HttpCorsConfig& target = config.cors.emplace();
  cors.take_texts("allowed_origins", target.allowed_origins);
  cors.take_texts("allowed_methods", target.allowed_methods);
  for (const auto& [key, texts] :
       {std::pair("allowed_origins", &target.allowed_origins),
        std::pair("allowed_methods", &target.allowed_methods)}) {
    if (!std::ranges::all_of(*texts, is_printable)) {
      cors.report(key, "may hold only visible ASCII characters");
    }
  }
  cors.finish();
}

// May be negative, as no other number of a configuration.
std::int64_t read_priority(ConfigSection& entry) {
  const YamlNode* const node = entry.take("priority");
  std::int64_t priority = 0;
  if (node == nullptr || node->kind == YamlNode::Kind::null) {
    return priority;
  }
  const std::string& text = node->text;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), priority);
  if (node->kind != YamlNode::Kind::scalar || !node->is_plain || read.ec != std::errc() ||
      read.ptr != text.data() + text.size()) {
    entry.report("priority", "must be a whole number, not " + description_of(*node));
  }
  return priority;
}

void read_middleware(YamlTree& tree, ConfigSection& section, HttpConfig& config) {
  const YamlNode* const list = section.take("middleware");
  if (list == nullptr || list->kind == YamlNode::Kind::null) {
    return;
  }
  if (list->kind != YamlNode::Kind::list || list->items.size() > limits::http_middleware_max) {
    section.report(
        "middleware",
        "must be a list of at most " + std::to_string(limits::http_middleware_max) + " functions"
    );
    return;
  }
  std::vector<Middleware> found;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& node = tree.nodes[list->items[i]];
    ConfigSection entry(
        tree, &node, section.path_of("middleware") + "[" + std::to_string(i) + "]", node.offset
    );
    Middleware middleware;
    if (!entry.take_text("function_id", middleware.function_id) && !entry.has("function_id")) {
      entry.report("function_id", "is required");
    }
    std::string phase = "preHandler";
    entry.take_text("phase", phase);
    if (phase != "preHandler") {
      entry.report("phase", "must be preHandler; there is no phase " + in_quotes(phase));
    }
    middleware.priority = read_priority(entry);
    entry.finish();
    // Those of the same priority keep the order of the file.
    const auto place =
        std::ranges::upper_bound(found, middleware.priority, {}, &Middleware::priority);
    found.insert(place, std::move(middleware));
  }
  for (Middleware& middleware : found) {
    config.middleware.push_back(std::move(middleware.function_id));
  }
}

// A path that is served as it is written.
void read_path(ConfigSection& section, std::string_view key, std::string& target) {
  section.take_text(key, target);
  if (!target.empty() && (!target.starts_with('/') || !is_printable(target) ||
                          target.find_first_of(":{}?#%\"\\") != std::string::npos)) {
    section.report(
        key,
        "must be a path such as '/assets', of visible ASCII characters without "
        ":{}?#%\"\\, not " +
            in_quotes(target)
    );
    return;
  }
  // As long as what is served below it: the files of a folder.
  if (const EngineStatus status = http::Router::check(target + "/{*file}"); !status) {
    section.report(key, "cannot be served: " + status.error().message);
  }
}

void read_openapi(YamlTree& tree, ConfigSection& section, HttpConfig& config) {
  const YamlNode* const node = section.take("openapi");
  if (node == nullptr || node->kind == YamlNode::Kind::null) {
    return;
  }
  if (is_flag(*node)) {
    if (is_true(*node)) {
      config.openapi.emplace();
    }
    return;
  }
  if (node->kind != YamlNode::Kind::mapping) {
    section.report("openapi", "must be true, false or a mapping, not " + description_of(*node));
    return;
  }
  ConfigSection keys(tree, node, section.path_of("openapi"), section.offset_of("openapi"));
  HttpOpenapiConfig& target = config.openapi.emplace();
  read_path(keys, "path", target.path);
  read_path(keys, "page", target.page_path);
  keys.take_text("title", target.title);
  keys.take_text("version", target.version);
  if (target.path == target.page_path) {
    keys.report("page", "must be another path than that of the document");
  }
  keys.finish();
}

void read_folder(ConfigSection& entry, HttpConfig& config) {
  HttpFolderConfig folder;
  for (const std::string_view key : {"path", "folder"}) {
    if (!entry.has(key)) {
      entry.report(key, "is required");
    }
  }
  read_path(entry, "path", folder.path);
  entry.take_text("folder", folder.folder);
  entry.take_text("index", folder.index);
  if (folder.index.find('/') != std::string::npos || folder.index.starts_with('.')) {
    entry.report("index", "must be the name of a file, not " + in_quotes(folder.index));
  }
  std::uint64_t max_age = 0;
  entry.take_number("max_age", {.min = 0, .max = limits::http_max_age_seconds_max}, max_age);
  folder.max_age = std::chrono::seconds(max_age);
  const std::string path = folder.path.size() > 1 && folder.path.ends_with('/')
                               ? folder.path.substr(0, folder.path.size() - 1)
                               : folder.path;
  folder.path = path;
  if (std::ranges::find(config.folders, path, &HttpFolderConfig::path) != config.folders.end()) {
    entry.report("path", in_quotes(path) + " is listed twice");
  }
  entry.finish();
  config.folders.push_back(std::move(folder));
}

void read_folders(YamlTree& tree, ConfigSection& section, HttpConfig& config) {
  const YamlNode* const list = section.take("static");
  if (list == nullptr || list->kind == YamlNode::Kind::null) {
    return;
  }
  if (list->kind != YamlNode::Kind::list || list->items.size() > limits::http_folders_max) {
    section.report(
        "static",
        "must be a list of at most " + std::to_string(limits::http_folders_max) + " folders"
    );
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& node = tree.nodes[list->items[i]];
    ConfigSection entry(
        tree, &node, section.path_of("static") + "[" + std::to_string(i) + "]", node.offset
    );
    read_folder(entry, config);
  }
}

void read_limits(ConfigSection& section, HttpConfig& config) {
  const auto timeout_max = limits::http_timeout_max;
  section.take_milliseconds(
      "default_timeout", milliseconds(0, timeout_max), config.default_timeout
  );
  section.take_milliseconds("head_timeout_ms", milliseconds(1, timeout_max), config.head_timeout);
  section.take_milliseconds("body_timeout_ms", milliseconds(1, timeout_max), config.body_timeout);
  section.take_milliseconds("idle_timeout_ms", milliseconds(1, timeout_max), config.idle_timeout);
  section.take_size(
      "concurrency_request_limit", {.min = 1, .max = limits::http_requests_max}, config.requests_max
  );
  section.take_size(
      "connections_max", {.min = 1, .max = limits::http_connections_max}, config.connections_max
  );
  section.take_size(
      "head_bytes_max",
      {.min = 256, .max = limits::http_head_bytes_configured_max},
      config.head_bytes_max
  );
  section.take_size(
      "headers_max", {.min = 1, .max = limits::http_headers_configured_max}, config.headers_max
  );
  section.take_size(
      "body_bytes_max", {.min = 0, .max = limits::http_body_bytes_max}, config.body_bytes_max
  );
}

}  // namespace

HttpConfig read_http_config(YamlTree& tree, ConfigSection& section) {
  HttpConfig config;
  std::uint64_t port = config.port;
  section.take_number("port", {.min = 0, .max = 65'535}, port);
  config.port = static_cast<std::uint16_t>(port);
  section.take_text("host", config.host);
  if (const EngineStatus host = check_host(config.host); !host) {
    section.report("host", host.error().message);
  }
  read_limits(section, config);
  read_cors(tree, section, config);
  read_middleware(tree, section, config);
  read_openapi(tree, section, config);
  read_folders(tree, section, config);
  section.take_flag("compression", config.compresses);
  section.take_flag("access_log", config.logs_access);
  section.take_flag("metrics", config.counts_routes);
  return config;
}

}  // namespace iii::engine
