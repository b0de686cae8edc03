// The client of stream::… and streams that a worker stores itself, against functions that answer as
// both lines of official engines do (spec: stream §3, §4, transcripts stream/basics).
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/stream.hpp>
#include <iii/stream_client.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/update.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {
namespace {

class Stream : public ::testing::Test {
 protected:
  void answers(const std::string& function_id, std::string_view answer) {
    engine_worker.register_function(function_id, [json = parse_json(answer).value()](const Json&) {
      return json;
    });
    EXPECT_TRUE(engine.settle());
  }
  std::string asked(const std::string& function_id) {
    const auto calls = engine.calls(function_id);
    return calls.empty() ? "nothing" : serialize(calls.back().payload);
  }

  iii::testing::Engine engine;
  Client engine_worker = engine.connect();
  Client client = engine.connect();
  const StreamClient stream{client};
  const StreamItem item{"chat", "room-9", "m-1"};
};

TEST_F(Stream, gets_sets_and_erases_items) {
  answers("stream::get", R"({"text":"hey"})");
  EXPECT_EQ(stream.get(item), std::optional<Json>(Json{{"text", "hey"}}));
  EXPECT_EQ(asked("stream::get"), R"({"stream_name":"chat","group_id":"room-9","item_id":"m-1"})");
  EXPECT_TRUE(wait(stream.get_async(item)));
  answers("stream::set", R"({"new_value":{"t":1},"old_value":null})");
  EXPECT_EQ(stream.set(item, Json{{"t", 1}}).old_value, std::nullopt);
  EXPECT_EQ(
      asked("stream::set"),
      R"({"stream_name":"chat","group_id":"room-9","item_id":"m-1","data":{"t":1}})"
  );
  EXPECT_EQ(wait(stream.set_async(item, 1)).new_value, (Json{{"t", 1}}));
  answers("stream::delete", R"({"old_value":{"t":1}})");
  EXPECT_EQ(stream.erase(item).old_value, std::optional<Json>(Json{{"t", 1}}));
  EXPECT_EQ(
      asked("stream::delete"), R"({"stream_name":"chat","group_id":"room-9","item_id":"m-1"})"
  );
  EXPECT_TRUE(wait(stream.erase_async(item)).old_value);
}

TEST_F(Stream, updates_items) {
  answers("stream::update", R"({"old_value":{"n":1},"new_value":{"n":3}})");
  EXPECT_EQ(stream.update(item, UpdateBuilder().increment("n", 2)).new_value, (Json{{"n", 3}}));
  EXPECT_EQ(
      asked("stream::update"),
      R"({"stream_name":"chat","group_id":"room-9","item_id":"m-1",)"
      R"("ops":[{"type":"increment","path":"n","by":2}]})"
  );
  EXPECT_EQ(
      wait(stream.update_async(item, {UpdateOp::merge({{"x", 1}})})).new_value, (Json{{"n", 3}})
  );
}

TEST_F(Stream, lists_items_groups_and_streams) {
  answers("stream::list", R"([1,2])");
  EXPECT_EQ(stream.list<int>("chat", "room-9"), (std::vector<int>{1, 2}));
  EXPECT_EQ(asked("stream::list"), R"({"stream_name":"chat","group_id":"room-9"})");
  EXPECT_EQ(wait(stream.list_async<int>("chat", "room-9")).size(), 2U);
  answers("stream::list_groups", R"(["room-9","room-2"])");
  EXPECT_EQ(stream.list_groups("chat"), (std::vector<std::string>{"room-9", "room-2"}));
  EXPECT_EQ(asked("stream::list_groups"), R"({"stream_name":"chat"})");
  EXPECT_EQ(wait(stream.list_groups_async("chat")).size(), 2U);
  answers("stream::list_all", R"({"stream":[{"id":"chat","groups":["a"]}],"count":1})");
  EXPECT_EQ(stream.list_all().stream.at(0).id, "chat");
  EXPECT_EQ(asked("stream::list_all"), "{}");
  EXPECT_EQ(wait(stream.list_all_async()).count, 1U);
}

TEST_F(Stream, sends_without_storing) {
  answers("stream::send", "null");
  stream.send({.stream_name = "chat", .group_id = "g", .type = "typing", .data = Json("ann")});
  EXPECT_EQ(
      asked("stream::send"), R"({"stream_name":"chat","group_id":"g","type":"typing","data":"ann"})"
  );
  const StreamSendInput message{
      .stream_name = "chat", .group_id = "g", .type = "t", .data = Json(1), .id = "m-1"
  };
  wait(stream.send_async(message));
  EXPECT_EQ(
      asked("stream::send"),
      R"({"stream_name":"chat","group_id":"g","type":"t","data":1,"id":"m-1"})"
  );
}

// A stream of a worker's own: one group in memory.
class Memory : public StreamProvider {
 public:
  std::optional<Json> get(const StreamGetInput& input) override {
    const auto found = items.find(input.item_id);
    return found == items.end() ? std::nullopt : std::optional(found->second);
  }
  SetResult set(const StreamSetInput& input) override {
    SetResult result{.old_value = get({"", "", input.item_id}), .new_value = input.data};
    items[input.item_id] = input.data;
    return result;
  }
  DeleteResult erase(const StreamDeleteInput& input) override {
    DeleteResult result{.old_value = get({"", "", input.item_id})};
    items.erase(input.item_id);
    return result;
  }
  std::vector<Json> list(const StreamListInput&) override {
    std::vector<Json> all;
    for (const auto& [id, item] : items) {
      all.push_back(item);
    }
    return all;
  }
  std::vector<std::string> list_groups(const StreamListGroupsInput&) override { return {"g"}; }

  std::map<std::string, Json> items;
};

class Updating final : public UpdatingStreamProvider {
 public:
  std::optional<Json> get(const StreamGetInput&) override { return std::nullopt; }
  SetResult set(const StreamSetInput&) override { return {}; }
  DeleteResult erase(const StreamDeleteInput&) override { return {}; }
  std::vector<Json> list(const StreamListInput&) override { return {}; }
  std::vector<std::string> list_groups(const StreamListGroupsInput&) override { return {}; }
  UpdateResult update(const StreamUpdateInput& input) override {
    return {
        .old_value = {}, .new_value = static_cast<std::int64_t>(input.ops.size()), .errors = {}
    };
  }
};

// The engine calls these functions instead of its own storage.
TEST_F(Stream, is_stored_by_a_worker_that_wants_to) {
  const auto functions = create_stream(engine_worker, "todos", std::make_shared<Memory>());
  ASSERT_EQ(functions.size(), 5U);
  ASSERT_TRUE(engine.settle());
  const auto call = [this](const std::string& operation, std::string_view payload) {
    return serialize(client.trigger(
        {.function_id = "stream::" + operation + "(todos)", .payload = parse_json(payload).value()}
    ));
  };
  const std::string at = R"({"stream_name":"todos","group_id":"g","item_id":"1"})";
  EXPECT_EQ(call("get", at), "null");
  EXPECT_EQ(
      call("set", R"({"stream_name":"todos","group_id":"g","item_id":"1","data":5})"),
      R"({"new_value":5})"
  );
  EXPECT_EQ(call("get", at), "5");
  EXPECT_EQ(call("list", R"({"stream_name":"todos","group_id":"g"})"), "[5]");
  EXPECT_EQ(call("list_groups", R"({"stream_name":"todos"})"), R"(["g"])");
  EXPECT_EQ(call("delete", at), R"({"old_value":5})");
  EXPECT_EQ(
      client.try_trigger({.function_id = "stream::update(todos)"}).error().code(),
      "function_not_found"
  );
}

TEST_F(Stream, is_stored_by_a_worker_wholly_or_not_at_all) {
  const auto echo = [](const Json& in) { return in; };
  engine_worker.register_function("stream::delete(todos)", echo);
  EXPECT_THROW(
      create_stream(engine_worker, "todos", std::make_shared<Memory>()), std::invalid_argument
  );
  engine_worker.register_function("stream::get(todos)", echo);
  engine_worker.register_function("stream::set(todos)", echo);
}

TEST_F(Stream, may_apply_updates_itself) {
  EXPECT_EQ(create_stream(engine_worker, "todos", std::make_shared<Updating>()).size(), 6U);
  ASSERT_TRUE(engine.settle());
  const StreamUpdateInput input{"todos", "g", "1", UpdateBuilder().set("a", 1).remove("b").build()};
  const Json result =
      client.trigger({.function_id = "stream::update(todos)", .payload = to_json(input)});
  EXPECT_EQ(result.at("new_value"), 2);
}

}  // namespace
}  // namespace iii::test
