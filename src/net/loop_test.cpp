#include "net/loop.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/loop_scene.hpp"

#include <iii/engine_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::net {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;
namespace limits = base::limits;

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

TEST_F(LoopTest, KeepsWhatItsPeerHasNoRoomFor) {
  constexpr int receive_bytes = 16 * 1024;
  Client client(port, receive_bytes);
  const base::ConnectionId id = accept_one();
  loop.outbox(id)->append(std::string(4 * limits::mib, 'x'));
  run_idle();
  EXPECT_GT(owner.left, 4 * limits::mib - 3 * limits::socket_unsent_bytes);
  const int before = owner.progress;
  ASSERT_TRUE(turn_until([&] {
    client.receive();
    return owner.progress > before;
  }));
  EXPECT_LT(client.received().size(), 4 * limits::socket_unsent_bytes);
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

TEST_F(LoopTest, ReadsTheLessOfEachTheMoreHaveSent) {
  constexpr std::size_t many = 200;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < many; ++i) {
    clients.emplace_back(port);
    ASSERT_TRUE(clients.back().is_connected());
    accept_one();
  }
  const std::string much(4 * limits::read_bytes_min, 'x');
  ASSERT_EQ(clients[0].send(much), much.size());
  loop.run_turn(base::never);
  EXPECT_THAT(owner.presented, ElementsAre(much));

  owner.presented.clear();
  for (Client& client : clients) {
    ASSERT_EQ(
        client.send(std::string(2 * limits::read_bytes_min, 'x')), 2 * limits::read_bytes_min
    );
  }
  loop.run_turn(base::never);
  EXPECT_THAT(owner.presented, SizeIs(many));
  EXPECT_THAT(owner.presented, Each(SizeIs(limits::read_bytes_min)));
}

// Its owner takes one line at a time, and pauses.
class LineByLineTest : public LoopTest {
 protected:
  LineByLineTest() {
    owner.take = [this](base::ConnectionId id, std::span<char> bytes) {
      loop.pause(id);
      return std::string_view(bytes.data(), bytes.size()).find('\n') + 1;
    };
    client.send("one\ntwo\nthree\n");
    EXPECT_TRUE(turn_until([this] { return owner.presented.size() == 1; }));
  }

  Client client{port};
};

TEST_F(LineByLineTest, KeepsWhatWasReadWhileASocketIsPaused) {
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

TEST_F(LineByLineTest, PresentsWhatItHoldsBeforeTheEndOfTheConnection) {
  client.close();
  run_idle();
  for (const std::string_view expected : {"two\nthree\n", "three\n"}) {
    EXPECT_THAT(owner.ended, IsEmpty());
    loop.resume(owner.accepted[0]);
    run_idle();
    EXPECT_EQ(owner.presented.back(), expected);
  }
  loop.resume(owner.accepted[0]);
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_EQ(owner.presented.size(), 3U);
}

TEST_F(LoopTest, KnowsTheSignsOfEverySocketFromTheStart) {
  const Client client(port);
  EXPECT_TRUE(loop.signs_of(accept_one()));
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

TEST_F(LoopTest, ListensOnEveryAddressOfAName) {
  const auto listener = loop.listen("localhost", 0);
  ASSERT_TRUE(listener);
  const Client client(loop.port(*listener));
  accept_one();
  EXPECT_EQ(owner.last_ip, "127.0.0.1");
  EXPECT_THAT(owner.accepted_by, ElementsAre(*listener));
}

TEST_F(LoopTest, DoesNotListenElsewhereWhenOneAddressOfANameIsInUse) {
  const auto refused = loop.listen("localhost", port);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EngineErrorCode::address_in_use);
}

TEST_F(LoopTest, ReportsThatItCannotBeWoken) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next_free = ::dup(0);
  ::close(next_free);
  rlimit one_left = before;
  one_left.rlim_cur = static_cast<rlim_t>(next_free) + 1;
  ::setrlimit(RLIMIT_NOFILE, &one_left);
  Owner other;
  Loop second(other);
  ::setrlimit(RLIMIT_NOFILE, &before);
  const auto refused = second.listen("127.0.0.1", 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EngineErrorCode::io_error);
  EXPECT_EQ(refused.error().message, "cannot wait for sockets: Too many open files");
}

TEST(LoopWithFewGenerations, RetiresASlotWhoseIdsHaveRunOut) {
  Owner owner;
  Loop loop(owner, {.generations_max = 2});
  const auto listener = loop.listen("127.0.0.1", 0);
  ASSERT_TRUE(listener);
  constexpr std::size_t connections = 5;
  for (std::size_t i = 0; i < connections; ++i) {
    const Client client(loop.port(*listener));
    while (owner.accepted.size() == i) {
      loop.run_turn(now().monotonic + 5ms);
    }
    EXPECT_TRUE(loop.is_open(owner.accepted[i]));
    loop.drop(owner.accepted[i]);
    loop.run_turn(now().monotonic);
  }
  EXPECT_EQ(std::set(owner.accepted.begin(), owner.accepted.end()).size(), connections);
  EXPECT_EQ(loop.open_sockets(), 0U);
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

TEST_F(LoopTest, RefusesConnectionsBeyondThoseThatAListenerMayHave) {
  const auto small = loop.listen("127.0.0.1", 0, 1);
  ASSERT_TRUE(small);
  Client first(loop.port(*small));
  const base::ConnectionId id = accept_one();
  Client second(loop.port(*small));
  ASSERT_TRUE(turn_until([&] {
    second.receive();
    return second.has_ended();
  }));
  EXPECT_THAT(owner.refused, ElementsAre(*small));
  const Client elsewhere(port);
  (void)accept_one();
  // One that is being ended counts until it has gone.
  loop.finish(id);
  run_idle();
  const Client third(loop.port(*small));
  ASSERT_TRUE(turn_until([&] { return owner.refused.size() == 2; }));
  first.close();
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 1; }));
  const Client fourth(loop.port(*small));
  (void)accept_one();
  EXPECT_EQ(owner.refused.size(), 2U);
}

}  // namespace
}  // namespace iii::net
