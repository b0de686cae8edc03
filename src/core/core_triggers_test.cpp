// Trigger types and triggers (spec: engine-core §6): who is told, who waits, who owns.
#include "base/limits.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "protocol/from_worker.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"
#include "support/sweeps.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

using namespace iii::test;

class Triggers : public testing::Test {
 protected:
  // "live", or why not.
  [[nodiscard]] std::string state(std::string_view id) {
    const auto& all = scene.core().triggers().all();
    const auto found = all.find(id);
    if (found == all.end()) {
      return "unknown";
    }
    return found->second.is_live ? "live" : found->second.pending_reason;
  }
  // A trigger of the owner's that the provider has been told about.
  void bind(const Peer& of, const std::string& id, Where where = Where::current()) {
    scene.from(of, register_trigger(id, "mail", "f"));
    scene.expect(provider, register_trigger(id, "mail", "f"), where);
    scene.expect_nothing_else(where);
  }

  Scene scene;
  Peer owner = scene.open("owner");
  Peer provider = scene.open("provider");
};

class TriggersOfAType : public Triggers {
 protected:
  TriggersOfAType() { scene.from(provider, register_trigger_type("mail")); }
};

constexpr std::string_view no_provider = "no worker provides the trigger type";

// --- Providers ---

TEST_F(TriggersOfAType, are_told_to_the_provider_and_nobody_is_answered) {
  scene.from(
      owner, register_trigger("t", "mail", "f", R"({"box": "in"})", R"(,"metadata":{"a":1})")
  );
  scene.expect(
      provider, register_trigger("t", "mail", "f", R"({"box": "in"})", R"(,"metadata":{"a":1})")
  );
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "live");
}

TEST_F(TriggersOfAType, without_a_config_have_the_config_null) {
  scene.from(
      owner, R"({"type":"registertrigger","id":"t","trigger_type":"mail","function_id":"f"})"
  );
  scene.expect(provider, register_trigger("t", "mail", "f", "null"));
}

TEST_F(Triggers, wait_for_a_provider_that_comes_late) {
  scene.from(owner, register_trigger("t-1", "mail", "f", R"({"box":"in"})"));
  scene.from(owner, register_trigger("t-2", "mail", "g"));
  scene.from(owner, register_trigger("t-0", "other", "h"));
  scene.expect_nothing_else();
  scene.expect_note("trigger_waits", {{"trigger_id", "t-0"}, {"trigger_type", "other"}});
  EXPECT_EQ(state("t-1"), no_provider);
  scene.from(provider, register_trigger_type("mail"));
  scene.expect(provider, register_trigger("t-1", "mail", "f", R"({"box":"in"})"));
  scene.expect(provider, register_trigger("t-2", "mail", "g"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t-1"), "live");
  EXPECT_EQ(state("t-0"), no_provider);
}

TEST_F(TriggersOfAType, survive_a_restart_of_their_provider) {
  bind(owner, "t");
  scene.close(provider);
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), no_provider);
  const Peer again = scene.open("provider again");
  scene.from(again, register_trigger_type("mail"));
  scene.expect(again, register_trigger("t", "mail", "f"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "live");
}

TEST_F(TriggersOfAType, are_told_again_when_the_provider_registers_the_type_again) {
  bind(owner, "t");
  scene.from(provider, register_trigger_type("mail"));
  scene.expect(provider, register_trigger("t", "mail", "f"));
  scene.expect_nothing_else();
}

TEST_F(TriggersOfAType, move_to_a_second_provider_and_back_when_it_goes) {
  bind(owner, "t");
  const Peer second = scene.open("second");
  scene.from(second, register_trigger_type("mail"));
  scene.expect(second, register_trigger("t", "mail", "f"));
  scene.from(owner, register_trigger("u", "mail", "f"));
  scene.expect(second, register_trigger("u", "mail", "f"));
  scene.expect_nothing_else();
  scene.close(second);
  scene.expect(provider, register_trigger("t", "mail", "f"));
  scene.expect(provider, register_trigger("u", "mail", "f"));
  scene.expect_nothing_else();
}

TEST_F(TriggersOfAType, stay_where_they_are_when_a_replaced_provider_goes) {
  const Peer second = scene.open("second");
  scene.from(second, register_trigger_type("mail"));
  scene.from(owner, register_trigger("t", "mail", "f"));
  scene.expect(second, register_trigger("t", "mail", "f"));
  scene.close(provider);
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "live");
}

TEST_F(TriggersOfAType, wait_when_their_provider_takes_the_type_back) {
  bind(owner, "t");
  scene.from(provider, unregister_trigger_type("mail"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), no_provider);
  EXPECT_FALSE(scene.core().triggers().types().contains("mail"));
  scene.from(provider, register_trigger_type("mail"));
  scene.expect(provider, register_trigger("t", "mail", "f"));
}

TEST_F(TriggersOfAType, are_unaffected_when_somebody_else_takes_their_type_back) {
  bind(owner, "t");
  scene.from(owner, unregister_trigger_type("mail"));
  scene.from(owner, unregister_trigger_type("no such type"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "live");
}

TEST_F(Triggers, of_built_in_types_cannot_be_captured) {
  const Peer cron = scene.open_local("iii-cron");
  scene.from(cron, register_trigger_type("cron"));
  for (const std::string& type : {std::string("cron"), std::string("engine::workers-available")}) {
    scene.from(provider, register_trigger_type(type));
    scene.expect_nothing_else();
    scene.expect_note(
        "trigger_type_refused",
        {{"trigger_type", type}, {"reason", "a built-in worker provides this type"}}
    );
  }
  scene.from(owner, register_trigger("t", "cron", "f"));
  scene.expect(cron, register_trigger("t", "cron", "f"));
}

TEST_F(TriggersOfAType, are_told_to_a_provider_that_owns_them_itself) {
  bind(provider, "t");
  scene.close(provider);
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "unknown");
}

// --- Rejection ---

TEST_F(TriggersOfAType, that_the_provider_rejects_wait_and_the_owner_is_told) {
  bind(owner, "t");
  scene.from(provider, refuse_trigger("t", "x", "y", "taken", "path already taken"));
  scene.expect(owner, refuse_trigger("t", "mail", "f", "taken", "path already taken"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "rejected by its provider: path already taken");
  // Tried again with the next registration of the type, or of the trigger.
  scene.from(owner, register_trigger("t", "mail", "f"));
  scene.expect(provider, register_trigger("t", "mail", "f"));
  EXPECT_EQ(state("t"), "live");
  scene.from(provider, refuse_trigger("t", "mail", "f", "taken", "still"));
  scene.expect_any(owner);
  scene.from(provider, register_trigger_type("mail"));
  scene.expect(provider, register_trigger("t", "mail", "f"));
  EXPECT_EQ(state("t"), "live");
}

TEST_F(TriggersOfAType, that_are_rejected_do_not_trouble_owners_of_line_0_11) {
  const Peer old = scene.open_announced("old", "0.11.6");
  bind(old, "t");
  scene.from(provider, refuse_trigger("t", "mail", "f", "taken", "path already taken"));
  scene.expect_nothing_else();
  scene.expect_note("trigger_not_live", {{"trigger_id", "t"}, {"reason", "path already taken"}});
  EXPECT_EQ(state("t"), "rejected by its provider: path already taken");
}

TEST_F(TriggersOfAType, are_rejected_by_their_provider_alone) {
  bind(owner, "t");
  const Peer stranger = scene.open("stranger");
  scene.from(stranger, refuse_trigger("t", "mail", "f", "no", "no"));
  scene.from(owner, refuse_trigger("t", "mail", "f", "no", "no"));
  scene.from(provider, refuse_trigger("no such trigger", "mail", "f", "no", "no"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "live");
}

TEST_F(TriggersOfAType, that_were_rejected_are_not_withdrawn_from_the_provider) {
  bind(owner, "t");
  scene.from(provider, refuse_trigger("t", "mail", "f", "no", "no"));
  scene.expect_any(owner);
  scene.from(owner, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "unknown");
}

TEST_F(TriggersOfAType, that_were_accepted_are_accepted) {
  bind(owner, "t");
  scene.from(provider, accept_trigger("t", "mail"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "live");
}

// --- Updates and removal ---

TEST_F(TriggersOfAType, registered_again_are_told_to_the_provider_as_an_update) {
  bind(owner, "t");
  scene.from(owner, register_trigger("t", "mail", "g", R"({"box":"out"})"));
  scene.expect(provider, register_trigger("t", "mail", "g", R"({"box":"out"})"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().triggers().all().size(), 1U);
}

TEST_F(TriggersOfAType, that_change_their_type_are_withdrawn_from_the_old_provider) {
  const Peer clock = scene.open("clock");
  scene.from(clock, register_trigger_type("tick"));
  bind(owner, "t");
  scene.from(owner, register_trigger("t", "tick", "f"));
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect(clock, register_trigger("t", "tick", "f"));
  scene.from(owner, register_trigger("t", "nobody's", "f"));
  scene.expect(clock, unregister_trigger("t", "tick"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), no_provider);
}

TEST_F(TriggersOfAType, that_are_unregistered_are_withdrawn_from_their_provider) {
  bind(owner, "t");
  scene.from(owner, unregister_trigger("t", "whatever"));
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "unknown");
  scene.from(owner, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
}

TEST_F(Triggers, that_wait_can_be_unregistered) {
  scene.from(owner, register_trigger("t", "mail", "f"));
  scene.from(owner, unregister_trigger("t", "mail"));
  scene.from(provider, register_trigger_type("mail"));
  scene.expect_nothing_else();
}

TEST_F(TriggersOfAType, go_with_their_owner) {
  bind(owner, "t");
  bind(owner, "u");
  scene.from(owner, register_trigger("v", "nobody's", "f"));
  scene.close(owner);
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect(provider, unregister_trigger("u", "mail"));
  scene.expect_nothing_else();
  EXPECT_TRUE(scene.core().triggers().all().empty());
}

TEST_F(TriggersOfAType, whose_owner_and_provider_go_in_the_same_turn_are_gone) {
  bind(owner, "t");
  scene.close(provider);
  scene.close(owner);
  scene.expect_nothing_else();
  EXPECT_TRUE(scene.core().triggers().all().empty());
}

// --- Ownership ---

TEST_F(TriggersOfAType, are_unregistered_by_their_owner_alone) {
  bind(owner, "t");
  const Peer stranger = scene.open("stranger");
  scene.from(stranger, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
  scene.expect_note("unregister_refused", {{"trigger_id", "t"}, {"worker_id", stranger.worker_id}});
  EXPECT_EQ(state("t"), "live");
}

const std::string in_use =
    "Trigger id t belongs to another worker; this registration waits until that trigger is removed";

TEST_F(TriggersOfAType, whose_id_another_worker_has_wait_for_it) {
  bind(owner, "t");
  const Peer second = scene.open("second");
  const Peer third = scene.open("third");
  scene.from(second, register_trigger("t", "mail", "second::f"));
  scene.expect(second, refuse_trigger("t", "mail", "second::f", "trigger_id_in_use", in_use));
  scene.from(third, register_trigger("t", "mail", "third::f"));
  scene.expect(third, refuse_trigger("t", "mail", "third::f", "trigger_id_in_use", in_use));
  scene.expect_nothing_else();

  scene.from(owner, unregister_trigger("t", "mail"));
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect(provider, register_trigger("t", "mail", "second::f"));
  scene.expect_nothing_else();
  scene.close(second);
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect(provider, register_trigger("t", "mail", "third::f"));
  scene.expect_nothing_else();
}

TEST_F(TriggersOfAType, of_a_worker_that_reconnects_take_effect_when_the_old_connection_dies) {
  bind(owner, "t");
  const Peer again = scene.open("owner again");
  scene.from(again, register_trigger("t", "mail", "f"));
  scene.expect(again, refuse_trigger("t", "mail", "f", "trigger_id_in_use", in_use));
  scene.close(owner);
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect(provider, register_trigger("t", "mail", "f"));
  scene.expect_nothing_else();
}

TEST_F(TriggersOfAType, that_wait_for_an_id_can_be_replaced_and_unregistered) {
  bind(owner, "t");
  const Peer second = scene.open("second");
  scene.from(second, register_trigger("t", "mail", "old"));
  scene.expect_any(second);
  scene.from(second, register_trigger("t", "mail", "new"));
  scene.expect_any(second);
  const Peer third = scene.open("third");
  scene.from(third, register_trigger("t", "mail", "third"));
  scene.expect_any(third);
  scene.from(third, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
  scene.close(owner);
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect(provider, register_trigger("t", "mail", "new"));
  scene.expect_nothing_else();
}

TEST_F(TriggersOfAType, that_wait_for_an_id_go_with_their_owner) {
  bind(owner, "t");
  const Peer second = scene.open("second");
  scene.from(second, register_trigger("t", "mail", "f"));
  scene.expect_any(second);
  scene.close(second);
  scene.expect_nothing_else();
  scene.from(owner, unregister_trigger("t", "mail"));
  scene.expect(provider, unregister_trigger("t", "mail"));
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), "unknown");
}

TEST_F(TriggersOfAType, that_wait_for_the_id_of_the_providers_own_trigger_get_it_when_it_goes) {
  bind(provider, "t");
  scene.from(owner, register_trigger("t", "mail", "f"));
  scene.expect_any(owner);
  scene.close(provider);
  scene.expect_nothing_else();
  EXPECT_EQ(state("t"), no_provider);
}

// --- Limits and refusals ---

TEST_F(TriggersOfAType, have_ids_of_at_most_4096_bytes) {
  const std::string longest(base::limits::id_bytes_max, 'x');
  bind(owner, longest);
  scene.from(owner, register_trigger(longest + "x", "mail", "f"));
  EXPECT_NE(scene.expect_any(owner).find(R"("code":"limit_exceeded")"), std::string::npos);
  scene.expect_nothing_else();
}

TEST_F(Triggers, are_limited_in_number_for_each_worker) {
  Effects effects;
  for (std::size_t i = 0; i < base::limits::triggers_max; ++i) {
    scene.core().on_message(
        owner.connection,
        protocol::from_worker::RegisterTrigger{
            .id = std::to_string(i), .trigger_type = "mail", .function_id = "f"
        },
        scene.now(),
        effects
    );
    effects.clear();
  }
  scene.from(owner, register_trigger("one too many", "mail", "f"));
  EXPECT_NE(scene.expect_any(owner).find(R"("code":"limit_exceeded")"), std::string::npos);
  scene.from(provider, register_trigger("another worker's", "mail", "f"));
  scene.expect_nothing_else();
  // An update is no further trigger.
  scene.from(owner, register_trigger("17", "mail", "g"));
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().triggers().all().find("17")->second.function_id, "g");
}

TEST_F(Triggers, of_a_type_with_an_endless_id_do_not_exist) {
  const std::string endless(base::limits::id_bytes_max + 1, 'x');
  scene.from(provider, register_trigger_type(endless));
  scene.expect_note("trigger_type_refused", {{"reason", "the id is longer than 4096 bytes"}});
  EXPECT_FALSE(scene.core().triggers().types().contains(endless));
}

TEST_F(Triggers, are_of_at_most_4096_types_of_one_worker) {
  Effects effects;
  for (std::size_t i = 0; i < base::limits::trigger_types_max; ++i) {
    scene.core().on_message(
        provider.connection,
        protocol::from_worker::RegisterTriggerType{.id = std::to_string(i)},
        scene.now(),
        effects
    );
    effects.clear();
  }
  scene.from(provider, register_trigger_type("one too many"));
  scene.expect_note("trigger_type_refused", {{"reason", "the worker provides 4096 types already"}});
  scene.from(provider, register_trigger_type("17", "described anew"));
  EXPECT_EQ(
      scene.core().triggers().types().find("17")->second.description().description, "described anew"
  );
}

TEST_F(Triggers, that_cannot_be_understood_are_answered_where_the_answer_is_understood) {
  const std::string broken =
      R"({"type":"registertrigger","id":"t","trigger_type":"mail","function_id":7})";
  scene.from(owner, broken);
  scene.expect(
      owner,
      refuse_trigger(
          "t",
          "mail",
          "",
          "invalid_message",
          "The message was refused: member 'function_id' must be a string"
      )
  );
  scene.from(scene.open_announced("old", "0.11.6"), broken);
  scene.expect_nothing_else();
}

// The same dialogue with one of the three leaving before each step; the scene's checker judges.
TEST(TriggersSweep, leave_consistent_registries_wherever_a_connection_closes) {
  for (const std::size_t leaver : {0U, 1U, 2U}) {
    const std::size_t steps = sweep_failures([leaver](std::size_t failing) {
      Scene scene;
      const std::vector<Peer> peers = {
          scene.open("owner"), scene.open("provider"), scene.open("rival")
      };
      const std::vector<std::pair<std::size_t, std::string>> script = {
          {0, register_trigger("t", "mail", "f")},
          {1, register_trigger_type("mail")},
          {2, register_trigger("t", "mail", "g")},
          {2, register_trigger_type("mail")},
          {2, refuse_trigger("t", "mail", "f", "no", "no")},
          {0,
           call(uuid(1), "engine::register_trigger", R"({"trigger_type":"mail","function_id":"f"})")
          },
          {0, register_trigger("t", "mail", "f")},
          {2, unregister_trigger_type("mail")},
          {0, unregister_trigger("t", "mail")},
          {1, unregister_trigger_type("mail")},
      };
      for (std::size_t step = 0; step < script.size(); ++step) {
        if (step == failing) {
          scene.close(peers[leaver]);
        }
        scene.from(peers[script[step].first], script[step].second);
      }
      while (scene.pass_deadline()) {
      }
      EXPECT_EQ(scene.checker().awaited(), 0U);
      for (const Peer& peer : peers) {
        scene.close(peer);
      }
      scene.drop_effects();
      EXPECT_LE(scene.core().triggers().all().size(), 1U);  // the one without an owner
      return failing < script.size();
    });
    EXPECT_EQ(steps, 10U);
  }
}

}  // namespace
}  // namespace iii::core
