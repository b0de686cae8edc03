// What an engine knows of functions, workers and triggers. Engines of different lines tell
// different things: everything but the ids may be missing. Plain values.
#pragma once

#include <iii/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace iii {

struct FunctionInfo {
  std::string function_id;
  std::optional<std::string> description;
  std::optional<std::string> worker_name;  // since line 0.13
  std::optional<Json> request_format;      // before line 0.13
  std::optional<Json> response_format;     // likewise
  std::optional<Json> metadata;
  std::optional<std::string> namespace_name;  // since line 0.23
};

struct WorkerInfo {
  std::string id;
  std::string status;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> runtime;
  std::optional<std::string> version;
  std::optional<std::string> os;
  std::optional<std::string> ip_address;
  std::optional<std::string> isolation;
  std::optional<std::string> namespace_name;
  std::optional<std::uint64_t> connected_at_ms;  // since the Unix epoch
  std::optional<std::uint64_t> function_count;
  std::optional<std::uint64_t> active_invocations;
  std::vector<std::string> functions;  // before line 0.13
};

struct TriggerInfo {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  Json config;
  std::optional<std::string> worker_name;  // since line 0.13
  std::optional<Json> metadata;
  std::optional<std::string> namespace_name;
};

struct TriggerTypeInfo {
  std::string id;
  std::string description;
  std::optional<std::string> worker_name;      // since line 0.13
  std::optional<Json> trigger_request_format;  // before line 0.13
  std::optional<Json> call_request_format;     // likewise
};

}  // namespace iii
