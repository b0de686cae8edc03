#include "sdk/worker_metadata.hpp"

#include "base/trimmed.hpp"
#include "base/utf8.hpp"
#include "protocol/to_engine.hpp"

#include <iii/json.hpp>
#include <iii/options.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {
namespace {

constexpr const char* default_framework = "iii-cpp";

bool is_blank(const std::optional<std::string>& text) {
  return !text || base::trimmed(*text, base::white_space).empty();
}

std::optional<std::string> unless_blank(const std::optional<std::string>& text) {
  return is_blank(text) ? std::nullopt : text;
}

// Since line 0.23 the environment comes first (spec: line-0.25 §8, §14).
std::string worker_name(const InitOptions& options, const SystemFacts& facts) {
  const std::optional<std::string> managed = unless_blank(facts.worker_name);
  if (!options.worker_name.empty() && (!managed || options.identity == WorkerIdentity::given)) {
    return options.worker_name;
  }
  const std::string host = facts.host_name.empty() ? "unknown" : facts.host_name;
  return managed.value_or(host + ":" + std::to_string(facts.pid));
}

// LANG wins even when it is empty (spec: sdk §3.5).
std::optional<std::string> language(const SystemFacts& facts) {
  const auto& locale = facts.lang ? facts.lang : facts.lc_all;
  if (!locale) {
    return std::nullopt;
  }
  std::string name = locale->substr(0, locale->find('.'));
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

// The first word of project(…), wherever the command stands in the file.
std::string cmake_project_name(std::string_view text) {
  constexpr std::string_view command = "project(";
  const std::size_t begin = text.find(command);
  if (begin == std::string_view::npos) {
    return "";
  }
  const std::string_view rest =
      base::trimmed(text.substr(begin + command.size()), base::white_space);
  const std::string name(rest.substr(0, rest.find_first_of(" \t\r\n)")));
  return name.find('$') == std::string::npos ? name : "";
}

std::string vcpkg_name(const std::string& text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) {
    return "";
  }
  const Json* const name = json->get_object().if_contains("name");
  return name != nullptr && name->is_string()
             ? std::string(base::trimmed(name->get_string().c_str(), base::white_space))
             : "";
}

void add(JsonObject& object, std::string_view key, const std::optional<std::string>& value) {
  if (value) {
    object[key] = base::repaired_utf8(*value);
  }
}

}  // namespace

std::string_view sdk_version() {
  return III_VERSION;
}

std::string detect_project_name(const SystemFacts& facts) {
  std::string name = facts.vcpkg_json ? vcpkg_name(*facts.vcpkg_json) : "";
  if (name.empty() && facts.cmake_lists) {
    name = cmake_project_name(*facts.cmake_lists);
  }
  return name.empty() ? facts.folder_name : name;
}

bool is_blank_namespace(std::string_view name) {
  return base::trimmed(name, base::white_space).empty();
}

std::string detect_namespace(const InitOptions& options, const SystemFacts& facts) {
  if (!options.namespace_name.empty() && is_blank_namespace(options.namespace_name)) {
    throw std::invalid_argument("the worker's namespace is blank");
  }
  return options.namespace_name.empty() ? unless_blank(facts.namespace_name).value_or("")
                                        : options.namespace_name;
}

WorkerMetadata detect_metadata(const InitOptions& options, const SystemFacts& facts) {
  WorkerMetadata out;
  if (options.metadata) {
    out = *options.metadata;
  } else {
    out.version = sdk_version();
    out.name = worker_name(options, facts);
    out.os = facts.os + " " + facts.machine + " (unix)";
    out.pid = facts.pid;
    out.isolation = unless_blank(facts.isolation);
    const std::string project = detect_project_name(facts);
    out.telemetry = WorkerTelemetry{
        .language = language(facts),
        .project_name = project.empty() ? std::nullopt : std::optional(project),
    };
    out.description = options.worker_description;
  }
  return with_framework(std::move(out));
}

WorkerMetadata with_framework(WorkerMetadata metadata) {
  if (!metadata.telemetry) {
    metadata.telemetry.emplace();
  }
  if (is_blank(metadata.telemetry->framework)) {
    metadata.telemetry->framework = default_framework;
  }
  return metadata;
}

std::string announce_frame(const WorkerMetadata& metadata, std::string_view namespace_name) {
  JsonObject data;
  // Names of hosts and folders are bytes: one that is not UTF-8 would cost every connection.
  data["runtime"] = base::repaired_utf8(metadata.runtime);
  data["version"] = base::repaired_utf8(metadata.version);
  data["name"] = base::repaired_utf8(metadata.name);
  data["os"] = base::repaired_utf8(metadata.os);
  add(data, "description", metadata.description);
  if (metadata.pid) {
    data["pid"] = *metadata.pid;
  }
  add(data, "isolation", metadata.isolation);
  if (metadata.telemetry) {
    JsonObject telemetry;
    add(telemetry, "language", metadata.telemetry->language);
    add(telemetry, "project_name", metadata.telemetry->project_name);
    add(telemetry, "framework", metadata.telemetry->framework);
    add(telemetry, "amplitude_api_key", metadata.telemetry->amplitude_api_key);
    data["telemetry"] = std::move(telemetry);
  }
  // Messages of up to 64 MiB may come (spec: line-0.25 §2).
  data["features"] = JsonArray{"large-messages.v1"};
  if (!namespace_name.empty()) {
    data["namespace"] = base::repaired_utf8(namespace_name);
  }
  return protocol::encode(protocol::to_engine::InvokeFunction{
      .function_id = "engine::workers::register",
      .data_json = serialize(data),
      .action = protocol::to_engine::Action::fire_and_forget,
  });
}

}  // namespace iii::sdk
