// iii::Engine: trigger types of the program.
#include "embedding.hpp"
#include "support/core_texts.hpp"
#include "worker_client.hpp"

#include <iii/engine.hpp>
#include <iii/engine_error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace iii::test {
namespace {

class ProgramTriggers : public testing::Test {
 protected:
  ProgramTriggers() {
    EXPECT_TRUE(engine.register_trigger_type(
        "clock",
        {.description = "fires when told",
         .on_registered = [this](const TriggerBinding& trigger) -> EngineStatus {
           if (trigger.config.find("refuse") != std::string::npos) {
             return EngineError{EngineErrorCode::invalid_argument, "no such clock"};
           }
           if (trigger.config.find("throw") != std::string::npos) {
             throw std::runtime_error("clockwork");
           }
           registered.give(trigger);
           return {};
         },
         .on_unregistered = [this](std::string_view id) { unregistered.give(std::string(id)); }}
    ));
    worker.call("engine::workers::register", R"({"version":"0.22.1"})");
    worker.serve("target");
  }
  void add_trigger(std::string_view config, std::string_view more = "") {
    worker.send(register_trigger("t", "clock", "target", config, more));
  }

  Parcel<TriggerBinding> registered;
  Parcel<std::string> unregistered;
  Engine engine = start();
  WorkerClient worker{engine.port()};
};

TEST_F(ProgramTriggers, FireFunctionsOfRemoteWorkers) {
  add_trigger(R"({"every":1})", R"(,"metadata":{"m":1})");
  const TriggerBinding trigger = registered.take();
  EXPECT_EQ(trigger.id, "t");
  EXPECT_EQ(trigger.function_id, "target");
  EXPECT_EQ(trigger.config, R"({"every":1})");
  EXPECT_EQ(trigger.metadata, R"({"m":1})");
  ASSERT_TRUE(engine.fire("t", R"({"tick":1})"));
  const auto call = worker.next_call();
  EXPECT_EQ(call.at("data"), boost::json::parse(R"({"tick":1})"));
  EXPECT_EQ(call.at("metadata"), boost::json::parse(R"({"m":1})"));
  worker.send(unregister_trigger("t", "clock"));
  EXPECT_EQ(unregistered.take(), "t");
  // Nobody is called any more, and the program need not know.
  ASSERT_TRUE(engine.fire("t", "{}"));
  ASSERT_TRUE(engine.fire("never heard of", "{}"));
  worker.settle();
}

TEST_F(ProgramTriggers, RespectConditions) {
  ASSERT_TRUE(engine.register_function(
      "is_even",
      [](const EngineInvocation& call, Responder respond) {
        respond.result(call.payload == "2" ? "true" : " false ");
      }
  ));
  add_trigger(R"({"condition_function_id":"is_even"})");
  (void)registered.take();
  ASSERT_TRUE(engine.fire("t", "1"));
  ASSERT_TRUE(engine.fire("t", "2"));
  EXPECT_EQ(worker.next_call().at("data"), 2);
}

TEST_F(ProgramTriggers, AreRefusedWithAReason) {
  add_trigger(R"({"refuse":true})");
  const auto refused = worker.next_message();
  EXPECT_EQ(refused.at("type"), "triggerregistrationresult");
  EXPECT_EQ(refused.at("error").at("code"), "trigger_registration_failed");
  EXPECT_EQ(refused.at("error").at("message"), "no such clock");
}

TEST_F(ProgramTriggers, AreRefusedByAnException) {
  add_trigger(R"({"throw":true})");
  EXPECT_EQ(worker.next_message().at("error").at("message"), "clockwork");
}

}  // namespace
}  // namespace iii::test
