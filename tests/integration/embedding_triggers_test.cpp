// iii::Engine: trigger types of the program.
#include "embedding.hpp"
#include "support/core_texts.hpp"
#include "worker_client.hpp"

#include <iii/engine.hpp>

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
    EXPECT_TRUE(engine_.register_trigger_type(
        "clock",
        {.description = "fires when told",
         .on_registered = [this](const TriggerBinding& trigger) -> Status {
           if (trigger.config.find("refuse") != std::string::npos) {
             return Error{ErrorCode::invalid_argument, "no such clock"};
           }
           if (trigger.config.find("throw") != std::string::npos) {
             throw std::runtime_error("clockwork");
           }
           registered_.give(trigger);
           return {};
         },
         .on_unregistered = [this](std::string_view id) { unregistered_.give(std::string(id)); }}
    ));
    worker_.call("engine::workers::register", R"({"version":"0.22.1"})");
    worker_.serve("target");
  }
  void add_trigger(std::string_view config, std::string_view more = "") {
    worker_.send(register_trigger("t", "clock", "target", config, more));
  }

  Parcel<TriggerBinding> registered_;
  Parcel<std::string> unregistered_;
  Engine engine_ = start();
  WorkerClient worker_{engine_.port()};
};

TEST_F(ProgramTriggers, FireFunctionsOfRemoteWorkers) {
  add_trigger(R"({"every":1})", R"(,"metadata":{"m":1})");
  const TriggerBinding trigger = registered_.take();
  EXPECT_EQ(trigger.id, "t");
  EXPECT_EQ(trigger.function_id, "target");
  EXPECT_EQ(trigger.config, R"({"every":1})");
  EXPECT_EQ(trigger.metadata, R"({"m":1})");
  ASSERT_TRUE(engine_.fire("t", R"({"tick":1})"));
  const auto call = worker_.next_call();
  EXPECT_EQ(call.at("data"), boost::json::parse(R"({"tick":1})"));
  EXPECT_EQ(call.at("metadata"), boost::json::parse(R"({"m":1})"));
  worker_.send(unregister_trigger("t", "clock"));
  EXPECT_EQ(unregistered_.take(), "t");
  // Nobody is called any more, and the program need not know.
  ASSERT_TRUE(engine_.fire("t", "{}"));
  ASSERT_TRUE(engine_.fire("never heard of", "{}"));
  worker_.settle();
}

TEST_F(ProgramTriggers, RespectConditions) {
  ASSERT_TRUE(engine_.register_function("is_even", [](const Invocation& call, Responder respond) {
    respond.result(call.payload == "2" ? "true" : " false ");
  }));
  add_trigger(R"({"condition_function_id":"is_even"})");
  (void)registered_.take();
  ASSERT_TRUE(engine_.fire("t", "1"));
  ASSERT_TRUE(engine_.fire("t", "2"));
  EXPECT_EQ(worker_.next_call().at("data"), 2);
}

TEST_F(ProgramTriggers, AreRefusedWithAReason) {
  add_trigger(R"({"refuse":true})");
  const auto refused = worker_.next_message();
  EXPECT_EQ(refused.at("type"), "triggerregistrationresult");
  EXPECT_EQ(refused.at("error").at("code"), "trigger_registration_failed");
  EXPECT_EQ(refused.at("error").at("message"), "no such clock");
}

TEST_F(ProgramTriggers, AreRefusedByAnException) {
  add_trigger(R"({"throw":true})");
  EXPECT_EQ(worker_.next_message().at("error").at("message"), "clockwork");
}

}  // namespace
}  // namespace iii::test
