// Where current_invocation() finds the call of a function.
#include <iii/client.hpp>
#include <iii/context.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/span.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

namespace iii::test {
namespace {

// Of the call that runs now: its function.
std::string current_function() {
  const auto call = current_invocation();
  return call ? call->function_id : "none";
}

Task<std::string> function_of_a_task() {
  co_return current_function();
}

class CurrentInvocation : public ::testing::Test {
 protected:
  CurrentInvocation() {
    worker.register_function("plain", [](const Json&, const Invocation& call) {
      return current_invocation()->id == call.id ? current_function() : "another";
    });
    EXPECT_TRUE(engine.settle());
  }

  iii::testing::Engine engine;
  Client worker = engine.connect();
  Client client = engine.connect();
};

TEST_F(CurrentInvocation, is_the_call_of_a_function_and_nothing_elsewhere) {
  EXPECT_EQ(current_invocation(), nullptr);
  EXPECT_EQ(client.trigger("plain"), "plain");
  EXPECT_EQ(current_invocation(), nullptr);
}

TEST_F(CurrentInvocation, stays_inside_of_spans_and_other_baggage) {
  worker.register_function("spans", [] {
    const ActiveSpan span("of another trace", {.traceparent = "00-bad"});
    return with_span("inner", [] { return run_with_baggage({{"k", "v"}}, current_function); });
  });
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(client.trigger("spans"), "spans");
}

TEST_F(CurrentInvocation, goes_with_a_coroutine_over_what_it_awaits) {
  worker.register_function("task", [this](Json) -> Task<std::string> {
    co_await worker.trigger_async("plain");
    co_return current_function() + " " + co_await function_of_a_task();
  });
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(client.trigger("task"), "task task");
}

TEST_F(CurrentInvocation, goes_with_callbacks_and_contexts_that_are_taken_along) {
  std::promise<std::string> in_callback;
  worker.register_function("callback", [&](const Json&) {
    worker.trigger({.function_id = "plain"}, [&](const Result<Json>&) {
      in_callback.set_value(current_function());
    });
    std::string in_thread;
    std::thread([&in_thread, context = capture_context()] {
      in_thread = current_function() + " " + context.attach(current_function);
    }).join();
    return in_thread;
  });
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(client.trigger("callback"), "none callback");
  EXPECT_EQ(in_callback.get_future().get(), "callback");
}

}  // namespace
}  // namespace iii::test
