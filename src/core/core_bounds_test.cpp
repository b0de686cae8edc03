// What a peer can make the engine keep or do: bytes of registrations, sizes of ids and inputs,
// events that wait for conditions.
#include "base/limits.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/trigger_table.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;
namespace limits = base::limits;

std::string text_of(std::size_t bytes) {
  return std::string(bytes, 'x');
}

class Bounds : public testing::Test {
 protected:
  [[nodiscard]] std::size_t registered_bytes(const Peer& peer) {
    return scene.core().find_connection(peer.connection)->registered_bytes;
  }

  Scene scene;
  Peer worker = scene.open("worker");
};

TEST_F(Bounds, registrations_of_a_worker_have_a_total_size) {
  const std::string metadata = R"(,"metadata":")" + text_of(limits::registered_bytes_max / 2) + '"';
  scene.from(worker, register_function("a", metadata));
  scene.from(worker, register_function("b", metadata));
  scene.expect_note("function_refused", {{"function_id", "b"}});
  EXPECT_EQ(scene.core().functions().find("b"), nullptr);
  scene.from(worker, register_trigger("t", "mail", "a", "null", metadata));
  scene.expect_note("trigger_not_live", {{"code", "limit_exceeded"}});
  scene.drop_effects();
  scene.from(worker, register_trigger_type("mail", "," + metadata.substr(1)));
  scene.from(worker, unregister_function("a"));
  EXPECT_EQ(registered_bytes(worker), std::string_view("").size());
  scene.from(worker, register_function("b", metadata));
  EXPECT_NE(scene.core().functions().find("b"), nullptr);
}

TEST_F(Bounds, what_is_registered_anew_or_goes_is_not_counted_any_more) {
  const Peer other = scene.open("other");
  for (int times = 0; times < 3; ++times) {
    scene.from(worker, register_function("f", R"(,"metadata":"12345678")"));
    scene.from(other, register_function("f", R"(,"metadata":"1234")"));
    scene.from(worker, register_trigger("t", "mail", "f", R"({"a":1})"));
    scene.from(other, register_trigger("t", "mail", "f", R"({"a":1})"));
  }
  scene.drop_effects();
  const std::size_t trigger_bytes = std::string_view(R"(tmailf{"a":1})").size();
  EXPECT_EQ(registered_bytes(worker), std::string_view(R"("12345678")").size() + trigger_bytes);
  EXPECT_EQ(registered_bytes(other), std::string_view(R"("1234")").size() + trigger_bytes);
  scene.from(worker, R"({"type":"unregistertrigger","id":"t"})");
  EXPECT_EQ(registered_bytes(other), std::string_view(R"("1234")").size() + trigger_bytes);
  scene.from(other, R"({"type":"unregistertrigger","id":"t"})");
  scene.from(other, unregister_function("f"));
  EXPECT_EQ(registered_bytes(other), 0U);
  scene.drop_effects();
}

TEST_F(Bounds, ids_that_nobody_can_have_are_refused_and_not_repeated) {
  scene.from(worker, call(uuid(1), text_of(7 * limits::id_bytes_max)));
  const std::string answer = scene.expect_any(worker);
  EXPECT_NE(answer.find("invalid_message"), std::string::npos) << answer;
  EXPECT_LT(answer.size(), 1000U);
  scene.from(worker, register_trigger("t", text_of(limits::id_bytes_max + 1), "f"));
  EXPECT_NE(scene.expect_any(worker).find("limit_exceeded"), std::string::npos);
}

TEST_F(Bounds, functions_of_the_engine_take_inputs_of_a_megabyte) {
  const std::string input = R"({"search":")" + text_of(limits::engine_input_bytes_max) + "\"}";
  EXPECT_NE(
      scene.refusal(worker, "engine::functions::list", input).find("payload_too_large"),
      std::string::npos
  );
}

TEST_F(Bounds, triggers_without_an_owner_have_a_total_size) {
  const std::string input = R"({"trigger_type":"mail","function_id":"f","config":")" +
                            text_of(limits::engine_input_bytes_max - 100) + "\"}";
  std::size_t accepted = 0;
  while (scene.core().triggers().unowned_bytes() + input.size() < limits::registered_bytes_max) {
    scene.ask(worker, "engine::register_trigger", input);
    ++accepted;
  }
  EXPECT_GT(accepted, 10U);
  EXPECT_NE(
      scene.refusal(worker, "engine::register_trigger", input).find("limit_exceeded"),
      std::string::npos
  );
}

// --- Events that wait for a condition ---

class BoundedConditions : public Bounds {
 protected:
  BoundedConditions() {
    scene.serve(worker, "on_event");
    scene.serve(judge, "is_wanted");
    scene.from(cron, register_trigger_type("cron"));
    bind(R"({"condition_function_id":"is_wanted"})");
  }

  void bind(std::string_view config) {
    scene.from(worker, register_trigger("t", "cron", "on_event", config));
    scene.expect_any(cron);
  }

  Peer judge = scene.open("judge");
  Peer cron = scene.open_local("iii-cron");
};

TEST_F(BoundedConditions, are_waited_for_so_long) {
  scene.fire(cron, "t", "{}");
  scene.expect_invocation(judge, "is_wanted");
  scene.advance(limits::condition_deadline);
  scene.expect_nothing_else();
  scene.expect_note("condition_failed", {{"trigger_id", "t"}});
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(BoundedConditions, hold_so_many_events) {
  for (std::size_t i = 0; i < limits::conditions_max; ++i) {
    scene.fire(cron, "t", "{}");
  }
  scene.drop_effects();
  scene.fire(cron, "t", "{}");
  scene.expect_nothing_else();
  scene.expect_note("condition_failed", {{"trigger_id", "t"}});
  scene.advance(limits::condition_deadline);
  scene.fire(cron, "t", "{}");
  scene.expect_invocation(judge, "is_wanted");
}

TEST_F(BoundedConditions, may_be_functions_of_the_engine) {
  bind(R"({"condition_function_id":"engine::services::list"})");
  scene.fire(cron, "t", "{}");
  scene.expect_invocation(worker, "on_event");
  bind(R"({"condition_function_id":"engine::workers::info"})");
  scene.fire(cron, "t", "{}");
  scene.expect_nothing_else();
  scene.expect_note("condition_failed", {{"trigger_id", "t"}});
}

// --- Workers that take only small messages ---

class OldPython : public Bounds {
 protected:
  OldPython() {
    scene.ask(
        python, "engine::workers::register", R"({"runtime":"python","version":"0.22.1","pid":1})"
    );
  }

  const std::string large = '"' + text_of(limits::old_python_message_bytes_max) + '"';
  Peer python = scene.open("python");
};

TEST_F(OldPython, as_a_queue_is_not_sent_more_than_it_takes) {
  scene.serve(python, "engine::queue::enqueue");
  scene.from(worker, enqueue(uuid(1), "f", "q", large));
  EXPECT_NE(scene.expect_any(worker).find("payload_too_large"), std::string::npos);
  scene.expect_nothing_else();
}

TEST_F(OldPython, as_a_provider_is_not_sent_more_than_it_takes) {
  scene.from(python, register_trigger_type("mail"));
  scene.from(worker, register_trigger("t", "mail", "f", large));
  EXPECT_NE(scene.expect_any(worker).find("payload_too_large"), std::string::npos);
  scene.expect_nothing_else();
  EXPECT_FALSE(scene.core().triggers().all().at("t").is_live);
}

TEST_F(OldPython, that_comes_back_is_known_before_it_announces_itself) {
  const Peer successor = scene.open("successor");
  scene.from(successor, reattach(python.worker_id, python.token));
  scene.expect_close(python);
  scene.serve(successor, "f");
  scene.from(worker, call(uuid(1), "f", large));
  EXPECT_NE(scene.expect_any(worker).find("payload_too_large"), std::string::npos);
  scene.stop();
  scene.drop_effects();
}

// --- Triggers ---

TEST_F(Bounds, a_trigger_without_an_owner_is_anybodys_to_unregister) {
  const auto answer =
      scene.ask(worker, "engine::register_trigger", R"({"trigger_type":"mail","function_id":"f"})");
  const auto id = boost::json::value_to<std::string>(answer.at("id"));
  scene.from(worker, unregister_trigger(id, "mail"));
  EXPECT_TRUE(scene.core().triggers().all().empty());
}

TEST_F(Bounds, a_trigger_that_waits_for_its_id_is_listed_and_can_be_removed_by_call) {
  const Peer other = scene.open("other");
  scene.from(other, register_trigger("t", "mail", "f"));
  scene.from(worker, register_trigger("t", "mail", "g"));
  scene.expect_any(worker);
  const auto listed = scene.ask(worker, "engine::registered-triggers::list");
  const auto& rows = listed.at("registered_triggers").as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].at("function_id"), "g");
  EXPECT_EQ(rows[1].at("state"), "pending");
  EXPECT_EQ(rows[1].at("pending_reason"), "another worker has a trigger with this id");
  EXPECT_EQ(scene.ask(worker, "engine::unregister_trigger", R"({"id":"t"})").at("removed"), true);
  EXPECT_TRUE(scene.core().triggers().waiting().empty());
  EXPECT_EQ(scene.core().triggers().all().size(), 1U);
}

TEST_F(Bounds, a_providers_answer_that_cannot_be_read_is_a_rejection) {
  const Peer provider = scene.open("provider");
  scene.from(provider, register_trigger_type("mail"));
  scene.from(worker, register_trigger("t", "mail", "f"));
  scene.expect_any(provider);
  scene.from(
      provider,
      R"({"type":"triggerregistrationresult","id":"t","trigger_type":"mail","function_id":"f",)"
      R"("error":{"message":"no code"}})"
  );
  EXPECT_NE(scene.expect_any(worker).find("invalid_message"), std::string::npos);
  EXPECT_FALSE(scene.core().triggers().all().at("t").is_live);
}

TEST_F(BoundedConditions, a_change_that_an_in_process_provider_rejects_leaves_what_was) {
  scene.from(
      cron,
      R"({"type":"triggerregistrationresult","id":"t","trigger_type":"cron",)"
      R"("function_id":"on_event"})"
  );
  bind(R"({"expression":"nonsense"})");
  scene.from(cron, refuse_trigger("t", "cron", "on_event", "bad", "no such time"));
  scene.expect(worker, refuse_trigger("t", "cron", "on_event", "bad", "no such time"));
  const Trigger& trigger = scene.core().triggers().all().at("t");
  EXPECT_TRUE(trigger.is_live);
  EXPECT_EQ(trigger.config_json, R"({"condition_function_id":"is_wanted"})");
}

}  // namespace
}  // namespace iii::core
