// The connection behind a Transport: what its operations in flight share.
#pragma once

#include "base/byte_buffer.hpp"
#include "base/random.hpp"
#include "base/system_random.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_carrier.hpp"
#include "sdk/transport_socket.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

// States: idle -> connecting -> upgrading -> open -> closing -> ended; from each but idle directly
// to ended. `closing`: our Close frame is on its way.
class Transport::Connection final : public Carrier,
                                    public std::enable_shared_from_this<Connection>,
                                    private websocket::MessageSink {
 public:
  Connection(
      const boost::asio::any_io_executor& executor,
      TransportOptions options,
      TransportEvents& events
  )
      : options_(std::move(options)),
        events_(&events),
        socket_(executor),
        timer_(executor),
        mask_keys_(random_.next()),
        decoder_(
            {.role = websocket::Role::client,
             .frame_bytes_max = options_.message_bytes_max,
             .message_bytes_max = options_.message_bytes_max}
        ) {}

  void open() override;
  void abandon() override;
  void send(websocket::Opcode opcode, std::string_view payload) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void pause() override { is_paused_ = true; }
  void resume() override;
  [[nodiscard]] std::size_t unsent_bytes() const override {
    return pending_.size() + writing_.size();
  }
  [[nodiscard]] std::uint64_t messages_taken() const override { return messages_taken_; }

 private:
  enum class State : std::uint8_t { idle, connecting, upgrading, open, closing, ended };

  void on_connected(const boost::system::error_code& error);
  void read();
  void on_bytes(const boost::system::error_code& error, std::size_t bytes);
  void read_upgrade();
  void decode();
  void flush_soon();
  void flush();
  void write();
  void write_some(std::string_view bytes);
  void on_written(const boost::system::error_code& error, std::size_t bytes);
  void limit_time(std::chrono::milliseconds time);
  void end(const Closing& closing);
  [[nodiscard]] bool is_connected() const {
    return state_ == State::open || state_ == State::closing;
  }
  [[nodiscard]] std::uint32_t mask_key() { return static_cast<std::uint32_t>(mask_keys_.next()); }

  void on_text(std::string_view text) override {
    if (state_ == State::open) {
      events_->on_text(text);
    }
  }
  void on_binary(std::string_view bytes) override {
    if (state_ == State::open) {
      events_->on_binary(bytes);
    }
  }
  void on_ping(std::string_view payload) override { send(websocket::Opcode::pong, payload); }
  void on_pong(std::string_view) override {}
  void on_close(std::uint16_t code, std::string_view reason) override;
  [[nodiscard]] bool wants_more() const override { return events_ != nullptr && !is_paused_; }

  TransportOptions options_;
  TransportEvents* events_;  // nullptr once the Transport is gone
  TransportSocket socket_;
  boost::asio::steady_timer timer_;
  base::SystemRandom random_;
  // Masking protects proxies, not secrets (RFC 6455 §10.3): a generator with a secret seed is
  // enough.
  base::SeededRandom mask_keys_;
  websocket::Decoder decoder_;
  State state_ = State::idle;
  std::string key_;
  base::ByteBuffer input_;
  base::ByteBuffer pending_;  // waits for the end of the turn, or for the write in flight
  base::ByteBuffer writing_;  // what the system has not taken of the write in flight
  std::uint64_t bytes_taken_ = 0;
  std::uint64_t messages_taken_ = 0;
  // Where in the stream of bytes the messages end that have not been taken whole.
  std::deque<std::uint64_t> message_ends_;
  bool is_reading_ = false;
  bool is_paused_ = false;
  bool is_flush_posted_ = false;
  bool ends_when_written_ = false;
  Closing closing_;  // what the peer's Close frame, or our close(), makes of the end
};

}  // namespace iii::sdk
