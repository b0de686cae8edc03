// Lower-case hexadecimal digits of ids, as the wire has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::telemetry {

inline void append_hex(std::uint64_t value, std::size_t digits, std::string& out) {
  constexpr std::string_view alphabet = "0123456789abcdef";
  for (std::size_t left = digits; left > 0; --left) {
    out.push_back(alphabet[(value >> (4 * (left - 1))) & 15U]);
  }
}

// Upper case is refused (W3C Trace Context §3.2.2). At most 16 digits.
inline std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
  std::uint64_t value = 0;
  for (const char c : text) {
    const bool is_decimal = c >= '0' && c <= '9';
    if (!is_decimal && (c < 'a' || c > 'f')) {
      return std::nullopt;
    }
    value = value << 4U | static_cast<std::uint64_t>(is_decimal ? c - '0' : c - 'a' + 10);
  }
  return value;
}

}  // namespace iii::telemetry
