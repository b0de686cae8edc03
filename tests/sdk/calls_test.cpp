// The short forms of a call, and coroutines that call.
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

struct Sum {
  int a = 0;
  int b = 0;
};
III_DESCRIBE(Sum, a, b)

int add(const Sum& in) {
  return in.a + in.b;
}

class Calls : public ::testing::Test {
 protected:
  Calls() {
    worker.register_function("math::add", add);
    worker.register_function("text::of", [](const Json& in) { return serialize(in); });
    EXPECT_TRUE(engine.settle());
  }

  iii::testing::Engine engine;
  Client worker = engine.connect();
  Client client = engine.connect();
};

TEST_F(Calls, take_an_id_and_a_payload) {
  EXPECT_EQ(client.trigger("math::add", {{"a", 2}, {"b", 3}}), 5);
  EXPECT_EQ(client.trigger("text::of"), "null");
  EXPECT_EQ(client.try_trigger("math::add", {{"a", 2}, {"b", 3}}).value(), 5);
  EXPECT_EQ(client.try_trigger("nobody").error().code(), "function_not_found");
  EXPECT_EQ(client.trigger_as<int>("math::add", {{"a", 2}, {"b", 3}}), 5);
  EXPECT_EQ(client.trigger_future("math::add", {{"a", 2}, {"b", 3}}).get(), 5);
}

TEST_F(Calls, take_and_give_described_types) {
  EXPECT_EQ(client.call<int>("math::add", Sum{.a = 2, .b = 3}), 5);
  EXPECT_EQ(client.call<Json>("math::add", Sum{.a = 2, .b = 3}), 5);
  EXPECT_EQ(client.call<std::string>("text::of", "hi"), "\"hi\"");
  EXPECT_EQ(client.call<std::optional<int>>("math::add", Sum{}), 0);
  client.call<void>("math::add", Sum{});
}

TEST_F(Calls, name_the_function_whose_answer_cannot_be_read) {
  const auto message_of = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::serde);
      return error.message();
    }
    return std::string("no error");
  };
  const std::string expected = "the answer of 'math::add': expected a string, found 5";
  const Sum sum{.a = 2, .b = 3};
  EXPECT_EQ(message_of([&] { client.call<std::string>("math::add", sum); }), expected);
  EXPECT_EQ(
      message_of([&] {
        static_cast<void>(client.trigger_as<std::string>("math::add", to_json(sum)));
      }),
      expected
  );
  const TriggerRequest request{.function_id = "math::add", .payload = to_json(sum)};
  EXPECT_EQ(
      message_of([&] { static_cast<void>(client.trigger_as<std::string>(request)); }), expected
  );
}

struct Named {
  std::string name;
};
III_DESCRIBE(Named, name)

// GCC 12 destroys braced temporaries of a co_await twice, but not these.
TEST_F(Calls, are_awaited_in_one_expression) {
  const auto sums = [](Client caller) -> Task<std::vector<int>> {
    const Json five{{"a", 2}, {"b", 3}};
    const Json first = co_await caller.trigger_async("math::add", five);
    const int second = co_await caller.call_async<int>("math::add", Sum{.a = 3, .b = 4});
    const Json long_text = co_await caller.trigger_async("text::of", std::string(100, 'x').c_str());
    const Named named{.name = std::string(100, 'y')};
    const auto text = co_await caller.call_async<std::string>("text::of", named);
    EXPECT_NE(text.find(named.name), std::string::npos);
    EXPECT_EQ(long_text.as_string().size(), 102U);
    co_return std::vector{first.to_number<int>(), second};
  };
  EXPECT_EQ(wait(sums(client)), (std::vector{5, 7}));
}

// For all faces: their calls have one implementation.
TEST_F(Calls, end_when_their_token_is_stopped) {
  std::promise<void> over;
  std::promise<void> called;
  worker.register_function("slow", [&] {
    called.set_value();
    over.get_future().wait();
  });
  ASSERT_TRUE(engine.settle());
  const std::stop_source source;
  const TriggerRequest request{.function_id = "slow", .stop = source.get_token()};
  auto answer = client.trigger_future(request);
  called.get_future().wait();
  source.request_stop();
  try {
    answer.get();
    ADD_FAILURE() << "it has ended well";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
  EXPECT_EQ(client.try_trigger(request).error().kind(), ErrorKind::cancelled);
  over.set_value();
  // What was stopped too late does no harm.
  const std::stop_source late;
  const TriggerRequest quick{
      .function_id = "math::add", .payload = to_json(Sum{}), .stop = late.get_token()
  };
  EXPECT_EQ(client.trigger(quick), 0);
  late.request_stop();
}

TEST_F(Calls, that_are_stopped_while_they_wait_are_not_sent) {
  engine.refuse_connections(true);
  engine.drop_connections();
  const std::stop_source source;
  auto answer =
      client.trigger_future(TriggerRequest{.function_id = "math::add", .stop = source.get_token()});
  source.request_stop();
  EXPECT_THROW(answer.get(), Error);
  engine.refuse_connections(false);
  engine.advance(std::chrono::minutes(1));
  ASSERT_TRUE(engine.settle());
  EXPECT_TRUE(engine.calls("math::add").empty());
}

TEST_F(Calls, end_in_the_engine_too_when_nobody_waits_any_more) {
  std::promise<void> entered;
  std::promise<void> release;
  worker.register_function("stuck", [&](const Json&) {
    entered.set_value();
    release.get_future().wait();
    return Json();
  });
  ASSERT_TRUE(engine.settle());
  const auto active = [&] {
    for (const WorkerInfo& info : worker.list_workers()) {
      if (info.id == client.worker_id()) {
        return info.active_invocations;
      }
    }
    return std::uint64_t{99};
  };
  auto call = client.trigger_future({.function_id = "stuck", .timeout = 10s});
  entered.get_future().wait();
  EXPECT_EQ(active(), 1U);
  engine.advance(10s);
  try {
    call.get();
    ADD_FAILURE() << "the function does not answer";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::timeout);
  }
  engine.advance(1s);
  EXPECT_EQ(active(), 0U);
  release.set_value();
}

TEST_F(Calls, give_a_function_its_input_without_a_copy_if_it_only_looks_at_it) {
  const Json* seen = nullptr;
  const Function looking([&](const Json& in) {
    seen = &in;
    return in;
  });
  const Json input = {{"a", 1}};
  EXPECT_EQ(looking.plain()(input, Invocation{}), input);
  EXPECT_EQ(seen, &input);
}

TEST_F(Calls, give_a_coroutine_its_input_until_it_ends) {
  worker.register_function("late", [&](const Json& in) -> Task<Json> {
    co_await worker.trigger_async("text::of");
    co_return in;
  });
  ASSERT_TRUE(engine.settle());
  const std::string text(100, 'x');  // too long to stand in the value itself
  EXPECT_EQ(client.trigger("late", Json(text)), Json(text));
}

TEST_F(Calls, that_are_too_large_are_not_sent) {
  const std::string text(std::size_t{64} * 1024 * 1024, 'x');
  const Result<Json> answer = client.try_trigger("text::of", Json(text));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), "payload_too_large");
  EXPECT_TRUE(engine.calls("text::of").empty());
}

// What a registered lambda has captured lives as long as its calls.
TEST_F(Calls, keep_what_a_coroutine_has_captured) {
  std::promise<void> over;
  worker.register_function("slow", [&over] { over.get_future().wait(); });
  std::promise<void> started;
  const auto word = std::make_shared<std::string>("captured");
  const FunctionRef function = worker.register_function(
      "coroutine",
      [client = &client, started = &started, word]() -> Task<std::string> {
        started->set_value();
        co_await client->trigger_async("slow");
        co_return *word;
      }
  );
  ASSERT_TRUE(engine.settle());
  auto answer = client.trigger_future("coroutine");
  started.get_future().wait();
  function.unregister();  // suspended, or about to be
  over.set_value();
  EXPECT_EQ(answer.get(), "captured");
  ASSERT_TRUE(engine.settle());
}

}  // namespace
}  // namespace iii::test
