// Calls through a queue (spec: wire-protocol §8.5): the queue is whoever serves
// engine::queue::enqueue.
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;

constexpr std::string_view port = "engine::queue::enqueue";

std::string text_after(std::string_view text, std::string_view key) {
  return std::string(text.substr(text.find(key) + key.size(), base::Uuid::text_size));
}

class Enqueue : public testing::Test {
 protected:
  Enqueue() { scene.serve(queue, port); }

  struct Request {
    std::string id;
    std::string receipt;
  };
  // What the queue is asked to keep: the rest of its input behind the receipt, and its headers.
  Request expect_request(
      std::string_view data,
      std::string_view rest = R"("traceparent":null,"baggage":"iii.function.id=mail::send")",
      std::string_view headers = R"(,"baggage":"iii.function.id=mail::send")",
      Where where = Where::current()
  ) {
    const std::string text = scene.expect_any(queue, where);
    Request request{
        text_after(text, R"("invocation_id":")"), text_after(text, R"("messageReceiptId":")")
    };
    std::string input = R"({"queue":"mail","function_id":"mail::send","data":)";
    input.append(data).append(R"(,"messageReceiptId":")").append(request.receipt);
    input.append("\",").append(rest).append("}");
    EXPECT_EQ(text, invocation(request.id, port, input, headers)) << "line " << where.line();
    return request;
  }

  Scene scene;
  Peer caller = scene.open("caller");
  Peer queue = scene.open("queue");
};

TEST_F(Enqueue, the_caller_gets_a_receipt_once_the_queue_has_accepted_the_message) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail", R"({"to": "a@b"})"));
  const auto [id, receipt] = expect_request(R"({"to": "a@b"})");
  EXPECT_NE(id, uuid(1));
  scene.expect_nothing_else();
  scene.from(queue, result(id, port, R"("ignored")"));
  scene.expect(caller, result(uuid(1), "mail::send", R"({"messageReceiptId":")" + receipt + "\"}"));
  scene.expect_nothing_else();
}

TEST_F(Enqueue, without_an_id_the_message_is_queued_and_nobody_answered) {
  scene.from(
      caller,
      R"({"type":"invokefunction","function_id":"mail::send","data":[],)"
      R"("action":{"type":"enqueue","queue":"mail"}})"
  );
  const auto [id, receipt] = expect_request("[]");
  scene.from(queue, result(id, port, "null"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(Enqueue, the_trace_travels_with_the_message_and_is_echoed) {
  const std::string trace =
      R"("traceparent":"00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01")";
  const std::string baggage = R"("baggage":"iii.function.id=mail::send,user=7")";
  scene.from(
      caller, enqueue(uuid(1), "mail::send", "mail", "1", "," + trace + R"(,"baggage":"user=7")")
  );
  const auto [id, receipt] =
      expect_request("1", trace + "," + baggage, "," + trace + "," + baggage);
  scene.from(queue, no_result(id, port));
  scene.expect(
      caller,
      result(
          uuid(1),
          "mail::send",
          R"({"messageReceiptId":")" + receipt + "\"}",
          "," + trace + R"(,"baggage":"user=7")"
      )
  );
}

TEST_F(Enqueue, the_message_carries_neither_metadata_nor_the_caller) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail", "{}", R"(,"metadata":{"a":1})"));
  expect_request("{}");
}

TEST_F(Enqueue, a_garbled_trace_is_kept_for_the_message_but_not_passed_to_the_queue) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail", "1", R"(,"traceparent":"garbage")"));
  expect_request("1", R"("traceparent":"garbage","baggage":"iii.function.id=mail::send")");
}

TEST_F(Enqueue, a_refusal_of_the_queue_becomes_an_enqueue_error) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail"));
  const auto [id, receipt] = expect_request("{}");
  scene.from(queue, failure(id, port, "unknown_queue", "Queue 'mail' not found"));
  scene.expect(
      caller,
      failure(uuid(1), "mail::send", "enqueue_error", "unknown_queue: Queue 'mail' not found")
  );
}

TEST_F(Enqueue, the_caller_is_told_when_the_queue_goes) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail"));
  expect_request("{}");
  scene.close(queue);
  scene.expect(
      caller,
      failure(uuid(1), "mail::send", "enqueue_error", "invocation_stopped: Invocation stopped")
  );
  scene.expect_nothing_else();
}

TEST_F(Enqueue, nobody_is_answered_when_the_caller_goes) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail"));
  const auto [id, receipt] = expect_request("{}");
  scene.close(caller);
  scene.from(queue, no_result(id, port));
  scene.expect_nothing_else();
}

TEST_F(Enqueue, a_queue_that_does_not_answer_in_time_ends_the_call_with_timeout) {
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail", "{}", R"(,"timeout_ms":100)"));
  expect_request("{}");
  scene.advance(100ms);
  EXPECT_NE(
      scene.expect_any(caller).find(R"("code":"TIMEOUT","message":"The queue )"), std::string::npos
  );
}

TEST_F(Enqueue, a_queue_that_does_not_keep_up_takes_nothing_more) {
  scene.congest(queue);
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail"));
  EXPECT_NE(scene.expect_any(caller).find(R"("code":"enqueue_error")"), std::string::npos);
  scene.expect_nothing_else();
}

TEST(EnqueueWithoutAQueue, is_an_error_that_says_what_is_missing) {
  Scene scene;
  const Peer caller = scene.open("caller");
  scene.from(caller, enqueue(uuid(1), "mail::send", "mail"));
  const std::string answer = scene.expect_any(caller);
  EXPECT_NE(answer.find(R"("code":"enqueue_error")"), std::string::npos);
  EXPECT_NE(answer.find("engine::queue::enqueue"), std::string::npos);
  EXPECT_NE(answer.find("iii worker add queue"), std::string::npos);

  const Peer old = scene.open_announced("old", "0.11.6");
  scene.from(old, enqueue(uuid(2), "mail::send", "mail"));
  scene.expect(old, failure(uuid(2), "mail::send", "enqueue_error", "QueueModule not loaded"));
  scene.expect_nothing_else();
}

TEST(EnqueueLimited, counts_among_the_calls_in_flight) {
  Scene scene({.invocations_max = 1});
  const Peer caller = scene.open("caller");
  const Peer queue = scene.open("queue");
  scene.serve(queue, port);
  scene.from(caller, enqueue(uuid(1), "f", "q"));
  scene.expect_any(queue);
  scene.from(caller, enqueue(uuid(2), "f", "q"));
  EXPECT_NE(scene.expect_any(caller).find(R"("code":"limit_exceeded")"), std::string::npos);
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().counters().invocations, 1U);
}

}  // namespace
}  // namespace iii::core
