// Where and how long user code runs and lives: callbacks that are taken back, calls after the end,
// who destroys what functions and callbacks hold.
#include "scripted_engine.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* nowhere = "ws://127.0.0.1:1";

InitOptions quick() {
  InitOptions options;
  options.shutdown_timeout = 200ms;
  options.reconnection.initial_delay_ms = 1;
  options.log = [](LogLevel, const std::string&) {};
  options.otel.enabled = false;
  return options;
}

// One thread for all user code.
InitOptions narrow() {
  InitOptions options = quick();
  options.handler_threads = 1;
  options.handler_threads_max = 1;
  return options;
}

// Tells when it goes, on the thread that destroys it.
class Farewell {
 public:
  explicit Farewell(std::function<void()> say) : say_(std::move(say)) {}
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;
  ~Farewell() { say_(); }

 private:
  std::function<void()> say_;
};

class SdkUserCode : public testing::Test {
 protected:
  void connect(InitOptions options) {
    client_ = register_worker(engine.url(), std::move(options));
    peer_ = &engine.next();
    static_cast<void>(peer_->next_text());
  }
  Client& client() { return *client_; }
  ScriptedPeer& peer() { return *peer_; }

  // Answers the next call that the client makes.
  void answer() {
    const Json call = parse_json(peer().next_text()).value();
    peer().send_text(
        R"({"type":"invocationresult","invocation_id":)" + serialize(call.at("invocation_id")) +
        R"(,"function_id":"f","result":null})"
    );
  }
  void invoke(std::string_view function_id) {
    peer().send_text(
        R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
        R"("function_id":")" +
        std::string(function_id) + R"(","data":{}})"
    );
  }
  // Everything that was sent before has been read by the client.
  void await_reading() {
    peer().send_text(R"({"type":"ping"})");
    EXPECT_EQ(peer().next_text(), R"({"type":"pong"})");
  }
  template <class T>
  T await(std::future<T> future) {
    engine.run_until([&] { return future.wait_for(0ms) == std::future_status::ready; });
    return future.get();
  }

  ScriptedEngine engine;

 private:
  std::optional<Client> client_;
  ScriptedPeer* peer_ = nullptr;
};

TEST_F(SdkUserCode, a_cancelled_callback_does_not_run_even_if_its_answer_is_there) {
  connect(narrow());
  std::promise<void> go;
  client().trigger({.function_id = "f"}, [&, gone = go.get_future().share()](const Result<Json>&) {
    gone.wait();  // the only thread
  });
  answer();
  std::atomic<bool> has_run = false;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  const PendingCall call = client().trigger(
      {.function_id = "f"},
      [&has_run, held = std::move(held)](const Result<Json>&) { has_run = true; }
  );
  answer();
  await_reading();
  call.cancel();
  EXPECT_TRUE(watched.expired());
  std::promise<void> after;
  client().trigger({.function_id = "f"}, [&](const Result<Json>&) { after.set_value(); });
  go.set_value();
  answer();
  await(after.get_future());
  EXPECT_FALSE(has_run);
}

TEST_F(SdkUserCode, Item81_callbacks_of_calls_after_the_end_may_use_the_client) {
  Client client = register_worker(nowhere, quick());
  client.shutdown();
  std::optional<ErrorKind> kind;
  client.trigger({.function_id = "f"}, [&](const Result<Json>& result) {
    EXPECT_EQ(client.worker_id(), "");
    EXPECT_EQ(client.try_trigger({.function_id = "f"}).error().kind(), ErrorKind::not_connected);
    kind = result.error().kind();
  });
  EXPECT_EQ(kind, ErrorKind::not_connected);
}

Task<int> insist(Client client, int times) {
  int refused = 0;
  for (int i = 0; i < times; ++i) {
    try {
      TriggerRequest request{.function_id = "f"};
      co_await client.trigger_async(std::move(request));
    } catch (const Error&) {
      ++refused;
    }
  }
  co_return refused;
}

TEST_F(SdkUserCode, Item81_a_coroutine_that_insists_after_the_end_does_not_grow_the_stack) {
  Client client = register_worker(nowhere, quick());
  client.shutdown();
  EXPECT_EQ(wait(insist(client, 20'000)), 20'000);
}

Task<int> insist_on_refusals(Trigger trigger, int times) {
  int none = 0;
  for (int i = 0; i < times; ++i) {
    const std::optional<Error> refusal = co_await trigger.refusal(1h);
    none += refusal ? 0 : 1;
  }
  co_return none;
}

TEST_F(SdkUserCode, waiting_for_refusals_after_the_end_does_not_grow_the_stack) {
  Client client = register_worker(nowhere, quick());
  const Trigger trigger = client.register_trigger({.trigger_type = "cron", .function_id = "f"});
  client.shutdown();
  EXPECT_EQ(wait(insist_on_refusals(trigger, 20'000)), 20'000);
}

TEST_F(SdkUserCode, what_a_function_holds_may_use_the_client_when_it_goes) {
  Client client = register_worker(nowhere, quick());
  const auto farewell = [&](const std::string& name) {
    return std::make_shared<Farewell>([&client, name] { EXPECT_EQ(client.worker_id(), "") << name; }
    );
  };
  const FunctionRef function =
      client.register_function("f", [held = farewell("function")](const Json& in) { return in; });
  function.unregister();
  for (int i = 0; i < 2; ++i) {  // the second replaces the first
    client.register_trigger_type(
        RegisterTriggerTypeMessage{.id = "t", .description = "none"},
        [held = farewell("type")](const TriggerConfig&) {},
        [](const std::string&) {}
    );
  }
  client.unregister_trigger_type("t");
}

TEST_F(SdkUserCode, what_a_callback_holds_goes_where_it_has_run) {
  connect(quick());
  for (int i = 0; i < 20; ++i) {
    std::promise<std::thread::id> ran;
    std::promise<std::thread::id> went;
    client().trigger({.function_id = "f"}, [&ran, held = std::make_shared<Farewell>([&went] {
                                                    went.set_value(std::this_thread::get_id());
                                                  })](const Result<Json>&) {
      ran.set_value(std::this_thread::get_id());
    });
    answer();
    EXPECT_EQ(await(ran.get_future()), await(went.get_future()));
  }
}

TEST_F(SdkUserCode, what_an_unregistered_function_holds_goes_where_it_has_run) {
  connect(quick());
  std::promise<std::thread::id> ran;
  std::promise<std::thread::id> went;
  std::promise<void> go;
  const FunctionRef function = client().register_function(
      "f",
      [&, gone = go.get_future().share(), held = std::make_shared<Farewell>([&went] {
                                            went.set_value(std::this_thread::get_id());
                                          })](const Json& in) {
        ran.set_value(std::this_thread::get_id());
        gone.wait();
        return in;
      }
  );
  static_cast<void>(peer().next_text());
  invoke("f");
  const std::thread::id thread = await(ran.get_future());
  function.unregister();
  static_cast<void>(peer().next_text());
  go.set_value();
  static_cast<void>(peer().next_text());
  EXPECT_EQ(await(went.get_future()), thread);
}

TEST_F(SdkUserCode, Item79_who_waits_for_an_answer_gets_one_although_all_threads_are_busy) {
  connect(narrow());
  std::promise<void> go;
  const auto gone = go.get_future().share();
  std::promise<void> is_busy;
  client().trigger({.function_id = "f"}, [&, gone](const Result<Json>&) {
    is_busy.set_value();
    gone.wait();  // the only thread
  });
  answer();
  await(is_busy.get_future());
  auto coroutine = std::async(std::launch::async, [&] { return wait(insist(client(), 1)); });
  static_cast<void>(peer().next_text());
  auto future = client().trigger_future({.function_id = "f"});
  static_cast<void>(peer().next_text());
  auto end = std::async(std::launch::async, [&] { client().shutdown(); });
  await(std::move(end));
  EXPECT_EQ(await(std::move(coroutine)), 1);
  EXPECT_THROW(await(std::move(future)), Error);
  go.set_value();
}

TEST_F(SdkUserCode, the_end_releases_what_was_given_to_the_client) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  InitOptions options = quick();
  options.log = [held](LogLevel, const std::string&) {};
  Client client = register_worker(nowhere, std::exchange(options, {}));
  client.register_function("f", [client, held](const Json& in) { return in; });
  client.register_trigger_type(
      RegisterTriggerTypeMessage{.id = "t", .description = "none"},
      [client, held](const TriggerConfig&) {},
      [](const std::string&) {}
  );
  held.reset();
  EXPECT_FALSE(watched.expired());
  client.shutdown();
  EXPECT_TRUE(watched.expired());
}

TEST_F(SdkUserCode, a_handle_unregisters_only_what_it_was_made_for) {
  connect(quick());
  const auto echo = [](const Json& in) { return in; };
  const FunctionRef first = client().register_function("f", echo);
  first.unregister();
  client().register_function("f", echo);
  first.unregister();
  invoke("f");
  const auto register_type = [this] {
    return client().register_trigger_type(
        RegisterTriggerTypeMessage{.id = "t", .description = "none"},
        [](const TriggerConfig&) {},
        [](const std::string&) {}
    );
  };
  const TriggerTypeRef<> type = register_type();
  static_cast<void>(register_type());
  type.unregister();
  std::vector<std::string> types;
  while (types.size() < 7) {
    if (types.size() == 6) {  // now the client has the type
      peer().send_text(R"({"type":"registertrigger","id":"1","trigger_type":"t","function_id":"f"})"
      );
    }
    const Json frame = parse_json(peer().next_text()).value();
    types.emplace_back(frame.at("type").as_string());
    EXPECT_FALSE(frame.as_object().contains("error")) << serialize(frame);
  }
  EXPECT_EQ(std::ranges::count(types, "unregisterfunction"), 1);
  EXPECT_EQ(std::ranges::count(types, "unregistertriggertype"), 0);
}

TEST_F(SdkUserCode, options_that_can_mean_nothing_are_refused_at_once) {
  InitOptions options = quick();
  options.idle_timeout = -1ms;
  EXPECT_THROW(static_cast<void>(register_worker(nowhere, options)), std::invalid_argument);
  options = quick();
  options.ca_file = "/no/such/file.pem";
  try {
    static_cast<void>(register_worker("wss://127.0.0.1:1", options));
    ADD_FAILURE() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::websocket);
    EXPECT_NE(error.message().find("/no/such/file.pem"), std::string::npos) << error.message();
  }
}

TEST_F(SdkUserCode, Item52_waits_for_ever_if_told_so) {
  InitOptions options = quick();
  options.invocation_timeout = std::chrono::milliseconds::max();
  connect(options);
  auto call = client().trigger_future({.function_id = "f"});
  answer();
  EXPECT_EQ(await(std::move(call)), nullptr);
}

TEST_F(SdkUserCode, Item81_nothing_can_be_registered_after_the_end) {
  Client client = register_worker(nowhere, quick());
  client.shutdown();
  const auto expect_refused = [](const std::function<void()>& what) {
    try {
      what();
      ADD_FAILURE() << "was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::not_connected);
    }
  };
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  expect_refused([&] { client.register_function("f", [held](const Json& in) { return in; }); });
  expect_refused([&] { client.register_trigger({.trigger_type = "t", .function_id = "f"}); });
  expect_refused([&] { client.register_service(RegisterServiceMessage::with_id("s")); });
  expect_refused([&] {
    client.register_trigger_type(
        RegisterTriggerTypeMessage{.id = "t", .description = "none"},
        [held](const TriggerConfig&) {},
        [](const std::string&) {}
    );
  });
  const Subscription subscription = client.on_state_change([](ConnectionState) {});
  held.reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace iii::test
