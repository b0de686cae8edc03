// What the other SDKs call messages (spec: sdk §6.1, §7).
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http_invocation.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace iii::test {

struct Pair {
  int a = 0;
  int b = 0;
};
III_DESCRIBE(Pair, a, b)

namespace {

TEST(Registration, Item33_messages_are_what_is_sent) {
  EXPECT_EQ(
      serialize(RegisterFunctionMessage::with_id("billing::charge").to_message()),
      R"({"type":"registerfunction","id":"billing::charge"})"
  );
  const Json full = RegisterFunctionMessage::with_id("billing::charge")
                        .with_description("Charges.")
                        .with_metadata({{"owner", "payments"}})
                        .to_message();
  EXPECT_EQ(
      serialize(full),
      R"({"type":"registerfunction","id":"billing::charge","description":"Charges.",)"
      R"("metadata":{"owner":"payments"}})"
  );
}

TEST(Registration, Item38_services_have_their_message) {
  EXPECT_EQ(
      serialize(RegisterServiceMessage::with_id("billing")
                    .with_name("Billing")
                    .with_description("Money.")
                    .with_parent("shop")
                    .to_message()),
      R"({"type":"registerservice","id":"billing","name":"Billing","description":"Money.",)"
      R"("parent_service_id":"shop"})"
  );
  EXPECT_EQ(
      serialize(RegisterServiceMessage::with_id("billing").to_message()),
      R"({"type":"registerservice","id":"billing","name":"billing"})"
  );
}

TEST(Registration, Item35_functions_register_with_a_message) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  client.register_function_with(
      RegisterFunctionMessage::with_id("typed").with_description("Adds."),
      [](const Pair& in) { return in.a + in.b; }
  );
  client.register_function_with(
      {.id = "explicit", .request_format = Json{{"title", "Mine"}}},
      [](const Pair& in) { return in.a; }
  );
  client.register_service(RegisterServiceMessage::with_id("math"));
  EXPECT_EQ(client.trigger({.function_id = "typed", .payload = {{"a", 2}, {"b", 3}}}), 5);
  int seen = 0;
  for (const FunctionInfo& info : client.list_functions()) {
    if (info.function_id == "typed") {
      ++seen;
      EXPECT_EQ(info.description, "Adds.");
      EXPECT_EQ(info.request_format, json_schema<Pair>());
      EXPECT_EQ(info.response_format, json_schema<int>());
    } else if (info.function_id == "explicit") {
      ++seen;
      EXPECT_EQ(info.request_format, (Json{{"title", "Mine"}}));
    }
  }
  EXPECT_EQ(seen, 2);
}

TEST(Registration, Item37_messages_that_cannot_be_are_refused) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  const auto echo = [](const Json& in) { return in; };
  const HttpInvocationConfig remote{.url = "https://a.example"};
  EXPECT_THROW(
      client.register_function_with({.id = "f", .invocation = remote}, echo), std::invalid_argument
  );
  EXPECT_THROW(client.register_function_with({.id = "f"}), std::invalid_argument);
  EXPECT_THROW(client.register_function_with({.id = " "}, echo), std::invalid_argument);
  EXPECT_THROW(
      client.register_function_with({.id = "f"}, HttpInvocationConfig{.url = "ftp://a"}),
      std::invalid_argument
  );
  EXPECT_THROW(client.register_service({.id = "", .name = "x"}), std::invalid_argument);
  client.register_function_with({.id = "g", .invocation = remote});
  EXPECT_THROW(client.register_function_with({.id = "g"}, echo), std::invalid_argument);
}

TEST(Registrations, end_with_their_scope) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  {
    const Scoped function(client.register_function("f", [] { return 1; }));
    Scoped trigger(client.register_trigger({.trigger_type = "tick", .function_id = "f"}));
    const Scoped moved(std::move(trigger));
    EXPECT_EQ(function->id(), "f");
    ASSERT_TRUE(engine.settle());
    EXPECT_EQ(client.trigger("f"), 1);
    EXPECT_EQ(engine.triggers("tick").size(), 1U);
  }
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(client.try_trigger("f").error().code(), "function_not_found");
  EXPECT_TRUE(engine.triggers("tick").empty());
}

TEST(Registrations, of_what_is_the_engines_own_are_refused) {
  iii::testing::Engine engine;
  Client worker = engine.connect();
  const FunctionRef own = worker.register_function("math::add", [] {});
  const FunctionRef taken = worker.register_function("engine::functions::list", [] {});
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(own.status(), std::nullopt);
  ASSERT_TRUE(taken.status());
  EXPECT_EQ(taken.status()->kind(), ErrorKind::registration_rejected);
}

TEST(Registrations, with_a_message_have_a_limit_too) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  client.register_function_with(
      RegisterFunctionMessage::with_id("f"),
      [&] {
        most = std::max<int>(most, ++running);
        --running;
      },
      1
  );
  ASSERT_TRUE(engine.settle());
  for (int i = 0; i < 20; ++i) {
    client.trigger({.function_id = "f", .action = TriggerAction::Void()});
  }
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(most, 1);
}

TEST(Counters, tell_what_waits_and_what_was_dropped) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  engine.refuse_connections(true);
  engine.drop_connections();
  ASSERT_TRUE(engine.settle());
  client.trigger({.function_id = "f", .action = TriggerAction::Void()});
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(client.counters().waiting_messages, 1U);
  EXPECT_GT(client.counters().waiting_bytes, 0U);
  EXPECT_EQ(client.counters().dropped_messages, 0U);
}

TEST(Metadata, can_be_changed_in_part) {
  InitOptions options;
  options.worker_name = "till-3";
  options.identity = WorkerIdentity::given;
  WorkerMetadata metadata = detect_worker_metadata(options);
  EXPECT_EQ(metadata.name, "till-3");
  EXPECT_FALSE(metadata.version.empty());
  EXPECT_TRUE(metadata.pid.has_value());
  metadata.description = "Takes money.";
  iii::testing::Engine engine;
  Client client = engine.connect();
  client.set_metadata(metadata);
}

}  // namespace
}  // namespace iii::test
