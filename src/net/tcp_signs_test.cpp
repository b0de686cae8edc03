#include "net/tcp_signs.hpp"

#include "net/descriptor.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace iii::net {
namespace {

using namespace std::chrono_literals;

TEST(TcpSigns, ShowAPeerThatNoLongerAcknowledges) {
  EXPECT_FALSE(has_vanished({.since_ack = 74s, .retransmits = 8}, 75s));
  EXPECT_TRUE(has_vanished({.since_ack = 75s, .retransmits = 8}, 75s));
}

TEST(TcpSigns, DoNotCountAgainstAPeerThatOwesNothing) {
  EXPECT_FALSE(has_vanished({.since_ack = 24h}, 75s));
}

// It answers each probe; the next one may come two minutes later.
TEST(TcpSigns, ShowThatAPeerWhichTakesNothingIsAlive) {
  EXPECT_FALSE(has_vanished({.since_ack = 119s, .probes = 0}, 75s));
  EXPECT_FALSE(has_vanished({.since_ack = 121s, .probes = 1}, 75s));
  EXPECT_TRUE(has_vanished({.since_ack = 125s, .probes = 1}, 75s));
}

TEST(TcpSigns, AreUnknownWithoutASocket) {
  EXPECT_FALSE(tcp_signs(Descriptor()).has_value());
}

}  // namespace
}  // namespace iii::net
