// Messages that would cost their receiver the connection (spec: wire-protocol §2.2): Python SDKs of
// old lines close it at 1 MiB.
#include "base/limits.hpp"
#include "core/core.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace iii::test;

constexpr std::size_t mib = base::limits::mib;

std::string text_of(std::size_t bytes) {
  return '"' + std::string(bytes, 'x') + '"';
}

class MessageSizes : public testing::Test {
 protected:
  MessageSizes() {
    scene.from(python, fire_and_forget("engine::workers::register", R"({"runtime":"python"})"));
    scene.serve(python, "py");
    scene.serve(node, "js");
  }

  void expect_too_large(const Peer& peer, const std::string& id, Where where = Where::current()) {
    const std::string answer = scene.expect_any(peer, where);
    EXPECT_NE(answer.find(id), std::string::npos) << "line " << where.line();
    EXPECT_NE(answer.find(R"("code":"payload_too_large")"), std::string::npos)
        << "line " << where.line();
    EXPECT_LT(answer.size(), 1000U);
  }

  Scene scene;
  Peer node = scene.open("node");
  Peer python = scene.open("python");
};

TEST_F(MessageSizes, of_calls_that_the_target_cannot_take_are_refused) {
  scene.from(node, call(uuid(1), "py", text_of(mib)));
  expect_too_large(node, uuid(1));
  scene.from(node, call(uuid(2), "py", "1", R"(,"metadata":)" + text_of(mib)));
  expect_too_large(node, uuid(2));
  scene.from(node, fire_and_forget("py", text_of(mib)));
  scene.expect_nothing_else();
  scene.expect_note("call_dropped");
  EXPECT_EQ(scene.core().in_flight(), 0U);
  scene.from(node, call(uuid(3), "py", text_of(mib / 2)));
  scene.expect(python, invocation(uuid(3), "py", text_of(mib / 2)));
}

TEST_F(MessageSizes, leave_room_for_what_stands_around_the_payload) {
  constexpr std::size_t most = base::limits::message_bytes_max - base::limits::envelope_bytes;
  scene.from(python, call(uuid(1), "js", text_of(most - 2)));
  scene.expect(node, invocation(uuid(1), "js", text_of(most - 2)));
  scene.from(python, call(uuid(2), "js", text_of(most - 1)));
  const std::string answer = scene.expect_any(python);
  EXPECT_NE(
      answer.find(
          "A payload of 67100673 bytes is more than worker " + node.worker_id +
          " can take (67100672 bytes, beside 8192 for the rest of the message)"
      ),
      std::string::npos
  ) << answer;
}

TEST_F(MessageSizes, of_other_workers_and_newer_ones_are_not_limited_so) {
  scene.from(python, call(uuid(1), "js", text_of(4 * mib)));
  scene.expect(node, invocation(uuid(1), "js", text_of(4 * mib)));
  scene.from(
      python,
      fire_and_forget(
          "engine::workers::register", R"({"runtime":"python","features":["large-messages.v1"]})"
      )
  );
  scene.from(node, call(uuid(2), "py", text_of(4 * mib)));
  scene.expect(python, invocation(uuid(2), "py", text_of(4 * mib)));
}

TEST_F(MessageSizes, of_results_that_the_caller_cannot_take_become_errors) {
  scene.from(python, call(uuid(1), "js", "1"));
  scene.expect_any(node);
  scene.from(node, result(uuid(1), "js", text_of(mib)));
  expect_too_large(python, uuid(1));
  scene.from(python, call(uuid(2), "js", "1"));
  scene.expect_any(node);
  scene.from(node, failure(uuid(2), "js", "oops", std::string(mib, 'x')));
  expect_too_large(python, uuid(2));
  scene.expect_nothing_else();
}

TEST_F(MessageSizes, of_the_engines_own_answers_are_checked_too) {
  scene.serve(node, "described");
  scene.from(node, register_function("described", R"(,"description":)" + text_of(mib)));
  scene.from(python, call(uuid(1), "engine::functions::list"));
  expect_too_large(python, uuid(1));
  EXPECT_TRUE(scene.ask(node, "engine::functions::list").is_object());
}

TEST_F(MessageSizes, of_events_that_the_target_cannot_take_are_not_sent) {
  const Peer cron = scene.open_local("iii-cron");
  scene.from(cron, register_trigger_type("cron"));
  scene.from(node, register_trigger("t", "cron", "py"));
  scene.expect_any(cron);
  scene.fire(cron, "t", text_of(mib));
  scene.expect_nothing_else();
  scene.expect_note("trigger_target_unavailable");
}

}  // namespace
}  // namespace iii::core
