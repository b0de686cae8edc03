// A server's connection on any bytes: what it makes of them does not depend on how they arrive, no
// more than one request is under way, bodies keep to their limit, and nothing follows the end. The
// first byte chooses the limits, the second the size of the pieces, the third what the server does.
#include "base/assert.hpp"
#include "http/request.hpp"
#include "http/server_connection.hpp"
#include "http/server_scene.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http = iii::http;

namespace {

struct Setting {
  std::size_t head_bytes_max;
  std::size_t body_bytes_max;
  bool answers_early;
  bool streams;
};

std::string play(std::string_view bytes, std::size_t piece_bytes, const Setting& setting) {
  http::ServerLimits limits = http::test::roomy_limits();
  limits.head.bytes_max = setting.head_bytes_max;
  http::test::ServerScene scene(limits);
  std::size_t logged_head_bytes = 0;
  scene.on_head = [&](const http::Request& request) {
    logged_head_bytes = scene.log.size();
    III_ASSERT(request.headers.size() <= limits.head.headers_max, "more headers than the limit");
    scene.connection.limit_body(setting.body_bytes_max);
    if (setting.answers_early) {
      scene.answer("early", 403);
    } else if (setting.streams) {
      scene.connection.start_response({200, ""}, scene.outbox);
      scene.connection.send_piece("piece", scene.outbox);
      scene.connection.end_response(scene.now, scene.outbox);
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    scene.receive(bytes.substr(at, piece_bytes));
  }
  // How much of a body came before it turned out to be too large does depend on the pieces.
  if (scene.log.ends_with('!')) {
    scene.log.resize(logged_head_bytes);
  }
  III_ASSERT(
      !scene.connection.owes_answer() || !scene.connection.is_closing(), "an answer is lost"
  );
  III_ASSERT(scene.rest.size() <= limits.head.bytes_max + 8192, "more is kept than the limit");
  return scene.log + " -> " + scene.take_output() +
         (scene.connection.is_closing() ? " closed" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  const Setting setting{
      .head_bytes_max = 16 + std::size_t{data[0]} * 8,
      .body_bytes_max = data[0] % 32U,
      .answers_early = data[2] % 3 == 1,
      .streams = data[2] % 3 == 2
  };
  const std::string whole = play(bytes, std::max<std::size_t>(bytes.size(), 1), setting);
  const std::string pieces = play(bytes, 1 + std::size_t{data[1]}, setting);
  III_ASSERT(whole == pieces, "the outcome depends on how the bytes arrive");
  return 0;
}
