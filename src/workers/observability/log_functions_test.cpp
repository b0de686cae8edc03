#include "workers/observability/log_functions.hpp"

#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/effects.hpp"
#include "protocol/from_worker.hpp"
#include "workers/worker.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace iii::workers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const base::InvocationId id{base::Uuid(1, 2)};

Outputs call(std::string function_id, std::string data, std::string baggage = "") {
  LogFunctions worker;
  Outputs outputs;
  worker.on_invoked(
      {.id = id,
       .function_id = std::move(function_id),
       .data_json = std::move(data),
       .metadata_json = {},
       .traceparent = {},
       .baggage = std::move(baggage)},
      {},
      outputs
  );
  return outputs;
}

// The one reply, as "error code: message" or its result.
std::string reply(const Outputs& outputs) {
  EXPECT_EQ(outputs.replies.size(), 1U);
  EXPECT_EQ(outputs.replies.front().id, id);
  const Reply& reply = outputs.replies.front();
  return reply.error ? reply.error->code + ": " + reply.error->message : reply.result_json;
}

TEST(LogFunctions, AreRegisteredWithSchemas) {
  LogFunctions worker;
  Outputs outputs;
  worker.start(outputs);
  std::vector<std::string> ids;
  for (const auto& message : outputs.messages) {
    const auto& function = std::get<protocol::from_worker::RegisterFunction>(message);
    ids.push_back(function.id);
    EXPECT_TRUE(function.description) << function.id;
    EXPECT_TRUE(boost::json::parse(function.request_format).is_object()) << function.id;
  }
  EXPECT_THAT(
      ids,
      ElementsAre(
          "engine::log::trace",
          "engine::log::debug",
          "engine::log::info",
          "engine::log::warn",
          "engine::log::error",
          "engine::baggage::get",
          "engine::baggage::get_all",
          "engine::baggage::set"
      )
  );
}

TEST(LogFunctions, WriteALineOfTheirLevel) {
  const std::vector<std::pair<std::string, core::Severity>> levels = {
      {"trace", core::Severity::trace},
      {"debug", core::Severity::debug},
      {"info", core::Severity::info},
      {"warn", core::Severity::warn},
      {"error", core::Severity::error},
  };
  for (const auto& [name, severity] : levels) {
    const Outputs outputs = call("engine::log::" + name, R"({"message":"hello"})");
    EXPECT_EQ(reply(outputs), "") << name;
    ASSERT_EQ(outputs.notes.size(), 1U) << name;
    EXPECT_EQ(outputs.notes[0].severity, severity);
    EXPECT_EQ(outputs.notes[0].event, "worker_log");
    EXPECT_THAT(
        outputs.notes[0].fields,
        ElementsAre(Pair("message", "hello"), Pair("service_name", "unknown"))
    );
  }
}

TEST(LogFunctions, KeepWhatBelongsToTheLine) {
  const Outputs outputs = call(
      "engine::log::info",
      R"({"data":{"n":[1]},"span_id":"s","trace_id":"t","message":"hello","service_name":"shop"})"
  );
  ASSERT_EQ(outputs.notes.size(), 1U);
  EXPECT_THAT(
      outputs.notes[0].fields,
      ElementsAre(
          Pair("message", "hello"),
          Pair("service_name", "shop"),
          Pair("trace_id", "t"),
          Pair("span_id", "s"),
          Pair("data", R"({"n":[1]})")
      )
  );
}

TEST(LogFunctions, RefuseInputWithoutAMessage) {
  for (const std::string data : {"{}", R"({"message":7})", "null", R"("text")"}) {
    const Outputs outputs = call("engine::log::warn", data);
    EXPECT_THAT(
        reply(outputs),
        testing::StartsWith(
            "deserialization_error: Failed to deserialize input for engine::log::warn: "
        )
    ) << data;
    EXPECT_THAT(outputs.notes, IsEmpty()) << data;
  }
}

TEST(BaggageFunctions, ShowAnEntryOfTheCall) {
  const std::string baggage = "iii.function.id=engine::baggage::get,user=ann,empty=,team=a=b";
  EXPECT_EQ(
      reply(call("engine::baggage::get", R"({"key":"user"})", baggage)), R"({"value":"ann"})"
  );
  EXPECT_EQ(
      reply(call("engine::baggage::get", R"({"key":"team"})", baggage)), R"({"value":"a=b"})"
  );
  EXPECT_EQ(reply(call("engine::baggage::get", R"({"key":"empty"})", baggage)), R"({"value":""})");
  EXPECT_EQ(
      reply(call("engine::baggage::get", R"({"key":"other"})", baggage)), R"({"value":null})"
  );
  EXPECT_EQ(
      reply(call("engine::baggage::get", R"({"key":"iii.function.id"})", baggage)),
      R"({"value":null})"
  );
}

TEST(BaggageFunctions, ShowAllEntriesOfTheCall) {
  EXPECT_EQ(
      reply(call("engine::baggage::get_all", "{}", "a=1,no-value,b=2")),
      R"({"baggage":{"a":"1","b":"2"}})"
  );
  EXPECT_EQ(reply(call("engine::baggage::get_all", "{}")), R"({"baggage":{}})");
}

TEST(BaggageFunctions, SayThatSettingHappensElsewhere) {
  EXPECT_THAT(
      reply(call("engine::baggage::set", R"({"key":"a","value":"1"})")),
      HasSubstr(R"("success":true)")
  );
}

TEST(BaggageFunctions, RefuseInputWithoutAKey) {
  EXPECT_THAT(reply(call("engine::baggage::get", "{}")), HasSubstr("member 'key'"));
  EXPECT_THAT(reply(call("engine::baggage::set", R"({"key":"a"})")), HasSubstr("member 'value'"));
}

}  // namespace
}  // namespace iii::workers
