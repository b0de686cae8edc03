// What the lists say about clients of a real engine: one in this process, or the one that
// III_TEST_URL names.
#include "sdk_clients.hpp"
#include "test_engine.hpp"

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/json.hpp>
#include <iii/otel.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace iii::test {

struct Listed {
  int number = 0;
};
III_DESCRIBE(Listed, number)

namespace {

using namespace std::chrono_literals;

template <class Info, class Matches>
std::optional<Info> find(const std::vector<Info>& infos, Matches matches) {
  const auto found = std::ranges::find_if(infos, matches);
  return found == infos.end() ? std::nullopt : std::optional(*found);
}

class SdkLists : public testing::Test {
 protected:
  SdkLists() {
    worker.register_function(
        "lists::function", [](const Listed& in) { return in.number; }, {.description = "Is listed."}
    );
    worker.register_trigger_type(
        {.id = "lists::type", .description = "Lists."}, [](const auto&) {}, {}
    );
    trigger = worker.register_trigger({
        .trigger_type = "lists::type",
        .function_id = "lists::function",
        .config = {{"depth", 3}},
    });
    EXPECT_TRUE(
        call_when_there(caller, {.function_id = "lists::function", .payload = {{"number", 1}}})
    );
  }
  std::optional<WorkerInfo> info_of_worker() {
    return find(caller.list_workers(), [this](const WorkerInfo& info) {
      return info.id == worker.worker_id();
    });
  }
  // It is announced after the functions.
  bool has_its_name() {
    return becomes([this] {
      const auto info = info_of_worker();
      return info && info->name == "lists-worker";
    });
  }

  TestEngine engine;
  Client worker = register_worker(engine.url(), silent({.worker_name = "lists-worker"}));
  Client caller = register_worker(engine.url(), silent());
  std::optional<Trigger> trigger;
};

TEST_F(SdkLists, Item65_name_functions_and_who_serves_them) {
  ASSERT_TRUE(has_its_name());
  const auto function = find(caller.list_functions(), [](const FunctionInfo& info) {
    return info.function_id == "lists::function";
  });
  ASSERT_TRUE(function);
  EXPECT_EQ(function->description, "Is listed.");
  const auto info = info_of_worker();
  EXPECT_EQ(info->status, "connected");
  EXPECT_EQ(info->runtime, "cpp");
  EXPECT_GE(info->function_count, 1U);
  EXPECT_GT(info->connected_at_ms, 0U);
  if (is_line_0_11(caller)) {
    EXPECT_EQ(function->request_format, json_schema<Listed>());
    EXPECT_EQ(std::ranges::count(info->functions, "lists::function"), 1);
  } else {
    EXPECT_EQ(function->worker_name, "lists-worker");
  }
}

TEST_F(SdkLists, Item65_Item66_name_triggers_and_their_types) {
  const auto listed = find(caller.list_triggers(), [this](const TriggerInfo& info) {
    return info.id == trigger->id();
  });
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->trigger_type, "lists::type");
  EXPECT_EQ(listed->function_id, "lists::function");
  EXPECT_EQ(listed->config, (Json{{"depth", 3}}));
  const auto type = find(caller.list_trigger_types(), [](const TriggerTypeInfo& info) {
    return info.id == "lists::type";
  });
  ASSERT_TRUE(type);
  EXPECT_EQ(type->description, "Lists.");
}

// Line 0.11 has them in the list of workers, later ones in what they say about one (spec:
// engine-core §14).
Json metrics_of(Client& caller, const std::string& worker_id) {
  const auto about = [&](const char* function_id, const Json& payload) {
    return caller.trigger({.function_id = function_id, .payload = payload});
  };
  if (!is_line_0_11(caller)) {
    const Json reply = about("engine::workers::info", {{"name", "lists-worker"}});
    return reply.at("worker").at("latest_metrics");
  }
  const Json reply = about("engine::workers::list", {{"worker_id", worker_id}});
  return reply.at("workers").at(0).at("latest_metrics");
}

TEST_F(SdkLists, Item92_gauges_are_shown_by_the_engine) {
  const auto kept =
      caller.try_trigger({.function_id = "engine::metrics::list", .payload = JsonObject()});
  if (!engine.is_own() && !kept && kept.error().code() == "function_not_found") {
    GTEST_SKIP() << "this engine runs without the worker that keeps metrics";
  }
  ASSERT_TRUE(has_its_name());
  ASSERT_TRUE(flush_otel(20s));
  Json metrics;
  ASSERT_TRUE(becomes([&] {
    metrics = metrics_of(caller, worker.worker_id());
    return !metrics.is_null();
  }));
  EXPECT_GT(metrics.at("memory_rss").to_number<double>(), 0);
  EXPECT_GE(metrics.at("uptime_seconds").to_number<double>(), 0);
}

}  // namespace
}  // namespace iii::test
