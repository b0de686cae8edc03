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
  liveness.add(one, start);
  EXPECT_THAT(liveness.due(start + limits::ping_interval - 1ns).to_ping, IsEmpty());
  const auto due = liveness.due(start + limits::ping_interval);
  EXPECT_THAT(due.to_ping, ElementsAre(one));
  EXPECT_THAT(due.dead, IsEmpty());
  EXPECT_THAT(liveness.due(start + limits::ping_interval + 1s).to_ping, IsEmpty());
}

TEST(Liveness, GivesAPeerUpWhenItsPingStaysUnanswered) {
  Liveness liveness;
  liveness.add(one, start);
  (void)liveness.due(start + limits::ping_interval);
  EXPECT_THAT(liveness.due(start + limits::peer_silence_max - 1ns).dead, IsEmpty());
  EXPECT_THAT(liveness.due(start + limits::peer_silence_max).dead, ElementsAre(one));
}

TEST(Liveness, AnythingHeardBeginsTheSilenceAnew) {
  Liveness liveness;
  liveness.add(one, start);
  liveness.heard(one, start + 20s);
  EXPECT_THAT(liveness.due(start + limits::ping_interval).to_ping, IsEmpty());
  EXPECT_THAT(liveness.due(start + 20s + limits::ping_interval).to_ping, ElementsAre(one));
  // The answer to the ping.
  liveness.heard(one, start + 60s);
  EXPECT_THAT(liveness.due(start + 3 * limits::peer_silence_max).dead, IsEmpty());
}

TEST(Liveness, GivesPeersTimeAfterTheEngineItselfWasSuspended) {
  Liveness liveness;
  liveness.add(one, start);
  liveness.add(two, start);
  const auto awake = start + 24h;
  const auto due = liveness.due(awake);
  EXPECT_THAT(due.to_ping, ElementsAre(one, two));
  EXPECT_THAT(due.dead, IsEmpty());
  liveness.heard(two, awake + 1ms);
  const auto later = awake + (limits::peer_silence_max - limits::ping_interval);
  EXPECT_THAT(liveness.due(later).dead, ElementsAre(one));
}

TEST(Liveness, ForgetsWhoHasGone) {
  Liveness liveness;
  liveness.add(one, start);
  liveness.add(two, start);
  (void)liveness.due(start + limits::ping_interval);
  liveness.remove(one);
  liveness.remove(one);
  EXPECT_THAT(liveness.due(start + limits::peer_silence_max).dead, ElementsAre(two));
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
  liveness.add(one, start);
  liveness.add(two, start + 7s);
  liveness.heard(one, start + 500ms);
  int pings = 0;
  int dead = 0;
  while (liveness.next_deadline() != base::never) {
    const auto due = liveness.due(liveness.next_deadline());
    ASSERT_FALSE(due.to_ping.empty() && due.dead.empty());
    pings += static_cast<int>(due.to_ping.size());
    dead += static_cast<int>(due.dead.size());
    for (const base::ConnectionId id : due.dead) {
      liveness.remove(id);
    }
  }
  EXPECT_EQ(pings, 2);
  EXPECT_EQ(dead, 2);
}

}  // namespace
}  // namespace iii::engine
