// A WebSocket decoder in the server's role, fed any bytes: see websocket_oracles.hpp.
#include "fuzz/websocket_oracles.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iii::test::check_decoder(
      iii::websocket::Role::server, std::string_view(reinterpret_cast<const char*>(data), size)
  );
  return 0;
}
