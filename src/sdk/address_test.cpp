#include "sdk/address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace iii::sdk {
namespace {

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Address{};
}

TEST(ParseAddress, reads_scheme_host_port_path_and_query) {
  EXPECT_EQ(
      address("ws://127.0.0.1:49134"),
      (Address{.is_tls = false, .host = "127.0.0.1", .port = 49134, .path = "/", .query = ""})
  );
  EXPECT_EQ(
      address("WSS://engine.example/base?token=a%20b&x#part"),
      (Address{
          .is_tls = true,
          .host = "engine.example",
          .port = 443,
          .path = "/base",
          .query = "token=a%20b&x"
      })
  );
  EXPECT_EQ(address("ws://h?t=1").target(), "/?t=1");
  EXPECT_EQ(address("ws://h").port, 80);
  EXPECT_EQ(address("ws://[::1]:81/").host, "::1");
}

TEST(ParseAddress, writes_the_host_header) {
  EXPECT_EQ(address("ws://h:80").authority(), "h");
  EXPECT_EQ(address("ws://h:443").authority(), "h:443");
  EXPECT_EQ(address("wss://h").authority(), "h");
  EXPECT_EQ(address("ws://[::1]:81").authority(), "[::1]:81");
}

TEST(Address, is_on_the_same_host_with_scheme_name_and_port) {
  const Address engine = address("ws://Engine:80/base?token=a");
  EXPECT_TRUE(is_same_host(address("ws://engine/otel"), engine));
  EXPECT_FALSE(is_same_host(address("wss://engine:80"), engine));
  EXPECT_FALSE(is_same_host(address("ws://engine:81"), engine));
  EXPECT_FALSE(is_same_host(address("ws://engine.example"), engine));
}

TEST(ParseAddress, refuses_what_is_no_address) {
  for (const std::string_view text : {
           "",
           "http://h",
           "h:49134",
           "ws://",
           "ws://:80",
           "ws://h:",
           "ws://h:0",
           "ws://h:65536",
           "ws://h:8x",
           "ws://[::1",
           "ws://[::1]x",
           "ws://a b",
           "ws://h/\r\nX: y",
           "ws://user:secret@h",
       }) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_EQ(
      std::string(parse_address("ws://user:secret@h").error().what()).find("secret"),
      std::string::npos
  );
}

TEST(TelemetryAddress, puts_otel_behind_the_path) {
  EXPECT_EQ(telemetry_address(address("ws://h")).target(), "/otel");
  EXPECT_EQ(telemetry_address(address("ws://h/base/")).target(), "/base/otel");
  EXPECT_EQ(telemetry_address(address("ws://h/otel/?t=1")).target(), "/otel?t=1");
}

TEST(ChannelAddress, Item68_encodes_the_key_and_keeps_the_query) {
  EXPECT_EQ(
      channel_address(address("ws://h/?t=1"), "c1", "a/b+ü~", "write").target(),
      "/ws/channels/c1?key=a%2Fb%2B%C3%BC~&dir=write&t=1"
  );
}

}  // namespace
}  // namespace iii::sdk
