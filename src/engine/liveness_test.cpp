#include "engine/liveness.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/tcp_signs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace iii::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;
namespace limits = base::limits;

constexpr base::MonotonicTime start{1h};
const base::ConnectionId one{1};
const base::ConnectionId two{2};

std::vector<base::ConnectionId> ids(const std::vector<Liveness::Doubtful>& peers) {
  std::vector<base::ConnectionId> found;
  for (const Liveness::Doubtful& peer : peers) {
    found.push_back(peer.id);
  }
  return found;
}

TEST(Liveness, NeedsNoTimeWithoutPeers) {
  Liveness liveness;
  EXPECT_EQ(liveness.next_deadline(), base::never);
  EXPECT_THAT(liveness.due(start).to_ping, IsEmpty());
}

TEST(Liveness, PingsOnceAPeerHasBeenSilent) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  EXPECT_THAT(liveness.due(start + limits::ping_interval - 1ns).to_ping, IsEmpty());
  const auto due = liveness.due(start + limits::ping_interval);
  EXPECT_THAT(due.to_ping, ElementsAre(one));
  EXPECT_THAT(due.doubtful, IsEmpty());
  EXPECT_THAT(liveness.due(start + limits::ping_interval + 1s).to_ping, IsEmpty());
}

TEST(Liveness, DoubtsAPeerWhosePingStaysUnanswered) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  (void)liveness.due(start + limits::ping_interval);
  EXPECT_THAT(liveness.due(start + limits::peer_silence_max - 1ns).doubtful, IsEmpty());
  EXPECT_THAT(ids(liveness.due(start + limits::peer_silence_max).doubtful), ElementsAre(one));
}

TEST(Liveness, AnythingHeardBeginsTheSilenceAnew) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  liveness.heard(one, start + 20s);
  EXPECT_THAT(liveness.due(start + limits::ping_interval).to_ping, IsEmpty());
  EXPECT_THAT(liveness.due(start + 20s + limits::ping_interval).to_ping, ElementsAre(one));
  // The answer to the ping.
  liveness.heard(one, start + 60s);
  EXPECT_THAT(liveness.due(start + 3 * limits::peer_silence_max).doubtful, IsEmpty());
}

TEST(Liveness, GivesPeersTimeAfterTheEngineItselfWasSuspended) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  liveness.add(two, Pinging::when_silent, start);
  const auto awake = start + 24h;
  const auto due = liveness.due(awake);
  EXPECT_THAT(due.to_ping, ElementsAre(one, two));
  EXPECT_THAT(due.doubtful, IsEmpty());
  liveness.heard(two, awake + 1ms);
  const auto later = awake + (limits::peer_silence_max - limits::ping_interval);
  EXPECT_THAT(ids(liveness.due(later).doubtful), ElementsAre(one));
}

TEST(Liveness, DoubtsWithoutAPingWhoIsNeverPinged) {
  Liveness liveness;
  liveness.add(one, Pinging::never, start);
  liveness.add(two, Pinging::never, start);
  liveness.heard(one, start + 40s);
  const auto due = liveness.due(start + limits::peer_silence_max);
  EXPECT_THAT(due.to_ping, IsEmpty());
  EXPECT_THAT(ids(due.doubtful), ElementsAre(two));
  // TCP has shown that it is alive.
  liveness.heard(two, start + limits::peer_silence_max);
  EXPECT_THAT(ids(liveness.due(start + 40s + limits::peer_silence_max).doubtful), ElementsAre(one));
  liveness.remove(one);
  EXPECT_THAT(ids(liveness.due(start + 2 * limits::peer_silence_max).doubtful), ElementsAre(two));
}

TEST(Liveness, AsksAgainSoonAboutWhomItSpares) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  liveness.add(two, Pinging::never, start);
  (void)liveness.due(start + limits::ping_interval);
  const auto doubted = start + limits::peer_silence_max;
  EXPECT_THAT(ids(liveness.due(doubted).doubtful), ElementsAre(one, two));
  liveness.spare(one, doubted);
  liveness.spare(two, doubted);
  EXPECT_THAT(liveness.due(doubted + limits::doubt_interval - 1ns).doubtful, IsEmpty());
  const auto due = liveness.due(doubted + limits::doubt_interval);
  EXPECT_THAT(due.to_ping, ElementsAre(one));
  EXPECT_THAT(ids(due.doubtful), ElementsAre(one, two));
}

TEST(Liveness, BelievesWhomItSparedOnceItHearsFromThem) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  (void)liveness.due(start + limits::ping_interval);
  const auto doubted = start + limits::peer_silence_max;
  liveness.spare(one, doubted);
  liveness.heard(one, doubted + 1ms);
  const auto due = liveness.due(doubted + limits::doubt_interval);
  EXPECT_THAT(due.to_ping, IsEmpty());
  EXPECT_THAT(due.doubtful, IsEmpty());
  EXPECT_THAT(liveness.due(doubted + 1ms + limits::ping_interval).to_ping, ElementsAre(one));
  liveness.spare(two, doubted);
}

TEST(Liveness, ForgetsWhoHasGone) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  liveness.add(two, Pinging::when_silent, start);
  (void)liveness.due(start + limits::ping_interval);
  liveness.remove(one);
  liveness.remove(one);
  EXPECT_THAT(ids(liveness.due(start + limits::peer_silence_max).doubtful), ElementsAre(two));
  liveness.remove(two);
  EXPECT_EQ(liveness.next_deadline(), base::never);
}

TEST(Liveness, TakesNoInterestInStrangers) {
  Liveness liveness;
  liveness.heard(one, start);
  EXPECT_EQ(liveness.next_deadline(), base::never);
}

// Waking up at the deadline must find something to do, or the loop would spin.
TEST(Liveness, HasSomethingToDoAtEachDeadline) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  liveness.add(two, Pinging::when_silent, start + 7s);
  liveness.add(base::ConnectionId(3), Pinging::never, start);
  liveness.heard(one, start + 500ms);
  int pings = 0;
  int doubtful = 0;
  while (liveness.next_deadline() != base::never) {
    const auto due = liveness.due(liveness.next_deadline());
    ASSERT_FALSE(due.to_ping.empty() && due.doubtful.empty());
    pings += static_cast<int>(due.to_ping.size());
    doubtful += static_cast<int>(due.doubtful.size());
    for (const base::ConnectionId id : ids(due.doubtful)) {
      liveness.remove(id);
    }
  }
  EXPECT_EQ(pings, 2);
  EXPECT_EQ(doubtful, 3);
}

// A worker and its machine. The machine acknowledges what comes until it is gone.
class Pinged : public testing::Test {
 protected:
  // Whether it is found gone when it is first doubted, having acknowledged something at `acked`.
  [[nodiscard]] bool is_found_gone(base::MonotonicTime acked, net::TcpSigns signs) {
    (void)liveness.due(start + limits::ping_interval);
    const auto asked = start + limits::peer_silence_max;
    const auto due = liveness.due(asked);
    signs.since_ack = std::chrono::floor<std::chrono::milliseconds>(asked - acked);
    return has_gone(due.doubtful.at(0), signs);
  }

  Liveness liveness;
};

// It acknowledged a call in the meantime, and nothing since.
TEST_F(Pinged, HasGoneIfItsMachineDoesNotAcknowledgeThePing) {
  liveness.add(one, Pinging::when_silent, start);
  EXPECT_TRUE(is_found_gone(start + limits::ping_interval - 5s, {.retransmits = 8}));
}

// Something that was sent just now got lost on the way.
TEST_F(Pinged, HasNotGoneIfItsMachineHasAcknowledgedThePing) {
  liveness.add(one, Pinging::when_silent, start);
  EXPECT_FALSE(is_found_gone(start + limits::ping_interval + 10ms, {.retransmits = 1}));
}

TEST_F(Pinged, HasNotGoneIfItOwesNothing) {
  liveness.add(one, Pinging::when_silent, start);
  EXPECT_FALSE(is_found_gone(start, {}));
}

TEST_F(Pinged, HasGoneWhereOnlyItsSilenceIsKnown) {
  liveness.add(one, Pinging::when_silent, start);
  liveness.add(two, Pinging::never, start);
  (void)liveness.due(start + limits::ping_interval);
  const auto due = liveness.due(start + limits::peer_silence_max);
  ASSERT_EQ(due.doubtful.size(), 2U);
  EXPECT_TRUE(has_gone(due.doubtful[0], std::nullopt));
  EXPECT_FALSE(has_gone(due.doubtful[1], std::nullopt));
}

TEST(NeverPinged, HasGoneAfterAWholeSilence) {
  Liveness liveness;
  liveness.add(one, Pinging::never, start);
  const auto due = liveness.due(start + limits::peer_silence_max + 1s);
  ASSERT_EQ(due.doubtful.size(), 1U);
  EXPECT_FALSE(has_gone(due.doubtful[0], net::TcpSigns{.since_ack = 74s, .retransmits = 8}));
  EXPECT_TRUE(has_gone(due.doubtful[0], net::TcpSigns{.since_ack = 75s, .retransmits = 8}));
}

// Asked as the gateway asks; the times are those of a peer that is pinged as it is told.
struct Machine {
  bool is_hung = false;  // the process; the machine acknowledges
  base::MonotonicTime gone_at = base::never;
};
base::MonotonicTime found_gone(const Machine& machine) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  base::MonotonicTime acked = start;
  unsigned retransmits = 0;
  while (liveness.next_deadline() != base::never) {
    const auto moment = liveness.next_deadline();
    const auto due = liveness.due(moment);
    for (const Liveness::Doubtful& peer : due.doubtful) {
      const auto silence = std::chrono::floor<std::chrono::milliseconds>(moment - acked);
      if (has_gone(peer, net::TcpSigns{.since_ack = silence, .retransmits = retransmits})) {
        return moment;
      }
      liveness.spare(peer.id, moment);
    }
    if (!due.to_ping.empty()) {
      if (moment < machine.gone_at) {
        acked = moment;
      } else {
        retransmits = 1;
      }
      if (moment < machine.gone_at && !machine.is_hung) {
        liveness.heard(one, moment);
      }
    }
  }
  return base::never;
}

TEST(Liveness, FindsADeadMachineInTime) {
  constexpr auto slack = 3s;
  for (auto lived = 0s; lived < 300s; lived += 1s) {
    const auto gone_at = start + lived;
    const auto lively = found_gone({.gone_at = gone_at});
    EXPECT_GE(lively - gone_at, limits::peer_silence_max - limits::ping_interval);
    EXPECT_LE(lively - gone_at, limits::peer_silence_max + slack) << lived.count();
    // Nothing but acknowledgements came before, at the distance of doubts.
    const auto hung = found_gone({.is_hung = true, .gone_at = gone_at});
    EXPECT_LE(hung - gone_at, limits::peer_silence_max + limits::doubt_interval + slack)
        << lived.count();
  }
}

}  // namespace
}  // namespace iii::engine
