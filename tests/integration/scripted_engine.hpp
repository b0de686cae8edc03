// A listener that says what a test tells it to: for everything that a real engine does not do. It
// upgrades every connection unless told otherwise. One thread: it runs while the test waits.
//
//   ScriptedEngine engine;
//   auto& peer = engine.next();           // the first connection, upgraded
//   EXPECT_EQ(peer.next_text(), "…");
//   peer.send_text("…");
//
// Connections to /otel are kept apart, so that a test of something else need not know of them.
#pragma once

#include "base/byte_buffer.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

class ScriptedEngine;

class ScriptedPeer final : public std::enable_shared_from_this<ScriptedPeer>,
                           private websocket::MessageSink {
 public:
  ScriptedPeer(boost::asio::ip::tcp::socket socket, ScriptedEngine& engine);

  // The next text message, waited for. Empty when the connection ends instead.
  [[nodiscard]] std::string next_text();
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void send_bytes(std::string_view bytes);
  void send_close(std::uint16_t code, std::string_view reason = "");
  void drop();

  [[nodiscard]] const std::string& request() const { return request_; }
  [[nodiscard]] bool is_telemetry() const;
  [[nodiscard]] bool is_upgraded() const { return is_upgraded_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] const std::deque<std::string>& texts() const { return texts_; }
  [[nodiscard]] const std::vector<std::string>& binaries() const { return binaries_; }
  // Both, in order: "text hello", "binary \1\2".
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }
  [[nodiscard]] std::size_t pings() const { return pings_; }
  [[nodiscard]] std::size_t pongs() const { return pongs_; }
  // Of the peer's Close frame; 0 before.
  [[nodiscard]] std::uint16_t close_code() const { return close_code_; }

  void start() { read(); }

 private:
  void read();
  void on_bytes(std::size_t bytes);
  void on_text(std::string_view text) override {
    texts_.emplace_back(text);
    messages_.push_back("text " + std::string(text));
  }
  void on_binary(std::string_view bytes) override {
    binaries_.emplace_back(bytes);
    messages_.push_back("binary " + std::string(bytes));
  }
  void on_ping(std::string_view payload) override;
  void on_pong(std::string_view) override { ++pongs_; }
  void on_close(std::uint16_t code, std::string_view) override { close_code_ = code; }

  boost::asio::ip::tcp::socket socket_;
  ScriptedEngine& engine_;
  websocket::Decoder decoder_{{.role = websocket::Role::server}};
  base::ByteBuffer input_;
  std::string request_;
  bool is_upgraded_ = false;
  bool has_ended_ = false;
  std::deque<std::string> texts_;
  std::vector<std::string> binaries_;
  std::vector<std::string> messages_;
  std::size_t pings_ = 0;
  std::size_t pongs_ = 0;
  std::uint16_t close_code_ = 0;
};

class ScriptedEngine {
 public:
  struct Options {
    bool upgrades = true;
    bool answers_pings = true;
    // False: what connects to /otel is answered with 404.
    bool takes_telemetry = true;
    // Instead of 101.
    std::string response;
  };
  ScriptedEngine() : ScriptedEngine(Options{}) {}
  explicit ScriptedEngine(Options options);
  ScriptedEngine(const ScriptedEngine&) = delete;
  ScriptedEngine& operator=(const ScriptedEngine&) = delete;
  ~ScriptedEngine();

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] const Options& options() const { return options_; }
  void set_options(Options options) { options_ = std::move(options); }

  // The next connection that has been accepted (and upgraded, where options().upgrades), waited
  // for.
  [[nodiscard]] ScriptedPeer& next() { return next_of(arrived_); }
  [[nodiscard]] std::size_t accepted() const { return arrived_.peers.size(); }
  // The same for those to /otel.
  [[nodiscard]] ScriptedPeer& next_telemetry() { return next_of(telemetry_); }
  [[nodiscard]] std::size_t telemetry_count() const { return telemetry_.peers.size(); }
  [[nodiscard]] bool is_any_telemetry(const std::function<bool(const ScriptedPeer&)>& holds) const {
    return std::ranges::any_of(telemetry_.peers, [&](const auto& peer) { return holds(*peer); });
  }

  // Runs until the condition holds; throws after 30 seconds.
  void run_until(const std::function<bool()>& condition);
  void run_for_a_moment();

 private:
  friend class ScriptedPeer;
  struct Arrived {
    std::vector<std::shared_ptr<ScriptedPeer>> peers;
    std::size_t handed_out = 0;
  };

  void accept();
  // Its request has come.
  void arrived(const std::shared_ptr<ScriptedPeer>& peer);
  [[nodiscard]] ScriptedPeer& next_of(Arrived& arrived);

  Options options_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<ScriptedPeer>> peers_;
  Arrived arrived_;
  Arrived telemetry_;
};

}  // namespace iii::test
