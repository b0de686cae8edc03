// The life of a connection (spec: wire-protocol §5).
#include "base/uuid.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;

TEST(Connections, are_greeted_with_an_id_and_a_token_of_their_own) {
  Scene scene;
  const Peer first = scene.open("first");
  const Peer second = scene.open("second");
  scene.expect_nothing_else();
  for (const Peer& peer : {first, second}) {
    EXPECT_TRUE(base::Uuid::parse(peer.worker_id));
    EXPECT_TRUE(base::Uuid::parse(peer.token));
    EXPECT_NE(peer.worker_id, peer.token);
  }
  EXPECT_NE(first.worker_id, second.worker_id);
  EXPECT_NE(first.token, second.token);
  const Connection* connection = scene.core().find_connection(first.connection);
  ASSERT_NE(connection, nullptr);
  EXPECT_EQ(connection->ip_address, "203.0.113.7");
  EXPECT_EQ(connection->worker_id.value().to_string(), first.worker_id);
}

TEST(Connections, are_listed_in_the_order_in_which_they_opened_behind_the_engine_itself) {
  Scene scene;
  const Peer first = scene.open("first");
  const Peer second = scene.open("second");
  const auto all = scene.core().connections();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]->name, "iii-engine-functions");
  EXPECT_EQ(all[1]->id, first.connection);
  EXPECT_EQ(all[2]->id, second.connection);
}

TEST(Connections, in_process_ones_are_not_greeted) {
  Scene scene;
  const Peer local = scene.open_local("iii-cron");
  scene.expect_nothing_else();
  const Connection* connection = scene.core().find_connection(local.connection);
  ASSERT_NE(connection, nullptr);
  EXPECT_EQ(connection->residence, Residence::in_process);
  EXPECT_EQ(connection->name, "iii-cron");
}

TEST(Connections, get_a_pong_for_a_ping) {
  Scene scene;
  const Peer worker = scene.open("worker");
  scene.from(worker, R"({"type":"ping"})");
  scene.expect(worker, R"({"type":"pong"})");
  scene.expect_nothing_else();
}

TEST(Connections, may_send_what_means_nothing) {
  Scene scene;
  const Peer worker = scene.open("worker");
  scene.from(worker, R"({"type":"pong"})");
  scene.expect_note("message_ignored", {{"type", "pong"}});
  scene.from(worker, " ");
  EXPECT_EQ(scene.notes(), 0U);
  scene.from(worker, "{");
  scene.expect_note(
      "message_refused",
      {{"worker_id", worker.worker_id}, {"reason", "not well-formed JSON: unexpected end at byte 1"}
      }
  );
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().counters().malformed_messages, 1U);
}

TEST(Connections, that_have_closed_are_heard_no_more) {
  Scene scene;
  const Peer worker = scene.open("worker");
  scene.close(worker);
  scene.from(worker, register_function("f"));
  scene.from(worker, R"({"type":"ping"})");
  scene.from(worker, call(uuid(1), "f"));
  scene.close(worker);
  scene.congest(worker);
  scene.relieve(worker);
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().find_connection(worker.connection), nullptr);
  EXPECT_EQ(scene.core().functions().find("f"), nullptr);
}

TEST(Connections, leave_nothing_behind) {
  Scene scene;
  const Peer worker = scene.open("worker");
  const std::size_t functions = scene.core().functions().size();
  scene.from(worker, register_function("a::f"));
  scene.from(worker, register_trigger_type("mail"));
  scene.from(worker, register_trigger("t", "mail", "a::f"));
  scene.expect_any(worker);
  scene.from(worker, register_trigger("u", "nobody provides this", "a::f"));
  scene.from(worker, R"({"type":"registerservice","id":"s"})");
  scene.from(worker, call(uuid(1), "a::f"));
  scene.expect_any(worker);
  EXPECT_EQ(scene.core().services().all().size(), 2U);
  scene.close(worker);
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().functions().size(), functions);
  EXPECT_TRUE(scene.core().triggers().all().empty());
  EXPECT_FALSE(scene.core().triggers().types().contains("mail"));
  EXPECT_TRUE(scene.core().services().all().empty());
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST(Connections, are_closed_when_the_engine_stops_with_a_code_that_they_come_back_after) {
  Scene scene;
  const Peer node = scene.open("node");
  const Peer python = scene.open("python");
  scene.open_local("iii-cron");
  scene.from(python, fire_and_forget("engine::workers::register", R"({"runtime":"python"})"));
  scene.stop();
  scene.expect_close(node, Ending::going_away);
  scene.expect_close(python, Ending::restarting);
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().find_connection(node.connection), nullptr);
  EXPECT_EQ(scene.core().connections().size(), 2U);
}

TEST(Connections, are_sent_nothing_once_the_engine_has_stopped) {
  Scene scene;
  const Peer caller = scene.open("caller");
  const Peer target = scene.open("target");
  const Peer spare = scene.open("spare");
  for (const Peer& peer : {spare, target}) {
    scene.serve(peer, "f");
    scene.from(peer, register_trigger_type("mail"));
  }
  scene.from(caller, register_trigger("t", "mail", "f"));
  scene.expect_any(target);
  scene.from(spare, register_trigger("w", "engine::workers-available", "f"));
  scene.from(caller, call(uuid(1), "f"));
  scene.expect_any(target);
  scene.stop();
  scene.expect_close(caller, Ending::going_away);
  scene.expect_close(target, Ending::going_away);
  scene.expect_close(spare, Ending::going_away);
  while (scene.pass_deadline()) {
  }
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

struct Version {
  std::string_view text;
  std::optional<Line> line;
};

TEST(Connections, belong_to_the_line_of_the_version_that_they_announce) {
  for (const auto& [text, line] : std::initializer_list<Version>{
           {"0.11.6", Line::v0_11},
           {"0.11", Line::v0_11},
           {"0.12.0", Line::v0_22},
           {"0.22.1", Line::v0_22},
           {"0.23.0-rc.4", Line::v0_22},
           {"0.25.0", Line::v0_22},
           {"0.10.9", std::nullopt},
           {"0.1", std::nullopt},
           {"1.0.0", std::nullopt},
           {"0.", std::nullopt},
           {"0.x", std::nullopt},
           {"0.22-beta", std::nullopt},
           {"", std::nullopt},
           {"unknown", std::nullopt},
       }) {
    EXPECT_EQ(line_of_version(text), line) << text;
  }
}

TEST(Connections, keep_the_line_that_they_announced_first_until_they_announce_another) {
  Scene scene({.default_line = Line::v0_11});
  const Peer worker = scene.open("worker");
  const auto line = [&] {
    return scene.core().line_of(*scene.core().find_connection(worker.connection));
  };
  EXPECT_EQ(line(), Line::v0_11);
  scene.ask(worker, "engine::workers::register", R"({"version":"0.22.1"})");
  EXPECT_EQ(line(), Line::v0_22);
  scene.ask(worker, "engine::workers::register", R"({"version":"my own"})");
  EXPECT_EQ(line(), Line::v0_22);
  scene.ask(worker, "engine::workers::register", R"({"version":"0.11.3"})");
  EXPECT_EQ(line(), Line::v0_11);
}

}  // namespace
}  // namespace iii::core
