// Trigger types of a worker's own, with and without types (spec: sdk §8, §29 items 59 to 63).
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_type.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::test {

struct Every {
  int seconds = 1;
};
III_DESCRIBE(Every, seconds)

struct Tick {
  std::int64_t number = 0;
};
III_DESCRIBE(Tick, number)

namespace {

using namespace std::chrono_literals;

// Remembers what it is told.
class Ticker final : public TriggerHandlerOf<Every> {
 public:
  void register_trigger(const TriggerConfigOf<Every>& trigger) override {
    if (trigger.config.seconds <= 0) {
      throw Error::remote("E1", "seconds must be positive");
    }
    registered.push_back(trigger);
  }
  void unregister_trigger(const std::string& id) override { unregistered.push_back(id); }

  std::vector<TriggerConfigOf<Every>> registered;
  std::vector<std::string> unregistered;
};

Task<Json> later(Tick tick) {
  co_return tick.number + 1;
}

class TriggerTypes : public ::testing::Test {
 protected:
  iii::testing::Engine engine;
  Client provider = engine.connect();
  Client user = engine.connect();
  std::shared_ptr<Ticker> ticker = std::make_shared<Ticker>();
};

TEST_F(TriggerTypes, Item59_type_arguments_become_schemas) {
  const auto type = RegisterTriggerType("tick", "Ticks.")
                        .trigger_request_format<Every>()
                        .call_request_format<Tick>();
  EXPECT_EQ(type.message().trigger_request_format, json_schema<Every>());
  EXPECT_EQ(type.message().call_request_format, json_schema<Tick>());
  const Json message = trigger_type<Every, Tick>("tick", "Ticks.").message().to_message();
  EXPECT_EQ(
      message,
      (Json{
          {"type", "registertriggertype"},
          {"id", "tick"},
          {"description", "Ticks."},
          {"trigger_request_format", json_schema<Every>()},
          {"call_request_format", json_schema<Tick>()},
      })
  );
  EXPECT_FALSE(
      trigger_type("any", "").message().to_message().as_object().contains("trigger_request_format")
  );
}

TEST_F(TriggerTypes, Item60_Item61_typed_handlers_learn_of_triggers_and_of_their_end) {
  provider.register_trigger_type(trigger_type<Every, Tick>("tick", "Ticks."), ticker);
  ASSERT_TRUE(engine.settle());
  const Trigger trigger = user.register_trigger(
      {.trigger_type = "tick", .function_id = "f", .config = {{"seconds", 5}}, .metadata = Json(1)}
  );
  ASSERT_TRUE(engine.settle());
  ASSERT_EQ(ticker->registered.size(), 1U);
  EXPECT_EQ(ticker->registered[0].id, trigger.id());
  EXPECT_EQ(ticker->registered[0].function_id, "f");
  EXPECT_EQ(ticker->registered[0].config.seconds, 5);
  EXPECT_EQ(ticker->registered[0].metadata, Json(1));
  EXPECT_EQ(trigger.status(), std::nullopt);
  trigger.unregister();
  ASSERT_TRUE(engine.settle());
  EXPECT_EQ(ticker->unregistered, std::vector<std::string>{trigger.id()});
}

TEST_F(TriggerTypes, Item60_a_config_of_another_type_refuses_its_trigger) {
  provider.register_trigger_type(trigger_type<Every, Tick>("tick", "Ticks."), ticker);
  ASSERT_TRUE(engine.settle());
  const Trigger trigger = user.register_trigger(
      {.trigger_type = "tick", .function_id = "f", .config = {{"seconds", "soon"}}}
  );
  ASSERT_TRUE(engine.settle());
  EXPECT_TRUE(ticker->registered.empty());
  const auto refusal = trigger.status();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code(), "trigger_registration_failed");
  EXPECT_NE(refusal->message().find("seconds: expected"), std::string::npos);
}

TEST_F(TriggerTypes, Item62_the_ref_registers_typed_triggers_and_functions) {
  const TriggerTypeRef<Every, Tick> ref = provider.register_trigger_type(
      trigger_type<Every, Tick>("tick", "Ticks."),
      [this](const TriggerConfigOf<Every>& trigger) { ticker->register_trigger(trigger); },
      {}
  );
  EXPECT_EQ(ref.id(), "tick");
  ref.register_function("typed", [](const Tick& tick) { return tick.number; });
  ref.register_function("untyped", [](const Json& tick) { return tick; });
  ref.register_function("bare", [] { return 1; });
  ref.register_function_async("async", later);
  const Trigger typed = ref.register_trigger("typed", {.seconds = 2});
  const Trigger with_metadata =
      ref.register_trigger_with_metadata("async", {.seconds = 3}, Json("m"));
  ASSERT_TRUE(engine.settle());
  ASSERT_EQ(ticker->registered.size(), 2U);
  EXPECT_EQ(ticker->registered[0].config.seconds, 2);
  EXPECT_EQ(ticker->registered[1].metadata, Json("m"));
  EXPECT_EQ(engine.fire(typed, Tick{.number = 41}).value(), 41);
  EXPECT_EQ(engine.fire(with_metadata, Tick{.number = 41}).value(), 42);
}

TEST_F(TriggerTypes, Item62_without_types_everything_goes) {
  const auto ref = provider.register_trigger_type(
      {.id = "any", .description = "Anything."},
      [this](const TriggerConfig& trigger) {
        ticker->register_trigger(
            {.id = trigger.id, .config = from_json<Every>(trigger.config).value()}
        );
      },
      {}
  );
  ref.register_function("typed", [](const Tick& tick) { return tick.number; });
  ref.register_trigger("typed", Every{.seconds = 7});
  ref.register_trigger("typed", {{"seconds", 8}});
  ASSERT_TRUE(engine.settle());
  ASSERT_EQ(ticker->registered.size(), 2U);
  EXPECT_EQ(ticker->registered[0].config.seconds, 7);
  EXPECT_EQ(ticker->registered[1].config.seconds, 8);
}

TEST_F(TriggerTypes, Item63_a_refusal_is_seen_in_every_way) {
  provider.register_trigger_type(trigger_type<Every, Tick>("tick", "Ticks."), ticker);
  ASSERT_TRUE(engine.settle());
  const RegisterTriggerInput bad{
      .trigger_type = "tick", .function_id = "f", .config = {{"seconds", 0}}, .metadata = {}
  };
  // Before it is refused, and after.
  const Trigger waited = user.register_trigger(bad);
  const auto refusal = waited.wait_for_refusal(30s);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code(), "trigger_registration_failed");
  EXPECT_NE(refusal->message().find("seconds must be positive"), std::string::npos);
  EXPECT_EQ(waited.wait_for_refusal(30s), refusal);

  struct Awaits {
    static Task<std::optional<Error>> refusal(Trigger trigger) {
      co_return co_await trigger.refusal(30s);
    }
  };
  EXPECT_EQ(wait(Awaits::refusal(user.register_trigger(bad))), refusal);

  detail::Latch called;
  std::optional<Error> seen;
  user.register_trigger(bad).refusal(30s, [&](std::optional<Error> error) {
    seen = std::move(error);
    called.open();
  });
  called.wait();
  EXPECT_EQ(seen, refusal);
}

TEST_F(TriggerTypes, Item63_waiting_for_a_refusal_ends) {
  provider.register_trigger_type(trigger_type<Every, Tick>("tick", "Ticks."), ticker);
  ASSERT_TRUE(engine.settle());
  const Trigger good =
      user.register_trigger({.trigger_type = "tick", .function_id = "f", .config = {{"seconds", 1}}}
      );
  EXPECT_EQ(good.wait_for_refusal(5ms), std::nullopt);
  detail::Latch called;
  good.refusal(1h, [&](const auto&) { called.open(); });
  user.shutdown();
  called.wait();
  EXPECT_EQ(good.wait_for_refusal(1h), std::nullopt);
}

TEST_F(TriggerTypes, Item64_come_again_after_a_reconnect) {
  provider.register_trigger_type(trigger_type<Every, Tick>("tick", "Ticks."), ticker);
  user.register_trigger({.trigger_type = "tick", .function_id = "f", .config = {{"seconds", 1}}});
  ASSERT_TRUE(engine.settle());
  ASSERT_EQ(ticker->registered.size(), 1U);
  engine.drop_connections();
  engine.advance(1min);
  ASSERT_TRUE(engine.settle());
  ASSERT_EQ(ticker->registered.size(), 2U);
  EXPECT_EQ(ticker->registered[0].id, ticker->registered[1].id);
}

}  // namespace
}  // namespace iii::test
