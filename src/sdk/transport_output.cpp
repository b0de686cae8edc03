// What a connection sends: messages in fragments, one write per turn, and the end.
#include "base/limits.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_connection.hpp"
#include "sdk/transport_turns.hpp"
#include "websocket/frame.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::sdk {

using boost::system::error_code;
using websocket::CloseCode;
using websocket::Opcode;
using websocket::Role;

namespace {

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

void Transport::Connection::send(Opcode opcode, std::string_view payload) {
  if (state_ != State::open) {
    return;
  }
  const bool is_message = opcode == Opcode::text || opcode == Opcode::binary;
  for (;;) {
    const std::string_view piece = payload.substr(0, base::limits::frame_bytes_max);
    payload.remove_prefix(piece.size());
    websocket::append_fragment(Role::client, opcode, payload.empty(), piece, mask_key(), pending_);
    if (payload.empty()) {
      break;
    }
    opcode = Opcode::continuation;
  }
  if (is_message) {
    message_ends_.push_back(bytes_taken_ + unsent_bytes());
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
  write();
}

// Piece by piece, so that it is known at any time what the system has taken.
void Transport::Connection::write() {
  TransportTurns* const turns = options_.turns.get();
  if (turns == nullptr) {
    write_some(writing_.view());
    return;
  }
  turns->enqueue([connection = weak_from_this()] {
    if (const auto self = connection.lock(); self && self->state_ != State::ended) {
      self->write_some(self->writing_.view().substr(0, base::limits::channel_write_bytes));
    }
  });
}

void Transport::Connection::write_some(std::string_view bytes) {
  socket_.write_some(
      bytes,
      [self = shared_from_this()](const error_code& error, std::size_t count) {
        self->on_written(error, count);
      }
  );
}

void Transport::Connection::on_written(const error_code& error, std::size_t bytes) {
  writing_.consume(bytes);
  bytes_taken_ += bytes;
  while (!message_ends_.empty() && message_ends_.front() <= bytes_taken_) {
    message_ends_.pop_front();
    ++messages_taken_;
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
  if (state_ == State::ended) {
    return;  // by the event
  }
  if (!writing_.empty()) {
    write();
    return;
  }
  if (writing_.capacity() > base::limits::outbox_keep_bytes) {
    writing_.release();
  }
  flush();
}

}  // namespace iii::sdk
