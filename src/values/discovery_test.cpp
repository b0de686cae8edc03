#include "values/conversion_checks.hpp"

#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

namespace iii {
namespace {

TEST(Discovery, Item65_ReadsFunctionsOfBothLines) {
  const Listing<FunctionInfo> old_line = read_functions(json_of(R"({"functions": [
    {"description": "Pays", "function_id": "billing::pay", "metadata": {"n": 1},
     "request_format": {"type": "object"}, "response_format": null},
    {"description": null, "function_id": "plain", "metadata": null,
     "request_format": null, "response_format": null}
  ]})"));
  EXPECT_TRUE(old_line.errors.empty());
  ASSERT_EQ(old_line.items.size(), 2U);
  EXPECT_EQ(old_line.items[0].description, "Pays");
  EXPECT_EQ(old_line.items[0].request_format, json_of(R"({"type":"object"})"));
  EXPECT_FALSE(old_line.items[0].response_format);
  EXPECT_FALSE(old_line.items[1].metadata);

  const Listing<FunctionInfo> new_line = read_functions(json_of(
      R"({"functions":[{"function_id":"plain","worker_name":"billing","namespace":"shop"}]})"
  ));
  ASSERT_EQ(new_line.items.size(), 1U);
  EXPECT_EQ(new_line.items[0].worker_name, "billing");
  EXPECT_EQ(new_line.items[0].namespace_name, "shop");

  const Result<FunctionInfo> details = from_json<FunctionInfo>(json_of(R"({
    "function_id": "f", "registered_triggers": [], "request_schema": {"a": 1},
    "response_schema": true
  })"));
  ASSERT_TRUE(details);
  EXPECT_EQ(details->request_format, json_of(R"({"a":1})"));
  EXPECT_EQ(details->response_format, Json(true));
}

TEST(Discovery, Item65_ReadsWorkersOfBothLines) {
  const Listing<WorkerInfo> old_line = read_workers(json_of(R"({"timestamp": 5, "workers": [
    {"active_invocations": 2, "connected_at_ms": 1767225600123, "function_count": 1,
     "functions": ["f"], "id": "w", "internal": false, "ip_address": "127.0.0.1",
     "latest_metrics": null, "name": null, "os": null, "runtime": null, "status": "connected",
     "version": null, "pid": 7}
  ]})"));
  EXPECT_TRUE(old_line.errors.empty());
  ASSERT_EQ(old_line.items.size(), 1U);
  EXPECT_EQ(old_line.items[0].connected_at_ms, 1'767'225'600'123U);
  EXPECT_EQ(old_line.items[0].functions.size(), 1U);
  EXPECT_EQ(old_line.items[0].internal, false);
  EXPECT_EQ(old_line.items[0].pid, 7U);
  EXPECT_FALSE(old_line.items[0].name);

  const Listing<WorkerInfo> new_line = read_workers(json_of(R"({"workers": [
    {"active_invocations": 0, "connected_at_ms": 1, "description": "d", "function_count": 5,
     "id": "configuration", "ip_address": null, "isolation": "in-process", "name": "configuration",
     "os": null, "runtime": "engine", "status": "available", "version": "0.22.1"},
    {"id": "short"}
  ]})"));
  EXPECT_TRUE(new_line.errors.empty());
  ASSERT_EQ(new_line.items.size(), 2U);
  EXPECT_EQ(new_line.items[0].isolation, "in-process");
  EXPECT_EQ(new_line.items[1].function_count, 0U);
}

TEST(Discovery, Item65_ReadsTriggersAndTheirTypesOfBothLines) {
  const Listing<TriggerInfo> old_triggers = read_triggers(json_of(
      R"({"triggers":[{"id":"t","trigger_type":"cron","function_id":"f","config":{"a":1}}]})"
  ));
  ASSERT_EQ(old_triggers.items.size(), 1U);
  EXPECT_EQ(old_triggers.items[0].config, json_of(R"({"a":1})"));
  const Listing<TriggerInfo> new_triggers = read_triggers(json_of(R"({"registered_triggers": [
    {"id": "t", "trigger_type": "cron", "function_id": "f", "worker_name": "crm",
     "config": {"a": 1}, "config_summary": "{\"a\":1}"}
  ]})"));
  ASSERT_EQ(new_triggers.items.size(), 1U);
  EXPECT_EQ(new_triggers.items[0].config_summary, R"({"a":1})");

  const Listing<TriggerTypeInfo> old_types = read_trigger_types(json_of(R"({"trigger_types": [
    {"call_request_format": {"type": "string"}, "description": "inbound mail",
     "id": "mail::received", "trigger_request_format": {"type": "object"}}
  ]})"));
  ASSERT_EQ(old_types.items.size(), 1U);
  EXPECT_EQ(old_types.items[0].call_request_format, json_of(R"({"type":"string"})"));
  const Listing<TriggerTypeInfo> new_types = read_trigger_types(
      json_of(R"({"triggers":[{"id":"cron","worker_name":"iii-cron","description":"Time"}]})")
  );
  ASSERT_EQ(new_types.items.size(), 1U);
  EXPECT_EQ(new_types.items[0].description, "Time");
}

TEST(Discovery, ReportsWhatItCannotRead) {
  const Listing<FunctionInfo> some =
      read_functions(json_of(R"({"functions":[{"function_id":"a"},{"function_id":5},null]})"));
  EXPECT_EQ(some.items.size(), 1U);
  EXPECT_FALSE(some.is_missing);
  EXPECT_EQ(
      read_workers(json_of(R"({"workers":{}})")).errors.at(0).message(),
      "workers: expected an array, found an object"
  );
  ASSERT_EQ(some.errors.size(), 2U);
  EXPECT_EQ(some.errors[0], Error::serde("function_id: expected a string, found 5"));
  for (const char* const reply : {"null", "[]", "{}", R"({"workers":null})", R"({"workers":{}})"}) {
    EXPECT_EQ(read_workers(json_of(reply)).errors.size(), 1U) << reply;
    EXPECT_EQ(read_triggers(json_of(reply)).errors.size(), 1U) << reply;
    EXPECT_TRUE(read_workers(json_of(reply)).is_missing) << reply;
  }
}

}  // namespace
}  // namespace iii
