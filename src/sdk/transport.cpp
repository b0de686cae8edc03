#include "sdk/transport.hpp"

#include "base/byte_buffer.hpp"
#include "base/header_text.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/system_random.hpp"
#include "http/head.hpp"
#include "sdk/transport_socket.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

namespace {

using boost::system::error_code;
using websocket::CloseCode;
using websocket::Opcode;
using websocket::Role;

bool belongs_to_handshake(std::string_view name) {
  constexpr std::array<std::string_view, 6> names = {
      "host", "connection", "upgrade", "content-length", "transfer-encoding", "sec-websocket-"
  };
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::ranges::any_of(names, [&lower](std::string_view own) {
    return own.ends_with('-') ? lower.starts_with(own) : lower == own;
  });
}

std::string header_lines(const Headers& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) {
    if (base::is_token(name) && base::is_header_value(value) && !belongs_to_handshake(name)) {
      lines.append(name).append(": ").append(value).append("\r\n");
    }
  }
  return lines;
}

// A reason that fits into a Close frame, cut between two characters.
std::string_view fitting(std::string_view reason) {
  if (reason.size() <= websocket::close_reason_bytes_max) {
    return reason;
  }
  std::size_t end = websocket::close_reason_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  return reason.substr(0, end);
}

}  // namespace

// States: idle -> connecting -> upgrading -> open -> closing -> ended; from each but idle directly
// to ended. `closing`: our Close frame is on its way.
class Transport::Connection final : public std::enable_shared_from_this<Connection>,
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
            {.role = Role::client,
             .frame_bytes_max = options_.message_bytes_max,
             .message_bytes_max = options_.message_bytes_max}
        ) {}

  void open();
  void abandon();
  void send(Opcode opcode, std::string_view payload);
  void close(std::uint16_t code, std::string_view reason);
  void pause() { is_paused_ = true; }
  void resume();
  [[nodiscard]] std::size_t unsent_bytes() const { return pending_.size() + writing_.size(); }

 private:
  enum class State : std::uint8_t { idle, connecting, upgrading, open, closing, ended };

  void on_connected(const error_code& error);
  void read();
  void on_bytes(const error_code& error, std::size_t bytes);
  void read_upgrade();
  void decode();
  void flush_soon();
  void flush();
  void on_written(const error_code& error);
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
  void on_ping(std::string_view payload) override { send(Opcode::pong, payload); }
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
  base::ByteBuffer writing_;
  bool is_reading_ = false;
  bool is_paused_ = false;
  bool is_flush_posted_ = false;
  bool ends_when_written_ = false;
  Closing closing_;  // what the peer's Close frame, or our close(), makes of the end
};

void Transport::Connection::open() {
  state_ = State::connecting;
  limit_time(options_.connect_timeout);
  socket_.connect(
      options_.address,
      options_.ca_file,
      [self = shared_from_this()](const error_code& error) { self->on_connected(error); }
  );
}

void Transport::Connection::abandon() {
  events_ = nullptr;
  end({});
}

void Transport::Connection::on_connected(const error_code& error) {
  if (state_ != State::connecting) {
    return;
  }
  if (error) {
    end({.reason = error.message()});
    return;
  }
  state_ = State::upgrading;
  key_ = websocket::client_key(random_);
  pending_.append(websocket::upgrade_request({
      .host = options_.address.authority(),
      .target = options_.address.target(),
      .key = key_,
      .extra_headers = header_lines(options_.headers),
  }));
  flush();
  read();
}

void Transport::Connection::read() {
  if (is_reading_ || is_paused_ || state_ == State::ended) {
    return;
  }
  is_reading_ = true;
  const std::size_t wanted = is_connected() ? decoder_.bytes_wanted() : 0;
  constexpr std::size_t read_bytes = 64 * base::limits::kib;
  const std::size_t room = std::max(read_bytes, wanted - std::min(wanted, input_.size()));
  socket_.read_some(
      {input_.prepare(room), room},
      [self = shared_from_this()](const error_code& error, std::size_t bytes) {
        self->on_bytes(error, bytes);
      }
  );
}

void Transport::Connection::on_bytes(const error_code& error, std::size_t bytes) {
  is_reading_ = false;
  if (state_ == State::ended) {
    return;
  }
  input_.commit(bytes);
  if (error) {
    closing_.was_open = is_connected();
    if (closing_.reason.empty()) {
      closing_.reason = error.message();
    }
    end(closing_);
    return;
  }
  if (state_ == State::upgrading) {
    read_upgrade();
  }
  if (is_connected()) {
    decode();
  }
  flush();
  read();
}

void Transport::Connection::read_upgrade() {
  const auto parsed =
      http::parse_response_head(input_.view(), base::limits::request_head_bytes_max);
  if (!parsed) {
    end({.reason = parsed.error().message});
    return;
  }
  const auto& response = *parsed;
  if (!response) {
    return;
  }
  const auto& [head, bytes] = *response;
  if (const auto accepted = websocket::check_upgrade_response(head, key_); !accepted) {
    end({.reason = accepted.error().message, .http_status = head.status == 101 ? 0 : head.status});
    return;
  }
  input_.consume(bytes);
  timer_.cancel();
  state_ = State::open;
  events_->on_opened();
}

void Transport::Connection::decode() {
  if (is_paused_) {
    return;
  }
  const std::size_t consumed = decoder_.decode(input_.bytes(), *this);
  input_.consume(consumed);
  if (events_ == nullptr || state_ == State::ended) {
    return;
  }
  if (const auto& error = decoder_.error(); error && state_ == State::open) {
    closing_ = {
        .was_open = true,
        .code = static_cast<std::uint16_t>(error->code),
        .reason = std::string(error->reason)
    };
    state_ = State::closing;
    websocket::append_close(Role::client, error->code, error->reason, mask_key(), pending_);
    ends_when_written_ = true;
  }
  events_->on_read();
}

void Transport::Connection::on_close(std::uint16_t code, std::string_view reason) {
  closing_ = {.was_open = true, .code = code, .reason = std::string(reason)};
  if (state_ == State::open) {
    state_ = State::closing;
    websocket::append_close(
        Role::client,
        websocket::is_valid_close_code(code) ? static_cast<CloseCode>(code) : CloseCode::none,
        "",
        mask_key(),
        pending_
    );
  }
  ends_when_written_ = true;
  limit_time(options_.close_timeout);
  flush_soon();
}

void Transport::Connection::send(Opcode opcode, std::string_view payload) {
  if (state_ != State::open) {
    return;
  }
  for (;;) {
    const std::string_view piece = payload.substr(0, base::limits::frame_bytes_max);
    payload.remove_prefix(piece.size());
    websocket::append_fragment(Role::client, opcode, payload.empty(), piece, mask_key(), pending_);
    if (payload.empty()) {
      break;
    }
    opcode = Opcode::continuation;
  }
  flush_soon();
}

void Transport::Connection::close(std::uint16_t code, std::string_view reason) {
  if (state_ == State::open) {
    state_ = State::closing;
    closing_ = {.was_open = true, .code = code, .reason = std::string(reason)};
    websocket::append_close(
        Role::client, static_cast<CloseCode>(code), fitting(reason), mask_key(), pending_
    );
    is_paused_ = false;  // or the peer's Close frame would not be seen
    limit_time(options_.close_timeout);
    flush_soon();
    boost::asio::post(timer_.get_executor(), [self = shared_from_this()] { self->read(); });
  } else if (state_ == State::connecting || state_ == State::upgrading) {
    boost::asio::post(timer_.get_executor(), [self = shared_from_this(), code] {
      self->end({.code = code, .reason = "given up"});
    });
  }
}

void Transport::Connection::resume() {
  if (!is_paused_) {
    return;
  }
  is_paused_ = false;
  boost::asio::post(timer_.get_executor(), [self = shared_from_this()] {
    if (self->is_paused_ || self->is_reading_ || !self->is_connected()) {
      return;
    }
    self->decode();
    self->flush();
    self->read();
  });
}

// At the end of the turn, so that everything which is sent until then shares one write.
void Transport::Connection::flush_soon() {
  if (is_flush_posted_ || !writing_.empty()) {
    return;
  }
  is_flush_posted_ = true;
  boost::asio::post(timer_.get_executor(), [self = shared_from_this()] {
    self->is_flush_posted_ = false;
    self->flush();
  });
}

void Transport::Connection::flush() {
  if (state_ == State::ended || !writing_.empty()) {
    return;
  }
  if (pending_.empty()) {
    if (ends_when_written_) {
      end(closing_);
    }
    return;
  }
  pending_.swap(writing_);
  socket_.write(writing_.view(), [self = shared_from_this()](const error_code& error, std::size_t) {
    self->on_written(error);
  });
}

void Transport::Connection::on_written(const error_code& error) {
  writing_.clear();
  if (writing_.capacity() > base::limits::outbox_keep_bytes) {
    writing_.release();
  }
  if (state_ == State::ended) {
    return;
  }
  if (error) {
    closing_.was_open = is_connected();
    if (closing_.reason.empty()) {
      closing_.reason = error.message();
    }
    end(closing_);
    return;
  }
  if (is_connected()) {
    events_->on_written();
  }
  flush();
}

void Transport::Connection::limit_time(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error) {
      return;
    }
    self->end(
        self->is_connected() ? self->closing_
                             : Closing{.reason = "the connection could not be made in time"}
    );
  });
}

void Transport::Connection::end(const Closing& closing) {
  if (state_ == State::ended) {
    return;
  }
  state_ = State::ended;
  timer_.cancel();
  socket_.close();
  if (TransportEvents* const events = std::exchange(events_, nullptr)) {
    events->on_closed(closing);
  }
}

Transport::Transport(
    const boost::asio::any_io_executor& executor, TransportOptions options, TransportEvents& events
)
    : connection_(std::make_shared<Connection>(executor, std::move(options), events)) {
}

// NOLINTNEXTLINE(bugprone-exception-escape): only for lack of memory.
Transport::~Transport() {
  connection_->abandon();
}

void Transport::open() {
  connection_->open();
}

void Transport::send_text(std::string_view text) {
  connection_->send(Opcode::text, text);
}

void Transport::send_binary(std::string_view bytes) {
  connection_->send(Opcode::binary, bytes);
}

void Transport::ping() {
  connection_->send(Opcode::ping, "");
}

void Transport::close(std::uint16_t code, std::string_view reason) {
  connection_->close(code, reason);
}

std::size_t Transport::unsent_bytes() const {
  return connection_->unsent_bytes();
}

void Transport::pause_reading() {
  connection_->pause();
}

void Transport::resume_reading() {
  connection_->resume();
}

}  // namespace iii::sdk
