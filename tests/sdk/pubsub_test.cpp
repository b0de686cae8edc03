// Topics, against functions that play the engine's worker (spec: pubsub §3, §4).
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/pubsub.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace iii::test {

struct Door {
  int number = 0;
};
III_DESCRIBE(Door, number)

namespace {

class PubSub : public ::testing::Test {
 protected:
  PubSub() {
    engine_worker.register_function("publish", [](const Json& in) {
      if (in.at("topic").as_string().empty()) {
        throw Error::remote("topic_not_set", "Topic is not set");
      }
    });
    EXPECT_TRUE(engine.settle());
  }

  iii::testing::Engine engine;
  Client engine_worker = engine.connect();
  Client client = engine.connect();
  const PubSubClient topics{client};
};

TEST_F(PubSub, publishes_values_of_any_type) {
  topics.publish("door.opened", Door{.number = 4});
  wait(topics.publish_async("door.closed", "a text"));
  topics.publish_void("door.opened", Json(nullptr));
  ASSERT_TRUE(engine.settle());
  const auto calls = engine.calls("publish");
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(serialize(calls[0].payload), R"({"topic":"door.opened","data":{"number":4}})");
  EXPECT_EQ(serialize(calls[1].payload), R"({"topic":"door.closed","data":"a text"})");
  EXPECT_EQ(serialize(calls[2].payload), R"({"topic":"door.opened","data":null})");
  EXPECT_EQ(calls[2].action, TriggerAction::Kind::fire_and_forget);
}

TEST_F(PubSub, says_why_nothing_was_published) {
  try {
    topics.publish("", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "topic_not_set");
  }
}

TEST_F(PubSub, subscribes_with_the_function_or_not_at_all) {
  const auto echo = [](const Json& in) { return in; };
  EXPECT_THROW(topics.subscribe("\xff", "alerts::on_door", echo), Error);
  client.register_function("alerts::on_door", echo);
}

TEST_F(PubSub, subscribes_functions_to_topics) {
  std::vector<int> opened;
  const TopicSubscription subscription = topics.subscribe(
      "door.opened", "alerts::on_door", [&](const Door& door) { opened.push_back(door.number); }
  );
  topics.subscribe("door.closed", "alerts::on_door");
  const auto triggers = engine.triggers("subscribe");
  ASSERT_EQ(triggers.size(), 2U);
  EXPECT_EQ(serialize(triggers[0].config), R"({"topic":"door.opened"})");
  EXPECT_EQ(triggers[0].function_id, "alerts::on_door");
  EXPECT_EQ(serialize(triggers[1].config), R"({"topic":"door.closed"})");
  engine.fire("subscribe", Door{.number = 4});
  EXPECT_EQ(opened, (std::vector<int>{4, 4}));
  subscription.unsubscribe();
  EXPECT_EQ(engine.triggers("subscribe").size(), 1U);
  EXPECT_EQ(
      client.try_trigger({.function_id = "alerts::on_door"}).error().code(), "function_not_found"
  );
}

}  // namespace
}  // namespace iii::test
