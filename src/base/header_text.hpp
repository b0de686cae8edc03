// What may stand in HTTP headers, and in the one named `baggage`. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace iii::base {

// RFC 9110 §5.6.2: the name of a header, the key of an entry.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

// Nothing that could end the line. Bytes above 127 are let through.
[[nodiscard]] bool is_header_value(std::string_view text) noexcept;

// What the connection itself says about where a message begins and ends, and about itself: nobody
// else may. In any case of letters.
[[nodiscard]] bool is_connection_header(std::string_view name) noexcept;

// W3C Baggage: what may stand in a value as it is.
[[nodiscard]] inline bool is_baggage_octet(char c) noexcept {
  return c > ' ' && c < '\x7f' && c != '"' && c != ',' && c != ';' && c != '\\' && c != '%';
}

// Percent-encodes all other bytes.
void append_baggage_value(std::string_view text, std::string& out);

}  // namespace iii::base
