// A worker that comes back (spec: wire-protocol §4.2): the process is the same, so what it was
// doing and what it was waiting for goes on (spec: wire-protocol §22 W7).
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

class ReattachTest : public testing::Test {
 protected:
  Scene scene;
  Peer other = scene.open("other");
  Peer previous = scene.open("previous");
  Peer successor = scene.open("successor");

  void come_back() {
    scene.from(successor, reattach(previous.worker_id, previous.token));
    scene.expect_close(previous);
  }
};

TEST_F(ReattachTest, closes_the_previous_connection_and_takes_its_registrations_away) {
  scene.serve(previous, "f");
  come_back();
  scene.expect_nothing_else();
  scene.expect_note(
      "worker_reattached",
      {{"previous_worker_id", previous.worker_id}, {"worker_id", successor.worker_id}}
  );
  EXPECT_EQ(scene.core().find_connection(previous.connection), nullptr);
  scene.from(previous, R"({"type":"ping"})");
  scene.from(other, call(uuid(1), "f"));
  scene.expect(other, failure(uuid(1), "f", "function_not_found", "Function f not found"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, needs_the_token_of_a_living_connection_of_somebody_else) {
  const Peer local = scene.open_local("iii-cron");
  const std::string local_id =
      scene.core().find_connection(local.connection)->worker_id.value().to_string();
  const std::string zero = "00000000-0000-0000-0000-000000000000";
  for (const std::string& text :
       {reattach(previous.worker_id, other.token),
        reattach(previous.worker_id, "no uuid"),
        R"({"type":"reattach","previous_worker_id":")" + previous.worker_id + "\"}",
        reattach("no uuid", previous.token),
        reattach(uuid(5), previous.token),
        reattach(successor.worker_id, successor.token),
        reattach(local_id, zero)}) {
    scene.from(successor, text);
    scene.expect_nothing_else();
    EXPECT_NE(scene.core().find_connection(previous.connection), nullptr) << text;
    EXPECT_NE(scene.core().find_connection(successor.connection), nullptr) << text;
    EXPECT_NE(scene.core().find_connection(local.connection), nullptr) << text;
  }
  scene.from(successor, reattach(previous.worker_id, other.token));
  scene.expect_note("reattach_refused");
}

TEST_F(ReattachTest, accepts_ids_in_every_spelling) {
  scene.from(successor, reattach("{" + previous.worker_id + "}", "urn:uuid:" + previous.token));
  scene.expect_close(previous);
}

TEST_F(ReattachTest, lets_the_successor_answer_what_the_previous_connection_was_asked) {
  scene.serve(previous, "f");
  scene.from(other, call(uuid(1), "f", "1"));
  scene.expect_any(previous);
  come_back();
  scene.expect_nothing_else();
  scene.from(successor, result(uuid(1), "f", "2"));
  scene.expect(other, result(uuid(1), "f", "2"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, gives_the_successor_half_a_minute_for_that) {
  scene.serve(previous, "f");
  scene.from(other, call(uuid(1), "f", "1"));
  scene.from(other, call(uuid(2), "f", "1", R"(,"timeout_ms":1000)"));
  scene.expect_any(previous);
  scene.expect_any(previous);
  come_back();
  scene.advance(1s);
  EXPECT_NE(scene.expect_any(other).find("TIMEOUT"), std::string::npos);
  scene.advance(28'999ms);
  scene.expect_nothing_else();
  scene.advance(1ms);
  scene.expect(other, failure(uuid(1), "f", "invocation_stopped", "Invocation stopped"));
  scene.from(successor, result(uuid(1), "f", "2"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, brings_the_successor_what_the_previous_connection_asked_for) {
  scene.serve(other, "f");
  scene.from(previous, call(uuid(1), "f", "1"));
  scene.expect_any(other);
  come_back();
  scene.from(other, result(uuid(1), "f", "2"));
  scene.expect(successor, result(uuid(1), "f", "2"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, keeps_a_call_of_the_workers_own_function) {
  scene.serve(previous, "f");
  scene.from(previous, call(uuid(1), "f", "1"));
  scene.expect_any(previous);
  come_back();
  EXPECT_EQ(scene.core().in_flight(), 1U);
  scene.from(successor, result(uuid(1), "f", "2"));
  scene.expect(successor, result(uuid(1), "f", "2"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, brings_the_successor_the_receipt_of_an_enqueued_message) {
  scene.serve(other, "engine::queue::enqueue");
  scene.from(previous, enqueue(uuid(1), "f", "q"));
  const std::string request = scene.expect_any(other);
  come_back();
  scene.from(other, no_result(request.substr(request.find("invocation_id") + 16, 36), "queue"));
  EXPECT_TRUE(scene.expect_any(successor).starts_with(no_result(uuid(1), "f", ",").substr(0, 90)));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, brings_the_successor_the_answer_to_a_trigger_that_waits_for_its_provider) {
  scene.from(other, register_trigger_type("mail"));
  scene.from(
      previous,
      call(uuid(1), "engine::register_trigger", R"({"trigger_type":"mail","function_id":"f"})")
  );
  const std::string told = scene.expect_any(other);
  const std::string id = told.substr(told.find(R"("id":")") + 6, 36);
  come_back();
  scene.from(other, accept_trigger(id, "mail"));
  scene.expect(successor, result(uuid(1), "engine::register_trigger", R"({"id":")" + id + "\"}"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, frees_the_trigger_ids_for_the_successor_without_a_word_to_it) {
  scene.from(other, register_trigger_type("mail"));
  scene.from(previous, register_trigger("t", "mail", "f"));
  scene.expect(other, register_trigger("t", "mail", "f"));
  come_back();
  scene.expect(other, unregister_trigger("t", "mail"));
  scene.from(successor, register_trigger("t", "mail", "f"));
  scene.expect(other, register_trigger("t", "mail", "f"));
  scene.expect_nothing_else();
}

TEST_F(ReattachTest, works_again_and_again) {
  scene.serve(previous, "f");
  scene.from(other, call(uuid(1), "f", "1"));
  scene.expect_any(previous);
  for (int i = 0; i < 3; ++i) {
    come_back();
    previous = successor;
    successor = scene.open("successor " + std::to_string(i));
  }
  scene.from(previous, result(uuid(1), "f", "2"));
  scene.expect(other, result(uuid(1), "f", "2"));
  scene.expect_nothing_else();
}

// The worker comes back before each step of a dialogue; the scene's checker judges.
TEST(ReattachSweep, loses_no_answer_wherever_the_connection_breaks) {
  const std::size_t steps = sweep_failures([](std::size_t failing) {
    Scene scene;
    const Peer other = scene.open("other");
    Peer worker = scene.open("worker");
    scene.serve(other, "g");
    const std::vector<std::pair<bool, std::string>> script = {
        {true, register_function("f")},
        {false, call(uuid(1), "f", "1")},
        {true, call(uuid(2), "g", "1")},
        {true, call(uuid(3), "f", "1")},
        {false, result(uuid(2), "g", "1")},
        {true, result(uuid(3), "f", "1")},
        {true, result(uuid(1), "f", "1")},
    };
    for (std::size_t step = 0; step < script.size(); ++step) {
      if (step == failing) {
        const Peer successor = scene.open("worker again");
        scene.from(successor, reattach(worker.worker_id, worker.token));
        worker = successor;
        scene.from(worker, register_function("f"));
        scene.drop_effects();
      }
      scene.from(script[step].first ? worker : other, script[step].second);
      scene.drop_effects();
    }
    EXPECT_EQ(scene.checker().awaited(), 0U);
    EXPECT_EQ(scene.core().counters().results, 3U);
    EXPECT_EQ(scene.core().counters().failures, 0U);
    return failing < script.size();
  });
  EXPECT_EQ(steps, 7U);
}

}  // namespace
}  // namespace iii::core
