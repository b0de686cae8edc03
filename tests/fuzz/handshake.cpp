// HTTP heads and the WebSocket handshake on any bytes: reading in pieces equals reading at once,
// limits hold, an accepted upgrade gets an answer that a client accepts, and a query survives being
// written again. The first byte chooses the limit, the second the size of the pieces.
#include "fuzz/handshake_oracles.hpp"
#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace http = iii::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t bytes_max = 16 + std::size_t{data[0]} * 8;
  const std::size_t piece_bytes = 1 + std::size_t{data[1]};
  const auto request =
      iii::test::parse_in_pieces(bytes, bytes_max, piece_bytes, http::parse_request_head);
  if (request && *request) {
    iii::test::check_request((*request)->head);
  }
  (void)iii::test::parse_in_pieces(bytes, bytes_max, piece_bytes, http::parse_response_head);
  return 0;
}
