// What the whole client writes and how it reads, against an engine that says what the test wants:
// the items of the checklist (spec: sdk §29) that no machine shows alone.
#include "scripted_engine.hpp"

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

struct Order {
  std::string id;
  int amount = 0;
};
III_DESCRIBE(Order, id, amount)

namespace {

using namespace std::chrono_literals;

constexpr std::string_view invocation_id = "2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de";

InitOptions quick() {
  InitOptions options;
  options.shutdown_timeout = 200ms;
  options.reconnection.initial_delay_ms = 1;
  options.log = [](LogLevel, const std::string&) {};
  return options;
}

std::string invocation(std::string_view function_id, std::string_view data = "{}") {
  return R"({"type":"invokefunction","invocation_id":")" + std::string(invocation_id) +
         R"(","function_id":")" + std::string(function_id) + R"(","data":)" + std::string(data) +
         "}";
}

std::string answer(std::string_view function_id, std::string_view member) {
  return R"({"type":"invocationresult","invocation_id":")" + std::string(invocation_id) +
         R"(","function_id":")" + std::string(function_id) + "\"," + std::string(member) + "}";
}

// A client whose announce has been read.
struct Connected {
  explicit Connected(const InitOptions& options = quick())
      : client(register_worker(engine.url(), options)), peer(engine.next()) {
    static_cast<void>(peer.next_text());
  }

  // What the client answers when the engine calls.
  std::string call(std::string_view function_id, std::string_view data = "{}") {
    peer.send_text(invocation(function_id, data));
    return peer.next_text();
  }

  ScriptedEngine engine;
  Client client;
  ScriptedPeer& peer;
};

TEST(SdkChecklist, Item01_returns_at_once_when_nobody_listens) {
  auto quickest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const Client client = register_worker("ws://127.0.0.1:1", quick());
    quickest = std::min(quickest, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(quickest, 50ms);
}

TEST(SdkChecklist, Item11_takes_the_address_from_the_environment) {
  ASSERT_EQ(setenv("III_URL", "ws://127.0.0.1:2/path?q=1", 1), 0);
  EXPECT_EQ(register_worker(quick()).address(), "ws://127.0.0.1:2/path?q=1");
  for (const char* const blank : {"", " \t"}) {
    ASSERT_EQ(setenv("III_URL", blank, 1), 0);
    EXPECT_EQ(register_worker(quick()).address(), "ws://127.0.0.1:49134/");
  }
  ASSERT_EQ(unsetenv("III_URL"), 0);
  EXPECT_EQ(register_worker(quick()).address(), "ws://127.0.0.1:49134/");
}

// Answers the next call of the client.
void answer_call(ScriptedPeer& peer, std::string_view function_id, std::string_view member) {
  for (;;) {
    const Json frame = parse_json(peer.next_text()).value();
    if (frame.at("type") == "invokefunction") {
      EXPECT_EQ(frame.at("function_id").as_string(), function_id);
      peer.send_text(
          R"({"type":"invocationresult","invocation_id":)" + serialize(frame.at("invocation_id")) +
          R"(,"function_id":")" + std::string(function_id) + "\"," + std::string(member) + "}"
      );
      return;
    }
  }
}

TEST(SdkChecklist, Item66_lists_trigger_types_of_engines_that_have_no_such_function) {
  Connected connected;
  auto listed =
      std::async(std::launch::async, [&] { return connected.client.list_trigger_types(true); });
  answer_call(
      connected.peer,
      "engine::trigger-types::list",
      R"("error":{"code":"function_not_found","message":"no"})"
  );
  answer_call(
      connected.peer,
      "engine::triggers::list",
      R"("result":{"triggers":[{"id":"cron","description":"Time"}]})"
  );
  connected.engine.run_until([&] { return listed.wait_for(0s) == std::future_status::ready; });
  const std::vector<TriggerTypeInfo> types = listed.get();
  ASSERT_EQ(types.size(), 1U);
  EXPECT_EQ(types[0].id, "cron");
}

TEST(SdkChecklist, Item65_a_list_that_cannot_be_read_is_an_error_and_an_element_is_not) {
  std::promise<std::string> logged;
  InitOptions options = quick();
  options.log = [&](LogLevel level, const std::string& line) {
    if (level == LogLevel::debug && line.starts_with("an element")) {
      logged.set_value(line);
    }
  };
  Connected connected(options);
  auto none = std::async(std::launch::async, [&] { return connected.client.list_workers(); });
  answer_call(connected.peer, "engine::workers::list", R"("result":{"denied":true})");
  connected.engine.run_until([&] { return none.wait_for(0s) == std::future_status::ready; });
  try {
    static_cast<void>(none.get());
    ADD_FAILURE() << "that was no list";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::serde);
    EXPECT_EQ(error.message(), "workers: is missing");
  }
  auto some = std::async(std::launch::async, [&] { return connected.client.list_functions(); });
  answer_call(
      connected.peer,
      "engine::functions::list",
      R"("result":{"functions":[{"function_id":"a"},{"function_id":5}]})"
  );
  connected.engine.run_until([&] { return some.wait_for(0s) == std::future_status::ready; });
  EXPECT_EQ(some.get().size(), 1U);
  EXPECT_EQ(
      logged.get_future().get(),
      "an element of a list is left out: function_id: expected a string, found 5"
  );
}

TEST(SdkChecklist, Item82_a_function_that_another_worker_has_says_so) {
  Connected connected;
  const FunctionRef function = connected.client.register_function("f", [] {});
  static_cast<void>(connected.peer.next_text());
  EXPECT_FALSE(function.status());
  connected.peer.send_text(
      R"({"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT","namespace":"eu",)"
      R"("function_id":"f","owner_worker_id":"w9"})"
  );
  connected.engine.run_until([&] { return function.status().has_value(); });
  EXPECT_EQ(function.status()->kind(), ErrorKind::registration_rejected);
  EXPECT_EQ(function.status()->rejection()->owner_worker_id, "w9");
  EXPECT_EQ(connected.client.get_connection_state(), ConnectionState::connected);
  connected.peer.drop();
  static_cast<void>(connected.engine.next().next_text());
  EXPECT_FALSE(function.status()) << "it is registered anew";
}

TEST(SdkChecklist, Item56_triggers_name_their_namespaces_and_blank_ones_are_refused) {
  Connected connected;
  connected.client.register_trigger({
      .trigger_type = "cron",
      .function_id = "f",
      .namespace_name = "eu",
      .trigger_namespace = "clocks",
  });
  const std::string frame = connected.peer.next_text();
  EXPECT_NE(frame.find(R"("namespace":"eu","trigger_namespace":"clocks")"), std::string::npos)
      << frame;
  const RegisterTriggerInput blank{
      .trigger_type = "cron", .function_id = "f", .trigger_namespace = " "
  };
  EXPECT_THROW(connected.client.register_trigger(blank), std::invalid_argument);
  const TriggerRequest nowhere{.function_id = "f", .namespace_name = "\t"};
  EXPECT_EQ(connected.client.try_trigger(nowhere).error().kind(), ErrorKind::handler);
  EXPECT_THROW(
      static_cast<void>(register_worker(connected.engine.url(), {.namespace_name = "  "})),
      std::invalid_argument
  );
}

TEST(SdkChecklist, Item23_takes_messages_of_16_mebibytes) {
  Connected connected;
  connected.client.register_function("size", [](const Json& in) { return in.as_string().size(); });
  static_cast<void>(connected.peer.next_text());
  constexpr std::size_t size = std::size_t{16} * 1024 * 1024;
  EXPECT_EQ(
      connected.call("size", "\"" + std::string(size, 'x') + "\""),
      answer("size", R"("result":16777216)")
  );
}

TEST(SdkChecklist, Item33_leaves_out_what_is_empty_except_config) {
  Connected connected;
  connected.client.register_function("f", [](const Json& in) { return in; });
  EXPECT_EQ(connected.peer.next_text(), R"({"type":"registerfunction","id":"f"})");
  const Trigger trigger =
      connected.client.register_trigger({.trigger_type = "cron", .function_id = "f"});
  EXPECT_EQ(
      connected.peer.next_text(),
      R"({"type":"registertrigger","id":")" + trigger.id() +
          R"(","trigger_type":"cron","function_id":"f","config":{}})"
  );
}

TEST(SdkChecklist, Item34_Item35_derives_schemas_unless_they_are_given) {
  Connected connected;
  connected.client.register_function("derived", [](const Order& order) { return order.amount; });
  const Json derived = parse_json(connected.peer.next_text()).value();
  EXPECT_EQ(
      derived.at("request_format"),
      parse_json(R"({"$schema":"http://json-schema.org/draft-07/schema#","title":"Order",)"
                 R"("type":"object","required":["id","amount"],"properties":{)"
                 R"("id":{"type":"string"},"amount":{"type":"integer","format":"int32"}}})")
          .value()
  ) << derived;
  EXPECT_EQ(derived.at("response_format").at("type"), "integer");

  FunctionDetails details;
  details.request_format = Json{{"title", "mine"}};
  connected.client.register_function(
      "given", [](const Order& order) { return order.amount; }, details
  );
  const Json given = parse_json(connected.peer.next_text()).value();
  EXPECT_EQ(given.at("request_format"), (Json{{"title", "mine"}}));
  EXPECT_EQ(given.at("response_format").at("type"), "integer");
}

TEST(SdkChecklist, Item39_answers_each_invocation_once) {
  Connected connected;
  connected.client.register_function("value", [](const Json&) { return 5; });
  connected.client.register_function("null", [](const Json&) { return Json(nullptr); });
  connected.client.register_function("nothing", [](const Json&) {});
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(connected.peer.next_text());
  }
  EXPECT_EQ(connected.call("value"), answer("value", R"("result":5)"));
  EXPECT_EQ(connected.call("null"), answer("null", R"("result":null)"));
  EXPECT_EQ(connected.call("nothing"), answer("nothing", R"("result":null)"));
  connected.peer.send_text(R"({"type":"ping"})");
  EXPECT_EQ(connected.peer.next_text(), R"({"type":"pong"})") << "nothing more in between";
}

TEST(SdkChecklist, Item42_Item43_passes_structured_errors_and_names_all_others) {
  Connected connected;
  connected.client.register_function("own", [](const Json&) -> Json {
    throw Error::remote("E42", "as it is");
  });
  connected.client.register_function("standard", [](const Json&) -> Json {
    throw std::runtime_error("boom");
  });
  connected.client.register_function("odd", [](const Json&) -> Json { throw 7; });
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(connected.peer.next_text());
  }
  EXPECT_EQ(connected.call("own"), answer("own", R"("error":{"code":"E42","message":"as it is"})"));
  EXPECT_EQ(
      connected.call("standard"),
      answer("standard", R"("error":{"code":"invocation_failed","message":"boom"})")
  );
  EXPECT_EQ(
      connected.call("odd"),
      answer("odd", R"("error":{"code":"invocation_failed","message":"unknown exception"})")
  );
}

TEST(SdkChecklist, Item44_answers_what_it_cannot_read_without_calling_the_function) {
  Connected connected;
  std::atomic<int> calls = 0;
  connected.client.register_function("typed", [&calls](const Order& order) {
    ++calls;
    return order.amount;
  });
  static_cast<void>(connected.peer.next_text());
  const std::string refusal = connected.call("typed", R"({"id":7})");
  EXPECT_NE(refusal.find(R"("error":{"code":"invocation_failed","message":)"), std::string::npos)
      << refusal;
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(
      connected.call("typed", R"({"id":"a","amount":3,"_caller_worker_id":"w"})"),
      answer("typed", R"("result":3)")
  );
  EXPECT_EQ(calls, 1);
}

TEST(SdkChecklist, Item51_returns_from_void_calls_at_once_without_a_connection_too) {
  ScriptedEngine engine({.upgrades = false});
  Client client = register_worker(engine.url(), quick());
  EXPECT_EQ(client.trigger({.function_id = "f", .action = TriggerAction::Void()}), Json(nullptr));
  ScriptedPeer& unanswered = engine.next();
  engine.set_options(ScriptedEngine::Options());
  unanswered.drop();
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  EXPECT_EQ(
      peer.next_text(),
      R"({"type":"invokefunction","function_id":"f","data":null,"action":{"type":"void"}})"
  );
}

TEST(SdkChecklist, Item52_waits_30_seconds_unless_told_otherwise) {
  EXPECT_EQ(InitOptions().invocation_timeout, 30s);
  InitOptions options = quick();
  options.invocation_timeout = 5ms;
  Connected connected(options);
  const auto result = connected.client.try_trigger({.function_id = "f"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::timeout);
}

TEST(SdkChecklist, Item55_Item56_sends_null_and_only_what_is_set) {
  Connected connected;
  auto call = connected.client.trigger_future({.function_id = "f", .timeout = 10s});
  const std::string text = connected.peer.next_text();
  const std::size_t id_at = text.find(R"("invocation_id":")") + 17;
  const std::string id = text.substr(id_at, 36);
  EXPECT_EQ(
      text,
      R"({"type":"invokefunction","invocation_id":")" + id +
          R"(","function_id":"f","data":null,"timeout_ms":11000})"
  );
  connected.peer.send_text(
      R"({"type":"invocationresult","invocation_id":")" + id + R"(","function_id":"f"})"
  );
  connected.engine.run_for_a_moment();
  EXPECT_EQ(call.get(), Json(nullptr));
}

TEST(SdkChecklist, Item67_subscribes_to_functions_for_the_first_and_until_the_last) {
  Connected connected;
  const auto pong = [&connected] {
    connected.peer.send_text(R"({"type":"ping"})");
    return connected.peer.next_text();
  };
  std::atomic<int> told = 0;
  const auto count = [&told](const std::vector<FunctionInfo>&) { ++told; };
  std::optional<FunctionsAvailableGuard> first = connected.client.on_functions_available(count);
  const Json function = parse_json(connected.peer.next_text()).value();
  EXPECT_EQ(function.at("type"), "registerfunction");
  const std::string id(function.at("id").as_string());
  const Json trigger = parse_json(connected.peer.next_text()).value();
  EXPECT_EQ(trigger.at("trigger_type"), "engine::functions-available");
  EXPECT_EQ(trigger.at("function_id").as_string(), id);
  std::optional<FunctionsAvailableGuard> second = connected.client.on_functions_available(count);
  EXPECT_EQ(pong(), R"({"type":"pong"})") << "one subscription serves all";
  static_cast<void>(connected.call(id, R"({"event":"functions_available","functions":[]})"));
  EXPECT_EQ(told, 2);
  first.reset();
  EXPECT_EQ(pong(), R"({"type":"pong"})");
  second.reset();
  EXPECT_EQ(
      connected.peer.next_text(),
      R"({"type":"unregistertrigger","id":")" + std::string(trigger.at("id").as_string()) +
          R"(","trigger_type":"engine::functions-available"})"
  );
}

TEST(SdkChecklist, Item79_Item81_ends_pending_calls_at_shutdown_and_later_ones_at_once) {
  Connected connected;
  auto call = connected.client.trigger_future({.function_id = "f"});
  static_cast<void>(connected.peer.next_text());
  connected.client.shutdown();
  const auto begin = std::chrono::steady_clock::now();
  try {
    call.get();
    ADD_FAILURE() << "a call outlives its client";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_connected);
  }
  for (const TriggerAction& action : {TriggerAction(), TriggerAction::Void()}) {
    const auto later = connected.client.try_trigger({.function_id = "f", .action = action});
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().kind(), ErrorKind::not_connected);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST(SdkChecklist, Item80_shuts_down_without_waiting_and_twice) {
  InitOptions options = quick();
  options.shutdown_timeout = 1s;
  Connected connected(options);
  const auto begin = std::chrono::steady_clock::now();
  connected.client.shutdown_async();
  connected.client.shutdown_async();
  // The engine does not answer the Close frame before it runs again.
  EXPECT_EQ(connected.client.get_connection_state(), ConnectionState::connected);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  connected.client.shutdown();
  connected.client.shutdown();
  EXPECT_EQ(connected.client.get_connection_state(), ConnectionState::disconnected);
  connected.client.shutdown_async();
}

TEST(SdkChecklist, Item82_goes_on_when_a_function_is_rejected) {
  Connected connected;
  connected.client.register_function("f", [](const Json& in) { return in; });
  static_cast<void>(connected.peer.next_text());
  connected.peer.send_text(
      R"({"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT","namespace":"eu",)"
      R"("function_id":"f","owner_worker_id":"w9"})"
  );
  EXPECT_EQ(connected.call("f", "1"), answer("f", R"("result":1)"));
  EXPECT_FALSE(connected.client.fatal_error());
}

}  // namespace
}  // namespace iii::test
