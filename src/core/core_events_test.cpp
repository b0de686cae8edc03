// The trigger types that the engine fires itself (spec: engine-core §9), and the door through which
// in-process providers fire theirs, with conditions (spec: engine-core §7).
#include "base/id.hpp"
#include "core/core.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;

class Events : public testing::Test {
 protected:
  Events() { scene.serve(target, "on_event"); }

  std::string event(std::string_view name, const Peer& worker) {
    return R"({"event":")" + std::string(name) + R"(","worker_id":")" + worker.worker_id + "\"}";
  }

  Scene scene;
  Peer target = scene.open("target");
};

TEST_F(Events, tell_of_workers_that_come_announce_themselves_and_go) {
  scene.from(
      target,
      register_trigger(
          "t", "engine::workers-available", "on_event", "null", R"(,"metadata":{"m":1})"
      )
  );
  scene.expect_nothing_else();
  const std::string metadata = R"(,"metadata":{"m":1})";
  const Peer worker = scene.open("worker");
  scene.expect_invocation(target, "on_event", event("worker_connected", worker), metadata);
  scene.from(worker, fire_and_forget("engine::workers::register", "{}"));
  scene.expect_invocation(target, "on_event", event("worker_metadata_updated", worker), metadata);
  scene.close(worker);
  scene.expect_invocation(target, "on_event", event("worker_disconnected", worker), metadata);
  scene.expect_nothing_else();
}

TEST_F(Events, reach_every_trigger_of_the_type_in_the_order_of_registration) {
  const Peer second = scene.open("second");
  scene.serve(second, "other");
  scene.from(second, register_trigger("a", "engine::workers-available", "other"));
  scene.from(target, register_trigger("b", "engine::workers-available", "on_event"));
  scene.from(target, register_trigger("c", "engine::workers-available", "nobody serves this"));
  const Peer worker = scene.open("worker");
  scene.expect_invocation(second, "other", event("worker_connected", worker));
  scene.expect_invocation(target, "on_event", event("worker_connected", worker));
  scene.expect_nothing_else();
  scene.expect_note("trigger_target_unavailable", {{"function_id", "nobody serves this"}});
}

TEST_F(Events, do_not_reach_a_worker_that_goes) {
  scene.from(target, register_trigger("t", "engine::workers-available", "on_event"));
  scene.close(target);
  scene.expect_nothing_else();
}

TEST_F(Events, that_nobody_waits_for_need_no_answer) {
  scene.from(target, register_trigger("t", "engine::workers-available", "on_event"));
  const Peer worker = scene.open("worker");
  const std::string id =
      scene.expect_invocation(target, "on_event", event("worker_connected", worker));
  EXPECT_EQ(scene.core().in_flight(), 0U);
  scene.from(target, result(id, "on_event", "1"));
  scene.expect_nothing_else();
}

TEST_F(Events, are_not_queued_for_a_target_that_does_not_keep_up) {
  scene.from(target, register_trigger("t", "engine::workers-available", "on_event"));
  scene.congest(target);
  scene.open("worker");
  scene.expect_nothing_else();
  scene.expect_note("trigger_target_unavailable");
}

// --- engine::functions-available ---

class FunctionEvents : public Events {
 protected:
  FunctionEvents() {
    scene.from(target, register_trigger("t", "engine::functions-available", "on_event"));
    while (scene.pass_deadline()) {
    }
    scene.drop_effects();
  }

  // The ids in the event that the target is sent, without the engine's own.
  std::string expect_event(Where where = Where::current()) {
    const std::string text = scene.expect_any(target, where);
    const boost::json::value data = boost::json::parse(text).at("data");
    EXPECT_EQ(data.at("event"), "functions_changed");
    std::string ids;
    for (const auto& row : data.at("functions").as_array()) {
      const std::string_view id = row.at("function_id").as_string();
      if (!id.starts_with("engine::")) {
        ids.append(ids.empty() ? "" : " ").append(id);
      }
    }
    return ids;
  }
};

TEST_F(FunctionEvents, report_changes_that_are_close_together_once) {
  scene.from(target, register_function("f"));
  scene.advance(100ms);
  scene.from(target, register_function("g"));
  scene.advance(149ms);
  scene.expect_nothing_else();
  scene.advance(1ms);
  EXPECT_EQ(expect_event(), "f g on_event");
  scene.expect_nothing_else();
  EXPECT_FALSE(scene.pass_deadline());
}

TEST_F(FunctionEvents, report_functions_that_went_with_their_worker) {
  const Peer worker = scene.open("worker");
  scene.from(worker, register_function("f"));
  scene.advance(1s);
  EXPECT_EQ(expect_event(), "f on_event");
  scene.close(worker);
  scene.advance(1s);
  EXPECT_EQ(expect_event(), "on_event");
}

TEST_F(FunctionEvents, do_not_report_changes_that_cancel_out) {
  scene.from(target, register_function("f"));
  scene.from(target, unregister_function("f"));
  scene.advance(1s);
  scene.expect_nothing_else();
  scene.from(target, register_function("f"));
  scene.advance(1s);
  EXPECT_EQ(expect_event(), "f on_event");
}

TEST_F(FunctionEvents, do_not_report_new_descriptions_and_owners) {
  const Peer worker = scene.open("worker");
  scene.from(target, register_function("on_event", R"(,"description":"new")"));
  scene.from(worker, register_function("on_event"));
  scene.advance(1s);
  scene.expect_nothing_else();
}

// --- In-process providers ---

class Firing : public Events {
 protected:
  Firing() { scene.from(cron, register_trigger_type("cron")); }

  void bind(std::string_view config, std::string_view more = "") {
    scene.from(target, register_trigger("t", "cron", "on_event", config, more));
    scene.expect_any(cron);
  }

  Peer cron = scene.open_local("iii-cron");
};

TEST_F(Firing, calls_the_function_with_the_payload_and_the_triggers_metadata) {
  bind("{}", R"(,"metadata":[1])");
  scene.fire(cron, "t", R"({ "at": 5 })");
  const std::string id =
      scene.expect_invocation(target, "on_event", R"({ "at": 5 })", R"(,"metadata":[1])");
  scene.from(target, result(id, "on_event", "1"));
  scene.expect_nothing_else();
}

TEST_F(Firing, needs_a_live_trigger_of_the_provider) {
  bind("{}");
  const Peer other = scene.open_local("iii-http");
  scene.fire(other, "t", "{}");
  scene.fire(cron, "no such trigger", "{}");
  scene.from(cron, refuse_trigger("t", "cron", "on_event", "no", "no"));
  scene.expect_any(target);
  scene.fire(cron, "t", "{}");
  scene.expect_nothing_else();
}

TEST_F(Firing, of_a_function_that_nobody_serves_is_noted) {
  bind("{}");
  scene.from(target, unregister_function("on_event"));
  scene.fire(cron, "t", "{}");
  scene.expect_nothing_else();
  scene.expect_note("trigger_target_unavailable", {{"function_id", "on_event"}});
}

constexpr std::string_view with_condition = R"({"condition_function_id":"is_wanted"})";

class Conditions : public Firing {
 protected:
  Conditions() {
    scene.serve(judge, "is_wanted");
    bind(with_condition, R"(,"metadata":[1])");
  }

  std::string fire() {
    scene.fire(cron, "t", R"({"n":1})");
    return scene.expect_invocation(judge, "is_wanted", R"({"n":1})");
  }

  Peer judge = scene.open("judge");
};

TEST_F(Conditions, stop_the_function_with_a_literal_false_and_nothing_else) {
  for (const std::string_view verdict :
       {"true", "0", R"("")", "[]", R"({"a":false})", R"("false")"}) {
    scene.from(judge, result(fire(), "is_wanted", verdict));
    scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":[1])");
  }
  scene.from(judge, result(fire(), "is_wanted", "null"));
  scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":[1])");
  scene.from(judge, no_result(fire(), "is_wanted"));
  scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":[1])");
  scene.expect_nothing_else();

  scene.from(judge, result(fire(), "is_wanted", "false"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Conditions, that_fail_stop_the_function) {
  scene.from(judge, failure(fire(), "is_wanted", "oops", "it broke"));
  scene.expect_nothing_else();
  scene.expect_note("condition_failed", {{"function_id", "on_event"}, {"reason", "it broke"}});
  fire();
  scene.close(judge);
  scene.expect_nothing_else();
  scene.expect_note("condition_failed", {{"reason", "Invocation stopped"}});
  scene.fire(cron, "t", "{}");
  scene.expect_nothing_else();
  scene.expect_note(
      "condition_failed", {{"trigger_id", "t"}, {"reason", "Function is_wanted not found"}}
  );
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Conditions, that_never_answer_end_at_the_deadline) {
  fire();
  EXPECT_EQ(scene.core().in_flight(), 1U);
  scene.advance(1h);
  scene.expect_nothing_else();
  scene.expect_note("condition_failed");
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Conditions, are_not_asked_when_they_do_not_keep_up) {
  scene.congest(judge);
  scene.fire(cron, "t", "{}");
  scene.expect_nothing_else();
  scene.expect_note("condition_failed", {{"trigger_id", "t"}});
}

TEST_F(Conditions, run_side_by_side) {
  const std::string first = fire();
  scene.fire(cron, "t", R"({"n":2})");
  const std::string second = scene.expect_invocation(judge, "is_wanted", R"({"n":2})");
  scene.from(judge, result(second, "is_wanted", "true"));
  scene.expect_invocation(target, "on_event", R"({"n":2})", R"(,"metadata":[1])");
  scene.from(judge, result(first, "is_wanted", "true"));
  scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":[1])");
  scene.expect_nothing_else();
}

TEST_F(Conditions, survive_a_reattach_of_the_worker_that_is_asked) {
  const std::string id = fire();
  const Peer successor = scene.open("judge again");
  scene.from(successor, reattach(judge.worker_id, judge.token));
  scene.expect_close(judge);
  scene.from(successor, result(id, "is_wanted", "true"));
  scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":[1])");
  scene.expect_nothing_else();
}

TEST_F(Conditions, end_with_a_drain) {
  fire();
  scene.start_draining();
  scene.end_draining();
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Conditions, say_yes_for_a_trigger_that_has_been_removed) {
  const std::string id = fire();
  scene.from(target, unregister_trigger("t", "cron"));
  scene.expect_any(cron);
  scene.from(judge, result(id, "is_wanted", "true"));
  scene.expect_nothing_else();
}

// --- Events whose end the provider waits for ---

const base::InvocationId event_id{base::Uuid(7, 7)};

class AwaitedFiring : public Firing {
 protected:
  std::string fire() {
    scene.fire(cron, "t", R"({"n":1})", event_id);
    return scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":["\u00e9"])");
  }
  void expect_end(std::string_view outcome, std::string_view function = "on_event") {
    scene.expect(
        cron,
        R"({"type":"invocationresult","invocation_id":")" + event_id.value().to_string() +
            R"(","function_id":")" + std::string(function) + "\"" + std::string(outcome) + "}"
    );
  }
  void expect_failure(std::string_view code, std::string_view message) {
    expect_end(
        R"(,"error":{"code":")" + std::string(code) + R"(","message":")" + std::string(message) +
        "\"}"
    );
  }
};

TEST_F(AwaitedFiring, ends_with_the_functions_result) {
  bind("{}", R"(,"metadata":["\u00e9"])");
  const std::string id = fire();
  EXPECT_EQ(id, event_id.value().to_string());
  scene.expect_nothing_else();
  scene.from(target, result(id, "on_event", "[1]"));
  expect_end(R"(,"result":[1])");
  scene.expect_nothing_else();
}

TEST_F(AwaitedFiring, ends_with_the_functions_failure) {
  bind("{}", R"(,"metadata":["\u00e9"])");
  scene.from(target, failure(fire(), "on_event", "oops", "it broke"));
  expect_failure("oops", "it broke");
  fire();
  scene.advance(1h);
  scene.expect_any(cron);
  fire();
  scene.close(target);
  expect_failure("invocation_stopped", "Invocation stopped");
  scene.expect_any(cron);  // the trigger has gone, too
}

TEST_F(AwaitedFiring, of_a_function_that_nobody_serves_ends_at_once) {
  bind("{}");
  scene.from(target, unregister_function("on_event"));
  scene.fire(cron, "t", "{}", event_id);
  expect_failure("function_not_found", "Function on_event not found");
  scene.expect_nothing_else();
}

TEST_F(AwaitedFiring, without_a_live_trigger_ends_at_once) {
  scene.fire(cron, "t", "{}", event_id);
  expect_end(R"(,"error":{"code":"NOT_FOUND","message":"the trigger has been removed"})", "");
  scene.expect_nothing_else();
}

TEST_F(AwaitedFiring, ends_when_the_engine_drains) {
  bind("{}", R"(,"metadata":["\u00e9"])");
  fire();
  scene.start_draining();
  const base::InvocationId another{base::Uuid(7, 8)};
  scene.fire(cron, "t", "{}", another);
  EXPECT_NE(scene.expect_any(cron).find("engine_stopping"), std::string::npos);
  scene.end_draining();
  expect_failure("invocation_stopped", "Invocation stopped");
  scene.expect_nothing_else();
}

class AwaitedConditions : public AwaitedFiring {
 protected:
  AwaitedConditions() {
    scene.serve(judge, "is_wanted");
    bind(with_condition, R"(,"metadata":["\u00e9"])");
  }
  std::string ask() {
    scene.fire(cron, "t", R"({"n":1})", event_id);
    return scene.expect_invocation(judge, "is_wanted", R"({"n":1})");
  }

  Peer judge = scene.open("judge");
};

TEST_F(AwaitedConditions, that_say_no_end_the_event) {
  scene.from(judge, result(ask(), "is_wanted", "false"));
  expect_failure("CONDITION_NOT_MET", "The condition was not met");
  scene.expect_nothing_else();
}

TEST_F(AwaitedConditions, that_say_anything_else_let_the_function_run) {
  scene.from(judge, result(ask(), "is_wanted", "null"));
  const std::string id =
      scene.expect_invocation(target, "on_event", R"({"n":1})", R"(,"metadata":["\u00e9"])");
  scene.from(target, result(id, "on_event", "1"));
  expect_end(R"(,"result":1)");
}

TEST_F(AwaitedConditions, that_fail_end_the_event) {
  scene.from(judge, failure(ask(), "is_wanted", "oops", "it broke"));
  expect_failure("condition_failed", "it broke");
  ask();
  scene.advance(31s);
  scene.expect_any(cron);
  ask();
  scene.close(judge);
  expect_failure("condition_failed", "Invocation stopped");
  scene.fire(cron, "t", "{}", event_id);
  expect_failure("condition_failed", "Function is_wanted not found");
  scene.expect_nothing_else();
}

TEST_F(AwaitedConditions, say_yes_for_a_trigger_that_has_been_removed) {
  const std::string id = ask();
  scene.from(target, unregister_trigger("t", "cron"));
  scene.expect_any(cron);
  scene.from(judge, result(id, "is_wanted", "true"));
  expect_failure("NOT_FOUND", "the trigger has been removed");
  scene.expect_nothing_else();
}

}  // namespace
}  // namespace iii::core
