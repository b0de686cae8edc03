// The whole client against a real engine over real sockets: one in the same process, or the one
// that III_TEST_URL names.
#include "sdk_clients.hpp"
#include "test_engine.hpp"

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http_invocation.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace iii::test {

struct Sum {
  int a = 0;
  int b = 0;
};
III_DESCRIBE(Sum, a, b)

namespace {

using namespace std::chrono_literals;

class SdkClient : public testing::Test {
 protected:
  TestEngine engine;
  Client worker = register_worker(engine.url(), silent());
  Client caller = register_worker(engine.url(), silent());
};

TEST_F(SdkClient, calls_functions_of_another_client) {
  worker.register_function("math::add", [](const Sum& in) { return in.a + in.b; });
  worker.register_function("echo", [](const Json& in) { return in; });
  EXPECT_EQ(
      *call_when_there(caller, {.function_id = "math::add", .payload = {{"a", 2}, {"b", 3}}}), 5
  );
  EXPECT_EQ(caller.trigger_as<int>({.function_id = "echo", .payload = 7}), 7);
  EXPECT_EQ(caller.trigger({.function_id = "echo"}), Json(nullptr));
  EXPECT_EQ(caller.get_connection_state(), ConnectionState::connected);
  EXPECT_FALSE(caller.worker_id().empty());
}

TEST_F(SdkClient, calls_in_every_way_there_is) {
  worker.register_function("echo", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(caller, {.function_id = "echo"}));
  EXPECT_EQ(caller.trigger_future({.function_id = "echo", .payload = 1}).get(), 1);
  std::promise<Json> promise;
  caller.trigger({.function_id = "echo", .payload = 2}, [&](Result<Json> result) {
    promise.set_value(*std::move(result));
  });
  EXPECT_EQ(promise.get_future().get(), 2);
  struct Local {
    static Task<Json> both(Client client) {
      // Named before: GCC 12 destroys a request twice that is made inside of a co_await.
      TriggerRequest first{.function_id = "echo", .payload = 1};
      const Json one = co_await client.trigger_async(std::move(first));
      TriggerRequest second{.function_id = "echo", .payload = 2};
      const Json two = co_await client.trigger_async(std::move(second));
      co_return JsonArray{one, two};
    }
  };
  EXPECT_EQ(wait(Local::both(caller)), Json(JsonArray{1, 2}));
  EXPECT_EQ(
      caller.trigger({.function_id = "echo", .action = TriggerAction::Void()}), Json(nullptr)
  );
}

Task<Json> chain(Json in, Invocation call) {
  static_cast<void>(call);
  if (in.is_string()) {
    throw Error::remote("E42", "as the function says", "line 1");
  }
  co_return in;
}

TEST_F(SdkClient, Item42_Item43_Item44_passes_errors_through) {
  worker.register_function("coroutine", chain);
  worker.register_function("throws", [](const Json&) -> Json { throw std::runtime_error("boom"); });
  worker.register_function("throws an int", [](const Json&) -> Json { throw 7; });
  worker.register_function("refuses", [](const Json&) -> Result<Json> {
    return Error::handler("no");
  });
  worker.register_function("bad text", [](const Json&) { return Json("\xff"); });
  worker.register_function("typed", [](const Sum& in) { return in.a; });
  EXPECT_EQ(*call_when_there(caller, {.function_id = "coroutine", .payload = 1}), 1);
  const auto failure = [this](const char* function, const Json& payload = nullptr) {
    auto result = call_when_there(caller, {.function_id = function, .payload = payload});
    return result ? std::string("no error") : std::string(result.error().what());
  };
  EXPECT_EQ(failure("coroutine", "x"), "remote error (E42): as the function says");
  EXPECT_EQ(failure("throws"), "remote error (invocation_failed): boom");
  EXPECT_EQ(failure("throws an int"), "remote error (invocation_failed): unknown exception");
  EXPECT_EQ(failure("refuses"), "remote error (invocation_failed): handler error: no");
  EXPECT_NE(failure("bad text").find("is not UTF-8"), std::string::npos);
  EXPECT_NE(failure("typed", {{"a", "x"}}).find("serialization error"), std::string::npos);
  EXPECT_EQ(caller.trigger({.function_id = "coroutine", .payload = 2}), 2) << "still connected";
}

TEST_F(SdkClient, Item46_Item48_knows_metadata_and_calls_itself_from_a_function) {
  worker.register_function("inner", [](const Json&, const Invocation& call) {
    return call.metadata.value_or("none");
  });
  Client& self = worker;
  worker.register_function("outer", [&self](const Json&) {
    return self.trigger({.function_id = "inner", .metadata = Json{{"k", 1}}});
  });
  const Json seen = *call_when_there(caller, {.function_id = "outer"});
  // Engines of line 0.11 need not pass it on (spec: sdk §24).
  if (seen != "none" || !is_line_0_11(caller)) {
    EXPECT_EQ(seen, (Json{{"k", 1}}));
  }
}

TEST_F(SdkClient, Item45_runs_functions_that_block_beside_each_other) {
  std::mutex mutex;
  std::condition_variable all_there;
  int there = 0;
  constexpr int count = 100;
  worker.register_function("block", [&](const Json&) {
    std::unique_lock lock(mutex);
    ++there;
    all_there.notify_all();
    return Json(all_there.wait_for(lock, 20s, [&] { return there >= count; }));
  });
  worker.register_function("quick", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(caller, {.function_id = "quick"}));
  std::vector<std::future<Json>> calls;
  for (int i = 0; i < count; ++i) {
    calls.push_back(caller.trigger_future({.function_id = "block"}));
  }
  for (auto& call : calls) {
    EXPECT_EQ(call.get(), true);
  }
}

TEST_F(SdkClient, limits_how_often_a_function_runs_at_once) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  worker.register_function(
      "one at a time",
      [&](const Json&) {
        most = std::max(most.load(), ++running);
        std::this_thread::yield();
        --running;
        return Json(nullptr);
      },
      {.max_concurrent_invocations = 1}
  );
  ASSERT_TRUE(call_when_there(caller, {.function_id = "one at a time"}));
  std::vector<std::future<Json>> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(caller.trigger_future({.function_id = "one at a time"}));
  }
  for (auto& call : calls) {
    call.get();
  }
  EXPECT_EQ(most, 1);
}

TEST_F(SdkClient, refuses_calls_when_too_much_waits) {
  Client slow = register_worker(
      engine.url(),
      silent({
          .handler_threads = 1,
          .handler_threads_max = 1,
          .waiting_invocations_bytes_max = 1024,
      })
  );
  std::promise<void> release;
  std::promise<void> entered;
  slow.register_function("slow", [&](const Json& in) {
    if (in == "first") {
      entered.set_value();
      release.get_future().wait();
    }
    return in;
  });
  ASSERT_TRUE(call_when_there(caller, {.function_id = "slow"}));
  std::future<Json> running = caller.trigger_future("slow", "first");
  entered.get_future().wait();
  // What waits may be larger than the limit if it waits alone.
  const Json large(std::string(2000, 'x'));
  std::future<Json> waiting = caller.trigger_future("slow", large);
  const Result<Json> refused = caller.try_trigger({.function_id = "slow"});
  release.set_value();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "worker_overloaded");
  EXPECT_EQ(running.get(), "first");
  EXPECT_EQ(waiting.get(), large);
  EXPECT_EQ(caller.trigger("slow", "again"), "again");
}

TEST_F(SdkClient, Item52_ends_calls_at_their_deadline_and_when_cancelled) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  worker.register_function("never", [released](const Json&) {
    released.wait();
    return Json(nullptr);
  });
  worker.register_function("there", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(caller, {.function_id = "there"}));
  auto late = caller.try_trigger({.function_id = "never", .timeout = 10ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), ErrorKind::timeout);
  std::atomic<bool> has_ended = false;
  const PendingCall call =
      caller.trigger({.function_id = "never"}, [&](const Result<Json>&) { has_ended = true; });
  call.cancel();
  caller.trigger({.function_id = "there"});
  release.set_value();
  caller.trigger({.function_id = "there"});
  EXPECT_FALSE(has_ended);
}

TEST_F(SdkClient, Item31_refuses_ids_that_cannot_be) {
  const auto nothing = [](const Json& in) { return in; };
  EXPECT_THROW(worker.register_function(" ", nothing), std::invalid_argument);
  const FunctionRef function = worker.register_function("f", nothing);
  EXPECT_THROW(worker.register_function("f", nothing), std::invalid_argument);
  function.unregister();
  worker.register_function("f", [](const Json&) { return Json("new"); });
  EXPECT_EQ(*call_when_there(caller, {.function_id = "f"}), "new");
  EXPECT_THROW(
      worker.register_function("h", HttpInvocationConfig{.url = "ftp://x"}), std::invalid_argument
  );
  EXPECT_THROW(static_cast<void>(register_worker("http://x")), Error);
  auto bad = caller.try_trigger({.function_id = "f", .payload = "\xff"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), ErrorKind::serde);
}

TEST_F(SdkClient, serves_trigger_types) {
  std::promise<TriggerConfig> registered;
  std::promise<std::string> unregistered;
  worker.register_trigger_type(
      {.id = "tick", .description = "Ticks."},
      [&](const TriggerConfig& trigger) {
        if (trigger.config.as_object().contains("bad")) {
          throw Error::runtime("port in use");
        }
        registered.set_value(trigger);
      },
      [&](const std::string& id) { unregistered.set_value(id); }
  );
  worker.register_function("there", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(caller, {.function_id = "there"}));
  const Trigger good =
      caller.register_trigger({.trigger_type = "tick", .function_id = "f", .config = {{"n", 1}}});
  const TriggerConfig seen = registered.get_future().get();
  EXPECT_EQ(seen.id, good.id());
  EXPECT_EQ(seen.config, (Json{{"n", 1}}));
  const Trigger bad =
      caller.register_trigger({.trigger_type = "tick", .function_id = "f", .config = {{"bad", 1}}});
  // Engines of line 0.11 tell nobody (spec: sdk §8.3).
  if (!is_line_0_11(caller)) {
    const auto refusal = bad.wait_for_refusal(20s);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code(), "trigger_registration_failed");
  }
  EXPECT_EQ(good.status(), std::nullopt);
  good.unregister();
  EXPECT_EQ(unregistered.get_future().get(), good.id());
}

TEST_F(SdkClient, lists_what_the_engine_knows) {
  worker.register_function("listed", [](const Sum& in) { return in.a; }, {.description = "text"});
  worker.register_trigger_type({.id = "tick", .description = "Ticks."}, [](const auto&) {}, {});
  worker.register_trigger({.trigger_type = "tick", .function_id = "listed"});
  ASSERT_TRUE(call_when_there(caller, {.function_id = "listed", .payload = {{"a", 1}, {"b", 2}}}));
  const auto has = [](const auto& infos, const auto& matches) {
    return std::any_of(infos.begin(), infos.end(), matches);
  };
  EXPECT_TRUE(has(caller.list_functions(), [](const FunctionInfo& info) {
    return info.function_id == "listed" && info.description == "text";
  }));
  EXPECT_TRUE(becomes([&] {
    return has(caller.list_workers(), [](const WorkerInfo& info) { return info.runtime == "cpp"; });
  }));
  EXPECT_TRUE(has(caller.list_trigger_types(), [](const TriggerTypeInfo& info) {
    return info.id == "tick";
  }));
  EXPECT_TRUE(has(caller.list_triggers(), [](const TriggerInfo& info) {
    return info.trigger_type == "tick" && info.function_id == "listed";
  }));
}

TEST_F(SdkClient, Item67_is_told_when_functions_change) {
  std::promise<void> told;
  std::atomic<bool> is_told = false;
  std::optional<FunctionsAvailableGuard> guard;
  guard = caller.on_functions_available([&](const std::vector<FunctionInfo>& functions) {
    const bool has_it = std::any_of(functions.begin(), functions.end(), [](const auto& info) {
      return info.function_id == "new one";
    });
    if (has_it && !is_told.exchange(true)) {
      guard.reset();  // from inside
      told.set_value();
    }
  });
  worker.register_function("new one", [](const Json& in) { return in; });
  EXPECT_EQ(told.get_future().wait_for(20s), std::future_status::ready);
}

TEST(SdkClientLife, Item13_comes_back_when_the_engine_does) {
  TestEngine engine;
  III_SKIP_UNLESS_OWN(engine);
  std::mutex mutex;
  std::vector<ConnectionState> states;
  Client worker = register_worker(engine.url(), silent({.reconnection = {.initial_delay_ms = 10}}));
  const Subscription subscription = worker.on_state_change([&](ConnectionState state) {
    const std::lock_guard lock(mutex);
    states.push_back(state);
  });
  worker.register_function("echo", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(worker, {.function_id = "echo"}));
  const std::string first_id = worker.worker_id();
  engine.stop();
  ASSERT_TRUE(becomes([&] { return worker.get_connection_state() == ConnectionState::reconnecting; }
  ));
  // Waits for the connection, and is then delivered.
  auto waiting = worker.trigger_future({.function_id = "echo", .payload = "waited"});
  engine.start_again();
  EXPECT_EQ(waiting.get(), "waited");
  EXPECT_NE(worker.worker_id(), first_id);
  // Listeners are told on a thread of the pool, which may be later than the answer.
  EXPECT_TRUE(becomes([&] {
    const std::lock_guard lock(mutex);
    return states.size() >= 2 && states.back() == ConnectionState::connected &&
           states[states.size() - 2] == ConnectionState::reconnecting;
  }));
}

TEST(SdkClientLife, Item81_returns_at_once_and_shuts_down_when_nobody_listens) {
  const auto begin = std::chrono::steady_clock::now();
  Client client = register_worker("ws://127.0.0.1:1", silent());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  auto call = client.trigger_future({.function_id = "f"});
  client.shutdown();
  client.shutdown();
  EXPECT_THROW(call.get(), Error);
  EXPECT_EQ(client.get_connection_state(), ConnectionState::disconnected);
  auto later = client.try_trigger({.function_id = "f"});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().kind(), ErrorKind::not_connected);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(SdkClientLife, Item80_shuts_down_from_a_function) {
  const TestEngine engine;
  Client caller = register_worker(engine.url(), silent());
  auto worker = std::make_unique<Client>(register_worker(engine.url(), silent()));
  worker->register_function("stop", [&](const Json&) {
    worker->shutdown();
    return Json("stopping");
  });
  EXPECT_EQ(*call_when_there(caller, {.function_id = "stop"}), "stopping");
  EXPECT_TRUE(becomes([&] {
    return worker->get_connection_state() == ConnectionState::disconnected;
  }));
}

TEST(SdkClientLife, Item80_may_be_dropped_by_its_own_function) {
  const TestEngine engine;
  Client caller = register_worker(engine.url(), silent());
  auto worker = std::make_unique<Client>(register_worker(engine.url(), silent()));
  worker->register_function("drop", [&](const Json&) {
    worker.reset();
    return Json("dropped");
  });
  EXPECT_EQ(*call_when_there(caller, {.function_id = "drop"}), "dropped");
}

TEST(SdkClientLife, Item79_delivers_what_was_sent_before_shutdown) {
  const TestEngine engine;
  std::promise<void> arrived;
  Client worker = register_worker(engine.url(), silent());
  worker.register_function("arrive", [&](const Json&) {
    arrived.set_value();
    return Json(nullptr);
  });
  worker.register_function("there", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(worker, {.function_id = "there"}));
  {
    Client sender = register_worker(engine.url(), silent());
    sender.trigger({.function_id = "arrive", .action = TriggerAction::Void()});
  }
  EXPECT_EQ(arrived.get_future().wait_for(20s), std::future_status::ready);
}

TEST(SdkClientLife, Item79_keeps_its_bound_when_a_function_does_not_end) {
  const TestEngine engine;
  std::promise<void> entered;
  auto release = std::make_shared<std::promise<void>>();
  const std::shared_future<void> released = release->get_future().share();
  Client caller = register_worker(engine.url(), silent());
  Client worker = register_worker(engine.url(), silent({.shutdown_timeout = 200ms}));
  worker.register_function("never", [&entered, released](const Json&) {
    entered.set_value();
    released.wait();
    return Json(nullptr);
  });
  std::future<Json> call;
  ASSERT_TRUE(becomes([&] {
    call = caller.trigger_future({.function_id = "never"});
    return call.wait_for(50ms) != std::future_status::ready;
  }));
  entered.get_future().wait();
  const auto begin = std::chrono::steady_clock::now();
  worker.shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  release->set_value();
  EXPECT_THROW(call.get(), Error);
}

TEST(SdkClientLife, is_made_and_destroyed_many_times) {
  const TestEngine engine;
  for (int i = 0; i < 1000; ++i) {
    Client client = register_worker(engine.url(), silent());
    if (i % 4 == 0) {
      client.register_function("f", [](const Json& in) { return in; });
    }
    if (i % 16 == 0) {
      EXPECT_TRUE(call_when_there(client, {.function_id = "f"}));
    }
  }
}

}  // namespace
}  // namespace iii::test
