// Triggers registered through functions (spec: engine-core §6.8): they have no owner, and the call
// waits for the provider's answer.
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;

constexpr std::string_view function = "engine::register_trigger";

std::string text_of(const boost::json::value& value) {
  return std::string(std::string_view(value.as_string()));
}

class FunctionPath : public testing::Test {
 protected:
  // Sends the call; returns the id of the trigger that the provider is told about.
  std::string ask_provider(const std::string& id = uuid(1), std::string_view more = "") {
    scene.from(
        caller,
        call(
            id,
            function,
            R"({"trigger_type":"mail","function_id":"f","config":{"box":"in"},"metadata":[1]})",
            more
        )
    );
    const std::string told = scene.expect_any(provider);
    const std::string trigger = told.substr(told.find(R"("id":")") + 6, base::Uuid::text_size);
    EXPECT_EQ(
        told, register_trigger(trigger, "mail", "f", R"({"box":"in"})", R"(,"metadata":[1])")
    );
    scene.expect_nothing_else();
    return trigger;
  }
  [[nodiscard]] bool is_live(std::string_view id) {
    const auto found = scene.core().triggers().all().find(id);
    return found != scene.core().triggers().all().end() && found->second.is_live;
  }
  [[nodiscard]] std::string accepted(std::string_view trigger, const std::string& id = uuid(1)) {
    return result(id, function, R"({"id":")" + std::string(trigger) + "\"}");
  }

  Scene scene;
  Peer caller = scene.open("caller");
  Peer provider = scene.open("provider");
};

class FunctionPathToAProvider : public FunctionPath {
 protected:
  FunctionPathToAProvider() { scene.from(provider, register_trigger_type("mail")); }
};

TEST_F(FunctionPathToAProvider, returns_the_id_when_the_provider_has_accepted) {
  EXPECT_FALSE(scene.core().owes_answers());
  const std::string trigger = ask_provider();
  EXPECT_TRUE(scene.core().owes_answers());
  scene.from(provider, accept_trigger(trigger, "mail"));
  scene.expect(caller, accepted(trigger));
  scene.expect_nothing_else();
  EXPECT_TRUE(is_live(trigger));
  EXPECT_FALSE(scene.core().owes_answers());
  scene.from(provider, accept_trigger(trigger, "mail"));
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, fails_when_the_provider_rejects_and_keeps_nothing) {
  const std::string trigger = ask_provider();
  scene.from(provider, refuse_trigger(trigger, "mail", "f", "taken", "path already taken"));
  scene.expect(
      caller, failure(uuid(1), function, "trigger_registration_failed", "taken: path already taken")
  );
  scene.expect_nothing_else();
  EXPECT_FALSE(scene.core().triggers().all().contains(trigger));
}

TEST_F(FunctionPathToAProvider, frees_the_id_for_who_waits_for_it_when_the_provider_rejects) {
  const std::string trigger = ask_provider();
  const Peer rival = scene.open("rival");
  scene.from(rival, register_trigger(trigger, "mail", "g"));
  scene.expect_any(rival);
  scene.from(provider, refuse_trigger(trigger, "mail", "f", "no", "no"));
  scene.expect(caller, failure(uuid(1), function, "trigger_registration_failed", "no: no"));
  scene.expect(provider, register_trigger(trigger, "mail", "g"));
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, takes_silence_of_ten_seconds_for_acceptance) {
  const std::string trigger = ask_provider();
  scene.advance(9'999ms);
  scene.expect_nothing_else();
  scene.advance(1ms);
  scene.expect(caller, accepted(trigger));
  // A late rejection still parks it.
  scene.from(provider, refuse_trigger(trigger, "mail", "f", "no", "too late"));
  scene.expect_nothing_else();
  ASSERT_TRUE(scene.core().triggers().all().contains(trigger));
  EXPECT_FALSE(is_live(trigger));
}

TEST_F(FunctionPathToAProvider, takes_the_providers_end_for_acceptance) {
  const std::string trigger = ask_provider();
  scene.close(provider);
  scene.expect(caller, accepted(trigger));
  scene.expect_nothing_else();
  EXPECT_FALSE(is_live(trigger));
}

TEST_F(FunctionPathToAProvider, answers_nobody_when_the_caller_has_gone) {
  const std::string trigger = ask_provider();
  scene.close(caller);
  scene.expect_nothing_else();
  scene.from(provider, accept_trigger(trigger, "mail"));
  scene.expect_nothing_else();
  EXPECT_TRUE(is_live(trigger));
}

TEST_F(FunctionPathToAProvider, answers_nobody_who_did_not_ask_for_an_answer) {
  scene.from(caller, fire_and_forget(function, R"({"trigger_type":"mail","function_id":"f"})"));
  scene.expect_any(provider);
  scene.advance(10s);
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, echoes_the_callers_trace) {
  const std::string trace = R"(,"traceparent":"x","baggage":"y")";
  const std::string trigger = ask_provider(uuid(1), trace);
  scene.from(provider, accept_trigger(trigger, "mail"));
  scene.expect(caller, result(uuid(1), function, R"({"id":")" + trigger + "\"}", trace));
}

TEST_F(FunctionPathToAProvider, listens_to_the_provider_alone) {
  const std::string trigger = ask_provider();
  const Peer stranger = scene.open("stranger");
  scene.from(stranger, accept_trigger(trigger, "mail"));
  scene.from(stranger, refuse_trigger(trigger, "mail", "f", "no", "no"));
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, works_for_many_at_once) {
  const std::string first = ask_provider(uuid(1));
  scene.advance(1s);
  const std::string second = ask_provider(uuid(2));
  EXPECT_NE(first, second);
  scene.from(provider, accept_trigger(second, "mail"));
  scene.expect(caller, accepted(second, uuid(2)));
  scene.advance(9s);
  scene.expect(caller, accepted(first, uuid(1)));
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, accepts_what_the_provider_has_not_answered_when_a_drain_ends) {
  const std::string trigger = ask_provider();
  scene.start_draining();
  scene.end_draining();
  scene.expect(caller, accepted(trigger));
  scene.expect_nothing_else();
}

TEST_F(FunctionPath, accepts_a_trigger_whose_type_nobody_provides_yet) {
  const std::string id =
      text_of(scene.ask(caller, function, R"({"trigger_type":"mail","function_id":"f"})").at("id"));
  scene.expect_nothing_else();
  scene.from(provider, register_trigger_type("mail"));
  scene.expect(provider, register_trigger(id, "mail", "f"));
  scene.expect_nothing_else();
}

TEST_F(FunctionPath, accepts_a_trigger_of_the_engines_own_types_at_once) {
  const auto answer = scene.ask(
      caller, function, R"({"trigger_type":"engine::workers-available","function_id":"f"})"
  );
  EXPECT_TRUE(is_live(text_of(answer.at("id"))));
}

TEST_F(FunctionPath, registers_what_outlives_its_creator) {
  const std::string id = text_of(scene.ask(caller, function, R"(["mail","f",{"a": 1}])").at("id"));
  scene.close(caller);
  scene.from(provider, register_trigger_type("mail"));
  scene.expect(provider, register_trigger(id, "mail", "f", R"({"a":1})"));
  scene.close(provider);
  scene.expect_nothing_else();
  EXPECT_TRUE(scene.core().triggers().all().contains(id));
}

TEST_F(FunctionPath, refuses_what_names_neither_type_nor_function) {
  EXPECT_EQ(
      scene.refusal(caller, function, R"({"function_id":"f"})"),
      "deserialization_error: Failed to deserialize input for engine::register_trigger: member "
      "'trigger_type' must be a string and is required"
  );
  EXPECT_EQ(
      scene.refusal(caller, function, R"({"trigger_type":"mail","function_id":null})"),
      "deserialization_error: Failed to deserialize input for engine::register_trigger: member "
      "'function_id' must be a string and is required"
  );
  EXPECT_TRUE(scene.core().triggers().all().empty());
}

// --- engine::unregister_trigger ---

TEST_F(FunctionPathToAProvider, removes_what_it_registered) {
  const std::string trigger = ask_provider();
  scene.from(provider, accept_trigger(trigger, "mail"));
  scene.expect_any(caller);
  const std::string input = R"({"id":")" + trigger + R"(","trigger_type":"mail"})";
  EXPECT_EQ(
      scene.ask(provider, "engine::unregister_trigger", input),
      (boost::json::object{{"removed", true}})
  );
  scene.expect(provider, unregister_trigger(trigger, "mail"));
  EXPECT_EQ(
      scene.ask(caller, "engine::unregister_trigger", input),
      (boost::json::object{{"removed", false}})
  );
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, ends_the_wait_when_the_trigger_is_removed_meanwhile) {
  const std::string trigger = ask_provider();
  scene.ask(provider, "engine::unregister_trigger", R"({"id":")" + trigger + R"("})");
  scene.expect(provider, unregister_trigger(trigger, "mail"));
  scene.expect(caller, accepted(trigger));
  scene.expect_nothing_else();
}

TEST_F(FunctionPathToAProvider, removes_the_callers_own_triggers_but_not_those_of_others) {
  scene.from(caller, register_trigger("t", "mail", "f"));
  scene.expect_any(provider);
  EXPECT_EQ(
      scene.ask(provider, "engine::unregister_trigger", R"({"id":"t"})"),
      (boost::json::object{{"removed", false}})
  );
  EXPECT_EQ(
      scene.ask(caller, "engine::unregister_trigger", R"({"id":"t"})"),
      (boost::json::object{{"removed", true}})
  );
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
}

TEST_F(FunctionPath, needs_the_id_of_what_it_shall_remove) {
  EXPECT_TRUE(
      scene.refusal(caller, "engine::unregister_trigger", "{}").starts_with("deserialization_error")
  );
}

}  // namespace
}  // namespace iii::core
