// The engine's own functions that change something (spec: engine-core §8.2), and how any of them is
// called.
#include "core/engine_functions.hpp"

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "core/function_table.hpp"
#include "json/scan.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;
using boost::json::object;

class EngineFunctions : public testing::Test {
 protected:
  [[nodiscard]] const Connection& connection(const Peer& peer) {
    return *scene.core().find_connection(peer.connection);
  }

  Scene scene;
  Peer worker = scene.open("worker");
};

// --- Calls of engine functions ---

TEST(EngineFunctionTable, is_registered_with_descriptions_and_schemas) {
  Scene scene;
  std::set<std::string_view> ids;
  for (const EngineFunction& function : engine_functions()) {
    EXPECT_TRUE(ids.insert(function.id).second) << function.id;
    EXPECT_FALSE(function.description.empty()) << function.id;
    EXPECT_EQ(json::validate(function.request_schema), std::nullopt) << function.id;
    EXPECT_EQ(json::validate(function.response_schema), std::nullopt) << function.id;
    const Function* registered = scene.core().functions().find(function.id);
    ASSERT_NE(registered, nullptr) << function.id;
    EXPECT_EQ(registered->engine_function, &function);
    EXPECT_EQ(registered->owner().id, base::ConnectionId(0));
  }
  EXPECT_EQ(scene.core().functions().size(), ids.size());
}

TEST_F(EngineFunctions, answer_at_once_with_the_callers_trace) {
  const std::string trace = R"(,"traceparent":"t","baggage":"b")";
  scene.from(worker, call(uuid(1), "engine::services::list", "{}", trace));
  scene.expect(worker, result(uuid(1), "engine::services::list", R"({"services":[]})", trace));
}

TEST_F(EngineFunctions, do_not_answer_void_calls) {
  scene.from(worker, fire_and_forget("engine::functions::list"));
  scene.from(worker, R"({"type":"invokefunction","function_id":"engine::functions::list"})");
  scene.expect_nothing_else();
  EXPECT_EQ(scene.core().in_flight(), 0U);
}

TEST_F(EngineFunctions, refuse_input_that_is_no_object) {
  for (const std::string_view data : {"null", "5", R"("x")"}) {
    EXPECT_EQ(
        scene.refusal(worker, "engine::functions::list", data),
        "deserialization_error: Failed to deserialize input for engine::functions::list: the input "
        "must be an object"
    );
  }
  EXPECT_EQ(scene.core().counters().failures, 3U);
}

TEST_F(EngineFunctions, ignore_members_that_they_do_not_know) {
  EXPECT_TRUE(scene.ask(worker, "engine::functions::list", R"({"namespace":"n"})").is_object());
}

// --- engine::channels::create ---

TEST_F(EngineFunctions, create_channels) {
  const auto answer = scene.ask(worker, "engine::channels::create");
  const auto& writer = answer.at("writer").as_object();
  const auto& reader = answer.at("reader").as_object();
  EXPECT_EQ(writer.at("direction"), "write");
  EXPECT_EQ(reader.at("direction"), "read");
  EXPECT_EQ(writer.at("channel_id"), reader.at("channel_id"));
  EXPECT_EQ(writer.at("access_key"), reader.at("access_key"));
  const auto id = base::Uuid::parse(std::string_view(writer.at("channel_id").as_string()));
  const auto key = base::Uuid::parse(std::string_view(writer.at("access_key").as_string()));
  ASSERT_TRUE(id && key);
  EXPECT_TRUE(scene.core().channels().is_known({base::ChannelId(*id), *key}));
  EXPECT_EQ(scene.core().next_deadline(), scene.now().monotonic + 300s);
  scene.advance(300s);
  scene.expect_note("channel_expired");
  EXPECT_EQ(scene.core().channels().size(), 0U);
}

TEST_F(EngineFunctions, create_channels_of_any_whole_size) {
  for (const std::string_view data :
       {R"({"buffer_size":null})",
        R"({"buffer_size":0})",
        R"({"buffer_size":1000000})",
        "[16]",
        "[]"}) {
    EXPECT_TRUE(scene.ask(worker, "engine::channels::create", data).is_object()) << data;
  }
  for (const std::string_view data :
       {R"({"buffer_size":-1})", R"({"buffer_size":1.5})", R"({"buffer_size":"1"})", "[1,2]", "null"
       }) {
    EXPECT_TRUE(
        scene.refusal(worker, "engine::channels::create", data).starts_with("deserialization_error")
    ) << data;
  }
}

TEST_F(EngineFunctions, create_no_channels_beyond_the_limit) {
  base::SeededRandom random(2);
  while (scene.core().channels().create(1, random, scene.now().monotonic)) {
  }
  EXPECT_EQ(
      scene.refusal(worker, "engine::channels::create"),
      "limit_exceeded: The engine has 65536 channels, which is the limit; finish some first"
  );
}

// --- engine::workers::register ---

TEST_F(EngineFunctions, register_what_a_worker_says_of_itself) {
  EXPECT_EQ(
      scene.ask(
          worker,
          "engine::workers::register",
          R"({"runtime":"node","version":"0.22.1","name":"shop:1","description":"sells",)"
          R"("os":"linux",)"
          R"("telemetry":{"language":"en","more":[1]},"pid":4294967295,"isolation":"docker",)"
          R"("features":["large-messages.v1","observe.v1","new"]})"
      ),
      (object{{"success", true}})
  );
  scene.expect_note("worker_announced", {{"name", "shop:1"}, {"runtime", "node"}});
  const Connection& registered = connection(worker);
  EXPECT_EQ(registered.runtime, "node");
  EXPECT_EQ(registered.version, "0.22.1");
  EXPECT_EQ(registered.name, "shop:1");
  EXPECT_EQ(registered.description, "sells");
  EXPECT_EQ(registered.os, "linux");
  EXPECT_EQ(registered.pid, 4294967295U);
  EXPECT_EQ(registered.isolation, "docker");
  EXPECT_TRUE(registered.declares_observe);
  EXPECT_TRUE(registered.declares_large_messages);
}

TEST_F(EngineFunctions, keep_what_a_later_announcement_leaves_out_except_runtime_and_version) {
  scene.ask(
      worker,
      "engine::workers::register",
      R"({"runtime":"node","version":"0.22.1","name":"shop","description":"d","os":"linux",)"
      R"("telemetry":{},"pid":1,"isolation":"docker"})"
  );
  scene.ask(worker, "engine::workers::register", R"({"name":null,"pid":null})");
  const Connection& registered = connection(worker);
  EXPECT_EQ(registered.runtime, "unknown");
  EXPECT_EQ(registered.version, std::nullopt);
  EXPECT_EQ(registered.name, "shop");
  EXPECT_EQ(registered.description, "d");
  EXPECT_EQ(registered.os, "linux");
  EXPECT_EQ(registered.pid, 1U);
  EXPECT_EQ(registered.isolation, "docker");
}

TEST_F(EngineFunctions, make_names_safe_to_show_unless_the_worker_is_of_line_0_11) {
  scene.ask(
      worker,
      "engine::workers::register",
      R"({"version":"0.22.1","name":" a\u202eb ","description":"\n"})"
  );
  EXPECT_EQ(connection(worker).name, "ab");
  EXPECT_EQ(connection(worker).description, std::nullopt);
  scene.ask(worker, "engine::workers::register", R"({"version":"0.11.6","name":" a\u202eb "})");
  EXPECT_EQ(
      connection(worker).name,
      " a\u202e"
      "b "
  );
}

TEST_F(EngineFunctions, refuse_announcements_with_members_of_the_wrong_type) {
  for (const std::string_view input :
       {R"({"runtime":1})",
        R"({"version":[]})",
        R"({"name":{}})",
        R"({"description":true})",
        R"({"os":0})",
        R"({"isolation":0})",
        R"({"pid":-1})",
        R"({"pid":4294967296})",
        R"({"telemetry":"t"})",
        R"(["worker","node"])",
        "null"}) {
    EXPECT_TRUE(
        scene.refusal(worker, "engine::workers::register", input)
            .starts_with(
                "deserialization_error: Failed to deserialize input for engine::workers::register: "
            )
    ) << input;
  }
  EXPECT_EQ(connection(worker).runtime, std::nullopt);
}

TEST_F(EngineFunctions, read_features_leniently) {
  for (const std::string_view features :
       {"null", R"("observe.v1")", "[]", "[1,null]", R"({"observe.v1":1})"}) {
    scene.ask(worker, "engine::workers::register", R"({"features":)" + std::string(features) + "}");
    EXPECT_FALSE(connection(worker).declares_observe) << features;
  }
  scene.ask(worker, "engine::workers::register", R"({"features":[1,"observe.v1",null]})");
  EXPECT_TRUE(connection(worker).declares_observe);
}

TEST_F(EngineFunctions, tell_a_worker_that_wants_a_namespace_that_there_is_one) {
  scene.ask(worker, "engine::workers::register", R"({"namespace":"ord\u202eers"})");
  scene.expect_note(
      "namespace_ignored", {{"worker_id", worker.worker_id}, {"namespace", "orders"}}
  );
  for (const std::string_view input :
       {"{}", R"({"namespace":null})", R"({"namespace":"default"})", R"({"namespace":1})"}) {
    EXPECT_TRUE(scene.ask(worker, "engine::workers::register", input).is_object());
    EXPECT_EQ(scene.notes(), 0U) << input;
  }
}

TEST_F(EngineFunctions, do_not_let_in_process_workers_announce_themselves) {
  const Peer local = scene.open_local("iii-cron");
  EXPECT_TRUE(scene.refusal(local, "engine::workers::register", R"({"name":"other"})")
                  .starts_with("deserialization_error"));
  EXPECT_EQ(connection(local).name, "iii-cron");
}

}  // namespace
}  // namespace iii::core
