// One row of the WebSocket conformance table: what the peer sends, and what the decoder must make
// of it. The rows of each file are made once for each role of the decoder.
#pragma once

#include "base/limits.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

struct WebsocketCase {
  std::string name;
  std::string bytes;
  // Lines as event_line() and error_line() write them; an error is last.
  std::vector<std::string> expected;
  std::size_t frame_bytes_max = base::limits::frame_bytes_max;
  std::size_t message_bytes_max = base::limits::message_bytes_max;
};

using WebsocketCases = std::vector<WebsocketCase>;

// "text Hello"; a long payload is named by its size and a checksum.
[[nodiscard]] std::string event_line(std::string_view kind, std::string_view payload);
// "close 1000 bye"
[[nodiscard]] std::string close_line(unsigned code, std::string_view reason);
// "error 1002"
[[nodiscard]] std::string error_line(websocket::CloseCode code);

inline std::string text_line(std::string_view payload) {
  return event_line("text", payload);
}
inline std::string binary_line(std::string_view payload) {
  return event_line("binary", payload);
}
inline std::string protocol_error() {
  return error_line(websocket::CloseCode::protocol_error);
}
inline std::string invalid_payload() {
  return error_line(websocket::CloseCode::invalid_payload);
}
inline std::string too_big() {
  return error_line(websocket::CloseCode::message_too_big);
}

[[nodiscard]] WebsocketCases frame_cases(websocket::Role role);
[[nodiscard]] WebsocketCases fragment_cases(websocket::Role role);
[[nodiscard]] WebsocketCases utf8_cases(websocket::Role role);
[[nodiscard]] WebsocketCases close_cases(websocket::Role role);
[[nodiscard]] WebsocketCases size_cases(websocket::Role role);
[[nodiscard]] WebsocketCases mask_cases(websocket::Role role);

}  // namespace iii::test
