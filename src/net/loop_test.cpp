#include "net/loop.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"

#include <iii/engine_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;
namespace limits = base::limits;

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
    std::array<char, 64 * limits::kib> buffer;
    const ssize_t count = ::recv(descriptor_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      has_ended_ = true;
      was_reset_ = count < 0;
    }
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
  void on_flushed(base::ConnectionId, std::size_t bytes_left) override { left = bytes_left; }
  void on_accept_failed(int error_number) override { accept_failures.push_back(error_number); }
  void on_signal(int signal_number) override { signals.push_back(signal_number); }

  std::function<std::size_t(base::ConnectionId, std::span<char>)> take =
      [](base::ConnectionId, std::span<char> bytes) { return bytes.size(); };

  int turns = 0;
  std::vector<base::ConnectionId> accepted;
  std::vector<std::size_t> accepted_by;
  std::string last_ip;
  std::vector<std::string> presented;
  std::vector<base::ConnectionId> ended;
  std::size_t left = 0;
  std::vector<int> accept_failures;
  std::vector<int> signals;
};

class LoopTest : public testing::Test {
 protected:
  LoopTest() {
    const auto listener = loop.listen("127.0.0.1", 0);
    EXPECT_TRUE(listener);
    port = loop.port(*listener);
  }

  // False: it did not come true in half a minute.
  template <class Condition>
  [[nodiscard]] bool turn_until(Condition condition) {
    const base::MonotonicTime deadline = now().monotonic + 30s;
    while (!condition()) {
      if (now().monotonic > deadline) {
        return false;
      }
      loop.run_turn(now().monotonic + 5ms);
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
  Loop loop{owner};
  std::uint16_t port = 0;
};

TEST_F(LoopTest, TellsWhoComes) {
  const Client client(port);
  accept_one();
  EXPECT_EQ(owner.last_ip, "127.0.0.1");
  EXPECT_THAT(owner.accepted_by, ElementsAre(0U));
  EXPECT_EQ(loop.open_sockets(), 1U);
  EXPECT_TRUE(loop.is_open(owner.accepted[0]));
}

TEST_F(LoopTest, ListensOnSeveralPorts) {
  const auto second = loop.listen("127.0.0.1", 0);
  ASSERT_TRUE(second);
  EXPECT_NE(loop.port(*second), port);
  const Client client(loop.port(*second));
  accept_one();
  EXPECT_THAT(owner.accepted_by, ElementsAre(1U));
}

TEST_F(LoopTest, BringsBytesInAndOut) {
  owner.take = [this](base::ConnectionId id, std::span<char> bytes) {
    loop.outbox(id)->append({bytes.data(), bytes.size()});
    return bytes.size();
  };
  Client client(port);
  client.send("hello");
  ASSERT_TRUE(turn_until([&] {
    client.receive();
    return client.received() == "hello";
  }));
}

TEST_F(LoopTest, WritesOncePerTurnWhatManyAppended) {
  owner.take = [this](base::ConnectionId, std::span<char> bytes) {
    for (const base::ConnectionId id : owner.accepted) {
      loop.outbox(id)->append("a");
      loop.outbox(id)->append("b");
    }
    return bytes.size();
  };
  Client one(port);
  accept_one();
  Client two(port);
  accept_one();
  one.send("x");
  ASSERT_TRUE(turn_until([&] {
    one.receive();
    two.receive();
    return one.received() == "ab" && two.received() == "ab";
  }));
}

TEST_F(LoopTest, PresentsTheRestAgainFollowedByMore) {
  take_lines();
  Client client(port);
  client.send("one\ntw");
  ASSERT_TRUE(turn_until([&] { return owner.presented.size() == 1; }));
  client.send("o\nth");
  ASSERT_TRUE(turn_until([&] { return owner.presented.size() == 2; }));
  client.send("ree\n");
  ASSERT_TRUE(turn_until([&] { return owner.presented.size() == 3; }));
  EXPECT_THAT(owner.presented, ElementsAre("one\ntw", "two\nth", "three\n"));
}

TEST_F(LoopTest, LetsALargeMessageGrowWhereItIs) {
  std::string message(3 * limits::mib, 'x');
  for (std::size_t i = 0; i < message.size(); i += 1000) {
    message[i] = static_cast<char>('a' + i / 1000 % 26);
  }
  message.back() = '\n';
  std::string taken;
  owner.take = [&taken](base::ConnectionId, std::span<char> bytes) {
    const std::string_view text(bytes.data(), bytes.size());
    const std::size_t end = text.rfind('\n') + 1;
    taken += text.substr(0, end);
    return end;
  };
  Client client(port);
  // A little of the next message comes along.
  const std::string all = message + "rest" + std::string(70'000, 'y');
  std::size_t sent = 0;
  ASSERT_TRUE(turn_until([&] {
    sent += client.send(std::string_view(all).substr(sent));
    return sent == all.size() && taken.size() == message.size();
  }));
  EXPECT_TRUE(taken == message);
  client.send("\n");
  ASSERT_TRUE(turn_until([&] { return taken.size() == all.size() + 1; }));
  EXPECT_TRUE(
      std::string_view(taken).substr(message.size()) == "rest" + std::string(70'000, 'y') + "\n"
  );
}

TEST_F(LoopTest, KeepsWhatWasReadWhileASocketIsPaused) {
  owner.take = [this](base::ConnectionId id, std::span<char> bytes) {
    loop.pause(id);
    return std::string_view(bytes.data(), bytes.size()).find('\n') + 1;
  };
  Client client(port);
  client.send("one\ntwo\nthree\n");
  ASSERT_TRUE(turn_until([&] { return owner.presented.size() == 1; }));
  client.send("four\n");
  run_idle();
  ASSERT_EQ(owner.presented.size(), 1U);
  for (const std::string_view expected : {"two\n", "three\n", "four\n"}) {
    const std::size_t before = owner.presented.size();
    loop.resume(owner.accepted[0]);
    ASSERT_TRUE(turn_until([&] { return owner.presented.size() > before; }));
    EXPECT_THAT(owner.presented.back(), testing::StartsWith(expected));
  }
}

TEST_F(LoopTest, HearsOfTheEndWhenAPausedSocketIsReadAgain) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  loop.pause(id);
  client.send("last words");
  client.close();
  run_idle();
  EXPECT_THAT(owner.ended, IsEmpty());
  loop.resume(id);
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.presented, ElementsAre("last words"));
  EXPECT_THAT(owner.ended, ElementsAre(id));
  EXPECT_EQ(loop.open_sockets(), 0U);
}

TEST_F(LoopTest, HearsOfAResetAlsoWhilePaused) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  loop.pause(id);
  client.reset();
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.ended, ElementsAre(id));
}

TEST_F(LoopTest, TellsOnceWhenThePeerHasGone) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  client.close();
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  run_idle();
  EXPECT_THAT(owner.ended, ElementsAre(id));
  EXPECT_FALSE(loop.is_open(id));
  EXPECT_EQ(loop.outbox(id), nullptr);
}

TEST_F(LoopTest, IgnoresAnIdThatIsNoLongerValid) {
  const Client client(port);
  const base::ConnectionId id = accept_one();
  loop.drop(id);
  run_idle();
  loop.drop(id);
  loop.finish(id);
  loop.pause(id);
  loop.resume(id);
  loop.watch_for_dead_peer(id);
  const Client next(port);
  const base::ConnectionId reused = accept_one();
  EXPECT_NE(reused, id);
  loop.drop(id);
  run_idle();
  EXPECT_TRUE(loop.is_open(reused));
}

TEST_F(LoopTest, DropsASocketWhileItsBytesAreInUse) {
  owner.take = [this](base::ConnectionId id, std::span<char> bytes) {
    loop.drop(id);
    EXPECT_EQ(loop.outbox(id), nullptr);
    return std::string(bytes.begin(), bytes.end()).size();
  };
  Client client(port);
  client.send("bye");
  ASSERT_TRUE(turn_until([&] {
    client.receive();
    return client.has_ended();
  }));
  EXPECT_THAT(owner.ended, IsEmpty());
  EXPECT_EQ(loop.open_sockets(), 0U);
}

TEST_F(LoopTest, FinishesAfterTheLastBytes) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  loop.outbox(id)->append("the end");
  loop.finish(id);
  EXPECT_FALSE(loop.is_open(id));
  EXPECT_EQ(loop.outbox(id), nullptr);
  ASSERT_TRUE(turn_until([&] {
    client.receive();
    return client.has_ended();
  }));
  EXPECT_EQ(client.received(), "the end");
  EXPECT_FALSE(client.was_reset());
  // What the peer still says goes nowhere.
  client.send("too late");
  client.close();
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 0; }));
  EXPECT_THAT(owner.presented, IsEmpty());
  EXPECT_THAT(owner.ended, IsEmpty());
}

TEST_F(LoopTest, DoesNotWaitForAPeerThatKeepsItsHalfOpen) {
  const Client client(port);
  loop.finish(accept_one());
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 0; }));
}

TEST_F(LoopTest, FinishesAPausedSocket) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  loop.pause(id);
  client.send("unread");
  run_idle();
  loop.outbox(id)->append("the end");
  loop.finish(id);
  ASSERT_TRUE(turn_until([&] {
    client.receive();
    return client.has_ended();
  }));
  EXPECT_EQ(client.received(), "the end");
  EXPECT_THAT(owner.presented, IsEmpty());
}

// The bytes of a large message lie in the socket's own memory, not in the shared buffer.
TEST_F(LoopTest, FinishesASocketWhileItsBytesAreInUse) {
  const std::string message(limits::mib, 'x');
  owner.take = [&](base::ConnectionId id, std::span<char> bytes) -> std::size_t {
    if (bytes.size() < message.size()) {
      return 0;
    }
    loop.finish(id);
    EXPECT_TRUE(std::ranges::all_of(bytes, [](char c) { return c == 'x'; }));
    return bytes.size();
  };
  Client client(port);
  std::size_t sent = 0;
  ASSERT_TRUE(turn_until([&] {
    sent += client.send(std::string_view(message).substr(sent));
    client.receive();
    return client.has_ended();
  }));
}

class SlowReaderTest : public LoopTest {
 protected:
  static constexpr std::size_t bytes = 8 * limits::mib;

  SlowReaderTest() {
    reader.send("x");
    reader_id = accept_one();
    for (std::size_t i = 0; i < bytes; i += limits::kib) {
      loop.outbox(reader_id)->append(
          std::string(limits::kib, static_cast<char>('a' + i / limits::kib % 26))
      );
    }
    run_idle();
  }
  [[nodiscard]] bool receive_all() {
    return turn_until([&] {
      reader.receive();
      return reader.received().size() == bytes;
    });
  }
  [[nodiscard]] bool is_intact() const {
    for (std::size_t i = 0; i < bytes; ++i) {
      if (reader.received()[i] != static_cast<char>('a' + i / limits::kib % 26)) {
        return false;
      }
    }
    return true;
  }

  Client reader{port, 64 * 1024};
  base::ConnectionId reader_id;
};

TEST_F(SlowReaderTest, LeavesTheRestInTheOutbox) {
  EXPECT_GT(owner.left, 0U);
  EXPECT_LT(owner.left, bytes);
  EXPECT_EQ(loop.outbox(reader_id)->size(), owner.left);
  ASSERT_TRUE(receive_all());
  EXPECT_TRUE(is_intact());
  EXPECT_EQ(owner.left, 0U);
}

TEST_F(SlowReaderTest, IsStillReadFrom) {
  reader.send("y");
  ASSERT_TRUE(turn_until([&] { return owner.presented.size() == 2; }));
  EXPECT_GT(owner.left, 0U);
}

TEST_F(SlowReaderTest, GetsEverythingBeforeTheEnd) {
  loop.finish(reader_id);
  run_idle();
  reader.send("discarded");
  ASSERT_TRUE(receive_all());
  EXPECT_TRUE(is_intact());
  ASSERT_TRUE(turn_until([&] {
    reader.receive();
    return reader.has_ended();
  }));
  EXPECT_FALSE(reader.was_reset());
}

TEST_F(SlowReaderTest, MayCloseItsHalfBeforeItHasReadAll) {
  loop.finish(reader_id);
  reader.close_half();
  run_idle();
  ASSERT_TRUE(receive_all());
  EXPECT_TRUE(is_intact());
  // Both halves are closed now: nothing is left to wait for.
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 0; }));
}

TEST_F(SlowReaderTest, IsReportedWhenItGoesAwayInstead) {
  reader.reset();
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.ended, ElementsAre(reader_id));
}

TEST_F(LoopTest, ServesManySocketsAndNeverUsesAnIdTwice) {
  constexpr std::size_t sockets = 200;
  owner.take = [this](base::ConnectionId id, std::span<char> bytes) {
    loop.outbox(id)->append({bytes.data(), bytes.size()});
    return bytes.size();
  };
  for (int round = 0; round < 2; ++round) {
    std::vector<Client> clients;
    for (std::size_t i = 0; i < sockets; ++i) {
      clients.emplace_back(port);
      ASSERT_TRUE(clients.back().is_connected());
      clients.back().send("number " + std::to_string(i));
    }
    ASSERT_TRUE(turn_until([&] {
      std::size_t answered = 0;
      for (std::size_t i = 0; i < sockets; ++i) {
        clients[i].receive();
        answered += clients[i].received() == "number " + std::to_string(i) ? 1U : 0U;
      }
      return answered == sockets;
    }));
    EXPECT_EQ(loop.open_sockets(), sockets);
    clients.clear();
    ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 0; }));
  }
  EXPECT_EQ(std::set(owner.accepted.begin(), owner.accepted.end()).size(), 2 * sockets);
  EXPECT_EQ(owner.ended.size(), 2 * sockets);
}

TEST_F(LoopTest, TakesNobodyAfterItHasStoppedListening) {
  const Client before(port);
  accept_one();
  loop.stop_listening();
  EXPECT_FALSE(Client(port).is_connected());
  EXPECT_TRUE(loop.is_open(owner.accepted[0]));
}

TEST_F(LoopTest, DoesNotSpinWhenDescriptorsHaveRunOut) {
  run_idle();  // the sanitizers need descriptors for what they see for the first time
  const Client client(port);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next_free = ::dup(0);
  ::close(next_free);
  rlimit none_left = before;
  none_left.rlim_cur = static_cast<rlim_t>(next_free);
  ::setrlimit(RLIMIT_NOFILE, &none_left);
  run_idle();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(owner.accept_failures, ElementsAre(EMFILE));
  accept_one();
}

TEST_F(LoopTest, WakesFromItsWaiting) {
  loop.wake();
  loop.wake();
  loop.run_turn(base::never);
  EXPECT_EQ(owner.turns, 1);
  // One turn takes all wakes.
  const base::MonotonicTime deadline = now().monotonic + 1ms;
  loop.run_turn(deadline);
  EXPECT_GE(now().monotonic, deadline);
}

TEST_F(LoopTest, WaitsUntilTheDeadlineAndNotLonger) {
  const base::MonotonicTime deadline = now().monotonic + 20ms;
  loop.run_turn(deadline);
  EXPECT_GE(now().monotonic, deadline);
  loop.run_turn(base::MonotonicTime::min());
  EXPECT_EQ(owner.turns, 2);
}

TEST_F(LoopTest, ReportsSignals) {
  constexpr std::array numbers = {SIGUSR1, SIGUSR2};
  ASSERT_TRUE(loop.watch_signals(numbers));
  ::raise(SIGUSR2);
  ASSERT_TRUE(turn_until([&] { return !owner.signals.empty(); }));
  EXPECT_THAT(owner.signals, ElementsAre(SIGUSR2));
}

TEST_F(LoopTest, NamesAPortThatIsInUse) {
  Owner other;
  Loop second(other);
  const auto refused = second.listen("127.0.0.1", port);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EngineErrorCode::address_in_use);
  EXPECT_EQ(
      refused.error().message,
      "cannot listen on 127.0.0.1:" + std::to_string(port) +
          ": Address already in use; stop the other process or choose another port"
  );
}

TEST_F(LoopTest, NamesAHostThatDoesNotExist) {
  const auto refused = loop.listen("256.0.0.1", 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EngineErrorCode::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot listen on 256.0.0.1: "));
}

TEST_F(LoopTest, NamesAnAddressOfAnotherMachine) {
  const auto refused = loop.listen("192.0.2.1", 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EngineErrorCode::io_error);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot listen on 192.0.2.1:0: "));
}

}  // namespace
}  // namespace iii::net
