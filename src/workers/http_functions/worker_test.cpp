#include "workers/http_functions/worker.hpp"

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/effects.hpp"
#include "protocol/from_worker.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/function_scene.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/worker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {
namespace {

using namespace std::chrono_literals;

class Outbox final : public Sender {
 public:
  void send(Send order) override { orders.push_back(std::move(order)); }
  std::vector<Send> orders;
};

class HttpFunctionsWorkerTest : public testing::Test {
 protected:
  // Empty, or why it was refused.
  std::string add(std::uint64_t number, std::string id, std::string block) {
    worker.on_function_registered({number, std::move(id), std::move(block)}, now, outputs);
    const auto answer =
        std::get<protocol::from_worker::FunctionRegistrationResult>(outputs.messages.back());
    outputs.messages.clear();
    EXPECT_EQ(answer.registration, number);
    return answer.error ? answer.error->code : "";
  }
  static base::InvocationId id(std::uint64_t number) {
    return base::InvocationId(base::Uuid(0, number));
  }
  void invoke(std::uint64_t call, std::uint64_t registration) {
    worker.on_invoked(
        {.id = id(call),
         .function_id = "f",
         .data_json = "{}",
         .traceparent = "00-trace",
         .baggage = "a=b",
         .registration = registration},
        now,
        outputs
    );
  }

  base::Now now{base::MonotonicTime(1000s), base::WallTime(2000s)};
  Options options;
  base::SeededRandom random{7};
  Outbox outbox;
  HttpFunctionsWorker worker{options, {random, outbox, test::variable, test::read_address}};
  Outputs outputs;
};

TEST_F(HttpFunctionsWorkerTest, runs_functions_of_others) {
  EXPECT_EQ(worker.identity().name, "iii-http-functions");
  EXPECT_TRUE(worker.identity().runs_functions_of_others);
}

TEST_F(HttpFunctionsWorkerTest, sends_a_request_for_a_call_and_answers_with_what_came_of_it) {
  EXPECT_EQ(add(7, "f", R"({"url":"https://a.example/hook"})"), "");
  invoke(1, 7);
  ASSERT_EQ(outbox.orders.size(), 1U);
  EXPECT_EQ(outbox.orders[0].endpoint->url.text, "https://a.example/hook");
  EXPECT_EQ(outbox.orders[0].header_lines.back(), "baggage: a=b");
  EXPECT_TRUE(outputs.replies.empty());
  worker.on_outcome(
      {.number = outbox.orders[0].number, .status = 200, .body = "[1]"}, now, outputs
  );
  ASSERT_EQ(outputs.replies.size(), 1U);
  EXPECT_EQ(outputs.replies[0].id, id(1));
  EXPECT_EQ(outputs.replies[0].result_json, "[1]");
  EXPECT_FALSE(outputs.replies[0].error);
}

TEST_F(HttpFunctionsWorkerTest, refuses_functions_that_cannot_be) {
  EXPECT_EQ(add(1, "f", R"({"url":"https://10.0.0.1"})"), "");  // unknown to the test's reader
  EXPECT_EQ(add(2, "f", R"({"url":"https://127.0.0.1"})"), "url_validation_failed");
  EXPECT_EQ(worker.functions(), 1U);
  invoke(1, 2);
  ASSERT_EQ(outputs.replies.size(), 1U);
  EXPECT_EQ(outputs.replies[0].error->code, "function_not_found");
}

TEST_F(HttpFunctionsWorkerTest, tells_registrations_of_one_id_apart) {
  add(1, "f", R"({"url":"https://a.example"})");
  add(2, "f", R"({"url":"https://b.example"})");
  invoke(1, 2);
  worker.on_function_unregistered({2}, now, outputs);
  invoke(2, 1);
  ASSERT_EQ(outbox.orders.size(), 2U);
  EXPECT_EQ(outbox.orders[0].endpoint->url.host, "b.example");
  EXPECT_EQ(outbox.orders[1].endpoint->url.host, "a.example");
}

TEST_F(HttpFunctionsWorkerTest, ends_calls_of_functions_that_have_gone_meanwhile) {
  add(1, "f", R"({"url":"https://a.example"})");
  invoke(1, 1);
  worker.on_function_unregistered({1}, now, outputs);
  worker.on_outcome({.number = outbox.orders[0].number, .status = 200, .body = ""}, now, outputs);
  ASSERT_EQ(outputs.replies.size(), 1U);
  EXPECT_FALSE(outputs.replies[0].error);
  EXPECT_EQ(worker.functions(), 0U);
}

TEST_F(HttpFunctionsWorkerTest, notes_failures_and_keeps_quiet_about_answers) {
  add(1, "f", R"({"url":"https://a.example"})");
  outputs.notes.clear();
  invoke(1, 1);
  worker.on_outcome(
      {.number = 1, .kind = Outcome::Kind::not_answered, .reason = "why"}, now, outputs
  );
  ASSERT_EQ(outputs.notes.size(), 1U);
  EXPECT_EQ(
      outputs.notes[0],
      (core::Note{
          core::Severity::warn,
          "http_function_failed",
          {{"function_id", "f"},
           {"host", "a.example:443"},
           {"code", "http_request_failed"},
           {"reason", "request to a.example:443 failed: why"}}
      })
  );
  invoke(2, 1);
  worker.on_outcome({.number = 2, .status = 500, .body = ""}, now, outputs);
  EXPECT_EQ(outputs.notes[1].severity, core::Severity::debug);
}

TEST(HttpFunctionsOptions, can_keep_the_trace_at_home) {
  base::SeededRandom random{7};
  Outbox outbox;
  Options options;
  options.sends_trace_headers = false;
  HttpFunctionsWorker worker(options, {random, outbox, test::variable, test::read_address});
  Outputs outputs;
  const base::Now now{};
  worker.on_function_registered({1, "f", R"({"url":"https://a.example"})"}, now, outputs);
  worker.on_invoked(
      {.id = {}, .function_id = "f", .data_json = "{}", .traceparent = "00-t", .registration = 1},
      now,
      outputs
  );
  ASSERT_EQ(outbox.orders.size(), 1U);
  EXPECT_EQ(outbox.orders[0].header_lines.size(), 4U);
}

}  // namespace
}  // namespace iii::workers::http_functions
