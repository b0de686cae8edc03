// The JSON of the specification, read and written again; and the defaults it promises.
#include "values/conversion_checks.hpp"

#include <iii/describe.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>
#include <iii/rbac.hpp>
#include <iii/result.hpp>
#include <iii/state.hpp>
#include <iii/stream.hpp>
#include <iii/update.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace iii {
namespace {

struct NewItem {
  std::string name;
  friend bool operator==(const NewItem&, const NewItem&) = default;
};
III_DESCRIBE(NewItem, name)

// spec: sdk §12
TEST(HttpTypes, LookAsSpecified) {
  expect_round_trip<HttpRequest<NewItem>>(R"({
    "query_params": {"q": "x"}, "path_params": {"id": "7"},
    "headers": {"content-type": "application/json"},
    "path": "/items/:id", "method": "POST", "body": {"name": "n"},
    "trigger": {"type": "http", "path": "/items/:id", "method": "POST"},
    "request_body": {"channel_id": "c", "access_key": "k", "direction": "read"},
    "response": {"channel_id": "c", "access_key": "k", "direction": "write"}
  })");
  expect_read(HttpRequest<NewItem>{}, R"({"_caller_worker_id":"w"})");
  expect_read(ApiRequest<>{}, R"({"body":null})");
  EXPECT_EQ(
      refusal<HttpRequest<NewItem>>(R"({"body":{"name":1}})"),
      "body.name: expected a string, found 1"
  );

  expect_both(
      HttpResponse<NewItem>{.status_code = 201, .headers = {{"x-a", "1"}}, .body = {"n"}},
      R"({"status_code":201,"headers":{"x-a":"1"},"body":{"name":"n"}})"
  );
  expect_read(ApiResponse<>{.status_code = 404}, R"({"statusCode":404})");
  EXPECT_EQ(refusal<HttpResponse<>>("{}"), "status_code: is missing");
  EXPECT_EQ(
      refusal<HttpResponse<>>(R"({"status_code":70000})"),
      "status_code: expected an integer from 0 to 65535, found 70000"
  );
}

TEST(HttpTypes, OfStreamsAndMiddlewareLookAsSpecified) {
  expect_round_trip<HttpControl>(R"({"type":"set_status","status_code":404})");
  expect_round_trip<HttpControl>(R"({"type":"set_headers","headers":{"a":"b"}})");
  expect_round_trip<HttpMiddlewareResult>(R"({"action":"continue"})");
  expect_round_trip<HttpMiddlewareResult>(
      R"({"action":"respond","response":{"status_code":401,"headers":{},"body":{"error":"no"}}})"
  );
  expect_round_trip<HttpMiddlewareInput>(R"({
    "phase": "preHandler", "context": {},
    "request": {"path_params": {"order_id": "42"}, "query_params": {},
                "headers": {"authorization": "Bearer t"}, "method": "GET"}
  })");
  for (const char* const name : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}) {
    expect_round_trip<HttpMethod>(serialize(Json(name)));
  }
}

// spec: sdk §13, state §5.1
TEST(UpdateOps, LookAsSpecified) {
  expect_both(UpdateOp::set("a", nullptr), R"({"type":"set","path":"a","value":null})");
  expect_both(UpdateOp::increment("km", 35), R"({"type":"increment","path":"km","by":35})");
  expect_both(UpdateOp::decrement("km", -5), R"({"type":"decrement","path":"km","by":-5})");
  expect_both(UpdateOp::remove("km"), R"({"type":"remove","path":"km"})");
  expect_both(UpdateOp::merge({{"a", 1}}), R"({"type":"merge","value":{"a":1}})");
  expect_both(
      UpdateOp::merge_at("a.b", {{"a", 1}}), R"({"type":"merge","path":"a.b","value":{"a":1}})"
  );
  expect_both(
      UpdateOp::merge_at_path({"a", "b"}, {{"a", 1}}),
      R"({"type":"merge","path":["a","b"],"value":{"a":1}})"
  );
  expect_both(
      UpdateOp::append("stops", "Lyon"), R"({"type":"append","path":"stops","value":"Lyon"})"
  );
  expect_both(UpdateOp::append_root(1), R"({"type":"append","value":1})");
  expect_both(
      UpdateOp::append_at_path({"stops", "today"}, "Lyon"),
      R"({"type":"append","path":["stops","today"],"value":"Lyon"})"
  );
  expect_read(UpdateOp::merge({{"a", 1}}), R"({"type":"merge","path":null,"value":{"a":1}})");
  expect_read(UpdateOp::set("a", nullptr), R"({"type":"set","path":"a"})");
  EXPECT_EQ(
      refusal<std::vector<UpdateOp>>(R"([{"type":"increment","path":"a","by":"x"}])"),
      R"([0].by: expected an integer, found the string "x")"
  );
  EXPECT_EQ(
      refusal<std::vector<UpdateOp>>(R"([{"type":"pop"}])"),
      "[0].type: expected one of set, merge, increment, decrement, append, remove, "
      "found the string \"pop\""
  );
}

TEST(UpdateOps, AreBuiltInOrder) {
  const std::vector<UpdateOp> ops = UpdateBuilder()
                                        .set("a", 1)
                                        .increment("b", 2)
                                        .decrement("c", 3)
                                        .append("d", 4)
                                        .remove("e")
                                        .merge({{"f", 6}})
                                        .build();
  EXPECT_EQ(
      ops,
      (std::vector{
          UpdateOp::set("a", 1),
          UpdateOp::increment("b", 2),
          UpdateOp::decrement("c", 3),
          UpdateOp::append("d", 4),
          UpdateOp::remove("e"),
          UpdateOp::merge({{"f", 6}}),
      })
  );
}

TEST(UpdateOps, AreDefinedInSchemasOnce) {
  const Json schema = json_schema<StateUpdateInput>();
  EXPECT_EQ(schema.at("properties").at("ops").at("items").at("$ref"), "#/definitions/UpdateOp");
  EXPECT_EQ(schema.at("definitions").at("UpdateOp").at("anyOf").as_array().size(), 6U);
  EXPECT_EQ(
      schema.at("definitions").at("UpdateSet").at("properties").at("type"),
      json_of(R"({"type":"string","enum":["set"]})")
  );
}

// spec: state §4, stream §3
TEST(StateAndStreamTypes, LookAsSpecified) {
  expect_round_trip<StateGetInput>(R"({"scope":"fleet","key":"truck-7"})");
  expect_round_trip<StateSetInput>(R"({"scope":"fleet","key":"truck-7","value":{"km":1200}})");
  expect_round_trip<StateSetInput>(R"({"scope":"fleet","key":"truck-7","value":null})");
  expect_round_trip<StateDeleteInput>(R"({"scope":"fleet","key":"truck-7"})");
  expect_round_trip<StateUpdateInput>(R"({
    "scope": "fleet", "key": "truck-7",
    "ops": [{"type": "increment", "path": "km", "by": 35},
            {"type": "append", "path": ["stops", "today"], "value": "Lyon"}]
  })");
  expect_round_trip<StateListInput>(R"({"scope":"fleet"})");
  expect_round_trip<StateListGroupsInput>("{}");
  expect_round_trip<StateListGroupsResult>(R"({"groups":["fleet","sessions"]})");
  expect_round_trip<SetResult>(R"({"new_value":{"km":1200}})");
  expect_read(SetResult{.old_value = {}, .new_value = 1}, R"({"old_value":null,"new_value":1})");
  expect_round_trip<DeleteResult>(R"({"old_value":{"text":"hey"}})");
  expect_round_trip<UpdateResult>(R"({"old_value":{"km":1},"new_value":{"km":2}})");
  expect_round_trip<UpdateResult>(R"({
    "new_value": {}, "errors": [{"op_index": 0, "code": "c", "message": "m", "doc_url": "u"}]
  })");

  expect_round_trip<StreamGetInput>(R"({"stream_name":"chat","group_id":"r","item_id":"m"})");
  expect_round_trip<StreamSetInput>(
      R"({"stream_name":"chat","group_id":"r","item_id":"m","data":{"text":"hey"}})"
  );
  expect_round_trip<StreamDeleteInput>(R"({"stream_name":"chat","group_id":"r","item_id":"m"})");
  expect_round_trip<StreamUpdateInput>(R"({
    "stream_name": "chat", "group_id": "r", "item_id": "m",
    "ops": [{"type": "set", "path": "text", "value": "hey!"}]
  })");
  expect_round_trip<StreamListInput>(R"({"stream_name":"chat","group_id":"r"})");
  expect_round_trip<StreamListGroupsInput>(R"({"stream_name":"chat"})");
  expect_round_trip<StreamListAllInput>("{}");
  expect_round_trip<StreamListAllResult>(
      R"({"stream":[{"id":"chat","groups":["room-2","room-9"]}],"count":1})"
  );
  expect_round_trip<StreamSendInput>(
      R"({"stream_name":"chat","group_id":"r","type":"typing","data":{"who":"ann"}})"
  );
  expect_round_trip<StreamAuthInput>(R"({
    "headers": {"host": "localhost:3112"}, "path": "/",
    "query_params": {"token": ["abc", "def"], "flag": [""]}, "addr": "127.0.0.1:53122"
  })");
  expect_round_trip<StreamAuthResult>(R"({"context":{"user":"ann"}})");
  expect_round_trip<StreamJoinResult>(R"({"unauthorized":true})");
}

// spec: sdk §15, engine-core §12.3
TEST(RbacTypes, LookAsSpecified) {
  expect_round_trip<AuthInput>(
      R"({"headers":{"a":"b"},"query_params":{"t":["1","2"]},"ip_address":"10.0.0.1"})"
  );
  expect_round_trip<AuthResult>(R"({
    "allowed_functions": ["reports::daily"], "forbidden_functions": ["api::users::delete"],
    "allowed_trigger_types": ["cron"], "allow_trigger_type_registration": false,
    "allow_function_registration": true, "context": {"user_id": "u1"},
    "function_registration_prefix": "acme", "namespaces": {"shop": ["a::*"]}
  })");
  expect_round_trip<MiddlewareFunctionInput>(R"({
    "function_id": "f", "payload": {"a": 1}, "action": {"type": "void"}, "context": {"u": 1},
    "namespace": "shop"
  })");
  expect_round_trip<OnTriggerTypeRegistrationInput>(
      R"({"trigger_type_id":"t","description":"d","context":{}})"
  );
  expect_round_trip<OnTriggerTypeRegistrationResult>(R"({"trigger_type_id":"t"})");
  expect_round_trip<OnTriggerRegistrationInput>(R"({
    "trigger_id": "i", "trigger_type": "t", "function_id": "f", "config": {"a": 1},
    "metadata": {"m": 1}, "context": {}, "namespace": "shop"
  })");
  expect_round_trip<OnTriggerRegistrationResult>(R"({"function_id":"f","config":{"a":1}})");
  expect_round_trip<OnFunctionRegistrationInput>(R"({
    "function_id": "f", "description": "d", "metadata": {}, "context": {}, "namespace": "default"
  })");
  expect_round_trip<OnFunctionRegistrationResult>(R"({"function_id":"acme::f"})");
}

TEST(RbacTypes, HaveTheDefaultsOfTheEngine) {
  const Result<AuthResult> rights = from_json<AuthResult>(json_of("{}"));
  ASSERT_TRUE(rights);
  EXPECT_EQ(to_json(*rights), json_of(R"({
        "allowed_functions": [], "forbidden_functions": [],
        "allow_trigger_type_registration": false, "allow_function_registration": true,
        "context": {}
      })"));
  const auto trigger = from_json<OnTriggerRegistrationInput>(
      json_of(R"({"trigger_id":"i","trigger_type":"t","function_id":"f"})")
  );
  ASSERT_TRUE(trigger);
  EXPECT_EQ(trigger->namespace_name, "default");
}

}  // namespace
}  // namespace iii
