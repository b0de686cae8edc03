#include "workers/http/cors.hpp"

#include "workers/http/options.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

namespace {

constexpr std::string_view vary_line =
    "vary: origin, access-control-request-method, access-control-request-headers\r\n";
constexpr std::string_view prefix = "access-control-";

// Without the lines that begin with `name` and a colon.
void remove_lines(std::string_view name, std::string& lines) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find("\r\n", at) + 2;
    const std::string_view line = std::string_view(lines).substr(at, end - at);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      lines.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

}  // namespace

Cors::Cors(const std::optional<CorsOptions>& options) : options_(options) {
  is_any_origin_ =
      !options || options->allowed_origins.empty() ||
      std::ranges::find(options->allowed_origins, "*") != options->allowed_origins.end();
  fixed_lines_ = vary_line;
  if (is_any_origin_) {
    fixed_lines_.append("access-control-allow-origin: *\r\n");
  }
  if (!options) {
    fixed_lines_.append("access-control-expose-headers: *\r\n");
  }
}

std::string Cors::allow_origin(std::string_view origin) const {
  if (is_any_origin_ || !options_) {
    return "access-control-allow-origin: *\r\n";
  }
  if (std::ranges::find(options_->allowed_origins, origin) == options_->allowed_origins.end()) {
    return {};
  }
  return "access-control-allow-origin: " + std::string(origin) + "\r\n";
}

void Cors::append(std::string_view origin, std::string& lines) const {
  const std::string own_origin = is_any_origin_ ? std::string() : allow_origin(origin);
  if (lines.find(prefix) != std::string::npos) {
    if (is_any_origin_ || !own_origin.empty()) {
      remove_lines("access-control-allow-origin", lines);
    }
    if (!options_) {
      remove_lines("access-control-expose-headers", lines);
    }
  }
  lines.append(fixed_lines_).append(own_origin);
}

std::string Cors::preflight(std::string_view origin) const {
  std::string lines(vary_line);
  lines.append("access-control-allow-methods: ");
  if (!options_ || options_->allowed_methods.empty()) {
    lines.append("*");
  } else {
    for (const std::string& method : options_->allowed_methods) {
      lines.append(&method == &options_->allowed_methods.front() ? "" : ",").append(method);
    }
  }
  lines.append("\r\naccess-control-allow-headers: *\r\n");
  return lines + allow_origin(origin);
}

}  // namespace iii::workers::http_worker
