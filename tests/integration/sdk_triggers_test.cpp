// Trigger types, bindings and what fires, between clients of a real engine: one in this process, or
// the one that III_TEST_URL names.
#include "sdk_clients.hpp"
#include "test_engine.hpp"

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_type.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::test {

struct Place {
  std::string path;
};
III_DESCRIBE(Place, path)

namespace {

using namespace std::chrono_literals;

// What a provider is told.
class Bindings final : public TriggerHandlerOf<Place> {
 public:
  void register_trigger(const TriggerConfigOf<Place>& trigger) override {
    if (trigger.config.path == "taken") {
      throw Error::runtime("the path is taken");
    }
    const std::lock_guard lock(mutex_);
    bound_.push_back(trigger);
  }
  void unregister_trigger(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    unbound_.push_back(id);
  }

  [[nodiscard]] std::vector<TriggerConfigOf<Place>> bound() const {
    const std::lock_guard lock(mutex_);
    return bound_;
  }
  [[nodiscard]] std::vector<std::string> unbound() const {
    const std::lock_guard lock(mutex_);
    return unbound_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<TriggerConfigOf<Place>> bound_;
  std::vector<std::string> unbound_;
};

class SdkTriggers : public testing::Test {
 protected:
  SdkTriggers() {
    user.register_function("triggers::target", [this](const Json& event, const Invocation& call) {
      const std::lock_guard lock(mutex_);
      calls_.emplace_back(event, call.metadata);
      return Json(nullptr);
    });
    provide();
  }

  // A provider, which the engine knows when this returns.
  void provide() {
    provider.emplace(register_worker(engine.url(), silent()));
    bindings = std::make_shared<Bindings>();
    provider->register_trigger_type(
        trigger_type<Place>("triggers::place", "Places that something happens at."), bindings
    );
    settle();
  }
  // What either client has sent, and been sent, before it has arrived.
  void settle() {
    for (Client* const client : {&*provider, &user}) {
      ASSERT_TRUE(call_when_there(*client, {.function_id = "triggers::target"}));
    }
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }
  Trigger bind(const std::string& path) {
    return user.register_trigger({
        .trigger_type = "triggers::place",
        .function_id = "triggers::target",
        .config = {{"path", path}},
        .metadata = Json{{"of", path}},
    });
  }
  // All bindings that the provider was told of, each once; what the function got.
  std::vector<std::pair<Json, std::optional<Json>>> fire(const Json& event) {
    for (const auto& binding : bindings->bound()) {
      provider->trigger({
          .function_id = binding.function_id,
          .payload = event,
          .metadata = binding.metadata,
      });
    }
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }

  TestEngine engine;
  std::shared_ptr<Bindings> bindings;
  std::optional<Client> provider;

 private:
  std::mutex mutex_;
  std::vector<std::pair<Json, std::optional<Json>>> calls_;

 protected:
  Client user = register_worker(engine.url(), silent());
};

TEST_F(SdkTriggers, Item60_Item61_a_provider_learns_of_a_binding_and_of_its_end) {
  const Trigger trigger = bind("/a");
  ASSERT_TRUE(becomes([&] { return bindings->bound().size() == 1; }));
  EXPECT_EQ(bindings->bound()[0].id, trigger.id());
  EXPECT_EQ(bindings->bound()[0].function_id, "triggers::target");
  EXPECT_EQ(bindings->bound()[0].config.path, "/a");
  EXPECT_EQ(bindings->bound()[0].metadata, (Json{{"of", "/a"}}));
  trigger.unregister();
  EXPECT_TRUE(becomes([&] { return !bindings->unbound().empty(); }));
  EXPECT_EQ(bindings->unbound(), std::vector{trigger.id()});
}

TEST_F(SdkTriggers, what_a_provider_fires_arrives_with_the_metadata_of_its_binding) {
  bind("/a");
  ASSERT_TRUE(becomes([&] { return bindings->bound().size() == 1; }));
  const auto calls = fire(Json{{"number", 7}});
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].first.at("number"), 7);
  // Engines of line 0.11 need not pass it on (spec: sdk §24).
  if (calls[0].second || !is_line_0_11(user)) {
    EXPECT_EQ(calls[0].second, (Json{{"of", "/a"}}));
  }
}

TEST_F(SdkTriggers, Item63_a_refusal_reaches_who_has_bound_from_line_0_22_on) {
  const Trigger refused = bind("taken");
  if (is_line_0_11(user)) {
    settle();
    EXPECT_EQ(refused.status(), std::nullopt) << "nobody tells the user (spec: sdk §8.3)";
  } else {
    const auto refusal = refused.wait_for_refusal(20s);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code(), "trigger_registration_failed");
    EXPECT_NE(refusal->message().find("the path is taken"), std::string::npos);
  }
  const Trigger good = bind("/a");
  EXPECT_TRUE(becomes([&] { return bindings->bound().size() == 1; }));
  EXPECT_EQ(good.status(), std::nullopt);
}

TEST_F(SdkTriggers, Item64_a_provider_that_comes_back_alone_is_told_of_each_binding_once) {
  const Trigger first = bind("/a");
  const Trigger second = bind("/b");
  ASSERT_TRUE(becomes([&] { return bindings->bound().size() == 2; }));
  const std::string user_id = user.worker_id();
  provider.reset();
  provide();
  ASSERT_TRUE(becomes([&] { return bindings->bound().size() >= 2; }));
  settle();
  ASSERT_EQ(bindings->bound().size(), 2U);
  const auto has = [this](const Trigger& trigger) {
    const auto bound = bindings->bound();
    return bound[0].id == trigger.id() || bound[1].id == trigger.id();
  };
  EXPECT_TRUE(has(first));
  EXPECT_TRUE(has(second));
  EXPECT_EQ(fire(1).size(), 2U);
  EXPECT_EQ(user.worker_id(), user_id) << "who has bound was connected all the time";
}

}  // namespace
}  // namespace iii::test
