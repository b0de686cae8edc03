// TCP sockets and the readiness of many, as thin as they can be: one descriptor that closes itself,
// one epoll set. A failure ends the program, for a measurement cannot go on. One thread.
#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace iii::bench {

// Says what failed and why, and exits with status 2.
[[noreturn]] void fail(std::string_view what);

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int number() const { return number_; }
  void close();

 private:
  int number_ = -1;
};

Descriptor listen_on_loopback(std::uint16_t port);
// The next connection, without delay of small writes and without blocking.
Descriptor accept_from(const Descriptor& listener);
// A blocking connection, without delay of small writes.
Descriptor connect_to(const std::string& host, std::uint16_t port);
void stop_blocking(const Descriptor& socket);
// Closing will discard what is unsent and reset the connection.
void reset_on_close(const Descriptor& socket);

// Level-triggered. `owner` comes back with each event.
class Poller {
 public:
  Poller();

  void add(const Descriptor& descriptor, void* owner);
  void watch(const Descriptor& descriptor, void* owner, std::uint32_t events);
  // Waits for at most `timeout_ms`, -1 for any time; the events stay valid until the next call.
  std::span<const epoll_event> wait(int timeout_ms);

 private:
  static constexpr std::size_t events_max = 256;

  Descriptor epoll_;
  epoll_event events_[events_max];
};

}  // namespace iii::bench
