// The client of state::… against functions that answer as both lines of official engines do
// (spec: state §4, transcripts state/basics and state/update-vectors).
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/state_client.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/update.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

struct Truck {
  int km = 0;
};
III_DESCRIBE(Truck, km)

namespace {

class State : public ::testing::Test {
 protected:
  // The engine's worker, which answers always the same.
  void answers(const std::string& function_id, std::string_view answer) {
    engine_worker.register_function(function_id, [json = parse_json(answer).value()](const Json&) {
      return json;
    });
    EXPECT_TRUE(engine.settle());
  }
  // What was asked last, without what the engine adds.
  std::string asked(const std::string& function_id) {
    const auto calls = engine.calls(function_id);
    return calls.empty() ? "nothing" : serialize(calls.back().payload);
  }

  iii::testing::Engine engine;
  Client engine_worker = engine.connect();
  Client client = engine.connect();
  const StateClient state{client};
};

TEST_F(State, gets_what_is_there) {
  answers("state::get", R"({"km":7})");
  EXPECT_EQ(state.get("fleet", "truck-7"), std::optional<Json>(Json{{"km", 7}}));
  EXPECT_EQ(asked("state::get"), R"({"scope":"fleet","key":"truck-7"})");
  const auto truck = state.get<Truck>("fleet", "truck-7");
  ASSERT_TRUE(truck);
  EXPECT_EQ(truck->km, 7);
  EXPECT_EQ(wait(state.get_async<Truck>("fleet", "truck-7")).value().km, 7);
  try {
    static_cast<void>(state.get<std::string>("fleet", "truck-7"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::serde);
  }
}

TEST_F(State, gets_nothing_for_null_and_for_absent) {
  answers("state::get", "null");
  EXPECT_EQ(state.get("s", "k"), std::nullopt);
  EXPECT_EQ(state.get<Truck>("s", "k"), std::nullopt);
  EXPECT_EQ(wait(state.get_async("s", "k")), std::nullopt);
}

TEST_F(State, sets_values_of_any_type) {
  answers("state::set", R"({"new_value":{"km":1},"old_value":null})");
  const SetResult first = state.set("fleet", "truck-7", Truck{.km = 1});
  EXPECT_EQ(asked("state::set"), R"({"scope":"fleet","key":"truck-7","value":{"km":1}})");
  EXPECT_EQ(first.old_value, std::nullopt);
  EXPECT_EQ(first.new_value, (Json{{"km", 1}}));
  state.set("fleet", "note", "text");
  EXPECT_EQ(asked("state::set"), R"({"scope":"fleet","key":"note","value":"text"})");
  state.set("fleet", "nothing", Json(nullptr));
  EXPECT_EQ(asked("state::set"), R"({"scope":"fleet","key":"nothing","value":null})");
  EXPECT_EQ(wait(state.set_async("s", "k", 5)).new_value, (Json{{"km", 1}}));
  EXPECT_EQ(asked("state::set"), R"({"scope":"s","key":"k","value":5})");
}

TEST_F(State, erases_and_tells_what_was_there) {
  answers("state::delete", "2");
  EXPECT_EQ(state.erase<int>("s", "k"), 2);
  EXPECT_EQ(asked("state::delete"), R"({"scope":"s","key":"k"})");
  EXPECT_EQ(wait(state.erase_async("s", "k")), Json(2));
}

TEST_F(State, updates_in_one_step_and_lists_what_could_not_be) {
  answers("state::update", R"({"old_value":{"km":1},"new_value":{"km":36}})");
  const UpdateResult moved =
      state.update("fleet", "truck-7", UpdateBuilder().increment("km", 35).append("stops", "Lyon"));
  EXPECT_EQ(
      asked("state::update"),
      R"({"scope":"fleet","key":"truck-7","ops":[{"type":"increment","path":"km","by":35},)"
      R"({"type":"append","path":"stops","value":"Lyon"}]})"
  );
  EXPECT_EQ(moved.old_value, std::optional<Json>(Json{{"km", 1}}));
  EXPECT_EQ(moved.new_value, (Json{{"km", 36}}));
  EXPECT_TRUE(moved.errors.empty());
  EXPECT_EQ(
      wait(state.update_async("s", "k", {UpdateOp::remove("x")})).new_value, (Json{{"km", 36}})
  );
}

TEST_F(State, reads_the_errors_of_changes) {
  answers(
      "state::update",
      R"({"new_value":{},"old_value":null,"errors":[{"op_index":0,)"
      R"("code":"append.type_mismatch","message":"m","doc_url":"https://d"}]})"
  );
  const UpdateResult result = state.update("s", "k", {UpdateOp::append("a", 1)});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].code, "append.type_mismatch");
}

TEST_F(State, lists_values_and_scopes) {
  answers("state::list", R"([{"km":1},{"km":2}])");
  EXPECT_EQ(state.list("fleet").size(), 2U);
  EXPECT_EQ(asked("state::list"), R"({"scope":"fleet"})");
  EXPECT_EQ(state.list<Truck>("fleet").at(1).km, 2);
  EXPECT_EQ(wait(state.list_async<Truck>("fleet")).at(0).km, 1);
  answers("state::list_groups", R"({"groups":["a","b"]})");
  EXPECT_EQ(state.list_groups(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(wait(state.list_groups_async()), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(asked("state::list_groups"), "{}");
}

TEST_F(State, passes_the_errors_of_the_engine_on) {
  engine_worker.register_function("state::set", [](const Json&) -> Json {
    throw Error::remote("VALUE_TOO_LARGE", "too large");
  });
  ASSERT_TRUE(engine.settle());
  try {
    state.set("s", "k", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "VALUE_TOO_LARGE");
  }
}

}  // namespace
}  // namespace iii::test
