#include "core/trace_context.hpp"

#include "base/header_text.hpp"
#include "base/trimmed.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

constexpr std::string_view function_key = "iii.function.id";

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

}  // namespace

bool is_valid_traceparent(std::string_view text) noexcept {
  // 00-<32 hex trace id>-<16 hex span id>-<2 hex flags>
  if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') {
    return false;
  }
  const std::string_view trace_id = text.substr(3, 32);
  const std::string_view span_id = text.substr(36, 16);
  return is_lower_hex(trace_id) && is_lower_hex(span_id) && is_lower_hex(text.substr(53)) &&
         trace_id.find_first_not_of('0') != std::string_view::npos &&
         span_id.find_first_not_of('0') != std::string_view::npos;
}

std::string baggage_for(std::string_view caller_baggage, std::string_view function_id) {
  std::string out(function_key);
  out.push_back('=');
  base::append_baggage_value(function_id, out);
  while (!caller_baggage.empty()) {
    const std::size_t comma = caller_baggage.find(',');
    const std::string_view entry = caller_baggage.substr(0, comma);
    caller_baggage.remove_prefix(
        comma == std::string_view::npos ? caller_baggage.size() : comma + 1
    );
    const std::string_view pair = entry.substr(0, entry.find(';'));
    const std::size_t equals = pair.find('=');
    const std::string_view key = base::trimmed(pair.substr(0, equals));
    if (equals == std::string_view::npos || key.empty() || key == function_key) {
      continue;
    }
    out.append(",").append(key).append("=").append(base::trimmed(pair.substr(equals + 1)));
  }
  return out;
}

}  // namespace iii::core
