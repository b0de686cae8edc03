// The examples that need built-in workers, against stand-ins of these: the little of them that the
// examples use (spec: state §4, pubsub §3, §4).
#include "embedding.hpp"
#include "process.hpp"

#include <iii/client.hpp>
#include <iii/engine.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/state.hpp>
#include <iii/trigger.hpp>
#include <iii/update.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace iii::test {
namespace {

class BuiltinStandIns : public ::testing::Test {
 protected:
  BuiltinStandIns() {
    setenv("III_URL", url_.c_str(), 1);
    client_.register_function("state::update", [this](const StateUpdateInput& input) {
      const std::lock_guard lock(mutex_);
      Json& value = state_.try_emplace({input.scope, input.key}, JsonObject()).first->second;
      for (const UpdateOp& op : input.ops) {
        const auto& increment = std::get<UpdateIncrement>(op.kind);
        Json& member = value.as_object()[increment.path];
        member = (member.is_null() ? 0 : member.as_int64()) + increment.by;
      }
      return UpdateResult{.old_value = {}, .new_value = value, .errors = {}};
    });
    client_.register_function("state::delete", [this](const StateDeleteInput& input) {
      const std::lock_guard lock(mutex_);
      const auto node = state_.extract({input.scope, input.key});
      return node ? node.mapped() : Json();
    });
    client_.register_trigger_type(
        {.id = "subscribe", .description = "Topics."},
        [this](const TriggerConfig& trigger) {
          const std::lock_guard lock(mutex_);
          topics_.emplace(trigger.config.at("topic").as_string().c_str(), trigger.function_id);
        },
        {}
    );
    client_.register_function("publish", [this](const Json& input) {
      const std::lock_guard lock(mutex_);
      const auto [first, last] = topics_.equal_range(input.at("topic").as_string().c_str());
      for (auto topic = first; topic != last; ++topic) {
        client_.trigger(
            {.function_id = topic->second,
             .payload = input.at("data"),
             .action = TriggerAction::Void()}
        );
      }
    });
    static_cast<void>(client_.list_functions());  // behind them: all are known now
  }

  Process::Ending run(const char* program) { return Process({program}).wait(); }

 private:
  Engine engine_ = start();
  const std::string url_ = "ws://127.0.0.1:" + std::to_string(engine_.port());
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Json> state_;
  std::multimap<std::string, std::string> topics_;
  // One thread: as in an engine, who publishes after subscribing is heard.
  Client client_ = register_worker(
      url_,
      {.handler_threads = 1, .handler_threads_max = 1, .log = [](LogLevel, const std::string&) {}}
  );
};

TEST_F(BuiltinStandIns, serve_the_counter) {
  const auto ending = run(III_STATE_COUNTER);
  EXPECT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(
      ending.output, "{\"visits\":1}\n{\"visits\":2}\n{\"visits\":3}\nforgotten: {\"visits\":3}\n"
  );
}

TEST_F(BuiltinStandIns, serve_the_topic) {
  const auto ending = run(III_PUB_SUB);
  EXPECT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(ending.output, "door 4 is open\n");
}

TEST_F(BuiltinStandIns, are_not_needed_by_a_trigger_type) {
  const auto ending = run(III_OWN_TRIGGER_TYPE);
  EXPECT_EQ(ending.status, 0) << ending.errors;
  EXPECT_NE(ending.output.find("Hello, Ada!\n"), std::string::npos);
  EXPECT_NE(ending.output.find("Hello, Grace!\n"), std::string::npos);
  EXPECT_NE(ending.output.find("nobody to greet\n"), std::string::npos);
}

}  // namespace
}  // namespace iii::test
