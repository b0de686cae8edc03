// What the handshake's fuzz target checks of HTTP heads, queries and upgrades.
#pragma once

#include "base/assert.hpp"
#include "http/head.hpp"
#include "websocket/handshake.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::test {

// Reads growing prefixes until one is decided; returns that outcome after comparing it with the one
// for all the bytes.
template <class Parse>
auto parse_in_pieces(
    std::string_view bytes, std::size_t bytes_max, std::size_t piece_bytes, Parse parse
) {
  const auto whole = parse(bytes, bytes_max);
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    const auto part = parse(bytes.substr(0, at), bytes_max);
    if (!part || *part) {
      III_ASSERT(part.has_value() == whole.has_value(), "a part is decided like the whole");
      III_ASSERT(!part || (*part)->bytes == (*whole)->bytes, "the head ends at the same place");
      III_ASSERT(part || part.error() == whole.error(), "it is refused for the same reason");
      break;
    }
  }
  if (whole && *whole) {
    III_ASSERT((*whole)->bytes <= std::min(bytes.size(), bytes_max), "the limit holds");
  }
  return whole;
}

inline std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string encoded;
  for (const char character : text) {
    const auto byte = static_cast<std::uint8_t>(character);
    encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return encoded;
}

inline void check_request(const http::RequestHead& head) {
  if (const auto pairs = http::parse_query(head.query())) {
    std::string again;
    for (const auto& [key, value] : *pairs) {
      again += percent_encoded(key) + '=' + percent_encoded(value) + '&';
    }
    III_ASSERT(*http::parse_query(again) == *pairs, "a query written again reads the same");
  }
  if (websocket::check_upgrade(head)) {
    const std::string answer = websocket::upgrade_response(head, "");
    const auto parsed = http::parse_response_head(answer, answer.size());
    III_ASSERT(parsed && *parsed && (*parsed)->bytes == answer.size(), "our answer is a head");
    const auto key = http::find_header(head.headers, "sec-websocket-key");
    III_ASSERT(websocket::check_upgrade_response((*parsed)->head, *key), "a client accepts it");
  }
}

}  // namespace iii::test
