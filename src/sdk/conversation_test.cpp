// Connection, liveness, replay and shutdown (spec: sdk §29, items 13 to 33 and 79 to 82).
#include "sdk/conversation.hpp"

#include "base/time.hpp"
#include "sdk/conversation_scene.hpp"

#include <iii/options.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace iii::sdk {
namespace {

using namespace std::chrono_literals;
using Lines = Scene::Lines;

TEST(Conversation, connects_and_announces_itself) {
  Scene scene;
  EXPECT_EQ(scene.conversation.state(), ConnectionState::disconnected);
  scene.start();
  EXPECT_EQ(scene.take(), (Lines{"state connecting", "open"}));
  scene.open();
  EXPECT_EQ(scene.take(), (Lines{"state connected", "send announce"}));
  scene.welcome("w1", "secret");
  EXPECT_EQ(scene.conversation.worker_id(), "w1");
  for (const std::string& line : scene.take(true)) {
    EXPECT_EQ(line.find("secret"), std::string::npos);
  }
}

TEST(Conversation, warns_once_of_an_engine_that_cannot_be_reached) {
  Scene scene;
  const auto has = [&scene](const std::string& line) {
    const Lines lines = scene.take(true);
    return std::ranges::find(lines, line) != lines.end();
  };
  scene.start();
  scene.close("refused");
  EXPECT_TRUE(has("warn: the engine cannot be reached: refused"));
  scene.pass_to_deadline();
  scene.close("refused");
  EXPECT_TRUE(has("info: the engine cannot be reached: refused"));
}

TEST(Conversation, says_that_it_is_connected_when_it_had_said_that_it_is_not) {
  using testing::Contains;
  using testing::Not;
  const std::string news = "warn: connected";
  Scene scene;
  scene.start();
  scene.open();
  EXPECT_THAT(scene.take(true), Not(Contains(news)));
  scene.close();
  scene.pass_to_deadline();
  scene.open();
  EXPECT_THAT(scene.take(true), Contains(news));
}

TEST(Conversation, names_the_function_whose_trigger_is_refused) {
  Scene scene;
  scene.connect();
  scene.hear(R"({"type":"triggerregistrationresult","id":"t-1","trigger_type":"cron",)"
             R"("function_id":"reports::make","error":{"code":"c","message":"no such day"}})");
  EXPECT_THAT(
      scene.take(true),
      testing::Contains(testing::HasSubstr(
          "the trigger of 'reports::make' of type 'cron' (t-1) is refused: no such day"
      ))
  );
}

TEST(Conversation, starts_once) {
  Scene scene;
  scene.start();
  scene.start();
  EXPECT_EQ(scene.take(), (Lines{"state connecting", "open"}));
}

TEST(Conversation, Item24_Item26_Item27_Item38_sends_everything_in_one_burst_in_order) {
  Scene scene;
  auto& conversation = scene.conversation;
  conversation.register_trigger("t-1", "trigger t-1", scene.effects);
  scene.register_function("a");
  conversation.register_service("s", "service s", scene.effects);
  scene.register_function("b");
  conversation.register_trigger_type("tick", "type tick", scene.effects);
  EXPECT_EQ(scene.send_void("void"), Admission::accepted);
  EXPECT_EQ(scene.call(1), Admission::accepted);
  EXPECT_EQ(scene.take(), Lines{});
  scene.start();
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "state connecting",
          "open",
          "state connected",
          "send announce",
          "send type tick",
          "send service s",
          "send function a",
          "send function b",
          "send trigger t-1",
          "send void",
          "send call 1",
      })
  );
  scene.welcome();
  scene.conversation.on_taken(8);
  scene.close();
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "end not connected: the connection broke while the call was on its way",
          "state reconnecting"
      })
  );
  scene.pass_to_deadline();
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "open",
          "state connected",
          R"(send {"type":"reattach","previous_worker_id":"w1","reattach_token":"t1"})",
          "send announce",
          "send type tick",
          "send service s",
          "send function a",
          "send function b",
          "send trigger t-1",
      })
  );
}

TEST(Conversation, Item25_Item32_registers_at_once_while_connected) {
  Scene scene;
  scene.connect();
  scene.register_function("a");
  scene.conversation.register_trigger("t-1", "trigger t-1", scene.effects);
  scene.conversation.unregister_function("a", scene.effects);
  scene.conversation.unregister_trigger("t-1", "tick", scene.effects);
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "send function a",
          "send trigger t-1",
          R"(send {"type":"unregisterfunction","id":"a"})",
          R"(send {"type":"unregistertrigger","id":"t-1","trigger_type":"tick"})",
      })
  );
}

TEST(Conversation, Item28_replays_the_net_effect_of_what_happened_while_disconnected) {
  Scene scene;
  scene.register_function("a");
  scene.register_function("b");
  scene.conversation.unregister_function("a", scene.effects);
  scene.conversation.unregister_function("b", scene.effects);
  scene.register_function("a");
  scene.start();
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{"state connecting", "open", "state connected", "send announce", "send function a"})
  );
}

TEST(Conversation, Item28_forgets_what_was_unregistered_while_the_connection_was_lost) {
  Scene scene;
  scene.register_function("a");
  scene.register_function("b");
  scene.conversation.register_trigger("t", "trigger t", scene.effects);
  scene.connect();
  scene.close();
  scene.conversation.unregister_function("a", scene.effects);
  scene.conversation.unregister_function("b", scene.effects);
  scene.conversation.unregister_trigger("t", "tick", scene.effects);
  scene.register_function("b");
  scene.pass_to_deadline();
  static_cast<void>(scene.take());
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "state connected",
          R"(send {"type":"reattach","previous_worker_id":"w1","reattach_token":"t1"})",
          "send announce",
          "send function b",
      })
  );
}

TEST(Conversation, Item30_forgets_the_token_when_the_engine_sends_none) {
  Scene scene;
  scene.connect();
  scene.hear(R"({"type":"workerregistered","worker_id":"w2"})");
  scene.close();
  scene.pass_to_deadline();
  static_cast<void>(scene.take());
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "state connected",
          R"(send {"type":"reattach","previous_worker_id":"w2"})",
          "send announce",
      })
  );
}

TEST(Conversation, Item13_Item18_tries_again_with_growing_delays_until_it_is_welcome) {
  Scene scene;
  scene.start();
  auto delay_after_failure = [&scene] {
    scene.close();
    const auto delay = scene.conversation.next_deadline() - scene.now;
    scene.pass_to_deadline();
    return delay;
  };
  EXPECT_EQ(delay_after_failure(), 1s);
  EXPECT_EQ(scene.conversation.state(), ConnectionState::connecting);
  EXPECT_EQ(delay_after_failure(), 2s);
  scene.open();
  EXPECT_EQ(delay_after_failure(), 4s) << "an open connection alone proves nothing";
  scene.open();
  scene.welcome();
  EXPECT_EQ(delay_after_failure(), 1s);
  EXPECT_EQ(scene.conversation.state(), ConnectionState::reconnecting);
  scene.open();
  scene.pass(5s);
  EXPECT_EQ(delay_after_failure(), 1s) << "a connection that lasted was good";
}

TEST(Conversation, Item22_slows_down_when_the_engine_refuses_it) {
  Scene scene;
  scene.start();
  std::chrono::nanoseconds last{0};
  for (int i = 0; i < 4; ++i) {
    scene.open();
    scene.hear(R"({"type":"error","error":{"code":"AUTH_ERROR","message":"bad token"}})");
    scene.close();
    const auto delay = scene.conversation.next_deadline() - scene.now;
    EXPECT_GT(delay, last);
    last = delay;
    scene.pass_to_deadline();
  }
  ASSERT_TRUE(scene.conversation.refusal());
  EXPECT_EQ(scene.conversation.refusal()->code, "AUTH_ERROR");
}

TEST(Conversation, Item17_gives_up_after_the_last_retry) {
  Scene scene({.reconnection = {.max_retries = 1}});
  EXPECT_EQ(scene.call(1, 1h), Admission::accepted);
  scene.start();
  scene.close();
  scene.pass_to_deadline();
  static_cast<void>(scene.take());
  scene.close();
  const std::string end =
      "end not connected: gave up after 1 retries: the engine cannot be reached: gone";
  EXPECT_EQ(scene.take(), (Lines{end, "state failed"}));
  EXPECT_EQ(scene.conversation.next_deadline(), base::never);
  EXPECT_EQ(scene.call(2), Admission::not_connected);
  EXPECT_EQ(scene.take(), Lines{end});
  scene.shutdown();
  EXPECT_EQ(scene.take(), (Lines{"state disconnected", "finish"}));
}

TEST(Conversation, Item14_gives_up_an_attempt_that_takes_too_long) {
  Scene scene;
  scene.start();
  static_cast<void>(scene.take());
  scene.pass(9999ms);
  EXPECT_EQ(scene.take(), Lines{});
  scene.pass(1ms);
  EXPECT_EQ(scene.take(), Lines{"drop"});
  scene.close();  // of the dropped connection: too late to matter
  EXPECT_EQ(scene.take(), Lines{});
}

TEST(Conversation, Item15_Item16_pings_a_quiet_connection_and_drops_a_dead_one) {
  Scene scene;
  scene.connect();
  scene.pass(20s);
  EXPECT_EQ(scene.take(), Lines{"ping"});
  scene.pass(20s);
  EXPECT_EQ(scene.take(), Lines{"ping"});
  scene.conversation.on_heard(scene.now);
  scene.pass(20s);
  scene.pass(20s);
  EXPECT_EQ(scene.take(), (Lines{"ping", "ping"}));
  scene.pass(20s);
  EXPECT_EQ(scene.take(), (Lines{"drop", "state reconnecting"}));
}

TEST(Conversation, Item15_Item16_pings_at_a_whole_second) {
  Scene scene;
  scene.now += 300ms;
  scene.connect();
  scene.pass(19'699ms);
  EXPECT_EQ(scene.take(), Lines{});
  scene.pass(1ms);
  EXPECT_EQ(scene.take(), Lines{"ping"});
}

TEST(Conversation, Item15_Item16_neither_pings_nor_waits_if_that_is_switched_off) {
  Scene scene({.ping_interval = 0s, .idle_timeout = 0s});
  scene.connect();
  EXPECT_EQ(scene.conversation.next_deadline(), base::never);
  scene.pass(std::chrono::hours(24));
  EXPECT_EQ(scene.take(), Lines{});
}

TEST(Conversation, Item20_Item21_survives_what_it_does_not_understand) {
  Scene scene;
  scene.connect();
  scene.hear("{");
  scene.hear(R"({"type":"news"})");
  scene.hear(R"({"type":"workerregistered","worker_id":7})");
  scene.hear(R"({"type":"pong"})");
  EXPECT_EQ(scene.take(), Lines{});
  scene.hear(R"({"type":"ping","more":[]})");
  EXPECT_EQ(scene.take(), Lines{R"(send {"type":"pong"})"});
}

TEST(Conversation, Item82_ends_for_good_when_the_engine_rejects_the_worker) {
  Scene scene;
  scene.connect();
  EXPECT_EQ(scene.call(1), Admission::accepted);
  static_cast<void>(scene.take());
  scene.hear(
      R"({"type":"registrationrejected","code":"WORKER_NAMESPACE_CONFLICT","namespace":"eu",)"
      R"("owner_worker_id":"w9"})"
  );
  EXPECT_EQ(
      scene.take(), (Lines{"close 1000 registration rejected", "end rejected", "state failed"})
  );
  scene.close();
  EXPECT_EQ(scene.conversation.next_deadline(), base::never);
  EXPECT_EQ(scene.call(2), Admission::rejected);
  EXPECT_EQ(scene.send_void("v"), Admission::rejected);
  ASSERT_TRUE(scene.conversation.rejection());
  EXPECT_EQ(scene.conversation.rejection()->owner_worker_id, "w9");
}

TEST(Conversation, rejected_while_shutting_down_ends_with_its_last_function) {
  Scene scene;
  scene.register_function("f");
  scene.connect();
  scene.hear_call(1, "f");
  scene.shutdown();
  static_cast<void>(scene.take());
  scene.hear(R"({"type":"registrationrejected","code":"WORKER_NAME_CONFLICT","namespace":"n",)"
             R"("worker_name":"w","owner_worker_id":"w2"})");
  EXPECT_EQ(scene.take(), (Scene::Lines{"close 1000 registration rejected", "state failed"}));
  scene.close();
  EXPECT_EQ(scene.take(), Scene::Lines{});
  scene.answer(1, "nobody reads it");
  EXPECT_EQ(scene.take(), (Scene::Lines{"state disconnected", "finish"}));
}

TEST(Conversation, Item82_goes_on_when_only_a_function_is_rejected) {
  Scene scene;
  scene.connect();
  scene.hear(
      R"({"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT","namespace":"eu",)"
      R"("function_id":"f","owner_worker_id":"w9"})"
  );
  EXPECT_EQ(scene.take(), Lines{"rejected f"});
  EXPECT_EQ(scene.call(1), Admission::accepted);
}

TEST(ConversationShutdown, closes_an_idle_connection_at_once) {
  Scene scene;
  scene.connect();
  EXPECT_EQ(scene.call(1), Admission::accepted);
  static_cast<void>(scene.take());
  scene.shutdown();
  EXPECT_EQ(
      scene.take(),
      (Lines{"end not connected: the client has been shut down", "close 1000 shutting down"})
  );
  EXPECT_EQ(scene.call(2), Admission::not_connected);
  static_cast<void>(scene.take());
  scene.close();
  EXPECT_EQ(scene.take(), (Lines{"state disconnected", "finish"}));
  scene.shutdown();
  EXPECT_EQ(scene.take(), Lines{});
}

TEST(ConversationShutdown, Item79_lets_running_functions_answer) {
  Scene scene;
  scene.connect();
  scene.register_function("f");
  scene.hear_call(7, "f");
  static_cast<void>(scene.take());
  scene.shutdown();
  EXPECT_EQ(scene.take(), Lines{});
  scene.hear_call(8, "f");
  EXPECT_NE(scene.take().at(0).find("the worker is shutting down"), std::string::npos);
  scene.answer(7, "answer");
  EXPECT_EQ(scene.take(), (Lines{"send answer", "close 1000 shutting down"}));
}

TEST(ConversationShutdown, Item79_waits_for_functions_that_nobody_awaits_and_for_trigger_handlers) {
  Scene scene;
  scene.conversation.register_trigger_type("mine", "type mine", scene.effects);
  scene.connect();
  scene.register_function("f");
  scene.hear(R"({"type":"invokefunction","function_id":"f","data":{}})");
  scene.hear(R"({"type":"registertrigger","id":"t","trigger_type":"mine","function_id":"g"})");
  scene.hear(R"({"type":"unregistertrigger","id":"t","trigger_type":"mine"})");
  static_cast<void>(scene.take());
  scene.shutdown();
  scene.leave();
  scene.leave();
  EXPECT_EQ(scene.take(), Lines{});
  scene.leave();
  EXPECT_EQ(scene.take(), Lines{"close 1000 shutting down"});
}

TEST(ConversationShutdown, Item79_waits_for_running_functions_without_a_connection) {
  Scene scene;
  scene.connect();
  scene.register_function("f");
  scene.hear_call(1, "f");
  static_cast<void>(scene.take());
  scene.close();
  scene.shutdown();
  EXPECT_EQ(scene.take(), Lines{"state reconnecting"});
  scene.answer(1, "answer");
  EXPECT_EQ(scene.take(), Lines{});
  scene.pass_to_deadline();
  scene.open();
  const Lines lines = scene.take();
  EXPECT_EQ(
      Lines(lines.end() - 2, lines.end()), (Lines{"send answer", "close 1000 shutting down"})
  );
}

TEST(ConversationShutdown, Item79_waits_for_running_functions_when_it_has_failed) {
  Scene scene;
  scene.connect();
  scene.register_function("f");
  scene.hear(R"({"type":"invokefunction","function_id":"f","data":{}})");
  scene.hear(R"({"type":"registrationrejected","code":"WORKER_NAME_TAKEN"})");
  scene.close();
  static_cast<void>(scene.take());
  scene.shutdown();
  EXPECT_EQ(scene.take(), Lines{});
  scene.leave();
  EXPECT_EQ(scene.take(), (Lines{"state disconnected", "finish"}));
}

TEST(ConversationShutdown, Item79_does_not_wait_for_ever) {
  Scene scene;
  scene.connect();
  scene.register_function("f");
  scene.hear_call(7, "f");
  static_cast<void>(scene.take());
  const base::MonotonicTime begin = scene.now;
  scene.shutdown();
  scene.pass_to_deadline();
  EXPECT_EQ(scene.take(), Lines{"close 1000 shutting down"});
  scene.pass_to_deadline();
  EXPECT_EQ(scene.take(), (Lines{"drop", "state disconnected", "finish"}));
  EXPECT_EQ(scene.now - begin, 2s);
}

TEST(ConversationShutdown, Item79_sends_what_waits_if_the_connection_comes_in_time) {
  Scene scene;
  EXPECT_EQ(scene.send_void("void"), Admission::accepted);
  scene.start();
  scene.shutdown();
  scene.open();
  EXPECT_EQ(
      scene.take(),
      (Lines{
          "state connecting",
          "open",
          "state connected",
          "send announce",
          "send void",
          "close 1000 shutting down",
      })
  );
}

TEST(ConversationShutdown, ends_without_a_connection) {
  Scene idle;
  idle.shutdown();
  EXPECT_EQ(idle.take(), Lines{"finish"});

  Scene opening;
  opening.start();
  static_cast<void>(opening.take());
  opening.shutdown();
  EXPECT_EQ(opening.take(), (Lines{"drop", "state disconnected", "finish"}));

  Scene waiting;
  waiting.start();
  waiting.close();
  EXPECT_EQ(waiting.send_void("void"), Admission::accepted);
  static_cast<void>(waiting.take());
  waiting.shutdown();
  waiting.pass(1s);
  EXPECT_EQ(waiting.take(), Lines{"open"});
  waiting.close();
  static_cast<void>(waiting.take());
  waiting.pass(1s);
  EXPECT_EQ(waiting.take(), (Lines{"state disconnected", "finish"}));
}

}  // namespace
}  // namespace iii::sdk
