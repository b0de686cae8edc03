// A loop and peers of it, in one thread: for its tests.
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/descriptor.hpp"
#include "net/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::net {

// A peer of the loop, in the same thread: it never waits.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_bytes = 0)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_bytes != 0) {
      ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ =
        ::connect(descriptor_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  [[nodiscard]] bool is_connected() const { return is_connected_; }

  // As much as the peer takes now.
  std::size_t send(std::string_view bytes) {
    const ssize_t count =
        ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  // Takes what has arrived, at most 64 KiB.
  void receive() {
    std::array<char, 64 * base::limits::kib> buffer;
    const ssize_t count = ::recv(descriptor_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      has_ended_ = true;
      was_reset_ = count < 0;
    }
  }
  // As if its machine had lost power: nothing that comes is taken notice of.
  void vanish() {
    sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{.len = 1, .filter = &nothing};
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  }
  void close_half() { ::shutdown(descriptor_.get(), SHUT_WR); }
  void close() { descriptor_.reset(); }
  // Without a word of farewell: the peer sees an error, not an end.
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    descriptor_.reset();
  }

  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] bool was_reset() const { return was_reset_; }

 private:
  Descriptor descriptor_;
  std::string received_;
  bool is_connected_ = false;
  bool has_ended_ = false;
  bool was_reset_ = false;
};

// Remembers what happened; by default takes all bytes.
class Owner final : public SocketEvents {
 public:
  void on_turn() override { ++turns; }
  void on_accepted(std::size_t listener, base::ConnectionId socket, std::string_view ip_address)
      override {
    accepted.push_back(socket);
    accepted_by.push_back(listener);
    last_ip = ip_address;
  }
  std::size_t on_bytes(base::ConnectionId socket, std::span<char> bytes) override {
    presented.emplace_back(bytes.data(), bytes.size());
    return take(socket, bytes);
  }
  void on_ended(base::ConnectionId socket) override { ended.push_back(socket); }
  void on_lost(base::ConnectionId socket) override { lost.push_back(socket); }
  void on_flushed(base::ConnectionId, std::size_t bytes_left, bool has_progressed) override {
    left = bytes_left;
    progress += has_progressed ? 1 : 0;
  }
  void on_accept_failed(int error_number) override { accept_failures.push_back(error_number); }
  void on_refused(std::size_t listener) override { refused.push_back(listener); }
  void on_signal(int signal_number) override { signals.push_back(signal_number); }

  std::function<std::size_t(base::ConnectionId, std::span<char>)> take =
      [](base::ConnectionId, std::span<char> bytes) { return bytes.size(); };

  int turns = 0;
  std::vector<base::ConnectionId> accepted;
  std::vector<std::size_t> accepted_by;
  std::string last_ip;
  std::vector<std::string> presented;
  std::vector<base::ConnectionId> ended;
  std::vector<base::ConnectionId> lost;
  std::size_t left = 0;
  int progress = 0;  // flushes of what had to wait
  std::vector<int> accept_failures;
  std::vector<std::size_t> refused;
  std::vector<int> signals;
};

class LoopTest : public testing::Test {
 protected:
  explicit LoopTest(LoopOptions options = {}) : loop(owner, options) {
    const auto listener = loop.listen("127.0.0.1", 0);
    EXPECT_TRUE(listener);
    port = loop.port(*listener);
  }

  // False: it did not come true in half a minute.
  template <class Condition>
  [[nodiscard]] bool turn_until(Condition condition) {
    const base::MonotonicTime deadline = now().monotonic + std::chrono::seconds(30);
    while (!condition()) {
      if (now().monotonic > deadline) {
        return false;
      }
      loop.run_turn(now().monotonic + std::chrono::milliseconds(5));
    }
    return true;
  }
  base::ConnectionId accept_one() {
    const std::size_t before = owner.accepted.size();
    EXPECT_TRUE(turn_until([&] { return owner.accepted.size() > before; }));
    return owner.accepted.back();
  }
  // Everything that the loop could do without waiting.
  void run_idle() {
    for (int i = 0; i < 5; ++i) {
      loop.run_turn(now().monotonic);
    }
  }
  // The owner takes whole lines only.
  void take_lines() {
    owner.take = [](base::ConnectionId, std::span<char> bytes) {
      return std::string_view(bytes.data(), bytes.size()).rfind('\n') + 1;
    };
  }

  Owner owner;
  Loop loop;
  std::uint16_t port = 0;
};

}  // namespace iii::net
