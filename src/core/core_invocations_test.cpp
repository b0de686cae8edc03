// Calls, from the message that asks to the one result that answers (spec: engine-core §4).
#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"
#include "support/sweeps.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;

// A caller, and a target that serves math::add.
class Calls : public testing::Test {
 protected:
  explicit Calls(CoreOptions options = {}) : scene(std::move(options)) {
    scene.serve(target, "math::add");
  }

  Scene scene;
  Peer caller = scene.open("caller");
  Peer target = scene.open("target");
};

TEST_F(Calls, a_call_goes_to_the_worker_that_serves_the_function_and_its_result_comes_back) {
  scene.from(caller, call(uuid(1), "math::add", R"({"a":2,"b":3})"));
  scene.expect(target, invocation(uuid(1), "math::add", data_from(caller, R"("a":2,"b":3)")));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 1U);

  scene.from(target, result(uuid(1), "whatever the worker says", R"({ "sum": 5 })"));
  scene.expect(caller, result(uuid(1), "math::add", R"({ "sum": 5 })"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
  EXPECT_EQ(scene.core().counters().invocations, 1U);
  EXPECT_EQ(scene.core().counters().results, 1U);
}

TEST_F(Calls, a_payload_that_is_no_object_arrives_as_it_was_sent) {
  for (const std::string_view data :
       {"null", "[1, 2]", R"("text")", "12345678901234567890", "-0"}) {
    scene.from(caller, call(uuid(1), "math::add", data));
    scene.expect(target, invocation(uuid(1), "math::add", data));
    scene.from(target, no_result(uuid(1), "math::add"));
    scene.expect(caller, no_result(uuid(1), "math::add"));
  }
  scene.expect_nothing_else();
}

TEST_F(Calls, a_call_without_data_arrives_with_null) {
  scene.from(
      caller,
      R"({"type":"invokefunction","invocation_id":")" + uuid(1) + R"(","function_id":"math::add"})"
  );
  scene.expect(target, invocation(uuid(1), "math::add", "null"));
}

TEST_F(Calls, a_caller_that_names_itself_otherwise_is_corrected) {
  const std::string id = R"({"_caller_worker_id":")" + caller.worker_id + '"';
  for (const auto& [sent, arrives] : std::vector<std::pair<std::string, std::string>>{
           {R"({"_caller_worker_id":"mallory"})", id + "}"},
           {R"({"a":1,"_caller_worker_id":"mallory","b":2})", id + R"(,"a":1,"b":2})"},
           {R"({"\u005fcaller_worker_id":null,"_caller_worker_id":1,"a":1})", id + R"(,"a":1})"},
       }) {
    scene.from(caller, call(uuid(1), "math::add", sent));
    scene.expect(target, invocation(uuid(1), "math::add", arrives));
    scene.from(target, no_result(uuid(1), "math::add"));
    scene.expect(caller, no_result(uuid(1), "math::add"));
  }
}

TEST_F(Calls, an_in_process_caller_adds_nothing_to_the_payload) {
  const Peer local = scene.open_local("iii-http");
  scene.from(local, call(uuid(1), "math::add", R"({"_caller_worker_id":"of the original"})"));
  scene.expect(
      target, invocation(uuid(1), "math::add", R"({"_caller_worker_id":"of the original"})")
  );
}

TEST_F(Calls, an_in_process_caller_may_stop_waiting) {
  const Peer local = scene.open_local("iii-http");
  scene.from(local, call(uuid(1), "math::add"));
  scene.expect(target, invocation(uuid(1), "math::add"));
  const base::InvocationId id(base::Uuid::parse(uuid(1)).value_or(base::Uuid()));
  scene.core().on_abandoned(caller.connection, id);
  EXPECT_EQ(scene.core().in_flight(), 1U) << "it is not the caller's";
  scene.core().on_abandoned(local.connection, id);
  EXPECT_EQ(scene.core().in_flight(), 0U);
  scene.core().on_abandoned(local.connection, id);
  scene.from(target, result(uuid(1), "math::add", "5"));
  scene.expect_nothing_else();
}

TEST_F(Calls, an_id_in_another_spelling_is_sent_on_and_answered_in_the_canonical_one) {
  scene.from(caller, call("{ABCDEF01-51F0-4F9A-A5A4-3F7B16F0C1DE}", "math::add", "1"));
  scene.expect(target, invocation("abcdef01-51f0-4f9a-a5a4-3f7b16f0c1de", "math::add", "1"));
  scene.from(target, no_result("ABCDEF0151F04F9AA5A43F7B16F0C1DE", "math::add"));
  scene.expect(caller, no_result("abcdef01-51f0-4f9a-a5a4-3f7b16f0c1de", "math::add"));
}

TEST_F(Calls, a_function_id_with_escapes_names_the_same_function) {
  scene.from(caller, call(uuid(1), R"(math\u003a:add)", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
}

TEST_F(Calls, metadata_is_passed_on_as_it_is) {
  scene.from(caller, call(uuid(1), "math::add", "1", R"(,"metadata":{"tenant": "acme"})"));
  scene.expect(target, invocation(uuid(1), "math::add", "1", R"(,"metadata":{"tenant": "acme"})"));
}

TEST_F(Calls, a_void_call_is_delivered_with_an_id_of_the_engine_and_never_answered) {
  for (const std::string_view sent_id :
       {"", R"(,"invocation_id":"f0000000-0000-4000-8000-000000000001")"}) {
    scene.from(caller, fire_and_forget("math::add", "{}", sent_id));
    const std::string id = scene.expect_invocation(target, "math::add", data_from(caller));
    EXPECT_NE(id, "f0000000-0000-4000-8000-000000000001");
    scene.expect_nothing_else();
    scene.from(target, result(id, "math::add", "5"));
    scene.expect_nothing_else();
  }
  EXPECT_EQ(scene.core().in_flight(), 0U);
  EXPECT_EQ(scene.core().counters().fire_and_forget, 2U);
  EXPECT_EQ(scene.core().counters().unexpected_results, 2U);
}

TEST_F(Calls, a_call_without_an_id_is_not_answered_either) {
  scene.from(caller, R"({"type":"invokefunction","function_id":"math::add","data":1})");
  scene.expect_invocation(target, "math::add", "1");
  scene.expect_nothing_else();
}

TEST_F(Calls, a_function_that_nobody_serves_is_not_found) {
  scene.from(caller, call(uuid(1), "math::sub"));
  scene.expect(
      caller, failure(uuid(1), "math::sub", "function_not_found", "Function math::sub not found")
  );
  scene.from(caller, call(uuid(2), R"(a\"b)", "{}", R"(,"traceparent":"","baggage":"b")"));
  scene.expect(
      caller,
      failure(
          uuid(2),
          R"(a\"b)",
          "function_not_found",
          R"(Function a\"b not found)",
          R"(,"traceparent":"","baggage":"b")"
      )
  );
  scene.from(caller, fire_and_forget("math::sub"));
  scene.expect_nothing_else();
  scene.expect_note("call_dropped", {{"function_id", "math::sub"}});
  EXPECT_EQ(scene.core().counters().dropped_fire_and_forget, 1U);
}

TEST_F(Calls, a_worker_may_call_its_own_function) {
  scene.from(target, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect(target, result(uuid(1), "math::add", "2"));
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect_nothing_else();
}

TEST_F(Calls, a_result_counts_only_from_the_worker_that_was_asked) {
  const Peer stranger = scene.open("stranger");
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.from(stranger, result(uuid(1), "math::add", R"("forged")"));
  scene.from(caller, result(uuid(1), "math::add", R"("forged")"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().counters().unexpected_results, 2U);
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect(caller, result(uuid(1), "math::add", "2"));
}

TEST_F(Calls, a_call_is_answered_once) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect(caller, result(uuid(1), "math::add", "2"));
  scene.from(target, result(uuid(1), "math::add", "3"));
  scene.expect_nothing_else();
}

TEST_F(Calls, a_null_result_is_no_result) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.from(target, result(uuid(1), "math::add", "null"));
  scene.expect(caller, no_result(uuid(1), "math::add"));
}

TEST_F(Calls, an_error_is_passed_on_whole_and_wins_over_a_result) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  const std::string error =
      R"("error":{"code":"overflow","message":"too \"big\"","stacktrace":"at 1\nat 2"})";
  scene.from(target, no_result(uuid(1), "math::add", R"(,"result":5,)" + error));
  scene.expect(caller, no_result(uuid(1), "math::add", "," + error));
}

TEST_F(Calls, an_answer_that_cannot_be_understood_ends_the_call_with_an_error) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  const std::string broken = no_result(uuid(1), "math::add", R"(,"error":{"message":"no code"})");
  scene.from(caller, broken);
  scene.expect_nothing_else();
  scene.from(target, broken);
  scene.expect(
      caller,
      failure(
          uuid(1),
          "math::add",
          "invalid_result",
          "The worker's answer was refused: member 'error' must have string members 'code' and "
          "'message'"
      )
  );
  EXPECT_EQ(scene.core().counters().malformed_messages, 2U);
}

TEST_F(Calls, a_call_that_cannot_be_understood_is_answered_if_it_has_an_id) {
  scene.from(caller, call(uuid(1), "math::add", "1", R"(,"action":7)"));
  scene.expect(
      caller,
      failure(
          uuid(1),
          "math::add",
          "invalid_message",
          "The message was refused: member 'action' must be an object"
      )
  );
  scene.from(caller, R"({"type":"invokefunction","function_id":5})");
  scene.expect_nothing_else();
  scene.expect_note("message_refused", {{"type", "invokefunction"}});
}

TEST_F(Calls, calls_of_one_caller_arrive_in_the_order_in_which_they_were_sent) {
  for (unsigned i = 1; i <= 20; ++i) {
    scene.from(caller, call(uuid(i), "math::add", std::to_string(i)));
  }
  for (unsigned i = 1; i <= 20; ++i) {
    scene.expect(target, invocation(uuid(i), "math::add", std::to_string(i)));
  }
  scene.expect_nothing_else();
}

// --- One of the two goes ---

TEST_F(Calls, the_caller_is_told_when_the_target_goes) {
  scene.from(caller, call(uuid(1), "math::add", "1", R"(,"baggage":"k=v")"));
  scene.from(caller, call(uuid(2), "math::add", "2"));
  scene.expect_any(target);
  scene.expect_any(target);
  scene.close(target);
  scene.expect(caller, failure(uuid(2), "math::add", "invocation_stopped", "Invocation stopped"));
  scene.expect(
      caller,
      failure(
          uuid(1), "math::add", "invocation_stopped", "Invocation stopped", R"(,"baggage":"k=v")"
      )
  );
  scene.expect_nothing_else();
  scene.from(caller, call(uuid(3), "math::add", "3"));
  scene.expect(
      caller, failure(uuid(3), "math::add", "function_not_found", "Function math::add not found")
  );
}

TEST_F(Calls, the_target_is_not_told_when_the_caller_goes_and_its_answer_is_dropped) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect_any(target);
  scene.close(caller);
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect_nothing_else();
}

TEST_F(Calls, a_worker_that_goes_while_it_calls_itself_is_not_answered) {
  scene.from(target, call(uuid(1), "math::add", "1"));
  scene.expect_any(target);
  scene.close(target);
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Calls, a_running_call_is_not_affected_when_its_function_is_unregistered) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect_any(target);
  scene.from(target, unregister_function("math::add"));
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect(caller, result(uuid(1), "math::add", "2"));
  EXPECT_EQ(scene.core().functions().find("math::add"), nullptr);
}

// The same dialogue, with one of the two closing before each step; the scene's checker judges.
TEST(CallsBroken, end_once_wherever_a_connection_closes) {
  for (const bool caller_goes : {true, false}) {
    const std::size_t steps = sweep_failures([caller_goes](std::size_t failing) {
      Scene scene;
      const Peer caller = scene.open("caller");
      const Peer target = scene.open("target");
      const std::vector<std::pair<Peer, std::string>> script = {
          {target, register_function("f")},
          {caller, call(uuid(1), "f", "1")},
          {caller, call(uuid(2), "f", "1", R"(,"timeout_ms":100)")},
          {caller, enqueue(uuid(3), "f", "q")},
          {target, call(uuid(4), "f", "1")},
          {caller, call(uuid(5), "engine::functions::list")},
          {target, result(uuid(1), "f", "2")},
          {target, result(uuid(4), "f", "2")},
          {target, unregister_function("f")},
      };
      for (std::size_t step = 0; step < script.size(); ++step) {
        if (step == failing) {
          scene.close(caller_goes ? caller : target);
        }
        scene.from(script[step].first, script[step].second);
      }
      while (scene.pass_deadline()) {
      }
      scene.drop_effects();
      EXPECT_EQ(scene.checker().awaited(), 0U);
      EXPECT_EQ(scene.core().in_flight(), 0U);
      return failing < script.size();
    });
    EXPECT_EQ(steps, 9U);
  }
}

// --- Ids ---

TEST_F(Calls, a_second_call_with_the_same_id_takes_it_over) {
  const Peer other = scene.open("other");
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.from(other, call(uuid(1), "math::add", "2"));
  scene.expect(caller, failure(uuid(1), "math::add", "invocation_error", "channel closed"));
  scene.expect(target, invocation(uuid(1), "math::add", "2"));
  scene.from(target, result(uuid(1), "math::add", "3"));
  scene.expect(other, result(uuid(1), "math::add", "3"));
  scene.expect_nothing_else();
}

// --- Deadlines ---

TEST_F(Calls, a_call_ends_when_the_deadline_that_it_asked_for_passes) {
  scene.from(caller, call(uuid(1), "math::add", "1", R"(,"timeout_ms":1500)"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.advance(1499ms);
  scene.expect_nothing_else();
  scene.advance(1ms);
  scene.expect(
      caller,
      failure(
          uuid(1),
          "math::add",
          "TIMEOUT",
          "Function math::add did not answer before the deadline of the call; the worker may "
          "still be running it"
      )
  );
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect_nothing_else();
}

TEST_F(Calls, calls_end_in_the_order_of_their_deadlines) {
  scene.from(caller, call(uuid(1), "math::add", "1", R"(,"timeout_ms":30)"));
  scene.from(caller, call(uuid(2), "math::add", "1", R"(,"timeout_ms":10)"));
  scene.from(caller, call(uuid(3), "math::add", "1", R"(,"timeout_ms":20)"));
  scene.from(caller, call(uuid(4), "math::add", "1", R"(,"timeout_ms":0)"));
  for (int i = 0; i < 4; ++i) {
    scene.expect_any(target);
  }
  for (const unsigned id : {4U, 2U, 3U, 1U}) {
    EXPECT_TRUE(scene.pass_deadline());
    EXPECT_TRUE(scene.expect_any(caller).starts_with(
        R"({"type":"invocationresult","invocation_id":")" + uuid(id)
    ));
    scene.expect_nothing_else();
  }
}

class CallsWithinASecond : public Calls {
 protected:
  CallsWithinASecond() : Calls({.invocation_deadline = 1s}) {}
};

TEST_F(CallsWithinASecond, no_call_lasts_longer_than_the_engine_allows) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.advance(500ms);
  scene.from(caller, call(uuid(2), "math::add", "1", R"(,"timeout_ms":86400000)"));
  scene.expect_any(target);
  scene.expect_any(target);
  scene.expect_nothing_else();
  scene.advance(500ms);
  EXPECT_NE(scene.expect_any(caller).find(uuid(1)), std::string::npos);
  scene.expect_nothing_else();
  scene.advance(500ms);
  EXPECT_NE(scene.expect_any(caller).find("TIMEOUT"), std::string::npos);
  scene.expect_nothing_else();
}

TEST_F(CallsWithinASecond, an_answer_in_time_disarms_the_deadline) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect_any(target);
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect_any(caller);
  while (scene.pass_deadline()) {
  }
  scene.expect_nothing_else();
}

// --- Limits ---

TEST_F(Calls, a_target_that_does_not_keep_up_takes_no_further_calls) {
  scene.congest(target);
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect(
      caller,
      failure(
          uuid(1),
          "math::add",
          "worker_overloaded",
          "Worker " + target.worker_id +
              " does not keep up with what it is sent; call math::add again later"
      )
  );
  scene.from(caller, fire_and_forget("math::add"));
  scene.expect_nothing_else();
  scene.expect_note("call_dropped");
  scene.relieve(target);
  scene.from(caller, call(uuid(2), "math::add", "1"));
  scene.expect(target, invocation(uuid(2), "math::add", "1"));
}

TEST_F(Calls, a_caller_that_does_not_keep_up_still_gets_its_results) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.expect_any(target);
  scene.congest(caller);
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect(caller, result(uuid(1), "math::add", "2"));
}

TEST(CallsLimited, a_worker_has_at_most_so_many_calls_in_flight) {
  constexpr std::size_t calls = 4;
  sweep_tiny(calls, [](std::size_t limit) {
    Scene scene({.invocations_max = limit});
    const Peer caller = scene.open("caller");
    const Peer target = scene.open("target");
    scene.serve(target, "f");
    for (unsigned i = 1; i <= calls; ++i) {
      scene.from(caller, call(uuid(i), "f", "1"));
      if (i <= limit) {
        scene.expect(target, invocation(uuid(i), "f", "1"));
      } else {
        scene.expect(
            caller,
            failure(
                uuid(i),
                "f",
                "limit_exceeded",
                "This worker has " + std::to_string(limit) +
                    " calls in flight, which is the limit; wait for some to end"
            )
        );
      }
    }
    // Those that nobody waits for are not counted, and a call that ends makes room.
    scene.from(caller, fire_and_forget("f", "1"));
    scene.expect_invocation(target, "f", "1");
    if (limit > 0) {
      scene.from(target, no_result(uuid(1), "f"));
      scene.expect(caller, no_result(uuid(1), "f"));
      scene.from(caller, call(uuid(9), "f", "1"));
      scene.expect(target, invocation(uuid(9), "f", "1"));
    }
    scene.expect_nothing_else();
  });
}

// --- Draining ---

TEST_F(Calls, a_stopping_engine_takes_no_new_calls_and_lets_running_ones_end) {
  scene.from(caller, call(uuid(1), "math::add", "1"));
  scene.from(caller, call(uuid(2), "math::add", "2"));
  scene.expect_any(target);
  scene.expect_any(target);
  scene.start_draining();
  for (const std::string& late :
       {call(uuid(3), "math::add"),
        enqueue(uuid(3), "math::add", "q"),
        call(uuid(3), "nothing"),
        call(uuid(3), "engine::functions::list")}) {
    scene.from(caller, late);
    EXPECT_NE(scene.expect_any(caller).find(R"("code":"engine_stopping")"), std::string::npos);
  }
  scene.from(target, result(uuid(1), "math::add", "5"));
  scene.expect(caller, result(uuid(1), "math::add", "5"));
  scene.end_draining();
  scene.expect(caller, failure(uuid(2), "math::add", "invocation_stopped", "Invocation stopped"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Calls, a_stopping_engine_makes_the_calls_of_requests_that_it_has_taken) {
  const Peer door = scene.open_local(LocalWorker{.name = "door", .calls_while_draining = true});
  scene.start_draining();
  scene.from(door, call(uuid(1), "math::add", "1"));
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
  scene.from(target, result(uuid(1), "math::add", "5"));
  scene.expect(door, result(uuid(1), "math::add", "5"));
  scene.expect_nothing_else();
}

}  // namespace
}  // namespace iii::core
