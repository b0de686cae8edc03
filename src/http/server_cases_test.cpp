#include "http/server_cases.hpp"

#include "http/server_framing_cases.hpp"
#include "http/server_scene.hpp"
#include "support/sweeps.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace iii::http::test {
namespace {

using iii::test::sweep_cuts;

std::string outcome(std::span<const std::string_view> pieces) {
  ServerScene scene;
  scene.receive(pieces);
  std::string text = scene.log + " -> ";
  const std::string statuses = scene.statuses();
  text += statuses.empty() ? "" : statuses + " ";
  return text + (scene.connection.is_closing()                                           ? "closed"
                 : scene.connection.is_idle() && !statuses.empty() && scene.rest.empty() ? "open"
                                                                                         : "waits");
}

void check(std::span<const RawCase> cases) {
  for (const RawCase& raw : cases) {
    SCOPED_TRACE(raw.name);
    sweep_cuts(raw.bytes, [&](std::span<const std::string_view> pieces) {
      EXPECT_EQ(outcome(pieces), raw.expected);
    });
  }
}

TEST(ServerConnection, makes_the_same_of_raw_bytes_however_they_arrive) {
  check(raw_cases);
}

TEST(ServerConnection, leaves_no_room_between_two_requests) {
  check(framing_cases);
}

}  // namespace
}  // namespace iii::http::test
