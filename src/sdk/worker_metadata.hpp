// What a worker tells the engine of itself (spec: sdk §3.5). Pure: whoever calls has looked at the
// system.
#pragma once

#include <iii/options.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::sdk {

// That of the project.
[[nodiscard]] std::string_view sdk_version();

// What detection looks at. Environment variables that are not set are nullopt.
struct SystemFacts {
  std::optional<std::string> worker_name;     // III_WORKER_NAME
  std::optional<std::string> isolation;       // III_ISOLATION
  std::optional<std::string> namespace_name;  // III_NAMESPACE
  std::optional<std::string> token;           // III_TOKEN: authenticates, never logged
  std::optional<std::string> lang;            // LANG
  std::optional<std::string> lc_all;          // LC_ALL
  std::string host_name;                      // empty: unknown
  std::uint32_t pid = 0;
  std::string os;       // "linux"
  std::string machine;  // "x86_64"
  // Of the current directory only, never of its parents.
  std::string folder_name;
  std::optional<std::string> vcpkg_json;   // the text of the file
  std::optional<std::string> cmake_lists;  // of CMakeLists.txt
};

[[nodiscard]] WorkerMetadata detect_metadata(const InitOptions& options, const SystemFacts& facts);

// The framework is this SDK, unless it says another.
[[nodiscard]] WorkerMetadata with_framework(WorkerMetadata metadata);

// An explicit namespace that is one is refused (spec: sdk §22.2, §22.3).
[[nodiscard]] bool is_blank_namespace(std::string_view name);

// The option, or III_NAMESPACE; empty: none. Throws std::invalid_argument for an option that is
// nothing but white space.
[[nodiscard]] std::string detect_namespace(const InitOptions& options, const SystemFacts& facts);

// `name` of vcpkg.json, else of project(…) in CMakeLists.txt, else the folder's; may be empty.
[[nodiscard]] std::string detect_project_name(const SystemFacts& facts);

// The frame that announces the worker. What is not UTF-8 in a text is replaced.
[[nodiscard]] std::string announce_frame(
    const WorkerMetadata& metadata, std::string_view namespace_name
);

}  // namespace iii::sdk
