// How the HTTP worker is set up (spec: http §2).
#pragma once

#include "base/limits.hpp"
#include "workers/http/openapi.hpp"
#include "workers/http/static_files.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace iii::workers::http_worker {

struct CorsOptions {
  std::vector<std::string> allowed_origins;  // empty, or with "*": any
  std::vector<std::string> allowed_methods;  // empty: any
};

// How errors are written: as the reference system's line 0.11 does, or as the later ones.
enum class ErrorStyle : std::uint8_t { flat, envelope };

// The description of all routes.
struct OpenapiOptions {
  std::string path = "/openapi.json";
  std::string page_path;  // empty: no page
  OpenapiInfo info;
};

struct Options {
  std::chrono::milliseconds default_timeout = base::limits::http_timeout_default;
  std::size_t requests_max = base::limits::http_requests_default;
  std::size_t waiting_max = base::limits::http_waiting_max;
  std::uint64_t body_bytes_max = base::limits::http_body_bytes_default;
  std::uint64_t bodies_bytes_max = base::limits::http_bodies_bytes_max;
  std::optional<CorsOptions> cors;
  std::vector<std::string> middleware;  // functions before every route's, in their order
  ErrorStyle errors = ErrorStyle::envelope;
  std::optional<OpenapiOptions> openapi;
  std::vector<StaticOptions> folders;
  bool compresses = false;
  bool logs_access = false;
  bool counts_routes = false;
  std::size_t compressed_streams_max = base::limits::http_compressed_streams_max;
};

}  // namespace iii::workers::http_worker
