#include "engine/liveness.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace iii::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;
namespace limits = base::limits;

constexpr base::MonotonicTime start{1h};
const base::ConnectionId one{1};
const base::ConnectionId two{2};

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
  EXPECT_THAT(liveness.due(start + limits::peer_silence_max).doubtful, ElementsAre(one));
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
  EXPECT_THAT(liveness.due(later).doubtful, ElementsAre(one));
}

TEST(Liveness, DoubtsWithoutAPingWhoIsNeverPinged) {
  Liveness liveness;
  liveness.add(one, Pinging::never, start);
  liveness.add(two, Pinging::never, start);
  liveness.heard(one, start + 40s);
  const auto due = liveness.due(start + limits::peer_silence_max);
  EXPECT_THAT(due.to_ping, IsEmpty());
  EXPECT_THAT(due.doubtful, ElementsAre(two));
  // TCP has shown that it is alive.
  liveness.heard(two, start + limits::peer_silence_max);
  EXPECT_THAT(liveness.due(start + 40s + limits::peer_silence_max).doubtful, ElementsAre(one));
  liveness.remove(one);
  EXPECT_THAT(liveness.due(start + 2 * limits::peer_silence_max).doubtful, ElementsAre(two));
}

TEST(Liveness, ForgetsWhoHasGone) {
  Liveness liveness;
  liveness.add(one, Pinging::when_silent, start);
  liveness.add(two, Pinging::when_silent, start);
  (void)liveness.due(start + limits::ping_interval);
  liveness.remove(one);
  liveness.remove(one);
  EXPECT_THAT(liveness.due(start + limits::peer_silence_max).doubtful, ElementsAre(two));
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
    for (const base::ConnectionId id : due.doubtful) {
      liveness.remove(id);
    }
  }
  EXPECT_EQ(pings, 2);
  EXPECT_EQ(doubtful, 3);
}

}  // namespace
}  // namespace iii::engine
