#include "core/trigger_table.hpp"

#include "core/connection.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

using Removal = TriggerTable::Removal;
using Ids = std::vector<std::string>;

struct TriggerTableTest : testing::Test {
  TriggerTable table;
  Connection first;
  Connection second;

  static Trigger trigger(std::string id, Connection* owner, std::string type = "mail") {
    Trigger trigger;
    trigger.id = std::move(id);
    trigger.type = std::move(type);
    trigger.function_id = "f";
    trigger.owner = owner;
    return trigger;
  }
  Ids of_type(std::string_view type) {
    Ids ids;
    for (const Trigger* trigger : table.of_type(type)) {
      ids.push_back(trigger->id);
    }
    return ids;
  }
};

TEST_F(TriggerTableTest, lets_the_last_provider_of_a_type_serve_it) {
  EXPECT_EQ(table.find_type("mail"), nullptr);
  table.add_provider(first, "mail", {.description = "first"});
  table.add_provider(second, "mail", {.description = "second"});
  EXPECT_EQ(&table.find_type("mail")->provider(), &second);
  EXPECT_EQ(table.find_type("mail")->description().description, "second");
  table.add_provider(first, "mail", {.description = "first again"});
  EXPECT_EQ(&table.find_type("mail")->provider(), &first);
  EXPECT_EQ(table.find_type("mail")->providers.size(), 2U);
}

TEST_F(TriggerTableTest, says_what_the_end_of_a_provider_means) {
  table.add_provider(first, "mail", {});
  EXPECT_EQ(table.remove_provider(second, "mail"), Removal::none);
  EXPECT_EQ(table.remove_provider(first, "other"), Removal::none);
  table.add_provider(second, "mail", {});
  EXPECT_EQ(table.remove_provider(first, "mail"), Removal::was_spare);
  table.add_provider(first, "mail", {});
  EXPECT_EQ(table.remove_provider(first, "mail"), Removal::replaced);
  EXPECT_EQ(&table.find_type("mail")->provider(), &second);
  EXPECT_EQ(table.remove_provider(second, "mail"), Removal::orphaned);
  EXPECT_EQ(table.find_type("mail"), nullptr);
  EXPECT_TRUE(first.trigger_types.empty());
  EXPECT_TRUE(second.trigger_types.empty());
}

TEST_F(TriggerTableTest, lists_triggers_of_a_type_in_the_order_of_registration) {
  table.put(trigger("c", &first));
  table.put(trigger("a", &first));
  table.put(trigger("x", &first, "other"));
  table.put(trigger("b", nullptr));
  EXPECT_EQ(of_type("mail"), (Ids{"c", "a", "b"}));
  table.put(trigger("c", &first));
  EXPECT_EQ(of_type("mail"), (Ids{"a", "b", "c"}));
  table.put(trigger("a", &first, "other"));
  EXPECT_EQ(of_type("mail"), (Ids{"b", "c"}));
  EXPECT_EQ(of_type("other"), (Ids{"x", "a"}));
  EXPECT_EQ(of_type("nothing"), Ids{});
}

TEST_F(TriggerTableTest, counts_live_triggers_and_those_without_an_owner) {
  table.put(trigger("a", nullptr)).is_live = true;
  table.put(trigger("b", nullptr));
  table.put(trigger("c", &first)).is_live = true;
  EXPECT_EQ(table.live_count("mail"), 2U);
  EXPECT_EQ(table.live_count("nothing"), 0U);
  EXPECT_EQ(table.unowned(), 2U);
  EXPECT_EQ(first.triggers, (std::set<std::string>{"c"}));
  for (const char* id : {"a", "b", "c", "c"}) {
    table.erase(id);
  }
  EXPECT_EQ(table.unowned(), 0U);
  EXPECT_EQ(table.live_count("mail"), 0U);
  EXPECT_TRUE(first.triggers.empty());
  EXPECT_TRUE(table.all().empty());
}

TEST_F(TriggerTableTest, lets_registrations_wait_for_an_id_one_of_each_owner) {
  table.put(trigger("t", nullptr));
  Trigger old = trigger("t", &first);
  old.function_id = "old";
  table.wait_for_id(std::move(old));
  table.wait_for_id(trigger("t", &second));
  table.wait_for_id(trigger("t", &first));
  EXPECT_EQ(table.waiting().find("t")->second.size(), 2U);
  auto next = table.take_waiting("t");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->owner, &second);
  next = table.take_waiting("t");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->owner, &first);
  EXPECT_EQ(next->function_id, "f");
  EXPECT_FALSE(table.take_waiting("t"));
  EXPECT_TRUE(table.waiting().empty());
}

TEST_F(TriggerTableTest, drops_what_an_owner_has_waiting) {
  table.put(trigger("t", nullptr));
  table.wait_for_id(trigger("t", &first));
  EXPECT_FALSE(table.drop_waiting(second, "t"));
  EXPECT_FALSE(table.drop_waiting(first, "u"));
  EXPECT_TRUE(table.drop_waiting(first, "t"));
  EXPECT_FALSE(table.drop_waiting(first, "t"));
  EXPECT_TRUE(table.waiting().empty());
}

}  // namespace
}  // namespace iii::core
