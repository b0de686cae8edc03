#include "iiiload/connection.hpp"

#include "iiiload/options.hpp"
#include "wire/frame.hpp"
#include "wire/json_text.hpp"
#include "wire/socket.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace iii::bench {
namespace {

constexpr std::size_t read_bytes_max = std::size_t{1} << 18;
// Moving the rest of a message to the front pays from here on.
constexpr std::size_t taken_bytes_max = std::size_t{1} << 20;
constexpr std::size_t response_bytes_max = 8192;

bool is_end_of_connection(int error) {
  return error == ECONNRESET || error == EPIPE;
}

}  // namespace

void MessageOwner::on_ended() {
  std::fputs("iiiload: the engine closed a connection\n", stderr);
  std::exit(3);
}

Connection::Connection(Poller& poller, const Options& options, MessageOwner& owner)
    : poller_(poller), owner_(owner), socket_(connect_to(options.host, options.port)) {
  upgrade(options);
  stop_blocking(socket_);
  poller_.add(socket_, this);
}

void Connection::upgrade(const Options& options) {
  // The key of RFC 6455 §1.3: relayfloor knows its accept value by heart.
  const std::string request = "GET " + options.path +
                              " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (send(socket_.number(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    fail("send");
  }
  // Byte by byte: what follows the response belongs to the first frame.
  std::string response;
  while (response.size() < response_bytes_max && !response.ends_with("\r\n\r\n")) {
    char next = 0;
    if (recv(socket_.number(), &next, 1, 0) != 1) {
      fail("handshake");
    }
    response.push_back(next);
  }
  if (!contains(response, " 101 ")) {
    std::fprintf(stderr, "iiiload: handshake refused: %s\n", response.c_str());
    std::exit(2);
  }
}

void Connection::write_text(std::string_view message) {
  append_frame(outbox_, Role::client, Opcode::text, message);
}

void Connection::write_close() {
  constexpr std::string_view normal_code("\x03\xe8", 2);
  append_frame(outbox_, Role::client, Opcode::close, normal_code);
}

void Connection::flush() {
  while (sent_ < outbox_.size()) {
    const ssize_t sent =
        send(socket_.number(), outbox_.data() + sent_, outbox_.size() - sent_, MSG_NOSIGNAL);
    if (sent > 0) {
      sent_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      watch_for_room(true);
      return;
    } else if (is_end_of_connection(errno)) {
      break;  // receive() will say so
    } else {
      fail("send");
    }
  }
  outbox_.clear();
  sent_ = 0;
  watch_for_room(false);
}

void Connection::watch_for_room(bool wanted) {
  if (wanted != is_watching_for_room_) {
    is_watching_for_room_ = wanted;
    poller_.watch(socket_, this, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

void Connection::receive() {
  read_socket();
  take_messages();
  if (has_ended_) {
    owner_.on_ended();
  }
}

void Connection::read_socket() {
  static std::array<char, read_bytes_max> buffer;
  for (;;) {
    const ssize_t received = recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EAGAIN) {
      return;
    }
    if (received == 0 || (received < 0 && is_end_of_connection(errno))) {
      has_ended_ = true;
      return;
    }
    if (received < 0) {
      fail("recv");
    }
    const auto size = static_cast<std::size_t>(received);
    inbox_.append(buffer.data(), size);
    if (size < buffer.size()) {
      return;
    }
  }
}

void Connection::take_messages() {
  const std::string_view bytes = inbox_;
  while (const auto frame = read_frame(bytes.substr(taken_))) {
    const auto payload = bytes.substr(taken_ + frame->head_bytes, frame->payload_bytes);
    taken_ += frame->head_bytes + frame->payload_bytes;
    if (frame->opcode == Opcode::text) {
      owner_.on_message(*this, payload);
    } else if (frame->opcode == Opcode::ping) {
      append_frame(outbox_, Role::client, Opcode::pong, payload);
    } else if (frame->opcode == Opcode::close) {
      has_ended_ = true;
    }
  }
  if (taken_ == inbox_.size()) {
    inbox_.clear();
    taken_ = 0;
  } else if (taken_ > taken_bytes_max) {
    inbox_.erase(0, taken_);
    taken_ = 0;
  }
}

}  // namespace iii::bench
