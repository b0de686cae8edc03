// The HTTP listener over real sockets: what becomes of clients that go, stall, or are cut.
#include "base/limits.hpp"
#include "http/server_connection.hpp"
#include "net/clock.hpp"
#include "net/loop.hpp"
#include "socket_client.hpp"
#include "turned_engine.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"

#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::test {
namespace {

using namespace std::chrono_literals;
namespace limits = base::limits;

constexpr http::ServerLimits server_limits{
    .head = {.bytes_max = 8 * limits::kib, .headers_max = 32},
    .discarded_bytes_max = limits::http_discarded_bytes_max,
    .head_timeout = limits::http_head_timeout,
    .body_timeout = limits::http_body_timeout,
    .idle_timeout = limits::http_idle_timeout,
    .write_timeout = limits::http_write_timeout
};

class HttpGatewayTest : public testing::Test {
 protected:
  static constexpr std::size_t unsent_bytes_max = 17 * limits::mib;

  explicit HttpGatewayTest(net::LoopOptions options = {}) : engine({{.port = 0}}, options) {
    listener = engine.add_http(server_limits, unsent_bytes_max);
    worker.serve("f::a");
    worker.send(R"({"type":"registertrigger","id":"t","trigger_type":"http","function_id":"f::a",)"
                R"("config":{"api_path":"/a"}})");
    worker.settle();
  }

  [[nodiscard]] SocketClient client(int receive_bytes = 0) {
    return SocketClient(engine.port(listener), engine.options(receive_bytes));
  }
  // The function's end of the response of the next call.
  [[nodiscard]] SocketClient writer() {
    const boost::json::value call = worker.next_call();
    const auto& channel = call.at("data").at("response");
    SocketClient end(engine.port(), engine.options());
    end.upgrade(
        "/ws/channels/" + std::string(channel.at("channel_id").as_string()) +
        "?key=" + std::string(channel.at("access_key").as_string()) + "&dir=write"
    );
    return end;
  }
  // Reads until the text has come.
  static std::string read_until(SocketClient& from, std::string_view text) {
    std::string all;
    while (all.find(text) == std::string::npos) {
      const std::string more = from.read_bytes();
      if (more.empty()) {
        ADD_FAILURE() << "the connection has ended before '" << text << "' came";
        break;
      }
      all += more;
    }
    return all;
  }

  TurnedEngine engine;
  std::size_t listener = 0;
  WorkerClient worker{engine.port(), engine.options()};
};

TEST_F(HttpGatewayTest, a_stream_ends_when_its_client_has_gone_although_it_sent_more) {
  SocketClient http = client();
  http.send_bytes("GET /a HTTP/1.1\r\nHost: h\r\n\r\nG");
  SocketClient stream = writer();
  stream.send_frame(websocket::Opcode::binary, "event");
  (void)read_until(http, "event");
  http.reset();
  EXPECT_TRUE(engine.turn_until([&] { return engine.http_requests() == 0; }));
  stream.send_frame(websocket::Opcode::binary, "event");
  EXPECT_EQ(stream.next().kind, Kind::ended);
  EXPECT_TRUE(engine.turn_until([&] { return engine.open_sockets() == 1; }));
}

TEST_F(HttpGatewayTest, a_broken_answer_without_a_length_ends_with_a_reset) {
  for (const bool is_whole : {true, false}) {
    SocketClient http = client();
    http.send_bytes("GET /a HTTP/1.0\r\n\r\n");
    SocketClient stream = writer();
    stream.send_frame(websocket::Opcode::binary, "half");
    (void)read_until(http, "half");
    if (is_whole) {
      stream.send_close(websocket::CloseCode::normal);
    } else {
      stream.close();
    }
    EXPECT_EQ(http.read_bytes(), "");
    EXPECT_EQ(http.was_reset(), !is_whole);
  }
}

TEST_F(HttpGatewayTest, the_slowest_client_is_cut_when_all_leave_too_much_untaken) {
  constexpr std::size_t bytes = 9 * limits::mib;
  const std::string answer = R"({"body":")" + std::string(bytes, 'x') + R"("})";
  const auto ask = [&] {
    SocketClient http = client(64 * limits::kib);
    http.send_bytes("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    worker.answer(worker.next_call(), answer);
    EXPECT_TRUE(engine.turn_until([&] { return engine.http_requests() == 0; }));
    return http;
  };
  SocketClient slow = ask();
  SocketClient other = ask();
  EXPECT_GT(other.read_to_end().size(), bytes);
  EXPECT_LT(slow.read_to_end().size(), bytes);
  EXPECT_TRUE(slow.was_reset());
}

class ImpatientHttpTest : public HttpGatewayTest {
 protected:
  ImpatientHttpTest() : HttpGatewayTest({.closing_max = 20ms, .stall_max = 20ms}) {}
};

TEST_F(ImpatientHttpTest, the_last_answer_of_a_connection_goes_at_the_pace_of_its_client) {
  constexpr std::size_t bytes = 8 * limits::mib;
  SocketClient http = client(64 * limits::kib);
  http.send_bytes("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  worker.answer(worker.next_call(), R"({"body":")" + std::string(bytes, 'x') + R"("})");
  EXPECT_TRUE(engine.turn_until([&] { return engine.http_requests() == 0; }));
  EXPECT_TRUE(engine.has_open_streams()) << "a graceful stop waits for it";
  const auto later = net::now().monotonic + 100ms;
  EXPECT_TRUE(engine.turn_until([&] { return net::now().monotonic > later; }));
  EXPECT_GT(http.read_to_end().size(), bytes);
}

}  // namespace
}  // namespace iii::test
