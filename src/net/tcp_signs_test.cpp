#include "net/tcp_signs.hpp"

#include "net/descriptor.hpp"

#include <gtest/gtest.h>
#include <netinet/tcp.h>

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

// Every time is zero within the first milliseconds after something has come and gone.
TEST(TcpSigns, AreKnownRightAfterTraffic) {
  tcp_info info{};
  info.tcpi_snd_mss = 1448;
  info.tcpi_retransmits = 3;
  const auto signs = signs_in(info);
  ASSERT_TRUE(signs);
  EXPECT_EQ(signs->since_ack, 0ms);
  EXPECT_EQ(signs->retransmits, 3U);
}

// What gVisor fills in.
TEST(TcpSigns, AreUnknownWhereTheSystemOnlyLooksLikeLinux) {
  tcp_info info{};
  info.tcpi_state = TCP_ESTABLISHED;
  info.tcpi_rto = 200'000;
  info.tcpi_rtt = 100;
  info.tcpi_snd_cwnd = 10;
  EXPECT_FALSE(signs_in(info));
}

TEST(TcpSigns, AreUnknownWithoutASocket) {
  EXPECT_FALSE(tcp_signs(Descriptor()).has_value());
}

}  // namespace
}  // namespace iii::net
