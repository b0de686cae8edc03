// Runs every row of the tables with its input whole, byte by byte and cut at each boundary: the
// outcome must be the same.
#include "base/byte_buffer.hpp"
#include "conformance/websocket/case.hpp"
#include "support/sweeps.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace iii::test {

std::string event_line(std::string_view kind, std::string_view payload) {
  std::string line(kind);
  if (payload.size() <= 200) {
    return line.append(" ").append(payload);
  }
  return line + " of " + std::to_string(payload.size()) + " bytes, checksum " +
         std::to_string(std::hash<std::string_view>{}(payload));
}

std::string close_line(unsigned code, std::string_view reason) {
  return event_line("close " + std::to_string(code), reason);
}

std::string error_line(websocket::CloseCode code) {
  return "error " + std::to_string(static_cast<unsigned>(code));
}

namespace {

using websocket::Role;

class Transcript final : public websocket::MessageSink {
 public:
  void on_text(std::string_view text) override { lines.push_back(text_line(text)); }
  void on_binary(std::string_view bytes) override { lines.push_back(binary_line(bytes)); }
  void on_ping(std::string_view payload) override { lines.push_back(event_line("ping", payload)); }
  void on_pong(std::string_view payload) override { lines.push_back(event_line("pong", payload)); }
  void on_close(std::uint16_t code, std::string_view reason) override {
    lines.push_back(close_line(code, reason));
  }

  std::vector<std::string> lines;
};

std::vector<std::string> play(
    Role role, const WebsocketCase& row, std::span<const std::string_view> pieces
) {
  websocket::Decoder decoder({role, row.frame_bytes_max, row.message_bytes_max});
  Transcript transcript;
  base::ByteBuffer inbox;
  for (const std::string_view piece : pieces) {
    inbox.append(piece);
    inbox.consume(decoder.decode(inbox.bytes(), transcript));
    EXPECT_TRUE(decoder.bytes_wanted() == 0 || decoder.bytes_wanted() > inbox.size());
  }
  // What was not consumed must lie there as it came.
  EXPECT_TRUE(row.bytes.ends_with(inbox.view()));
  const bool has_closed =
      !transcript.lines.empty() && transcript.lines.back().starts_with("close ");
  EXPECT_EQ(decoder.is_closed(), has_closed);
  if (decoder.error()) {
    EXPECT_FALSE(decoder.error()->reason.empty());
    EXPECT_LE(decoder.error()->reason.size(), websocket::close_reason_bytes_max);
    transcript.lines.push_back(error_line(decoder.error()->code));
  }
  return transcript.lines;
}

struct Family {
  std::string_view name;
  WebsocketCases (*make)(Role);
};

constexpr std::array<Family, 6> families = {{
    {"frame", frame_cases},
    {"fragment", fragment_cases},
    {"utf8", utf8_cases},
    {"close", close_cases},
    {"size", size_cases},
    {"mask", mask_cases},
}};

using Table = std::tuple<Family, Role>;

std::string table_name(const testing::TestParamInfo<Table>& table) {
  const auto& [family, role] = table.param;
  return std::string(family.name) + (role == Role::server ? "_server" : "_client");
}

class WebsocketConformance : public testing::TestWithParam<Table> {};

TEST_P(WebsocketConformance, each_case_ends_as_expected_however_its_bytes_arrive) {
  const auto& [family, role] = GetParam();
  for (const WebsocketCase& row : family.make(role)) {
    SCOPED_TRACE(row.name);
    sweep_cuts(row.bytes, [&](std::span<const std::string_view> pieces) {
      ASSERT_EQ(play(role, row, pieces), row.expected);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(
    All,
    WebsocketConformance,
    testing::Combine(testing::ValuesIn(families), testing::Values(Role::server, Role::client)),
    table_name
);

TEST(WebsocketConformanceTable, holds_at_least_250_cases_with_names_of_their_own) {
  std::size_t count = 0;
  std::set<std::string> names;
  for (const Role role : {Role::server, Role::client}) {
    std::set<std::string> names_of_role;
    for (const Family& family : families) {
      for (const WebsocketCase& row : family.make(role)) {
        const std::string name = std::string(family.name) + ": " + row.name;
        EXPECT_TRUE(names_of_role.insert(name).second) << name << " names two cases";
        ++count;
      }
    }
    names.merge(names_of_role);
  }
  std::cout << names.size() << " WebSocket conformance cases, " << count << " with both roles\n";
  EXPECT_GE(names.size(), 250U);
}

}  // namespace

}  // namespace iii::test
