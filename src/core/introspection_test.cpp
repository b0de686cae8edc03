// The engine's own functions that only look (spec: engine-core §8.2, §8.3): rows, filters, order,
// errors, and what differs for workers of line 0.11.

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/worker_metrics.hpp"
#include "protocol/from_worker.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
using namespace iii::test;
using boost::json::value;

class Introspection : public testing::Test {
 protected:
  value ask(
      std::string_view function, std::string_view data = "{}", Where where = Where::current()
  ) {
    return scene.ask(asker, function, data, where);
  }
  // One member of each row of a listing, joined by spaces.
  std::string column(
      std::string_view function,
      std::string_view list,
      std::string_view data = "{}",
      std::string_view name = "id",
      Where where = Where::current()
  ) {
    std::string joined;
    const value answer = ask(function, data, where);
    for (const value& row : answer.at(list).as_array()) {
      joined.append(joined.empty() ? "" : " ").append(std::string_view(row.at(name).as_string()));
    }
    return joined;
  }
  std::string functions(std::string_view data = "{}", Where where = Where::current()) {
    return column("engine::functions::list", "functions", data, "function_id", where);
  }
  void become_old() { scene.ask(asker, "engine::workers::register", R"({"version":"0.11.6"})"); }

  Scene scene;
  Peer asker = scene.open("asker");
  Peer shop = scene.open_announced("shop");
};

// --- Functions ---

class FunctionListing : public Introspection {
 protected:
  FunctionListing() {
    scene.from(
        shop,
        register_function(
            "orders::price",
            R"(,"description":"Computes a price","request_format":{"type":"object"},)"
            R"("response_format":true,"metadata":{"public":true})"
        )
    );
    scene.serve(shop, "orders::ship");
    scene.from(shop, register_function("Preorders", R"(,"description":"Not yet")"));
    scene.serve(asker, "mail::send");
    scene.from(shop, register_function("secret", R"(,"metadata":{"internal":true})"));
    scene.serve(shop, "engine::queue::enqueue");
  }
};

TEST_F(FunctionListing, shows_functions_by_id_in_rows_that_serve_both_lines) {
  EXPECT_EQ(functions(), "Preorders engine::queue::enqueue mail::send orders::price orders::ship");
  EXPECT_EQ(ask("engine::functions::list", R"({"prefix":"orders::price"})"), boost::json::parse(R"({
        "functions": [{
          "function_id": "orders::price",
          "worker_name": "shop",
          "description": "Computes a price",
          "request_format": {"type": "object"},
          "response_format": true,
          "metadata": {"public": true}
        }]
      })"));
  EXPECT_EQ(ask("engine::functions::list", R"({"prefix":"mail"})"), boost::json::parse(R"({
        "functions": [{
          "function_id": "mail::send",
          "worker_name": "mail",
          "description": null,
          "request_format": null,
          "response_format": null,
          "metadata": null
        }]
      })"));
}

TEST_F(FunctionListing, is_filtered_by_prefix_and_worker) {
  EXPECT_EQ(functions(R"({"prefix":"orders::"})"), "orders::price orders::ship");
  EXPECT_EQ(functions(R"({"prefix":"Orders"})"), "");
  EXPECT_EQ(functions(R"({"worker":"mail"})"), "mail::send");
  EXPECT_EQ(functions(R"({"workers":["mail","nobody"]})"), "mail::send");
  EXPECT_EQ(
      functions(R"({"workers":["mail"],"worker":"shop","prefix":"orders"})"),
      "orders::price orders::ship"
  );
  EXPECT_EQ(functions(R"({"workers":[],"prefix":"mail"})"), "mail::send");
}

TEST_F(FunctionListing, is_searched_with_the_best_matches_first) {
  EXPECT_EQ(functions(R"({"search":"ORDERS"})"), "orders::price orders::ship Preorders");
  EXPECT_EQ(functions(R"({"search":"ship"})"), "orders::ship");
  EXPECT_EQ(functions(R"({"search":"PRICE"})"), "orders::price");
  EXPECT_EQ(functions(R"({"search":"rder"})"), "Preorders orders::price orders::ship");
  EXPECT_EQ(functions(R"({"search":"yet"})"), "Preorders");
  EXPECT_EQ(functions(R"({"search":"","prefix":"mail"})"), "mail::send");
  EXPECT_EQ(functions(R"({"search":"nothing like it"})"), "");
}

TEST_F(FunctionListing, hides_internal_functions_unless_asked) {
  const std::string all = functions(R"({"include_internal":true})");
  EXPECT_NE(all.find("engine::functions::list"), std::string::npos);
  EXPECT_NE(all.find("secret"), std::string::npos);
  EXPECT_EQ(functions(R"({"include_internal":null})").find("secret"), std::string::npos);
}

TEST_F(FunctionListing, hides_every_function_of_the_engine_from_line_0_11_and_nothing_else) {
  become_old();
  EXPECT_EQ(functions(), "Preorders mail::send orders::price orders::ship secret");
  EXPECT_NE(functions("[true]").find("engine::queue::enqueue"), std::string::npos);
}

TEST_F(FunctionListing, reads_an_array_as_its_members) {
  EXPECT_EQ(functions(R"(["ship"])"), "orders::ship");
  EXPECT_EQ(functions("[]"), functions());
}

TEST_F(FunctionListing, describes_one_function_or_several) {
  scene.from(shop, register_trigger("t", "http", "orders::price", R"({"path":"/p"})"));
  const value detail = boost::json::parse(R"({
    "function_id": "orders::price",
    "worker_name": "shop",
    "description": "Computes a price",
    "request_schema": {"type": "object"},
    "response_schema": true,
    "metadata": {"public": true},
    "registered_triggers": [{
      "id": "t",
      "trigger_type": "http",
      "config": {"path": "/p"},
      "state": "pending",
      "pending_reason": "no worker provides the trigger type"
    }]
  })");
  EXPECT_EQ(ask("engine::functions::info", R"({"function_id":"orders::price"})"), detail);
  EXPECT_EQ(ask("engine::functions::info", R"(["orders::price"])"), detail);
  EXPECT_EQ(
      ask("engine::functions::info",
          R"({"function_ids":["nothing","orders::price","mail::send","nothing"]})"),
      (value{
          {"functions",
           {{{"function_id", "nothing"}, {"error", "not_found"}},
            detail,
            {{"function_id", "mail::send"},
             {"worker_name", "mail"},
             {"registered_triggers", boost::json::array()}}}}
      })
  );
}

TEST_F(FunctionListing, describes_nothing_that_is_not_there_and_at_most_32_functions) {
  const auto refusal = [this](std::string_view data) {
    return scene.refusal(asker, "engine::functions::info", data);
  };
  EXPECT_EQ(refusal(R"({"function_id":"no"})"), "NOT_FOUND: Function 'no' is not registered.");
  for (const std::string_view data :
       {"{}", R"({"function_ids":[]})", R"({"function_id":"a","function_ids":["b"]})"}) {
    EXPECT_TRUE(refusal(data).starts_with("INVALID_ARGUMENTS: ")) << data;
  }
  const auto ids = [](int count) {
    boost::json::array names;
    for (int i = 0; i < count; ++i) {
      names.emplace_back(std::to_string(i));
      names.emplace_back("the same");
    }
    return boost::json::serialize(boost::json::object{{"function_ids", names}});
  };
  EXPECT_EQ(ask("engine::functions::info", ids(31)).at("functions").as_array().size(), 32U);
  EXPECT_TRUE(refusal(ids(32)).starts_with("INVALID_ARGUMENTS: "));
}

// --- Workers ---

TEST_F(Introspection, lists_workers_that_have_said_what_they_are_and_built_in_ones) {
  scene.open_local("iii-cron");
  scene.open_announced("api");
  EXPECT_EQ(
      column("engine::workers::list", "workers", "{}", "name"),
      "api iii-cron iii-engine-functions shop"
  );
  EXPECT_EQ(column("engine::workers::list", "workers", R"({"search":"HO"})", "name"), "shop");
  EXPECT_EQ(
      column("engine::workers::list", "workers", R"({"runtime":"node"})", "name"), "api shop"
  );
  EXPECT_EQ(
      column("engine::workers::list", "workers", R"({"status":"available"})", "name"),
      "iii-cron iii-engine-functions"
  );
}

TEST_F(Introspection, shows_workers_in_rows_that_serve_both_lines) {
  scene.serve(shop, "b");
  scene.serve(shop, "a");
  scene.from(asker, call(uuid(1), "a"));
  scene.expect_any(shop);
  const value row = ask("engine::workers::list", R"({"search":"shop"})").at("workers").at(0);
  EXPECT_EQ(
      row,
      (value{
          {"id", shop.worker_id},
          {"name", "shop"},
          {"description", nullptr},
          {"version", "0.22.1"},
          {"runtime", "node"},
          {"os", nullptr},
          {"status", "connected"},
          {"internal", false},
          {"connected_at_ms", 1'795'392'000'000},
          {"function_count", 2U},
          {"functions", {"a", "b"}},
          {"active_invocations", 1U},
          {"isolation", nullptr},
          {"ip_address", "203.0.113.7"},
          {"latest_metrics", nullptr},
          {"pid", 4711U}
      })
  );
}

TEST_F(Introspection, shows_what_a_worker_has_said_of_its_resources_for_two_minutes) {
  const base::WorkerId id(*base::Uuid::parse(shop.worker_id));
  const auto latest = [this] {
    return ask("engine::workers::info", R"({"name":"shop"})").at("worker").at("latest_metrics");
  };
  scene.measure(id, {WorkerMetricName::memory_rss, 300, base::WallTime(1s)});
  scene.measure(id, {WorkerMetricName::memory_rss, 400, base::WallTime(3s)});
  scene.advance(1s);
  scene.measure(id, {WorkerMetricName::cpu_percent, 12.5, base::WallTime(2s)});
  EXPECT_EQ(
      latest(),
      (value{
          {"runtime", "node"}, {"timestamp_ms", 3'000}, {"memory_rss", 400}, {"cpu_percent", 12.5}
      })
  );
  scene.advance(119s);
  EXPECT_EQ(latest(), (value{{"runtime", "node"}, {"timestamp_ms", 2'000}, {"cpu_percent", 12.5}}));
  scene.advance(1s);
  EXPECT_TRUE(latest().is_null());
}

TEST_F(Introspection, passes_over_what_is_said_of_workers_that_are_not_there) {
  scene.measure(base::WorkerId(base::Uuid(1, 2)), {WorkerMetricName::memory_rss, 1, {}});
  const value answer = ask("engine::workers::list");
  for (const value& row : answer.at("workers").as_array()) {
    EXPECT_TRUE(row.at("latest_metrics").is_null());
  }
}

TEST_F(Introspection, shows_built_in_workers_with_their_name_as_id) {
  const value row = ask("engine::workers::list", R"({"search":"iii-engine"})").at("workers").at(0);
  EXPECT_EQ(row.at("id"), "iii-engine-functions");
  EXPECT_EQ(row.at("status"), "available");
  EXPECT_EQ(row.at("runtime"), "engine");
  EXPECT_EQ(row.at("isolation"), "in-process");
  EXPECT_EQ(row.at("internal"), true);
  EXPECT_TRUE(row.at("ip_address").is_null());
}

TEST_F(Introspection, tells_line_0_11_the_time_and_shows_it_any_worker_by_id) {
  const value all = ask("engine::workers::list");
  EXPECT_EQ(all.at("timestamp"), 1'795'392'000'000);
  become_old();
  const value found =
      ask("engine::workers::list", R"({"worker_id":")" + asker.worker_id + "\"}").at("workers");
  ASSERT_EQ(found.as_array().size(), 1U);
  EXPECT_EQ(found.at(0).at("id"), value(asker.worker_id));
  EXPECT_EQ(
      ask("engine::workers::list", R"({"worker_id":"no"})").at("workers").as_array().size(), 0U
  );
}

TEST_F(Introspection, describes_a_worker_by_name) {
  scene.serve(shop, "orders::price");
  scene.from(shop, register_trigger_type("sold", "Something was sold"));
  scene.from(asker, register_trigger("t", "other", "orders::price"));
  const value info = ask("engine::workers::info", R"({"name":"shop"})");
  EXPECT_EQ(info.at("worker").at("id"), value(shop.worker_id));
  EXPECT_EQ(info.at("functions").at(0).at("function_id"), "orders::price");
  EXPECT_EQ(info.at("trigger_types").at(0).at("id"), "sold");
  EXPECT_EQ(info.at("registered_triggers").at(0).at("id"), "t");
  EXPECT_EQ(
      scene.refusal(asker, "engine::workers::info", R"({"name":"nobody"})"),
      "NOT_FOUND: Worker 'nobody' is not connected."
  );
}

TEST_F(Introspection, describes_the_built_in_worker_of_two_with_the_same_name) {
  scene.open_local("shop");
  EXPECT_EQ(ask("engine::workers::info", R"(["shop"])").at("worker").at("runtime"), "engine");
}

// --- Trigger types and triggers ---

class TriggerListing : public Introspection {
 protected:
  TriggerListing() {
    const Peer cron = scene.open_local("iii-cron");
    scene.from(
        cron,
        register_trigger_type(
            "cron", "At times", R"(,"trigger_request_format":{"a":1},"call_request_format":{"b":2})"
        )
    );
    scene.from(shop, register_trigger_type("sold", "Something was sold"));
    scene.serve(shop, "orders::price");
    scene.from(
        asker,
        register_trigger(
            "t-1", "cron", "orders::price", R"({"at": "noon"})", R"(,"metadata":{"m":1})"
        )
    );
    scene.from(asker, register_trigger("t-2", "nobody's", "engine::functions::list"));
    scene.from(asker, register_trigger("t-3", "sold", "mail::send"));
    scene.drop_effects();
  }
};

TEST_F(TriggerListing, shows_types_by_id) {
  EXPECT_EQ(ask("engine::triggers::list"), boost::json::parse(R"({"triggers": [
        {"id": "cron", "worker_name": "iii-cron", "description": "At times"},
        {"id": "sold", "worker_name": "shop", "description": "Something was sold"}
      ]})"));
  const auto types = [this](std::string_view data) {
    return column("engine::triggers::list", "triggers", data);
  };
  EXPECT_EQ(types(R"({"search":"SOMETHING"})"), "sold");
  EXPECT_EQ(types(R"({"prefix":"cr"})"), "cron");
  EXPECT_EQ(types(R"({"worker":"shop"})"), "sold");
  EXPECT_EQ(
      types(R"({"include_internal":true})"),
      "cron engine::functions-available engine::workers-available sold"
  );
}

TEST_F(TriggerListing, shows_instances_to_line_0_11_under_the_same_name) {
  become_old();
  EXPECT_EQ(column("engine::triggers::list", "triggers"), "t-1 t-3");
  EXPECT_EQ(
      column("engine::triggers::list", "triggers", R"({"include_internal":true})"), "t-1 t-2 t-3"
  );
  EXPECT_EQ(ask("engine::trigger-types::list"), boost::json::parse(R"({"trigger_types": [
        {"id": "cron", "description": "At times",
         "trigger_request_format": {"a": 1}, "call_request_format": {"b": 2}},
        {"id": "sold", "description": "Something was sold"}
      ]})"));
}

TEST_F(TriggerListing, describes_a_type) {
  EXPECT_EQ(ask("engine::triggers::info", R"({"id":"cron"})"), boost::json::parse(R"({
        "id": "cron", "worker_name": "iii-cron", "description": "At times",
        "configuration_schema": {"a": 1}, "request_schema": {"b": 2}, "instance_count": 1
      })"));
  EXPECT_EQ(
      ask("engine::triggers::info", R"(["engine::workers-available"])").at("worker_name"), "engine"
  );
  EXPECT_EQ(
      scene.refusal(asker, "engine::triggers::info", R"({"id":"no"})"),
      "NOT_FOUND: Trigger type 'no' is not registered."
  );
}

// The wire has no member for it (spec: engine-core §6.2).
TEST_F(TriggerListing, says_what_functions_return_of_a_built_in_type_only) {
  scene.from_local(
      scene.open_local("iii-http"),
      protocol::from_worker::RegisterTriggerType{.id = "http", .response_format = R"({"c":3})"}
  );
  scene.from(shop, register_trigger_type("kept", "", R"(,"response_format":{"c":3})"));
  const auto type = [this](const std::string& id) {
    return ask("engine::triggers::info", R"({"id":")" + id + "\"}");
  };
  EXPECT_EQ(type("http").at("response_schema"), boost::json::parse(R"({"c":3})"));
  EXPECT_FALSE(type("kept").as_object().contains("response_schema"));
}

TEST_F(TriggerListing, shows_instances_with_their_state) {
  EXPECT_EQ(
      ask("engine::registered-triggers::list", R"({"include_internal":true})"),
      boost::json::parse(R"({"registered_triggers": [
        {"id": "t-1", "trigger_type": "cron", "function_id": "orders::price", "worker_name": "shop",
         "config": {"at": "noon"}, "config_summary": "{\"at\":\"noon\"}", "state": "live",
         "metadata": {"m": 1}},
        {"id": "t-2", "trigger_type": "nobody's", "function_id": "engine::functions::list",
         "worker_name": "iii-engine-functions", "config": null, "config_summary": "null",
         "state": "pending", "pending_reason": "no worker provides the trigger type"},
        {"id": "t-3", "trigger_type": "sold", "function_id": "mail::send", "worker_name": "mail",
         "config": null, "config_summary": "null", "state": "live"}
      ]})")
  );
}

TEST_F(TriggerListing, filters_instances) {
  const auto triggers = [this](std::string_view data) {
    return column("engine::registered-triggers::list", "registered_triggers", data);
  };
  EXPECT_EQ(triggers("{}"), "t-1 t-3");
  EXPECT_EQ(triggers(R"({"trigger_type":"cron"})"), "t-1");
  EXPECT_EQ(triggers(R"({"function_id":"mail::send"})"), "t-3");
  EXPECT_EQ(triggers(R"({"worker":"shop"})"), "t-1");
  EXPECT_EQ(triggers(R"({"search":"MAIL"})"), "t-3");
  EXPECT_EQ(triggers(R"({"search":"T-"})"), "t-1 t-3");
  EXPECT_EQ(triggers(R"({"search":"t-1","trigger_type":"sold"})"), "");
}

TEST_F(TriggerListing, cuts_long_configs_to_80_characters_but_not_inside_one) {
  const auto summary = [this](const std::string& id, const std::string& text) {
    scene.from(shop, register_trigger(id, "nobody's", "f", '"' + text + '"'));
    const value info = ask("engine::registered-triggers::info", R"({"id":")" + id + "\"}");
    return std::string(std::string_view(info.at("config_summary").as_string()));
  };
  const std::string characters = [] {
    std::string text;
    for (int i = 0; i < 78; ++i) {
      text += "é";
    }
    return text;
  }();
  EXPECT_EQ(summary("a", characters), '"' + characters + '"');
  EXPECT_EQ(summary("b", characters + "é"), '"' + characters + "é…");
}

TEST_F(TriggerListing, summarises_configs_without_the_blanks_between_their_parts) {
  scene.from(
      shop,
      register_trigger(
          "a", "nobody's", "f", "{ \"b\" : [ 1.50 ,\t\"x \\\" : y\\\\\" ] ,\n \"a\" : {\r} }"
      )
  );
  const value info = ask("engine::registered-triggers::info", R"({"id":"a"})");
  EXPECT_EQ(info.at("config_summary"), R"({"b":[1.50,"x \" : y\\"],"a":{}})");
}

TEST_F(TriggerListing, counts_no_blanks_of_long_configs) {
  std::string spaced = "[";
  std::string compact = "[";
  for (int i = 0; i < 38; ++i) {
    spaced += "1 , ";
    compact += "1,";
  }
  scene.from(shop, register_trigger("a", "nobody's", "f", spaced + "10 ] "));
  scene.from(shop, register_trigger("b", "nobody's", "f", spaced + "100 ] "));
  const auto summary = [this](std::string_view data) {
    return ask("engine::registered-triggers::info", data).at("config_summary");
  };
  EXPECT_EQ(summary(R"({"id":"a"})"), value(compact + "10]"));
  EXPECT_EQ(summary(R"({"id":"b"})"), value(compact + "100…"));
}

TEST_F(TriggerListing, describes_an_instance_with_its_type_and_its_function) {
  const value info = ask("engine::registered-triggers::info", R"({"id":"t-1"})");
  EXPECT_EQ(info.at("trigger"), ask("engine::triggers::info", R"({"id":"cron"})"));
  EXPECT_EQ(info.at("function"), ask("engine::functions::info", R"(["orders::price"])"));
  const value orphan = ask("engine::registered-triggers::info", R"({"id":"t-3"})");
  EXPECT_TRUE(orphan.at("function").is_null());
  EXPECT_TRUE(ask("engine::registered-triggers::info", R"(["t-2"])").at("trigger").is_null());
  EXPECT_EQ(
      scene.refusal(asker, "engine::registered-triggers::info", R"({"id":"no"})"),
      "NOT_FOUND: Registered trigger 'no' was not found."
  );
}

// --- Services ---

TEST_F(Introspection, lists_services) {
  scene.serve(shop, "orders::price");
  scene.from(
      shop,
      R"({"type":"registerservice","id":"s","name":"mail","description":"d",)"
      R"("parent_service_id":"p"})"
  );
  EXPECT_EQ(ask("engine::services::list", "null"), boost::json::parse(R"({"services": [
        {"name": "mail", "description": "d", "parent_service_id": "p", "functions": []},
        {"name": "orders", "description": null, "parent_service_id": null, "functions": ["price"]}
      ]})"));
}

}  // namespace
}  // namespace iii::core
