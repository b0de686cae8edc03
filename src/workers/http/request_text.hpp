// What a function is told about a request (spec: http §6), as JSON text.
#pragma once

#include "http/request.hpp"
#include "workers/http/route_table.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

// `{"path_params":…,"query_params":…,"headers":…,"method":…`, without the closing brace: the
// beginning of everything that functions are given.
void append_request(const http::Request& request, const Route& route, std::string& out);

// A header's value as functions get it: empty if it holds anything but visible ASCII and blanks.
[[nodiscard]] std::string_view plain_value(std::string_view value) noexcept;

// nullopt: something behind a percent sign is no byte.
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text);

// Whether the body is read as JSON (spec: http §6.1).
[[nodiscard]] inline bool is_json_type(std::string_view content_type) {
  return content_type.find("application/json") != std::string_view::npos;
}

// The body as a member of the payload: `null` unless it is well-formed JSON.
[[nodiscard]] std::string_view json_body(std::string_view body);

}  // namespace iii::workers::http_worker
