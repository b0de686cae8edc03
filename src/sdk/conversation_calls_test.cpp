// Calls, functions and triggers (spec: sdk §29, items 39 to 63).
#include "base/limits.hpp"
#include "sdk/conversation.hpp"
#include "sdk/conversation_scene.hpp"

#include <iii/options.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace iii::sdk {
namespace {

using namespace std::chrono_literals;
using Lines = Scene::Lines;

TEST(Calls, Item49_end_with_their_results_in_any_order) {
  Scene scene;
  scene.connect();
  scene.call(1);
  scene.call(2);
  scene.hear_result(2, R"("result":{"b":2})");
  scene.hear_result(1, R"("result":null)");
  EXPECT_EQ(
      scene.take(),
      (Lines{"send call 1", "send call 2", R"(end result {"b":2})", "end result null"})
  );
  EXPECT_EQ(scene.conversation.pending_calls(), 0U);
}

TEST(Calls, end_once) {
  Scene scene;
  scene.connect();
  scene.call(1);
  scene.hear_result(1, R"("result":1)");
  scene.hear_result(1, R"("result":2)");
  scene.hear_result(9, R"("result":3)");
  scene.pass(30s);
  EXPECT_EQ(scene.take(), (Lines{"send call 1", "end result 1", "ping"}));
}

TEST(Calls, Item54_end_with_the_error_of_the_other_side) {
  Scene scene;
  scene.connect();
  scene.call(1);
  scene.call(2);
  scene.call(3);
  static_cast<void>(scene.take());
  scene.hear_result(1, R"("result":1,"error":{"code":"E","message":"m","stacktrace":"s"})");
  scene.hear_result(2, R"("error":7)");
  scene.hear(
      R"({"type":"invocationresult","invocation_id":")" + call_id(3).value().to_string() +
      R"(","type":"x"})"
  );
  EXPECT_EQ(scene.take(), (Lines{"end error E: m", "end error UNKNOWN: 7", "end result null"}));
}

TEST(Calls, Item52_end_at_their_deadline) {
  Scene scene;
  scene.connect();
  scene.call(1, 5s);
  scene.call(2, 3s);
  scene.pass(3s);
  EXPECT_EQ(scene.take(), (Lines{"send call 1", "send call 2", "end timeout"}));
  EXPECT_EQ(scene.conversation.next_deadline(), scene.now + 2s);
  scene.hear_result(2, R"("result":1)");
  EXPECT_EQ(scene.take(), Lines{});
}

TEST(Calls, that_were_never_sent_say_why_at_their_deadline) {
  Scene scene;
  scene.start();
  scene.call(1, 1s);
  scene.close("Connection refused");
  static_cast<void>(scene.take());
  scene.pass(1s);
  EXPECT_EQ(scene.take().front(), "end timeout: the engine cannot be reached: Connection refused");
}

TEST(Calls, Item53_that_were_given_up_while_disconnected_are_not_sent) {
  Scene scene;
  scene.call(1, 1s);
  scene.call(2, 1h);
  scene.call(3, 1h);
  scene.conversation.cancel(call_id(2));
  scene.pass(1s);
  EXPECT_EQ(scene.take(), Lines{"end timeout"});
  scene.start();
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{"state connecting", "open", "state connected", "send announce", "send call 3"})
  );
}

TEST(Calls, Item57_that_were_carried_by_a_lost_connection_end_at_once) {
  Scene scene;
  scene.connect();
  scene.call(1);
  static_cast<void>(scene.take());
  scene.close();
  scene.call(2);
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "end not connected: the connection broke while the call was on its way",
          "state reconnecting"
      })
  );
  EXPECT_EQ(scene.conversation.pending_calls(), 1U);
}

TEST(Calls, Item57_can_be_kept_over_a_reconnect) {
  Scene scene({.fails_calls_on_disconnect = false});
  scene.connect();
  scene.call(1, 1h);
  scene.close();
  scene.pass_to_deadline();
  scene.open();
  static_cast<void>(scene.take());
  scene.hear_result(1, R"("result":1)");
  EXPECT_EQ(scene.take(), Lines{"end result 1"});
}

TEST(Calls, Item51_void_calls_that_a_broken_connection_has_not_taken_are_sent_again) {
  Scene scene;
  scene.connect();
  scene.send_void("v1");
  scene.call(1);
  scene.send_void("v2");
  scene.send_void("v3");
  EXPECT_EQ(scene.take(), (Lines{"send v1", "send call 1", "send v2", "send v3"}));
  // Announce, v1, call 1 and v2 have left.
  scene.conversation.on_taken(4);
  scene.close();
  scene.send_void("v4");
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "end not connected: the connection broke while the call was on its way",
          "state reconnecting"
      })
  );
  scene.pass_to_deadline();
  scene.open();
  const Lines lines = scene.take();
  ASSERT_GE(lines.size(), 2U);
  EXPECT_EQ(Lines(lines.end() - 3, lines.end()), (Lines{"send announce", "send v3", "send v4"}));
  // What has left on the second connection is not sent on the third.
  scene.conversation.on_taken(4);
  scene.close();
  scene.pass_to_deadline();
  scene.open();
  EXPECT_EQ(scene.take().back(), "send announce");
}

TEST(Calls, Item47_answers_that_a_broken_connection_has_not_taken_are_sent_on_the_next) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear_call(1, "f");
  scene.hear_call(2, "f");
  scene.answer(1, "answer 1");
  scene.answer(2, "answer 2");
  static_cast<void>(scene.take());
  scene.conversation.on_taken(3);  // announce, function, answer 1
  scene.close();
  scene.pass_to_deadline();
  scene.open();
  EXPECT_EQ(scene.take().back(), "send answer 2");
}

TEST(Calls, Item57_what_has_not_left_and_finds_no_room_is_counted) {
  Scene scene({.offline = {.messages_max = 1}});
  scene.connect();
  scene.send_void("v1");
  scene.send_void("v2");
  scene.send_void("v3");
  static_cast<void>(scene.take());
  scene.conversation.on_taken(1);
  scene.close();
  const Lines lines = scene.take(true);
  EXPECT_EQ(scene.conversation.dropped_messages(), 2U);
  EXPECT_EQ(scene.conversation.offline().size(), 1U);
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("2 void calls and answers that had not left were dropped") !=
           std::string::npos;
  }));
}

TEST(Calls, are_refused_when_the_queue_is_full) {
  Scene scene({.offline = {.messages_max = 2, .policy = OfflinePolicy::fail}});
  EXPECT_EQ(scene.call(1), Admission::accepted);
  EXPECT_EQ(scene.send_void("v"), Admission::accepted);
  EXPECT_EQ(scene.call(2), Admission::full);
  EXPECT_EQ(scene.send_void("v"), Admission::full);
  EXPECT_EQ(scene.take(), Lines{"end not connected: the offline queue is full (2 messages)"});
  scene.conversation.cancel(call_id(1));
  EXPECT_EQ(scene.call(3), Admission::accepted) << "what was given up makes room";
}

TEST(Calls, are_bounded_by_bytes_too) {
  Scene scene({.offline = {.bytes_max = 10, .policy = OfflinePolicy::fail}});
  EXPECT_EQ(scene.send_void("0123456"), Admission::accepted);
  EXPECT_EQ(scene.send_void("0123"), Admission::full);
  EXPECT_EQ(scene.conversation.reason_of(Admission::full), "the offline queue is full (10 bytes)");
  EXPECT_EQ(scene.send_void("012"), Admission::accepted);
  EXPECT_EQ(scene.conversation.offline().bytes(), 10U);
}

TEST(Calls, push_out_the_oldest_if_that_is_the_policy) {
  Scene scene(
      {.offline = {.messages_max = 2, .bytes_max = 20, .policy = OfflinePolicy::drop_oldest}}
  );
  EXPECT_EQ(scene.call(1), Admission::accepted);
  EXPECT_EQ(scene.send_void("a"), Admission::accepted);
  EXPECT_EQ(scene.send_void("b"), Admission::accepted);
  EXPECT_EQ(
      scene.take(),
      Lines{"end not connected: the offline queue was full, and a newer message took its place"}
  );
  EXPECT_EQ(scene.send_void("c"), Admission::full) << "void calls are nobody's to drop";
  EXPECT_EQ(scene.send_void(std::string(21, 'x')), Admission::full);
  EXPECT_EQ(scene.conversation.offline().size(), 2U) << "what never fits pushes nothing out";
}

TEST(Calls, push_out_calls_but_never_answers) {
  const std::string pushed_out =
      "end not connected: the offline queue was full, and a newer message took its place";
  Scene scene({.offline = {.messages_max = 3, .policy = OfflinePolicy::drop_oldest}});
  scene.connect();
  scene.register_function("f");
  scene.hear_call(7, "f");
  scene.close();
  scene.answer(7, "answer");
  scene.call(1);
  scene.call(2);
  static_cast<void>(scene.take());
  EXPECT_EQ(scene.call(3), Admission::accepted);
  EXPECT_EQ(scene.send_void("v"), Admission::accepted);
  EXPECT_EQ(
      scene.take(true),
      (Lines{
          pushed_out,
          "warn: the offline queue is full: until the engine is there, the oldest calls make room",
          pushed_out,
      })
  );
  EXPECT_EQ(scene.conversation.dropped_messages(), 2U);
  EXPECT_EQ(scene.send_void("w"), Admission::accepted);
  EXPECT_EQ(scene.call(4), Admission::full) << "nothing left that may be dropped";
  scene.pass_to_deadline();
  scene.open();
  const Lines lines = scene.take();
  EXPECT_EQ(Lines(lines.end() - 3, lines.end()), (Lines{"send answer", "send v", "send w"}));
}

TEST(Calls, are_refused_while_the_connection_takes_nothing) {
  Scene scene({.offline = {.bytes_max = 10}});
  scene.connect();
  scene.conversation.set_backlog(11);
  EXPECT_EQ(scene.send_void("v"), Admission::full);
  scene.conversation.set_backlog(10);
  EXPECT_EQ(scene.send_void("v"), Admission::accepted);
}

TEST(Functions, give_up_a_connection_that_takes_no_answers) {
  Scene scene;
  scene.connect();
  scene.register_function("f");
  scene.hear_call(1, "f");
  scene.hear_call(2, "f");
  static_cast<void>(scene.take());
  scene.conversation.set_backlog(base::limits::sdk_outbox_close_bytes);
  scene.answer(1, "one");
  EXPECT_EQ(scene.take(), Lines{"send one"});
  scene.conversation.set_backlog(base::limits::sdk_outbox_close_bytes + 1);
  scene.answer(2, "two");
  EXPECT_EQ(scene.take(), (Lines{"drop", "state reconnecting"}));
  EXPECT_EQ(scene.conversation.offline().size(), 2U) << "they wait for the next connection";
  scene.pass_to_deadline();
  scene.open();
  static_cast<void>(scene.take());
  scene.conversation.set_backlog(base::limits::sdk_outbox_close_bytes + 1);
  scene.hear(R"({"type":"ping"})");
  EXPECT_EQ(scene.take(), (Lines{"drop", "state reconnecting"}));
}

TEST(Functions, run_with_what_the_caller_sent) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear(
      R"({"type":"invokefunction","invocation_id":")" + call_id(7).value().to_string() +
      R"(","function_id":"f","data":{"_caller_worker_id":"w"},"metadata":[1],)"
      R"("traceparent":"00-a","baggage":"k=v"})"
  );
  EXPECT_EQ(
      scene.take(),
      Lines{R"(run f {"_caller_worker_id":"w"} metadata [1] traceparent 00-a baggage k=v)"}
  );
}

TEST(Functions, Item39_answer_once) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear_call(7, "f");
  scene.answer(7, "first");
  scene.answer(7, "second");
  scene.answer(8, "unasked");
  EXPECT_EQ(scene.take(), (Lines{"run f {}", "send first"}));
}

TEST(Functions, run_an_id_once_at_a_time) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear_call(7, "f");
  scene.hear_call(7, "f");
  EXPECT_EQ(scene.take(), Lines{"run f {}"});
}

TEST(Functions, Item40_run_without_an_answer_when_nobody_waits) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear(R"({"type":"invokefunction","function_id":"f","data":1})");
  scene.hear(R"({"type":"invokefunction","function_id":"unknown","data":1})");
  EXPECT_EQ(scene.take(), Lines{"run f 1 without answer"});
  EXPECT_EQ(scene.conversation.running_functions(), 0U);
}

TEST(Functions, Item41_that_cannot_run_are_answered_here) {
  Scene scene;
  scene.conversation.register_function("http", "function http", true, scene.effects);
  scene.connect();
  scene.hear_call(7, "gone");
  scene.hear_call(8, "http");
  const std::string head = R"(send {"type":"invocationresult","invocation_id":")";
  EXPECT_EQ(
      scene.take(),
      (Lines{
          head + call_id(7).value().to_string() +
              R"(","function_id":"gone","error":{"code":"function_not_found",)"
              R"("message":"Function not found"}})",
          head + call_id(8).value().to_string() +
              R"(","function_id":"http","error":{"code":"function_not_invokable",)"
              R"("message":"Function is HTTP-invoked and cannot be invoked locally"}})",
      })
  );
}

TEST(Functions, may_call_themselves_with_the_same_id) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.call(1);
  scene.hear_call(1, "f");  // the engine forwards the caller's id
  scene.answer(1, "answer");
  scene.hear_result(1, R"("result":5)");
  EXPECT_EQ(scene.take(), (Lines{"send call 1", "run f {}", "send answer", "end result 5"}));
}

TEST(Functions, Item47_answer_on_the_next_connection_when_theirs_is_lost) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear_call(7, "f");
  scene.hear_call(8, "f");
  scene.close();
  scene.answer(7, "answer 7");
  scene.pass_to_deadline();
  static_cast<void>(scene.take());
  scene.open();
  scene.answer(8, "answer 8");
  const Lines lines = scene.take();
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[4], "send answer 7");
  EXPECT_EQ(lines[5], "send answer 8");
}

TEST(Functions, answer_messages_that_cannot_be_understood) {
  Scene scene;
  scene.connect();
  scene.hear(
      R"({"type":"invokefunction","invocation_id":")" + call_id(7).value().to_string() +
      R"(","function_id":["f"]})"
  );
  EXPECT_NE(scene.take().at(0).find(R"("code":"invalid_message")"), std::string::npos);
}

TEST(TriggerTypes, are_told_of_their_triggers) {
  Scene scene;
  scene.conversation.register_trigger_type("tick", "type tick", scene.effects);
  scene.connect();
  scene.hear(R"({"type":"registertrigger","id":"t","trigger_type":"tick","function_id":"f",)"
             R"("config":{"every":1},"metadata":{"k":2}})");
  scene.hear(R"({"type":"unregistertrigger","id":"t","trigger_type":"tick"})");
  scene.conversation.answer_trigger("answer", scene.effects);
  EXPECT_EQ(
      scene.take(),
      (Lines{
          R"(configure tick t for f {"every":1} metadata {"k":2})", "remove tick t", "send answer"
      })
  );
}

TEST(TriggerTypes, that_are_unknown_refuse) {
  Scene scene;
  scene.connect();
  scene.hear(R"({"type":"registertrigger","id":"t","trigger_type":"no","function_id":"f"})");
  scene.hear(R"({"type":"unregistertrigger","id":"t","trigger_type":"no"})");
  EXPECT_EQ(
      scene.take(),
      Lines{R"(send {"type":"triggerregistrationresult","id":"t","trigger_type":"no",)"
            R"("function_id":"f","error":{"code":"trigger_type_not_found",)"
            R"("message":"Trigger type not found"}})"}
  );
}

TEST(Triggers, that_are_refused_can_be_seen) {
  Scene scene;
  scene.connect();
  scene.hear(
      R"({"type":"triggerregistrationresult","id":"t","trigger_type":"tick","function_id":"f",)"
      R"("error":{"code":"trigger_registration_failed","message":"port in use"}})"
  );
  scene.hear(R"({"type":"triggerregistrationresult","id":"u","trigger_type":"tick"})");
  EXPECT_EQ(
      scene.take(), (Lines{"trigger t trigger_registration_failed: port in use", "trigger u"})
  );
}

// Whatever breaks when, every call ends exactly once.
TEST(Calls, end_exactly_once_wherever_the_connection_breaks) {
  for (std::size_t broken_at = 0; broken_at < 8; ++broken_at) {
    SCOPED_TRACE("broken after step " + std::to_string(broken_at));
    Scene scene;
    std::size_t step = 0;
    const auto breaks = [&] {
      if (step++ == broken_at) {
        scene.close();
      }
    };
    scene.call(1);
    breaks();
    scene.start();
    breaks();
    if (scene.conversation.state() != ConnectionState::disconnected && broken_at != 1) {
      scene.open();
    }
    breaks();
    scene.call(2);
    breaks();
    scene.hear_result(1, R"("result":1)");
    breaks();
    scene.pass(30s);
    breaks();
    scene.shutdown();
    breaks();
    scene.close();
    std::size_t ends = 0;
    for (const std::string& line : scene.take()) {
      ends += line.starts_with("end ") ? 1U : 0U;
    }
    EXPECT_EQ(ends, 2U);
  }
}

}  // namespace
}  // namespace iii::sdk
