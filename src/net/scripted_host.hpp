// The other side of an HTTP client under test: takes connections and says what the test wants.
// Whatever takes longer than 30 seconds throws std::runtime_error.
#pragma once

#include "net/address.hpp"
#include "net/descriptor.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii::net::test {

class HostConnection {
 public:
  explicit HostConnection(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  // The next request, head and body.
  std::string read_request() {
    for (;;) {
      const std::size_t head = unread_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t size = head + 4 + body_bytes(unread_.substr(0, head + 2));
        if (unread_.size() >= size) {
          std::string request = unread_.substr(0, size);
          unread_.erase(0, size);
          return request;
        }
      }
      if (!read_more()) {
        throw std::runtime_error("the client has gone; it sent: " + unread_);
      }
    }
  }
  // Waits for the end of the connection; whether nothing came before it.
  bool has_ended() {
    while (read_more()) {
    }
    return unread_.empty();
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      wait(POLLOUT);
      const ssize_t sent = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;  // the client does not want more
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void close() { descriptor_.reset(); }

 private:
  static std::size_t body_bytes(const std::string& head) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
  }
  void wait(short events) const {
    pollfd one{descriptor_.get(), events, 0};
    if (::poll(&one, 1, 30'000) != 1) {
      throw std::runtime_error("nothing happens");
    }
  }
  bool read_more() {
    wait(POLLIN);
    char bytes[4096];
    const ssize_t count = ::recv(descriptor_.get(), bytes, sizeof bytes, 0);
    unread_.append(bytes, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return count > 0;
  }

  Descriptor descriptor_;
  std::string unread_;
};

class ScriptedHost {
 public:
  explicit ScriptedHost(const std::string& address = "127.0.0.1")
      : listener_(bind_listener(address, 0).value()) {}

  [[nodiscard]] std::uint16_t port() const { return listener_.port; }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }
  [[nodiscard]] HostConnection accept() const {
    if (!has_client(30'000)) {
      throw std::runtime_error("no client comes");
    }
    return HostConnection(accept_connection(listener_.descriptors.front()).descriptor);
  }
  [[nodiscard]] bool has_client(int milliseconds = 0) const {
    pollfd one{listener_.descriptors.front().get(), POLLIN, 0};
    return ::poll(&one, 1, milliseconds) == 1;
  }

 private:
  BoundListener listener_;
};

inline std::string response(std::string_view body, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

}  // namespace iii::net::test
