// How connections end, and what is left for readers that are slow.
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/loop.hpp"
#include "net/loop_scene.hpp"
#include "net/tcp_signs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;
namespace limits = base::limits;

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

// A peer that goes away while the owner does not want to read.
class PausedTest : public LoopTest {
 protected:
  PausedTest() : id(accept_one()) { loop.pause(id); }
  // As the machine of a peer that has gone answers when it is asked for a sign of life.
  void lose_peer() {
    client.reset();
    ASSERT_TRUE(turn_until([&] { return loop.has_lost_peer(id); }));
  }

  Client client{port};
  const base::ConnectionId id;
};

TEST_F(PausedTest, ReadsWhatItsPeerSentBeforeItWasLost) {
  take_lines();
  loop.resume(id);
  run_idle();
  client.send("one\nun");
  ASSERT_TRUE(turn_until([&] { return owner.presented.size() == 1; }));
  loop.pause(id);
  const std::string tail = std::string(50'000, 'x') + "\n";
  ASSERT_EQ(client.send(tail), tail.size());
  lose_peer();
  EXPECT_TRUE(loop.is_open(id));
  EXPECT_THAT(owner.ended, IsEmpty());
  std::string taken;
  owner.take = [&](base::ConnectionId, std::span<char> bytes) {
    const std::size_t end = std::string_view(bytes.data(), bytes.size()).rfind('\n') + 1;
    taken.append(bytes.data(), end);
    return end;
  };
  loop.resume(id);
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_TRUE(taken == "un" + tail) << taken.size() << " of " << tail.size() + 2;
  EXPECT_THAT(owner.ended, ElementsAre(id));
  EXPECT_EQ(loop.open_sockets(), 0U);
}

TEST_F(PausedTest, IsPausedAgainWithinTheTail) {
  owner.take = [this](base::ConnectionId socket, std::span<char>) -> std::size_t {
    loop.pause(socket);
    return 1;
  };
  client.send("abc");
  lose_peer();
  for (std::size_t reads = 1; reads <= 3; ++reads) {
    loop.resume(id);
    run_idle();
    EXPECT_EQ(owner.presented.size(), reads);
    EXPECT_THAT(owner.ended, IsEmpty());
  }
  loop.resume(id);
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.presented, ElementsAre("abc", "bc", "c"));
}

TEST_F(PausedTest, IsReportedOnceWhenItsPeerIsLost) {
  lose_peer();
  loop.outbox(id)->append("are you there?");
  run_idle();
  EXPECT_THAT(owner.lost, ElementsAre(id));
  EXPECT_THAT(owner.ended, IsEmpty());
}

TEST_F(PausedTest, DoesNotSpinWhenItsPeerIsLost) {
  lose_peer();
  const base::MonotonicTime deadline = now().monotonic + 20ms;
  loop.run_turn(deadline);
  EXPECT_GE(now().monotonic, deadline);
}

TEST_F(PausedTest, HearsOfTheLossWhenItWrites) {
  client.send("the tail");
  client.reset();
  loop.outbox(id)->append("are you there?");
  run_idle();
  EXPECT_TRUE(loop.has_lost_peer(id));
  EXPECT_THAT(owner.ended, IsEmpty());
  loop.resume(id);
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.presented, ElementsAre("the tail"));
}

TEST_F(PausedTest, WritesNothingMoreToALostPeer) {
  lose_peer();
  loop.outbox(id)->append("are you there?");
  run_idle();
  EXPECT_EQ(loop.outbox(id)->size(), 0U);
  EXPECT_THAT(owner.ended, IsEmpty());
}

TEST_F(LoopTest, EndsWithAnErrorForThePeerWhenItIsReset) {
  for (const bool is_reset : {false, true}) {
    Client client(port);
    const base::ConnectionId id = accept_one();
    if (is_reset) {
      loop.reset(id);
    } else {
      loop.drop(id);
    }
    ASSERT_TRUE(turn_until([&] {
      client.receive();
      return client.has_ended();
    }));
    EXPECT_EQ(client.was_reset(), is_reset);
    EXPECT_EQ(loop.open_sockets(), 0U);
  }
  EXPECT_THAT(owner.ended, IsEmpty());
}

TEST_F(LoopTest, ServesOthersBeforeThoseThatSendOnAfterTheirEnd) {
  constexpr std::size_t endings = 1200;  // epoll tells of 512 in a turn
  Client other(port);
  accept_one();
  std::vector<Client> clients;
  for (std::size_t i = 0; i < endings; ++i) {
    clients.emplace_back(port);
    loop.finish(accept_one());
  }
  run_idle();
  const std::string more(40 * limits::kib, 'x');
  for (Client& client : clients) {
    client.send(more);
  }
  for (int turn = 0; turn < 3; ++turn) {
    loop.run_turn(now().monotonic);
  }
  other.send("a question");
  loop.run_turn(now().monotonic);
  EXPECT_THAT(owner.presented, ElementsAre("a question"));
}

TEST_F(PausedTest, MayBeDroppedOrFinishedWhenItsPeerIsLost) {
  lose_peer();
  loop.drop(id);
  run_idle();
  EXPECT_EQ(loop.open_sockets(), 0U);

  Client other(port);
  const base::ConnectionId second = accept_one();
  loop.pause(second);
  other.reset();
  ASSERT_TRUE(turn_until([&] { return loop.has_lost_peer(second); }));
  loop.outbox(second)->append("the end");
  loop.finish(second);
  run_idle();
  EXPECT_EQ(loop.open_sockets(), 0U);
  EXPECT_FALSE(loop.has_lost_peer(second));
  EXPECT_THAT(owner.ended, IsEmpty());
}

TEST_F(LoopTest, ReadsWhatAPeerSentThatIsLostWhileItIsWrittenTo) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  client.send("question");
  owner.take = [&](base::ConnectionId, std::span<char> bytes) {
    if (owner.presented.size() == 1) {
      client.send("last words");
      client.reset();
      loop.outbox(id)->append("answer");
    }
    return bytes.size();
  };
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.presented, ElementsAre("question", "last words"));
  EXPECT_THAT(owner.ended, ElementsAre(id));
}

class SlowReaderTest : public LoopTest {
 protected:
  static constexpr std::size_t bytes = 8 * limits::mib;

  explicit SlowReaderTest(LoopOptions options = {}) : LoopTest(options) {
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

TEST_F(SlowReaderTest, IsKnownByWhatItDoesNotTake) {
  EXPECT_EQ(loop.unsent_bytes(0), owner.left);
  const Client fresh(port, 64 * 1024);
  const base::ConnectionId fresh_id = accept_one();
  EXPECT_TRUE(turn_until([moment = now().monotonic] { return now().monotonic > moment; }));
  loop.outbox(fresh_id)->append(std::string(bytes, 'x'));
  run_idle();
  EXPECT_GT(loop.unsent_bytes(0), owner.left);
  loop.finish(reader_id);
  EXPECT_EQ(loop.slowest(0), reader_id) << "also while it is being ended";
  loop.reset(reader_id);
  EXPECT_EQ(loop.slowest(0), fresh_id);
  loop.drop(fresh_id);
  EXPECT_EQ(loop.slowest(0), std::nullopt);
  EXPECT_EQ(loop.unsent_bytes(0), 0U);
}

TEST_F(LoopTest, KnowsWhoTakesNothingFromWhoIsAlwaysSentMore) {
  Client steady(port);
  const base::ConnectionId steady_id = accept_one();
  loop.outbox(steady_id)->append(std::string(limits::mib, 'x'));
  run_idle();
  const Client stalled(port, 64 * 1024);
  const base::ConnectionId stalled_id = accept_one();
  loop.outbox(stalled_id)->append(std::string(limits::mib / 2, 'x'));
  EXPECT_TRUE(turn_until([&] {
    steady.receive();
    base::ByteBuffer* outbox = loop.outbox(steady_id);
    outbox->append(std::string(limits::mib - outbox->size(), 'x'));
    return loop.slowest(0) == stalled_id;
  }));
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

TEST_F(SlowReaderTest, ShowsThatItIsAliveByTakingWhatWaits) {
  EXPECT_EQ(owner.progress, 0);
  ASSERT_TRUE(receive_all());
  EXPECT_GT(owner.progress, 0);
}

TEST_F(SlowReaderTest, AcknowledgesWithoutTakingAnything) {
  const auto signs = loop.signs_of(reader_id);
  ASSERT_TRUE(signs);
  EXPECT_FALSE(has_vanished(*signs, 0ms));
}

TEST_F(LoopTest, SeesThatAPeerNoLongerAcknowledges) {
  Client client(port);
  const base::ConnectionId id = accept_one();
  client.vanish();
  loop.outbox(id)->append("are you there?");
  ASSERT_TRUE(turn_until([&] {
    const auto signs = loop.signs_of(id);
    return signs && has_vanished(*signs, 0ms);
  }));
}

class ImpatientTest : public SlowReaderTest {
 protected:
  ImpatientTest() : SlowReaderTest({.closing_max = 50ms, .stall_max = 10min}) {}
};

TEST_F(ImpatientTest, EndsAClosingConnectionAlthoughItsPeerReadsALittle) {
  loop.finish(reader_id);
  EXPECT_FALSE(loop.has_patient_endings());
  std::size_t turns = 0;
  ASSERT_TRUE(turn_until([&] {
    if (++turns % 4 == 0) {
      reader.receive();
    }
    return loop.open_sockets() == 0;
  }));
  EXPECT_LT(reader.received().size(), bytes);
}

TEST_F(ImpatientTest, WaitsForAReaderThatIsThere) {
  loop.finish(reader_id, Patience::while_it_reads);
  EXPECT_TRUE(loop.has_patient_endings());
  const base::MonotonicTime later = now().monotonic + 200ms;
  ASSERT_TRUE(turn_until([&] { return now().monotonic > later; }));
  ASSERT_TRUE(receive_all());
  EXPECT_TRUE(is_intact());
  EXPECT_FALSE(loop.has_patient_endings());
}

TEST_F(ImpatientTest, WaitsNoLongerThanItIsToldForAReaderThatStalls) {
  loop.finish(reader_id, 60ms);
  EXPECT_TRUE(loop.has_patient_endings());
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 0; }));
}

TEST_F(ImpatientTest, DoesNotWaitForAReaderThatHasVanished) {
  Client vanished(port);
  const base::ConnectionId id = accept_one();
  vanished.vanish();
  loop.outbox(id)->append(std::string(bytes, 'x'));
  loop.finish(id, Patience::while_it_reads);
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 1; }));
  EXPECT_TRUE(loop.is_open(reader_id));
}

class ReaderThatStallsTest : public SlowReaderTest {
 protected:
  ReaderThatStallsTest() : SlowReaderTest({.closing_max = 10ms, .stall_max = 100ms}) {}
};

TEST_F(ReaderThatStallsTest, IsGivenUpInTheEnd) {
  loop.finish(reader_id, Patience::while_it_reads);
  ASSERT_TRUE(turn_until([&] { return loop.open_sockets() == 0; }));
}

TEST_F(SlowReaderTest, IsReportedWhenItGoesAwayInstead) {
  reader.reset();
  ASSERT_TRUE(turn_until([&] { return !owner.ended.empty(); }));
  EXPECT_THAT(owner.ended, ElementsAre(reader_id));
}

}  // namespace
}  // namespace iii::net
