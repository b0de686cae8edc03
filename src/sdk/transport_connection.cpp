#include "sdk/transport_connection.hpp"

#include "base/limits.hpp"
#include "http/head.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_headers.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

using boost::system::error_code;
using websocket::CloseCode;
using websocket::Role;

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
  if (decoder_.error()) {
    input_.consume(input_.size());  // it is read only so that the peer sees why we close
    return;
  }
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
    limit_time(options_.close_timeout);  // it may take nothing any more
  }
  events_->on_read();
}

void Transport::Connection::on_close(std::uint16_t code, std::string_view reason) {
  closing_ = {.was_open = true, .code = code, .reason = std::string(reason), .is_from_peer = true};
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

}  // namespace iii::sdk
