// What the four lists ask an engine of each line, and what they make of its answers.
#include "scripted_engine.hpp"

#include <iii/client.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {
namespace {

constexpr std::string_view no_such_function =
    R"("error":{"code":"function_not_found","message":"Function not found"})";

// A client whose calls the test answers one after the other.
struct Scene {
  ScriptedEngine engine;
  Client client = register_worker(
      engine.url(),
      {.shutdown_timeout = std::chrono::milliseconds(200),
       .log = [](LogLevel, const std::string&) {}}
  );
  ScriptedPeer& peer = engine.next();

  Scene() { static_cast<void>(peer.next_text()); }  // the announce

  // The next call as "id payload"; it is answered with `members`.
  std::string answer(std::string_view members) {
    const Json call = parse_json(peer.next_text()).value();
    peer.send_text(
        R"({"type":"invocationresult","invocation_id":)" + serialize(call.at("invocation_id")) +
        R"(,"function_id":"f",)" + std::string(members) + "}"
    );
    return std::string(call.at("function_id").as_string()) + " " + serialize(call.at("data"));
  }

  // Runs what blocks beside the engine of this thread.
  template <class Ask>
  auto begin(Ask ask) {
    return std::async(std::launch::async, [this, ask] { return ask(client); });
  }
};

TEST(SdkDiscovery, Item65_asks_and_reads_an_engine_of_line_0_11) {
  Scene scene;
  auto functions = scene.begin([](Client& client) { return client.list_functions(); });
  EXPECT_EQ(
      scene.answer(R"("result":{"functions":[{"function_id":"f","request_format":{"a":1}}]})"),
      "engine::functions::list {}"
  );
  EXPECT_EQ(functions.get().at(0).request_format, Json({{"a", 1}}));

  auto workers = scene.begin([](Client& client) { return client.list_workers(); });
  EXPECT_EQ(
      scene.answer(R"("result":{"timestamp":1,"workers":[{"id":"w","status":"connected",)"
                   R"("connected_at_ms":5,)"
                   R"("function_count":1,"functions":["f"],"active_invocations":2}]})"),
      "engine::workers::list {}"
  );
  EXPECT_EQ(workers.get().at(0).functions, std::vector<std::string>{"f"});

  auto triggers = scene.begin([](Client& client) { return client.list_triggers(true); });
  EXPECT_EQ(
      scene.answer(no_such_function),
      R"(engine::registered-triggers::list {"include_internal":true})"
  );
  EXPECT_EQ(
      scene.answer(R"("result":{"triggers":[{"id":"t","trigger_type":"cron","function_id":"f"}]})"),
      R"(engine::triggers::list {"include_internal":true})"
  );
  EXPECT_EQ(triggers.get().at(0).trigger_type, "cron");

  auto types = scene.begin([](Client& client) { return client.list_trigger_types(false); });
  EXPECT_EQ(
      scene.answer(R"("result":{"trigger_types":[{"id":"cron","description":"Time"}]})"),
      R"(engine::trigger-types::list {"include_internal":false})"
  );
  EXPECT_EQ(types.get().at(0).description, "Time");
}

TEST(SdkDiscovery, Item65_Item66_asks_and_reads_an_engine_of_line_0_22) {
  Scene scene;
  auto functions = scene.begin([](Client& client) { return client.list_functions(); });
  EXPECT_EQ(
      scene.answer(R"("result":{"functions":[{"function_id":"f","worker_name":"shop"}]})"),
      "engine::functions::list {}"
  );
  EXPECT_EQ(functions.get().at(0).worker_name, "shop");

  auto triggers = scene.begin([](Client& client) { return client.list_triggers(); });
  EXPECT_EQ(
      scene.answer(R"("result":{"registered_triggers":[{"id":"t","trigger_type":"cron",)"
                   R"("function_id":"f",)"
                   R"("worker_name":"shop","config":{},"config_summary":"{}"}]})"),
      R"(engine::registered-triggers::list {"include_internal":false})"
  );
  EXPECT_EQ(triggers.get().at(0).config_summary, "{}");

  auto types = scene.begin([](Client& client) { return client.list_trigger_types(); });
  EXPECT_EQ(
      scene.answer(no_such_function), R"(engine::trigger-types::list {"include_internal":false})"
  );
  EXPECT_EQ(
      scene.answer(
          R"("result":{"triggers":[{"id":"cron","worker_name":"iii-cron","description":"Time"}]})"
      ),
      R"(engine::triggers::list {"include_internal":false})"
  );
  EXPECT_EQ(types.get().at(0).id, "cron");
}

}  // namespace
}  // namespace iii::test
