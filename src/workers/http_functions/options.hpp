// What the configuration decides about functions behind URLs.
#pragma once

#include "base/limits.hpp"
#include "workers/http_functions/url_rules.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace iii::workers::http_functions {

// What a 3xx answer is (docs/compatibility.md).
enum class Redirects : std::uint8_t { are_errors, are_answers };

struct Options {
  UrlRules urls;
  // Patterns of environment variables whose values functions may send; empty: of every one.
  std::vector<std::string> secrets_allowlist;
  std::chrono::milliseconds timeout = base::limits::http_function_timeout_default;
  std::size_t requests_max = base::limits::http_function_requests_default;
  std::size_t requests_per_host_max = base::limits::http_function_requests_per_host_default;
  std::size_t waiting_max = base::limits::http_function_waiting_default;
  std::size_t response_bytes_max = base::limits::http_function_response_bytes_default;
  bool sends_trace_headers = true;
  Redirects redirects = Redirects::are_answers;
};

}  // namespace iii::workers::http_functions
