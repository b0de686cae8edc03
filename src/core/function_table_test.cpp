#include "core/function_table.hpp"

#include "core/connection.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace iii::core {
namespace {

Connection remote(std::uint64_t id) {
  Connection connection;
  connection.id = base::ConnectionId(id);
  return connection;
}

Connection local(std::uint64_t id) {
  Connection connection = remote(id);
  connection.residence = Residence::in_process;
  return connection;
}

struct FunctionTableTest : testing::Test {
  FunctionTable table;
  Connection first = remote(1);
  Connection second = remote(2);

  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const Function* function : table.sorted()) {
      out.push_back(function->id);
    }
    return out;
  }
};

TEST_F(FunctionTableTest, says_what_a_registration_was) {
  Connection built_in = local(3);
  EXPECT_EQ(table.add(first, "f", {}), RegisterOutcome::added);
  EXPECT_EQ(table.add(first, "f", {}), RegisterOutcome::replaced);
  EXPECT_EQ(table.add(second, "f", {}), RegisterOutcome::taken_over);
  EXPECT_EQ(table.add(first, "f", {}), RegisterOutcome::taken_over);
  EXPECT_EQ(table.add(built_in, "f", {}), RegisterOutcome::taken_over);
  EXPECT_EQ(table.add(first, "f", {}), RegisterOutcome::refused);
  EXPECT_EQ(table.add(built_in, "f", {}), RegisterOutcome::replaced);
  EXPECT_TRUE(table.remove(built_in, "f"));
  EXPECT_EQ(&table.find("f")->owner(), &first);
}

TEST_F(FunctionTableTest, lists_registered_functions_by_id) {
  for (const char* id : {"b", "a::b", "a", ""}) {
    table.add(first, id, {});
  }
  EXPECT_EQ(ids(), (std::vector<std::string>{"", "a", "a::b", "b"}));
  EXPECT_EQ(table.size(), 4U);
  table.remove_all(first);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_TRUE(first.functions.empty());
}

TEST_F(FunctionTableTest, quotes_ids_as_messages_and_baggage_carry_them) {
  table.add(first, "say \"hi\"", {});
  EXPECT_EQ(table.find("say \"hi\"")->id_json, R"("say \"hi\"")");
  EXPECT_EQ(table.find("say \"hi\"")->baggage_json, R"("iii.function.id=say%20%22hi%22")");
}

TEST_F(FunctionTableTest, removes_only_what_the_owner_registered) {
  table.add(first, "f", {});
  EXPECT_FALSE(table.remove(second, "f"));
  EXPECT_FALSE(table.remove(first, "g"));
  EXPECT_TRUE(table.remove(first, "f"));
  EXPECT_FALSE(table.remove(first, "f"));
  EXPECT_EQ(table.find("f"), nullptr);
}

TEST_F(FunctionTableTest, keeps_an_unregistered_function_while_calls_name_it) {
  table.add(first, "f", {});
  Function* function = table.find("f");
  function->in_flight = 2;
  table.remove(first, "f");
  EXPECT_EQ(table.size(), 0U);
  EXPECT_TRUE(ids().empty());
  EXPECT_EQ(table.find("f"), function);
  EXPECT_FALSE(function->is_registered());
  table.release(*function);
  EXPECT_EQ(table.find("f"), function);
  table.release(*function);
  EXPECT_EQ(table.find("f"), nullptr);
  EXPECT_EQ(function->id, "f");  // until recycle()
  table.recycle();
}

TEST_F(FunctionTableTest, takes_a_function_up_again_that_calls_still_name) {
  table.add(first, "f", {});
  Function* function = table.find("f");
  function->in_flight = 1;
  table.remove(first, "f");
  EXPECT_EQ(table.add(second, "f", {}), RegisterOutcome::added);
  EXPECT_EQ(table.find("f"), function);
  table.release(*function);
  EXPECT_EQ(table.find("f"), function);
}

TEST_F(FunctionTableTest, has_a_fingerprint_that_depends_on_the_set_of_ids_alone) {
  const std::uint64_t empty = table.fingerprint();
  table.add(first, "f", {});
  const std::uint64_t with_f = table.fingerprint();
  EXPECT_NE(with_f, empty);
  table.add(second, "f", {.description = "new"});
  EXPECT_EQ(table.fingerprint(), with_f);
  table.add(first, "g", {});
  const std::uint64_t with_both = table.fingerprint();
  EXPECT_NE(with_both, with_f);
  table.remove_all(first);
  EXPECT_EQ(table.fingerprint(), with_f);
  table.remove_all(second);
  EXPECT_EQ(table.fingerprint(), empty);
  table.add(first, "g", {});
  table.add(first, "f", {});
  EXPECT_EQ(table.fingerprint(), with_both);
}

}  // namespace
}  // namespace iii::core
