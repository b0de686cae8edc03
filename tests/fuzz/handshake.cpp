// HTTP heads and the WebSocket handshake on any bytes: reading in pieces equals reading at once,
// limits hold, an accepted upgrade gets an answer that a client accepts, and a query survives being
// written again. The first byte chooses the limit, the second the size of the pieces.
#include "websocket/handshake.hpp"

#include "base/assert.hpp"
#include "http/head.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

namespace http = iii::http;
namespace websocket = iii::websocket;

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

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string encoded;
  for (const char character : text) {
    const auto byte = static_cast<std::uint8_t>(character);
    encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return encoded;
}

void check_request(const http::RequestHead& head) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t bytes_max = 16 + std::size_t{data[0]} * 8;
  const std::size_t piece_bytes = 1 + std::size_t{data[1]};
  const auto request = parse_in_pieces(bytes, bytes_max, piece_bytes, http::parse_request_head);
  if (request && *request) {
    check_request((*request)->head);
  }
  (void)parse_in_pieces(bytes, bytes_max, piece_bytes, http::parse_response_head);
  return 0;
}
