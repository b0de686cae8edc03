// The whole client against an engine that says what the test wants: what a real one does not do.
#include "scripted_engine.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view announce_head =
    R"({"type":"invokefunction","function_id":"engine::workers::register","data":{"runtime":"cpp")";
constexpr std::string_view welcome =
    R"({"type":"workerregistered","worker_id":"w1","reattach_token":"t1"})";

InitOptions quick() {
  return {
      .shutdown_timeout = 200ms,
      .reconnection = {.initial_delay_ms = 1},
      .log = [](LogLevel, const std::string&) {},
  };
}

std::string invocation(std::string_view function_id, std::string_view members = "") {
  return R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
         R"("function_id":")" +
         std::string(function_id) + R"(","data":{"n":1})" + std::string(members) + "}";
}

TEST(
    SdkWire,
    Item02_Item03_Item04_Item29_begins_with_headers_query_and_announce_and_comes_back_with_reattach
) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.headers = {{"Authorization", "Bearer t"}};
  Client client = register_worker(engine.url() + "/?token=a%20b", options);
  client.register_function("f", [](const Json& in) { return in; });
  ScriptedPeer& first = engine.next();
  EXPECT_TRUE(first.request().starts_with("GET /?token=a%20b HTTP/1.1\r\n"));
  EXPECT_NE(first.request().find("\r\nAuthorization: Bearer t\r\n"), std::string::npos);
  EXPECT_TRUE(first.next_text().starts_with(announce_head));
  EXPECT_EQ(first.next_text(), R"({"type":"registerfunction","id":"f"})");
  first.send_text(welcome);
  // An echo of ours proves that the welcome has been read.
  first.send_text(R"({"type":"ping"})");
  EXPECT_EQ(first.next_text(), R"({"type":"pong"})");
  EXPECT_EQ(client.worker_id(), "w1");
  first.drop();
  ScriptedPeer& second = engine.next();
  EXPECT_EQ(
      second.next_text(), R"({"type":"reattach","previous_worker_id":"w1","reattach_token":"t1"})"
  );
  EXPECT_TRUE(second.next_text().starts_with(announce_head));
  EXPECT_EQ(second.next_text(), R"({"type":"registerfunction","id":"f"})");
}

TEST(SdkWire, Item19_comes_back_after_every_kind_of_close) {
  ScriptedEngine engine;
  const Client client = register_worker(engine.url(), quick());
  for (const int code : {0, 1000, 1001, 1005, 1012}) {
    ScriptedPeer& peer = engine.next();
    peer.send_text(welcome);
    if (code == 0) {
      peer.drop();
    } else {
      peer.send_close(static_cast<std::uint16_t>(code));
    }
  }
  static_cast<void>(engine.next());
}

TEST(SdkWire, Item20_Item21_Item45_answers_pings_while_functions_block_and_reads_binary_messages) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  client.register_function("block", [released](const Json&) {
    released.wait();
    return Json("released");
  });
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  static_cast<void>(peer.next_text());
  const std::string call = invocation("block", R"(,"traceparent":"00-a","baggage":"k=v")");
  std::string binary = "\x82\x7e";
  binary.push_back(static_cast<char>(call.size() >> 8U));
  binary.push_back(static_cast<char>(call.size() & 0xffU));
  peer.send_bytes(binary + call);
  peer.send_bytes(std::string("\x89\x00", 2));
  engine.run_until([&] { return peer.pongs() == 1; });
  release.set_value();
  EXPECT_EQ(
      peer.next_text(),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"block","result":"released","traceparent":"00-a","baggage":"k=v"})"
  );
}

TEST(SdkWire, Item50_Item51_Item55_Item56_writes_calls_as_they_are_specified) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.namespace_name = "eu";
  Client client = register_worker(engine.url(), options);
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  client.trigger({.function_id = "f", .action = TriggerAction::Void()});
  EXPECT_EQ(
      peer.next_text(),
      R"({"type":"invokefunction","function_id":"f","data":null,"action":{"type":"void"},)"
      R"("namespace":"eu"})"
  );
  client.trigger({.function_id = "configuration::set", .action = TriggerAction::Void()});
  EXPECT_NE(peer.next_text().find(R"(,"namespace":"default"})"), std::string::npos);
  auto call = client.trigger_future(
      {.function_id = "engine::x",
       .payload = 1,
       .action = TriggerAction::Enqueue("mail"),
       .metadata = Json{{"k", 1}},
       .traceparent = "00-a"}
  );
  const std::string text = peer.next_text();
  const std::size_t id_at = text.find(R"("invocation_id":")") + 17;
  const std::string id = text.substr(id_at, 36);
  EXPECT_EQ(
      text,
      R"({"type":"invokefunction","invocation_id":")" + id +
          R"(","function_id":"engine::x","data":1,"traceparent":"00-a",)"
          R"("action":{"type":"enqueue","queue":"mail"},"metadata":{"k":1},"namespace":"default"})"
  );
  peer.send_text(
      R"({"type":"invocationresult","invocation_id":")" + id +
      R"(","function_id":"engine::x","result":{"messageReceiptId":"r"}})"
  );
  engine.run_for_a_moment();
  EXPECT_EQ(call.get(), (Json{{"messageReceiptId", "r"}}));
}

TEST(SdkWire, Item51_sends_void_calls_again_that_a_broken_connection_had_not_taken) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  ScriptedPeer& first = engine.next();
  // Some fit into the buffers of a connection whose peer does not read, all do not.
  constexpr int count = 128;
  constexpr std::size_t bytes = std::size_t{32} * 1024;
  for (int i = 0; i < count; ++i) {
    client.trigger(
        {.function_id = "f" + std::to_string(i),
         .payload = Json(std::string(bytes, 'x')),
         .action = TriggerAction::Void()}
    );
  }
  first.drop();
  ScriptedPeer& second = engine.next();
  engine.run_until([&] {
    return !second.texts().empty() &&
           second.texts().back().find("\"f" + std::to_string(count - 1) + "\"") !=
               std::string::npos;
  });
  // In order and without a gap, and not all of them again.
  EXPECT_LT(second.texts().size(), static_cast<std::size_t>(count));
  int expected = count - 1;
  for (auto text = second.texts().rbegin(); text + 1 != second.texts().rend(); ++text) {
    EXPECT_NE(text->find("\"f" + std::to_string(expected--) + "\""), std::string::npos);
  }
}

TEST(SdkWire, Item57_fails_calls_when_the_connection_breaks) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  auto call = client.trigger_future({.function_id = "f", .timeout = 1h});
  EXPECT_NE(peer.next_text().find(R"("function_id":"f")"), std::string::npos);
  peer.drop();
  try {
    call.get();
    FAIL() << "nobody has answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_connected);
    EXPECT_TRUE(error.message().ends_with("the connection broke while the call was on its way"))
        << error.message();
  }
}

TEST(SdkWire, Item02_Item04_comes_back_with_the_headers_and_metadata_that_were_set_meanwhile) {
  ScriptedEngine engine;
  InitOptions options = quick();
  options.headers = {{"x-shift", "early"}};
  Client client = register_worker(engine.url(), options);
  ScriptedPeer& first = engine.next();
  EXPECT_NE(first.request().find("\r\nx-shift: early\r\n"), std::string::npos);
  EXPECT_EQ(first.next_text().find("till-3"), std::string::npos);
  client.set_headers({{"x-shift", "late"}});
  client.set_metadata({.name = "till-3"});
  first.drop();
  ScriptedPeer& second = engine.next();
  EXPECT_NE(second.request().find("\r\nx-shift: late\r\n"), std::string::npos);
  EXPECT_EQ(second.request().find("early"), std::string::npos);
  EXPECT_NE(second.next_text().find(R"("name":"till-3")"), std::string::npos);
}

TEST(SdkWire, knows_whether_this_engine_has_named_it_and_has_observers) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  const auto welcomed = [](ScriptedPeer& peer, std::string_view features) {
    peer.send_text(
        R"({"type":"workerregistered","worker_id":"w1","features":)" + std::string(features) + "}"
    );
  };
  ScriptedPeer& first = engine.next();
  EXPECT_FALSE(client.wait_until_registered(0ms));
  EXPECT_EQ(client.engine_supports_observe(), std::nullopt);
  welcomed(first, R"([7,"local-dispatch.v1","observe.v1"])");
  EXPECT_TRUE(client.wait_until_registered(1h));
  EXPECT_EQ(client.engine_supports_observe(), true);
  first.drop();
  ScriptedPeer& second = engine.next();
  EXPECT_FALSE(client.wait_until_registered(0ms));
  EXPECT_EQ(client.engine_supports_observe(), std::nullopt);
  welcomed(second, R"({"observe.v1":true})");
  EXPECT_TRUE(client.wait_until_registered(1h));
  EXPECT_EQ(client.engine_supports_observe(), false);
  client.shutdown();
  EXPECT_FALSE(client.wait_until_registered(1h));
}

TEST(SdkWire, does_not_wait_to_be_registered_when_the_engine_has_rejected_it) {
  ScriptedEngine engine;
  const Client client = register_worker(engine.url(), quick());
  engine.next().send_text(
      R"({"type":"registrationrejected","code":"WORKER_NAMESPACE_CONFLICT","owner_worker_id":"w"})"
  );
  EXPECT_FALSE(client.wait_until_registered(1h));
}

TEST(SdkWire, tells_a_function_who_called) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  client.register_function("who", [](const Json&, const Invocation& call) {
    const std::optional<Caller>& caller = current_invocation()->caller;
    return Json(
        caller && call.caller ? caller->worker_name + " for " + call.caller->parent->function_id
                              : "nobody"
    );
  });
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  static_cast<void>(peer.next_text());
  peer.send_text(
      invocation("who", R"(,"caller":{"worker_name":"till","parent":{"function_id":"shop::pay"}})")
  );
  EXPECT_NE(peer.next_text().find(R"("result":"till for shop::pay")"), std::string::npos);
  peer.send_text(invocation("who"));
  EXPECT_NE(peer.next_text().find(R"("result":"nobody")"), std::string::npos);
}

TEST(SdkWire, sends_an_error_instead_of_a_result_that_is_too_large) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  client.register_function("big", [](const Json&) {
    return Json(std::string(std::size_t{64} * 1024 * 1024, 'x'));
  });
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  static_cast<void>(peer.next_text());
  peer.send_text(invocation("big", R"(,"traceparent":"00-a","baggage":"k=v")"));
  EXPECT_EQ(
      peer.next_text(),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"big","error":{"code":"payload_too_large",)"
      R"("message":"the result of 'big' is larger than 64 MiB"}})"
  );
}

TEST(SdkWire, sends_an_error_instead_of_one_that_is_no_text) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  client.register_function("raw", [](const Json&) -> Json { throw Error::remote("E1", "\xff"); });
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  static_cast<void>(peer.next_text());
  peer.send_text(invocation("raw"));
  EXPECT_EQ(
      peer.next_text(),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"raw","error":{"code":"invocation_failed",)"
      R"("message":"serialization error: the error of 'raw' is not UTF-8"}})"
  );
}

TEST(SdkWire, tells_the_engine_until_when_somebody_waits) {
  ScriptedEngine engine;
  const Client client = register_worker(engine.url(), quick());
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  Client caller = client;
  const auto timeout_ms = [&](std::chrono::milliseconds timeout) {
    const PendingCall call =
        caller.trigger({.function_id = "f", .timeout = timeout}, [](auto&&) {});
    return parse_json(peer.next_text())->at("timeout_ms");
  };
  // A second later: its own end comes first.
  EXPECT_EQ(timeout_ms(1500ms), 2500);
  EXPECT_EQ(timeout_ms(0ms), 1000);
  EXPECT_EQ(
      timeout_ms(std::chrono::milliseconds::max()), std::chrono::milliseconds(8760h + 1s).count()
  );
}

TEST(SdkWire, Item22_tells_why_it_was_refused) {
  ScriptedEngine engine;
  const Client client = register_worker(engine.url(), quick());
  ScriptedPeer& peer = engine.next();
  peer.send_text(R"({"type":"error","error":{"code":"AUTH_ERROR","message":"bad token"}})");
  peer.send_close(1005);
  static_cast<void>(engine.next());
  ASSERT_TRUE(client.last_refusal());
  EXPECT_EQ(client.last_refusal()->code(), "AUTH_ERROR");
}

TEST(SdkWire, Item82_fails_for_good_when_the_worker_is_rejected) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  ScriptedPeer& peer = engine.next();
  auto call = client.trigger_future({.function_id = "f"});
  static_cast<void>(peer.next_text());
  static_cast<void>(peer.next_text());
  peer.send_text(
      R"({"type":"registrationrejected","code":"WORKER_NAMESPACE_CONFLICT","namespace":"eu",)"
      R"("owner_worker_id":"w9"})"
  );
  engine.run_until([&] { return peer.close_code() == 1000; });
  EXPECT_THROW(call.get(), Error);
  EXPECT_EQ(client.get_connection_state(), ConnectionState::failed);
  ASSERT_TRUE(client.fatal_error());
  EXPECT_EQ(client.fatal_error()->kind(), ErrorKind::registration_rejected);
  EXPECT_EQ(
      client.try_trigger({.function_id = "f"}).error().kind(), ErrorKind::registration_rejected
  );
}

TEST(SdkWire, waits_for_room_if_that_is_the_policy) {
  ScriptedEngine engine({.upgrades = false});
  InitOptions options = quick();
  options.offline = {.messages_max = 1, .policy = OfflinePolicy::block};
  Client client = register_worker(engine.url(), options);
  ScriptedPeer& unanswered = engine.next();
  const TriggerRequest request{.function_id = "f", .action = TriggerAction::Void(), .timeout = 20s};
  client.trigger(request);
  std::promise<Result<Json>> second;
  std::thread blocked([&] { second.set_value(client.try_trigger(request)); });
  auto outcome = second.get_future();
  EXPECT_EQ(outcome.wait_for(50ms), std::future_status::timeout);
  engine.set_options(ScriptedEngine::Options());
  unanswered.drop();
  ScriptedPeer& peer = engine.next();
  engine.run_until([&] { return peer.texts().size() >= 3; });
  EXPECT_TRUE(outcome.get());
  blocked.join();
  client.shutdown_async();
}

TEST(SdkWire, Item79_closes_with_1000_and_keeps_its_bound_when_the_engine_hangs) {
  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quick());
  ScriptedPeer& peer = engine.next();
  static_cast<void>(peer.next_text());
  client.trigger({.function_id = "f", .action = TriggerAction::Void()});
  const auto begin = std::chrono::steady_clock::now();
  client.shutdown();  // the engine does not run meanwhile
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  engine.run_until([&] { return peer.has_ended(); });
  EXPECT_EQ(peer.texts().size(), 1U);
  EXPECT_EQ(peer.close_code(), 1000);
}

}  // namespace
}  // namespace iii::test
