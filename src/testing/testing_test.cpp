// The test kit, tested with itself.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_events.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

TEST(TestKit, calls_go_through_the_core) {
  iii::testing::Engine engine;
  Client worker = engine.connect();
  Client caller = engine.connect();
  worker.register_function("echo", [](const Json& in) { return in; });
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(caller.trigger({.function_id = "echo", .payload = 7}), 7);
  EXPECT_EQ(caller.try_trigger({.function_id = "nobody"}).error().code(), "function_not_found");
  // What the engine adds is there too.
  const Json answer = caller.trigger({.function_id = "echo", .payload = {{"n", 1}}});
  EXPECT_EQ(answer.at("_caller_worker_id").as_string(), caller.worker_id());
}

TEST(TestKit, shows_what_was_called) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  client.trigger(
      {.function_id = "mail::send",
       .payload = {{"to", "a@b"}},
       .action = TriggerAction::Void(),
       .metadata = Json("m")}
  );
  static_cast<void>(client.try_trigger({.function_id = "other"}));
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(engine.calls().size(), 2U);
  const std::vector<iii::testing::Call> calls = engine.calls("mail::send");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].payload, (Json{{"to", "a@b"}}));
  EXPECT_EQ(calls[0].action, TriggerAction::Kind::fire_and_forget);
  EXPECT_EQ(calls[0].metadata, Json("m"));
  EXPECT_EQ(calls[0].caller, client.worker_id());
  engine.forget_calls();
  EXPECT_TRUE(engine.calls().empty());
}

TEST(TestKit, settles_when_functions_have_ended) {
  iii::testing::Engine engine;
  Client worker = engine.connect();
  Client caller = engine.connect();
  int count = 0;
  worker.register_function("count", [&](const Json& rest) {
    ++count;
    if (rest.as_int64() > 0) {
      worker.trigger(
          {.function_id = "count", .payload = rest.as_int64() - 1, .action = TriggerAction::Void()}
      );
    }
  });
  ASSERT_TRUE(engine.settle());
  caller.trigger({.function_id = "count", .payload = 20, .action = TriggerAction::Void()});
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(count, 21);
}

// The first answer of a client is the one that takes its time.
TEST(TestKit, settles_when_their_answers_have_arrived) {
  for (int i = 0; i < 200; ++i) {
    iii::testing::Engine engine;
    Client provider = engine.connect();
    Client user = engine.connect();
    provider.register_trigger_type(
        RegisterTriggerTypeMessage{.id = "t", .description = "Refuses all."},
        [](const TriggerConfig&) { throw Error::remote("E1", "no"); },
        [](const std::string&) {}
    );
    ASSERT_TRUE(engine.settle());
    const Trigger trigger = user.register_trigger({.trigger_type = "t", .function_id = "f"});
    ASSERT_TRUE(engine.settle());
    ASSERT_TRUE(trigger.status()) << "after " << i;
  }
}

TEST(TestKit, does_not_settle_while_a_function_runs) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  std::promise<void> release;
  client.register_function("wait", [&] { release.get_future().wait(); });
  client.trigger({.function_id = "wait", .action = TriggerAction::Void()});
  EXPECT_FALSE(engine.settle(20ms));
  release.set_value();
  EXPECT_TRUE(engine.settle());
}

TEST(TestKit, fires_triggers_of_every_type) {
  iii::testing::Engine engine;
  Client worker = engine.connect();
  std::vector<std::string> jobs;
  worker.register_function("nightly", [&](const CronCallRequest& request) {
    jobs.push_back(request.job_id);
    return std::string("done");
  });
  worker.register_function("says", [](const Json&, const Invocation& call) {
    return call.metadata.value_or(nullptr);
  });
  worker.register_trigger({.trigger_type = "cron", .function_id = "nightly"});
  const Trigger second = worker.register_trigger(
      {.trigger_type = "subscribe", .function_id = "says", .metadata = Json("m")}
  );
  EXPECT_EQ(engine.triggers("cron").size(), 1U);
  auto answers = engine.fire("cron", CronCallRequest{.job_id = "j"});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].value(), "done");
  EXPECT_EQ(jobs, std::vector<std::string>{"j"});
  EXPECT_EQ(engine.fire(second, "event").value(), "m");
  second.unregister();
  EXPECT_EQ(engine.fire(second, "event").error().code(), "not_found");
  EXPECT_TRUE(engine.fire("cron", Json(1), [](const TriggerConfig&) { return false; }).empty());
}

TEST(TestKit, asks_conditions_first) {
  iii::testing::Engine engine;
  Client worker = engine.connect();
  worker.register_function("is far", [](const Json& event) { return event.as_int64() > 10; });
  worker.register_function("alert", [](const Json& event) { return event; });
  const Trigger trigger = worker.register_trigger(
      {.trigger_type = "state",
       .function_id = "alert",
       .config = {{"condition_function_id", "is far"}}}
  );
  EXPECT_EQ(engine.fire("state", Json(5)).size(), 0U);
  EXPECT_EQ(engine.fire(trigger, 5).error().code(), "condition_false");
  EXPECT_EQ(engine.fire(trigger, 11).value(), 11);
}

TEST(TestKit, lets_time_jump) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  std::promise<void> release;
  client.register_function("wait", [&] { release.get_future().wait(); });
  auto call = client.trigger_future({.function_id = "wait", .timeout = 1h});
  EXPECT_FALSE(engine.settle(10ms));
  std::thread releases([&] {
    EXPECT_THROW(call.get(), Error);  // after an hour, not before the function ends
    release.set_value();
  });
  engine.advance(1h);
  releases.join();
}

TEST(TestKit, breaks_and_refuses_connections) {
  iii::testing::Engine engine;
  Client worker = engine.connect();
  Client caller = engine.connect();
  worker.register_function("echo", [](const Json& in) { return in; });
  ASSERT_TRUE(engine.settle());
  const std::string first_id = worker.worker_id();
  engine.refuse_connections(true);
  engine.drop_connections();
  engine.advance(1s);
  EXPECT_EQ(worker.get_connection_state(), ConnectionState::reconnecting);
  engine.refuse_connections(false);
  engine.advance(1min);
  EXPECT_EQ(worker.get_connection_state(), ConnectionState::connected);
  EXPECT_NE(worker.worker_id(), first_id);
  EXPECT_EQ(caller.trigger({.function_id = "echo", .payload = 1}), 1);
}

TEST(TestKit, clients_may_outlive_the_engine) {
  std::optional<Client> client;
  {
    iii::testing::Engine engine;
    client = engine.connect();
  }
  EXPECT_EQ(
      client->try_trigger({.function_id = "f", .timeout = 1ms}).error().kind(), ErrorKind::timeout
  );
  client->shutdown();
}

TEST(TestKit, is_made_and_destroyed_many_times) {
  for (int i = 0; i < 100; ++i) {
    iii::testing::Engine engine;
    Client client = engine.connect();
    client.register_function("f", [](const Json& in) { return in; });
    EXPECT_EQ(client.trigger({.function_id = "f", .payload = i}), i);
  }
}

}  // namespace
}  // namespace iii::test
