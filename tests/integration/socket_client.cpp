#include "socket_client.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/descriptor.hpp"
#include "patience.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {

namespace limits = base::limits;
using websocket::CloseCode;
using websocket::Opcode;

namespace {

constexpr int poll_ms = 100;

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, 6> names = {
      "text", "binary", "ping", "pong", "close", "ended"
  };
  return names.at(static_cast<std::size_t>(kind));
}

net::Descriptor connect_to(std::uint16_t port, int receive_bytes) {
  net::Descriptor descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_bytes != 0) {
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
  const int on = 1;
  ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
  return descriptor;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Received& received) {
  out << to_string(received.kind);
  if (received.kind == Kind::close) {
    out << " " << received.code;
  }
  return out << " " << received.bytes.substr(0, 500);
}

Received closed_with(CloseCode code) {
  return {Kind::close, {}, static_cast<std::uint16_t>(code)};
}

class SocketClient::Inbox final : public websocket::MessageSink {
 public:
  explicit Inbox(std::deque<Received>& messages) : messages_(messages) {}

  void on_text(std::string_view text) override { add(Kind::text, text); }
  void on_binary(std::string_view bytes) override { add(Kind::binary, bytes); }
  void on_ping(std::string_view payload) override { add(Kind::ping, payload); }
  void on_pong(std::string_view payload) override { add(Kind::pong, payload); }
  void on_close(std::uint16_t code, std::string_view) override {
    messages_.push_back({Kind::close, {}, code});
  }

 private:
  void add(Kind kind, std::string_view bytes) {
    messages_.push_back({kind, std::string(bytes), 0});
  }

  std::deque<Received>& messages_;
};

SocketClient::SocketClient(std::uint16_t port, ClientOptions options)
    : while_waiting_(std::move(options.while_waiting)),
      descriptor_(connect_to(port, options.receive_bytes)),
      decoder_(
          {.role = websocket::Role::client,
           .frame_bytes_max = limits::frame_bytes_max,
           .message_bytes_max = 2 * limits::message_bytes_max}
      ) {
}

void SocketClient::send_bytes(std::string_view bytes) {
  const base::MonotonicTime deadline = net::now().monotonic + patience;
  while (!bytes.empty()) {
    bytes.remove_prefix(send_some(bytes));
    if (!bytes.empty()) {
      if (net::now().monotonic > deadline) {
        throw std::runtime_error("the engine takes no more bytes");
      }
      wait(POLLOUT);
    }
  }
}

std::size_t SocketClient::send_some(std::string_view bytes) {
  const ssize_t count =
      ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    throw std::runtime_error("the connection has ended");
  }
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::string SocketClient::read_bytes() {
  while (bytes_.empty() && receive()) {
  }
  std::string bytes(bytes_.view());
  bytes_.clear();
  return bytes;
}

bool SocketClient::has_input() const {
  pollfd socket{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
  return !bytes_.empty() || ::poll(&socket, 1, 0) != 0;
}

std::string SocketClient::read_to_end() {
  while (receive()) {
  }
  return std::string(bytes_.view());
}

void SocketClient::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  descriptor_.reset();
}

std::string SocketClient::upgrade(std::string_view target, std::string_view early) {
  std::string request = websocket::upgrade_request(
      {.host = "localhost",
       .target = std::string(target),
       .key = "dGhlIHNhbXBsZSBub25jZQ==",
       .extra_headers = {}}
  );
  send_bytes(request.append(early));
  std::size_t end = std::string_view::npos;
  while ((end = bytes_.view().find("\r\n\r\n")) == std::string_view::npos) {
    if (!receive()) {
      throw std::runtime_error("the connection has ended before the response");
    }
  }
  std::string head(bytes_.view().substr(0, end + 4));
  bytes_.consume(head.size());
  if (!head.starts_with("HTTP/1.1 101 ")) {
    throw std::runtime_error("not upgraded: " + head);
  }
  return head;
}

void SocketClient::send_frame(Opcode opcode, std::string_view payload, bool is_final) {
  send_bytes(client_frame(opcode, payload, is_final));
}

void SocketClient::send_close(CloseCode code) {
  base::ByteBuffer frame;
  websocket::append_close(websocket::Role::client, code, {}, 0, frame);
  send_bytes(frame.view());
}

Received SocketClient::next() {
  Inbox inbox(inbox_);
  for (;;) {
    if (!bytes_.empty() && !decoder_.is_closed()) {
      bytes_.consume(decoder_.decode(bytes_.bytes(), inbox));
      if (decoder_.error()) {
        throw std::runtime_error("the engine broke the protocol");
      }
    }
    if (!inbox_.empty()) {
      Received message = std::move(inbox_.front());
      inbox_.pop_front();
      return message;
    }
    if (!receive()) {
      return {};
    }
  }
}

std::string SocketClient::next_text() {
  Received message = next();
  if (message.kind != Kind::text) {
    throw std::runtime_error("not a text message, but: " + std::string(to_string(message.kind)));
  }
  return std::move(message.bytes);
}

void SocketClient::wait(short events) {
  if (while_waiting_) {
    while_waiting_();
    return;
  }
  pollfd socket{.fd = descriptor_.get(), .events = events, .revents = 0};
  ::poll(&socket, 1, poll_ms);
}

bool SocketClient::receive() {
  const base::MonotonicTime deadline = net::now().monotonic + patience;
  for (;;) {
    char* const end = bytes_.prepare(limits::read_bytes);
    const ssize_t count = ::recv(descriptor_.get(), end, limits::read_bytes, MSG_DONTWAIT);
    if (count > 0) {
      bytes_.commit(static_cast<std::size_t>(count));
      return true;
    }
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      was_reset_ = count < 0;
      return false;
    }
    if (net::now().monotonic > deadline) {
      throw std::runtime_error("the engine sends nothing");
    }
    wait(POLLIN);
  }
}

void SocketClient::send_fragments(Opcode opcode, std::string_view payload) {
  constexpr std::size_t fragment = limits::mib;
  for (std::size_t at = 0; at < payload.size(); at += fragment) {
    send_frame(
        at == 0 ? opcode : Opcode::continuation,
        payload.substr(at, fragment),
        at + fragment >= payload.size()
    );
  }
}

std::string client_frame(Opcode opcode, std::string_view payload, bool is_final) {
  std::string frame(websocket::frame_head_bytes_max, '\0');
  const std::size_t head =
      websocket::write_frame_head(opcode, is_final, payload.size(), frame.data());
  frame[1] = static_cast<char>(static_cast<unsigned char>(frame[1]) | 0x80U);
  frame.resize(head);
  frame.append(4, '\0');
  frame.append(payload);
  return frame;
}

}  // namespace iii::test
