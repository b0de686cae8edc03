// The beginnings and ends of clients, from every thread there is: shutdown from user code,
// destruction at any moment, several clients in one process.
#include "scripted_engine.hpp"
#include "sdk_clients.hpp"
#include "test_engine.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Registration is not confirmed by engines: asks until the function is there.
void await_function(Client& client, const std::string& id) {
  const auto deadline = Clock::now() + 20s;
  while (!client.try_trigger({.function_id = id})) {
    ASSERT_LT(Clock::now(), deadline);
  }
}

// What user code does with its client must not hang, and the client must end.
void expect_end(Client& client, const std::function<void(std::function<void()> shut_down)>& use) {
  std::promise<void> was_called;
  std::atomic<bool> is_first = true;
  use([&] {
    client.shutdown();
    client.shutdown_async();
    if (is_first.exchange(false)) {
      was_called.set_value();
    }
  });
  ASSERT_EQ(was_called.get_future().wait_for(20s), std::future_status::ready);
  const auto begin = Clock::now();
  client.shutdown();
  EXPECT_LT(Clock::now() - begin, 5s);
  EXPECT_EQ(client.get_connection_state(), ConnectionState::disconnected);
}

TEST(SdkLifetime, Item80_shuts_down_from_a_function) {
  const TestEngine engine;
  Client caller = register_worker(engine.url(), silent());
  Client client = register_worker(engine.url(), silent());
  expect_end(client, [&](const std::function<void()>& shut_down) {
    client.register_function("lifetime::stop", [shut_down](const Json& in) {
      if (in.is_string()) {
        shut_down();
      }
      return in;
    });
    await_function(caller, "lifetime::stop");
    EXPECT_EQ(caller.trigger({.function_id = "lifetime::stop", .payload = "stop"}), "stop");
  });
}

TEST(SdkLifetime, Item80_shuts_down_from_callbacks) {
  const TestEngine engine;
  Client result = register_worker(engine.url(), silent());
  expect_end(result, [&](const std::function<void()>& shut_down) {
    result.trigger(
        {.function_id = "engine::workers::list", .payload = JsonObject{}},
        [shut_down](const Result<Json>&) { shut_down(); }
    );
  });
  Client state = register_worker(engine.url(), silent());
  Subscription subscription;
  expect_end(state, [&](const std::function<void()>& shut_down) {
    subscription = state.on_state_change([shut_down](ConnectionState) { shut_down(); });
    if (state.get_connection_state() == ConnectionState::connected) {
      shut_down();  // it was quicker
    }
  });
  InitOptions options;
  std::atomic<std::function<void()>*> stop = nullptr;
  options.log = [&stop](LogLevel, const std::string&) {
    if (const auto* const shut_down = stop.exchange(nullptr)) {
      (*shut_down)();
    }
  };
  std::function<void()> kept;
  Client logging = register_worker("ws://127.0.0.1:1", options);
  expect_end(logging, [&](std::function<void()> shut_down) {
    kept = std::move(shut_down);
    stop = &kept;
  });
}

TEST(SdkLifetime, Item80_shuts_down_from_a_coroutine_and_a_trigger_handler) {
  const TestEngine engine;
  Client caller = register_worker(engine.url(), silent());
  Client coroutine = register_worker(engine.url(), silent());
  struct Local {
    static Task<Json> stop(Client client, std::function<void()> shut_down) {
      TriggerRequest request{.function_id = "engine::workers::list", .payload = JsonObject{}};
      const Json workers = co_await client.trigger_async(std::move(request));
      shut_down();
      co_return workers;
    }
  };
  expect_end(coroutine, [&](const std::function<void()>& shut_down) {
    EXPECT_TRUE(wait(Local::stop(coroutine, shut_down)).is_object());
  });
  Client provider = register_worker(engine.url(), silent());
  expect_end(provider, [&](const std::function<void()>& shut_down) {
    provider.register_trigger_type(
        RegisterTriggerTypeMessage{.id = "lifetime-event", .description = "none"},
        [shut_down](const TriggerConfig&) { shut_down(); },
        [](const std::string&) {}
    );
    caller.register_trigger({.trigger_type = "lifetime-event", .function_id = "f"});
  });
}

TEST(SdkLifetime, ends_while_it_connects) {
  ScriptedEngine engine({.upgrades = false});
  for (int i = 0; i < 10; ++i) {
    const auto begin = Clock::now();
    {
      Client client = register_worker(engine.url(), silent());
      client.register_function("f", [](const Json& in) { return in; });
      if (i % 2 == 0) {
        static_cast<void>(engine.next());  // accepted, and never answered
      }
    }
    EXPECT_LT(Clock::now() - begin, 5s);
  }
}

TEST(SdkLifetime, ends_while_it_waits_and_while_it_looks_for_a_name) {
  for (const char* const url :
       {"ws://127.0.0.1:1", "ws://no-such-host.invalid:1", "wss://127.0.0.1:1"}) {
    for (int i = 0; i < 5; ++i) {
      const auto begin = Clock::now();
      {
        Client client = register_worker(url, silent());
        auto call = client.trigger_future({.function_id = "f"});
        if (i % 2 == 0) {
          std::this_thread::yield();
        }
        client.shutdown_async();
        EXPECT_THROW(call.get(), Error);
      }
      EXPECT_LT(Clock::now() - begin, 10s) << url;
    }
  }
}

TEST(SdkLifetime, ends_on_several_threads_at_once) {
  const TestEngine engine;
  for (int i = 0; i < 20; ++i) {
    Client client = register_worker(engine.url(), silent());
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int j = 0; j < 4; ++j) {
      threads.emplace_back([copy = client, j]() mutable {
        static_cast<void>(copy.try_trigger({.function_id = "f", .timeout = 1ms}));
        if (j % 2 == 0) {
          copy.shutdown();
        } else {
          copy.shutdown_async();
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    client.shutdown();
    EXPECT_EQ(client.get_connection_state(), ConnectionState::disconnected);
  }
}

TEST(SdkLifetime, two_clients_live_their_own_lives) {
  const TestEngine engine;
  std::optional<Client> first = register_worker(engine.url(), silent());
  std::optional<Client> second = register_worker(engine.url(), silent());
  first->register_function("lifetime::first", [](const Json& in) { return in; });
  second->register_function("lifetime::second", [](const Json& in) { return in; });
  await_function(*first, "lifetime::second");
  await_function(*second, "lifetime::first");
  EXPECT_NE(first->worker_id(), second->worker_id());
  first.reset();
  EXPECT_EQ(second->trigger({.function_id = "lifetime::second", .payload = 2}), 2);
  first = register_worker(engine.url(), silent());
  first->register_function("lifetime::first", [](const Json& in) { return in; });
  await_function(*second, "lifetime::first");
  second.reset();
  EXPECT_EQ(first->trigger({.function_id = "lifetime::first", .payload = 1}), 1);
}

TEST(SdkLifetime, a_thousand_clients_come_and_go_in_the_middle_of_their_calls) {
  const TestEngine engine;
  Client worker = register_worker(engine.url(), silent());
  worker.register_function("lifetime::echo", [](const Json& in) { return in; });
  await_function(worker, "lifetime::echo");
  std::atomic<std::size_t> started = 0;
  std::atomic<std::size_t> ended = 0;
  const auto live = [&](int lives) {
    for (int i = 0; i < lives; ++i) {
      Client client = register_worker(engine.url(), silent());
      client.register_function("lifetime::f", [](const Json& in) { return in; });
      for (int j = 0; j < i % 4; ++j) {
        ++started;
        client.trigger({.function_id = "lifetime::echo", .payload = j}, [&](const Result<Json>&) {
          ++ended;
        });
      }
      if (i % 8 == 0) {
        static_cast<void>(client.try_trigger({.function_id = "lifetime::echo"}));
      }
    }
  };
  std::thread other(live, 500);
  live(500);
  other.join();
  EXPECT_EQ(ended, started);
}

}  // namespace
}  // namespace iii::test
