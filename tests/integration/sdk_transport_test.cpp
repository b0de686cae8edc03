// The SDK's WebSocket client over real sockets, client and server in one thread.
#include "base/limits.hpp"
#include "http/head.hpp"
#include "scripted_engine.hpp"
#include "sdk/address.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_turns.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <iomanip>
#include <ios>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

class Client final : public sdk::TransportEvents {
 public:
  Client(ScriptedEngine& engine, sdk::TransportOptions options = {}) : engine_(engine) {
    if (options.address.host.empty()) {
      options.address = *sdk::parse_address(engine.url());
    }
    transport =
        std::make_unique<sdk::Transport>(engine.io().get_executor(), std::move(options), *this);
    transport->open();
  }

  void on_opened() override { is_open = true; }
  void on_text(std::string_view text) override {
    texts.emplace_back(text);
    if (destroys_itself) {
      transport.reset();
    }
  }
  void on_binary(std::string_view bytes) override { binaries.emplace_back(bytes); }
  void on_read() override { ++reads; }
  void on_closed(const sdk::Closing& closing) override {
    EXPECT_FALSE(closed) << "closed twice";
    closed = closing;
  }

  void wait_until_open() {
    engine_.run_until([this] { return is_open || closed; });
    ASSERT_TRUE(is_open) << closed->reason;
  }
  const sdk::Closing& wait_until_closed() {
    engine_.run_until([this] { return closed.has_value(); });
    return *closed;
  }

  std::unique_ptr<sdk::Transport> transport;
  bool is_open = false;
  bool destroys_itself = false;
  std::vector<std::string> texts;
  std::vector<std::string> binaries;
  int reads = 0;
  std::optional<sdk::Closing> closed;

 private:
  ScriptedEngine& engine_;
};

TEST(SdkTransport, Item02_Item03_asks_for_the_path_with_query_and_legal_headers_only) {
  ScriptedEngine engine;
  const Client client(
      engine,
      {.address = *sdk::parse_address(engine.url() + "/?token=a%20b"),
       .headers =
           {
               {"Authorization", "Bearer t"},
               {"bad name", "x"},
               {"X-Bad", "a\r\nInjected: b"},
               {"Host", "elsewhere"},
               {"X-Good", "ü"},
           }}
  );
  const std::string& request = engine.next().request();
  EXPECT_TRUE(request.starts_with("GET /?token=a%20b HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nHost: 127.0.0.1:"), std::string::npos);
  EXPECT_NE(request.find("\r\nAuthorization: Bearer t\r\n"), std::string::npos);
  EXPECT_NE(request.find("\r\nX-Good: ü\r\n"), std::string::npos);
  for (const std::string_view absent : {"bad name", "X-Bad", "Injected", "elsewhere"}) {
    EXPECT_EQ(request.find(absent), std::string::npos) << absent;
  }
}

TEST(SdkTransport, sends_and_receives_texts_and_bytes) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  auto& peer = engine.next();
  client.transport->send_text("one");
  client.transport->send_binary(std::string("\0two", 4));
  client.transport->ping();
  EXPECT_GT(client.transport->unsent_bytes(), 0U);
  engine.run_until([&] { return peer.pings() == 1; });
  EXPECT_EQ(peer.texts().front(), "one");
  EXPECT_EQ(peer.binaries().front(), std::string("\0two", 4));
  EXPECT_EQ(client.transport->unsent_bytes(), 0U);
  peer.send_text("three");
  peer.send_bytes(std::string("\x89\x00", 2));  // a ping
  engine.run_until([&] { return peer.pongs() == 1; });
  EXPECT_EQ(client.texts, std::vector<std::string>{"three"});
  EXPECT_GT(client.reads, 0);
}

TEST(SdkTransport, writes_between_the_turns_of_streams) {
  ScriptedEngine engine;
  const auto turns = std::make_shared<sdk::TransportTurns>(engine.io().get_executor());
  std::vector<std::unique_ptr<Client>> streams(20);
  for (auto& stream : streams) {
    stream = std::make_unique<Client>(engine, sdk::TransportOptions{.turns = turns});
    stream->wait_until_open();
  }
  Client client(engine);
  client.wait_until_open();
  const std::string much(4 * base::limits::channel_write_bytes, 'x');
  std::size_t unsent_before = 0;
  for (const auto& stream : streams) {
    stream->transport->send_binary(much);
    unsent_before += stream->transport->unsent_bytes();
  }
  const auto unsent = [&] {
    std::size_t bytes = 0;
    for (const auto& stream : streams) {
      bytes += stream->transport->unsent_bytes();
    }
    return bytes;
  };
  engine.run_until([&] { return unsent() < unsent_before; });
  client.transport->send_text("little");
  const std::size_t unsent_then = unsent();
  engine.run_until([&] { return client.transport->unsent_bytes() == 0; });
  constexpr std::size_t turn_bytes =
      base::limits::channel_writes_per_turn * base::limits::channel_write_bytes;
  // What was on its way, the turn before its write, and the one before it is known to be written.
  EXPECT_LE(unsent_then - unsent(), 3 * turn_bytes);
  streams.front().reset();  // its turn comes, and it is gone
  engine.run_until([&] {
    return std::ranges::all_of(streams, [](const auto& stream) {
      return stream == nullptr || stream->transport->unsent_bytes() == 0;
    });
  });
}

TEST(SdkTransport, carries_large_messages_both_ways) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  auto& peer = engine.next();
  // More than a frame holds: it travels in fragments.
  const std::string large(17 * 1024 * 1024, 'x');
  client.transport->send_text(large);
  EXPECT_EQ(peer.next_text().size(), large.size());
  peer.send_close(1000);
  client.wait_until_closed();

  Client reader(engine);
  reader.wait_until_open();
  auto& writer = engine.next();
  for (int i = 0; i < 64; ++i) {
    writer.send_text(std::string(100'000, 'y'));
    engine.run_for_a_moment();
  }
  engine.run_until([&] { return reader.texts.size() == 64; });
  EXPECT_EQ(reader.texts.back().size(), 100'000U);
}

TEST(SdkTransport, closes_with_a_handshake) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  auto& peer = engine.next();
  client.transport->send_text("last");
  client.transport->close(1000, "done");
  client.transport->send_text("too late");
  engine.run_until([&] { return peer.close_code() != 0; });
  EXPECT_EQ(peer.close_code(), 1000);
  EXPECT_EQ(peer.texts().size(), 1U);
  EXPECT_FALSE(client.closed);
  peer.send_close(1000);
  EXPECT_TRUE(client.wait_until_closed().was_open);
  EXPECT_EQ(client.closed->code, 1000);
}

TEST(SdkTransport, does_not_wait_for_ever_for_the_close_frame) {
  ScriptedEngine engine;
  Client client(engine, {.address = *sdk::parse_address(engine.url()), .close_timeout = 20ms});
  client.wait_until_open();
  client.transport->close(1000, "done");
  EXPECT_EQ(client.wait_until_closed().code, 1000);
}

TEST(SdkTransport, answers_the_peers_close_and_tells_its_code) {
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{1000, 1001, 1012, 4001}) {
    ScriptedEngine engine;
    Client client(engine);
    client.wait_until_open();
    auto& peer = engine.next();
    peer.send_close(code, "bye");
    EXPECT_EQ(client.wait_until_closed().code, code);
    EXPECT_EQ(client.closed->reason, "bye");
    engine.run_until([&] { return peer.has_ended(); });
    EXPECT_EQ(peer.close_code(), code);
  }
}

TEST(SdkTransport, tells_that_the_connection_broke) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  engine.next().drop();
  EXPECT_EQ(client.wait_until_closed().code, 1006);
  EXPECT_TRUE(client.closed->was_open);
}

TEST(SdkTransport, closes_with_the_code_for_what_the_peer_broke) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  auto& peer = engine.next();
  peer.send_bytes("\x81\x01\xff");  // a text that is not UTF-8
  EXPECT_EQ(client.wait_until_closed().code, 1007);
  engine.run_until([&] { return peer.has_ended(); });
  EXPECT_EQ(peer.close_code(), 1007);
}

TEST(SdkTransport, does_not_wait_for_a_peer_that_breaks_the_rules_and_takes_nothing) {
  ScriptedEngine loop;  // for its loop
  const boost::asio::ip::address_v4 here = boost::asio::ip::address_v4::loopback();
  boost::asio::ip::tcp::acceptor acceptor(loop.io(), {here, 0});
  boost::asio::ip::tcp::socket peer(loop.io());
  std::string request;
  acceptor.async_accept(peer, [&](const boost::system::error_code&) {
    boost::asio::async_read_until(
        peer,
        boost::asio::dynamic_buffer(request),
        "\r\n\r\n",
        [&](const boost::system::error_code&, std::size_t) {
          const auto head = http::parse_request_head(request, request.size());
          boost::asio::write(
              peer, boost::asio::buffer(websocket::upgrade_response((**head).head, ""))
          );
        }
    );
  });
  const std::string port = std::to_string(acceptor.local_endpoint().port());
  Client client(
      loop, {.address = *sdk::parse_address("ws://127.0.0.1:" + port), .close_timeout = 50ms}
  );
  client.wait_until_open();
  client.transport->send_text(std::string(std::size_t{32} * 1024 * 1024, 'x'));
  boost::asio::write(peer, boost::asio::buffer("\x81\x01\xff", 3));
  EXPECT_EQ(client.wait_until_closed().code, 1007);
}

TEST(SdkTransport, tells_what_a_server_answered_instead_of_an_upgrade) {
  ScriptedEngine engine(
      {.upgrades = false, .response = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}
  );
  Client client(engine);
  EXPECT_EQ(client.wait_until_closed().http_status, 404U);
  EXPECT_FALSE(client.closed->was_open);
  EXPECT_NE(client.closed->reason.find("404"), std::string::npos);
}

TEST(SdkTransport, Item14_gives_up_a_server_that_does_not_answer) {
  ScriptedEngine engine({.upgrades = false});
  Client client(engine, {.address = *sdk::parse_address(engine.url()), .connect_timeout = 30ms});
  EXPECT_FALSE(client.wait_until_closed().was_open);
  EXPECT_EQ(client.closed->reason, "the connection could not be made in time");
}

TEST(SdkTransport, tells_that_nobody_listens_or_the_name_is_unknown) {
  ScriptedEngine engine;
  for (const std::string_view address : {"ws://127.0.0.1:1", "ws://no-such-host.invalid:80"}) {
    Client client(engine, {.address = *sdk::parse_address(address)});
    EXPECT_FALSE(client.wait_until_closed().was_open);
    EXPECT_FALSE(client.closed->reason.empty());
  }
}

TEST(SdkTransport, refuses_a_tls_server_that_is_none) {
  ScriptedEngine engine({.upgrades = false, .response = "no tls\r\n"});
  Client client(
      engine,
      {.address = *sdk::parse_address("wss://127.0.0.1:" + std::to_string(engine.port())),
       .connect_timeout = 200ms}
  );
  EXPECT_FALSE(client.wait_until_closed().was_open);
}

TEST(SdkTransport, delivers_nothing_while_paused) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  auto& peer = engine.next();
  client.transport->pause_reading();
  peer.send_text("a");
  peer.send_text("b");
  engine.run_for_a_moment();
  EXPECT_TRUE(client.texts.empty());
  client.transport->resume_reading();
  engine.run_until([&] { return client.texts.size() == 2; });
}

TEST(SdkTransport, lets_the_system_look_after_a_silent_connection) {
  ScriptedEngine engine;
  Client client(engine);
  client.wait_until_open();
  std::ostringstream port;
  port << ':' << std::uppercase << std::hex << std::setw(4) << std::setfill('0') << engine.port();
  // Ours is the line with that port on the other side.
  std::ifstream connections("/proc/self/net/tcp");
  std::string line;
  bool is_kept_alive = false;
  while (std::getline(connections, line)) {
    std::istringstream fields(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    std::string queues;
    std::string timer;
    fields >> number >> local >> remote >> state >> queues >> timer;
    is_kept_alive = is_kept_alive || (remote.ends_with(port.str()) && timer.starts_with("02:"));
  }
  EXPECT_TRUE(is_kept_alive);
}

TEST(SdkTransport, may_be_destroyed_by_its_own_event_and_at_any_time) {
  ScriptedEngine engine;
  Client client(engine);
  client.destroys_itself = true;
  client.wait_until_open();
  auto& peer = engine.next();
  peer.send_text("a");
  peer.send_text("b");
  engine.run_until([&] { return peer.has_ended(); });
  EXPECT_EQ(client.texts.size(), 1U);
  EXPECT_FALSE(client.closed);

  Client connecting(engine);
  connecting.transport.reset();
  engine.run_for_a_moment();
  EXPECT_FALSE(connecting.closed);
}

}  // namespace
}  // namespace iii::test
