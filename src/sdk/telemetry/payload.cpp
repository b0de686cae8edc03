#include "sdk/telemetry/payload.hpp"

#include "base/limits.hpp"
#include "base/lower_ascii.hpp"
#include "json/scan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace iii::telemetry {
namespace {

constexpr std::string_view marker = R"(..."[TRUNCATED]")";

// spec: sdk §18.6
constexpr std::array<std::string_view, 13> sensitive_parts = {
    "api_key",
    "apikey",
    "api-key",
    "password",
    "secret",
    "credential",
    "authorization",
    "auth_token",
    "access_token",
    "refresh_token",
    "bearer",
    "private_key",
    "client_secret",
};

std::size_t skip_space(std::string_view json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

// The end of the string that begins at `at`.
std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return json.size();
}

// The end of the value that begins at `at`.
std::size_t value_end(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    switch (json[at]) {
      case '"':
        at = string_end(json, at);
        break;
      case '{':
      case '[':
        ++depth;
        ++at;
        break;
      case '}':
      case ']':
        --depth;
        ++at;
        break;
      default:
        at = std::min(json.find_first_of("\"{}[],: \t\r\n", at + 1), json.size());
        break;
    }
    if (depth == 0) {
      return at;
    }
  }
  return json.size();
}

bool is_sensitive_string(std::string_view text) {
  const json::Value key{
      .text = text,
      .kind = json::Kind::string,
      .has_escapes = text.find('\\') != std::string_view::npos,
  };
  return is_sensitive_key(key.has_escapes ? json::decode_string(key) : std::string(key.body()));
}

}  // namespace

bool is_sensitive_key(std::string_view key) {
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(), base::lower_ascii);
  return lower == "token" || lower.ends_with("_token") || lower.ends_with("-token") ||
         std::ranges::any_of(sensitive_parts, [&](std::string_view part) {
           return lower.find(part) != std::string::npos;
         });
}

std::string redacted(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  std::size_t copied = 0;
  std::size_t at = 0;
  while ((at = json.find('"', at)) < json.size()) {
    const std::size_t begin = at;
    const std::size_t end = string_end(json, begin);
    at = skip_space(json, end);
    if (at == json.size() || json[at] != ':') {
      continue;  // A value, not a key.
    }
    at = skip_space(json, at + 1);
    if (is_sensitive_string(json.substr(begin, end - begin))) {
      out.append(json.substr(copied, at - copied)).append(R"("[REDACTED]")");
      at = value_end(json, at);
      copied = at;
    }
  }
  return out.append(json.substr(copied));
}

CapturedPayload truncated(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return {std::move(text), false};
  }
  if (bytes_max <= marker.size()) {
    return {std::string(marker.substr(0, bytes_max)), true};
  }
  std::size_t kept = bytes_max - marker.size();
  const auto is_inside = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (kept > 0 && is_inside(kept)) {
    --kept;
  }
  text.resize(kept);
  return {std::move(text.append(marker)), true};
}

CapturedPayload capture_payload(std::string_view json, const PayloadCapture& capture) {
  const std::size_t bytes_max =
      capture.bytes_max == 0
          ? base::limits::captured_payload_bytes_max
          : std::min(capture.bytes_max, base::limits::captured_payload_bytes_max);
  return truncated(redacted(json), bytes_max);
}

}  // namespace iii::telemetry
