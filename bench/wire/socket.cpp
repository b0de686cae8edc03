#include "wire/socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace iii::bench {
namespace {

constexpr int backlog_connections = 1024;

template <class Value>
void set_option(int socket, int level, int name, const Value& value) {
  if (setsockopt(socket, level, name, &value, sizeof value) != 0) {
    fail("setsockopt");
  }
}

sockaddr_in address_of(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
    errno = EINVAL;
    fail("address");
  }
  return address;
}

Descriptor make_socket() {
  Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.number() < 0) {
    fail("socket");
  }
  return made;
}

}  // namespace

void fail(std::string_view what) {
  const char* const reason = std::strerror(errno);
  const std::string text(what);
  // NOLINTNEXTLINE(misc-include-cleaner): the name is of the GNU library, in <cerrno>
  std::fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, text.c_str(), reason);
  std::exit(2);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) {
    ::close(std::exchange(number_, -1));
  }
}

Descriptor listen_on_loopback(std::uint16_t port) {
  Descriptor listener = make_socket();
  set_option(listener.number(), SOL_SOCKET, SO_REUSEADDR, 1);
  const sockaddr_in address = address_of("127.0.0.1", port);
  if (bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.number(), backlog_connections) != 0) {
    fail("listen");
  }
  return listener;
}

Descriptor accept_from(const Descriptor& listener) {
  Descriptor accepted(accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.number() < 0) {
    fail("accept");
  }
  set_option(accepted.number(), IPPROTO_TCP, TCP_NODELAY, 1);
  return accepted;
}

Descriptor connect_to(const std::string& host, std::uint16_t port) {
  Descriptor connected = make_socket();
  const sockaddr_in address = address_of(host.c_str(), port);
  const auto* const target = reinterpret_cast<const sockaddr*>(&address);
  if (connect(connected.number(), target, sizeof address) != 0) {
    fail("connect");
  }
  set_option(connected.number(), IPPROTO_TCP, TCP_NODELAY, 1);
  return connected;
}

void stop_blocking(const Descriptor& socket) {
  if (fcntl(socket.number(), F_SETFL, O_NONBLOCK) != 0) {
    fail("fcntl");
  }
}

void reset_on_close(const Descriptor& socket) {
  set_option(socket.number(), SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
}

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_.number() < 0) {
    fail("epoll_create");
  }
}

void Poller::add(const Descriptor& descriptor, void* owner) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = owner}};
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor.number(), &event) != 0) {
    fail("epoll_ctl");
  }
}

void Poller::watch(const Descriptor& descriptor, void* owner, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = owner}};
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor.number(), &event) != 0) {
    fail("epoll_ctl");
  }
}

std::span<const epoll_event> Poller::wait(int timeout_ms) {
  const int count = epoll_wait(epoll_.number(), events_, events_max, timeout_ms);
  if (count < 0 && errno != EINTR) {
    fail("epoll_wait");
  }
  return {events_, static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace iii::bench
