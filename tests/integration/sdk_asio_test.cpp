// A client whose I/O happens on an executor of the program's own.
#include "embedding.hpp"

#include <iii/asio.hpp>
#include <iii/channel.hpp>
#include <iii/client.hpp>
#include <iii/engine.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

InitOptions silent() {
  return {.log = [](LogLevel, const std::string&) {}};
}

class SdkAsio : public ::testing::Test {
 protected:
  Engine engine = start();
  const std::string url = "ws://127.0.0.1:" + std::to_string(engine.port());
};

TEST_F(SdkAsio, lives_on_one_thread_of_the_program) {
  asio::io_context io{1};
  Client client = register_worker(io.get_executor(), url, silent());
  client.register_function("echo", [](const Json& in) { return in; });
  std::thread::id completed_on;
  Json answer;
  async_trigger(
      client,
      {.function_id = "echo", .payload = 7},
      asio::bind_executor(
          io,
          [&](const std::exception_ptr& error, Json result) {
            EXPECT_EQ(error, nullptr);
            completed_on = std::this_thread::get_id();
            answer = std::move(result);
            client.shutdown();  // on the executor's thread: returns at once
          }
      )
  );
  EXPECT_EQ(client.get_connection_state(), ConnectionState::disconnected) << "nothing runs yet";
  io.run();  // ends, because the client has
  EXPECT_EQ(answer, 7);
  EXPECT_EQ(completed_on, std::this_thread::get_id());
  EXPECT_EQ(client.get_connection_state(), ConnectionState::disconnected);
  EXPECT_THROW(client.trigger({.function_id = "echo"}), Error);
}

// Not on the pool that Asio keeps for the whole process.
TEST_F(SdkAsio, completes_on_the_handler_pool_without_an_executor) {
  asio::thread_pool threads(1);
  InitOptions options = silent();
  options.handler_threads = options.handler_threads_max = 1;
  Client client = register_worker(threads.get_executor(), url, options);
  std::thread::id ran_on;
  client.register_function("f", [&ran_on] { ran_on = std::this_thread::get_id(); });
  std::promise<std::thread::id> completed;
  async_trigger(client, {.function_id = "f"}, [&](const std::exception_ptr&, const Json&) {
    completed.set_value(std::this_thread::get_id());
  });
  EXPECT_EQ(completed.get_future().get(), ran_on);
  client.shutdown();
  threads.join();
}

TEST_F(SdkAsio, channels_end_before_the_client_does) {
  asio::thread_pool threads(1);
  Client writing = register_worker(threads.get_executor(), url, silent());
  Client reading = register_worker(url, silent());
  Channel channel = writing.create_channel();
  ChannelReader reader = reading.open_reader(channel.reader_ref);
  channel.writer.write(std::string(300'000, 'x'));
  std::size_t read = reader.next_binary()->size();
  writing.shutdown_async();
  while (const auto bytes = reader.next_binary()) {
    read += bytes->size();
  }
  EXPECT_EQ(read, 300'000U);
  writing.shutdown();
  threads.join();  // nothing is left to run
  reading.shutdown();
}

asio::awaitable<int> add(Client client) {
  TriggerRequest request{.function_id = "add", .payload = {{"a", 2}, {"b", 3}}};
  const Json sum = co_await async_trigger(client, std::move(request), asio::use_awaitable);
  co_return sum.to_number<int>();
}

asio::awaitable<void> fail(Client client) {
  TriggerRequest request{.function_id = "nobody"};
  try {
    co_await async_trigger(client, std::move(request), asio::use_awaitable);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "function_not_found");
  }
}

TEST_F(SdkAsio, is_awaited_in_coroutines_of_asio) {
  asio::io_context io{1};
  Client client = register_worker(io.get_executor(), url, silent());
  client.register_function("add", [](const Json& in) {
    return in.at("a").as_int64() + in.at("b").as_int64();
  });
  int sum = 0;
  struct Local {
    static asio::awaitable<void> both(Client client, int& sum) {
      sum = co_await add(client);
      co_await fail(client);
      client.shutdown();
    }
  };
  asio::co_spawn(io, Local::both(client, sum), asio::detached);
  io.run();
  EXPECT_EQ(sum, 5);
}

TEST_F(SdkAsio, shares_threads_of_a_pool) {
  asio::thread_pool pool(3);
  Client worker = register_worker(pool.get_executor(), url, silent());
  worker.register_function("echo", [](const Json& in) { return in; });
  Client caller = register_worker(pool.get_executor(), url, silent());
  worker.trigger({.function_id = "echo"});  // registered
  std::vector<std::future<Json>> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(caller.trigger_future({.function_id = "echo", .payload = i}));
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(calls[static_cast<std::size_t>(i)].get(), i);
  }
  caller.shutdown();
  std::promise<void> returned;
  asio::post(pool, [&] {
    worker.shutdown();
    returned.set_value();
  });
  EXPECT_EQ(returned.get_future().wait_for(20s), std::future_status::ready);
  pool.join();
}

TEST_F(SdkAsio, goes_with_a_context_that_stops_early) {
  auto io = std::make_optional<asio::io_context>(1);
  Client client =
      register_worker(io->get_executor(), url, {.shutdown_timeout = 50ms, .log = silent().log});
  auto call = client.trigger_future({.function_id = "f"});
  // Some turns, then never again.
  for (int i = 0; i < 3; ++i) {
    io->run_one();
  }
  const auto begin = std::chrono::steady_clock::now();
  client.shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_NE(call.wait_for(0s), std::future_status::ready);
}

TEST_F(SdkAsio, refuses_calls_when_too_many_wait_for_the_executor) {
  std::promise<Error> refused;
  std::once_flag once;
  asio::io_context io{1};  // nobody runs it
  InitOptions options = silent();
  options.offline.bytes_max = 1'000;
  options.shutdown_timeout = 1ms;
  Client client = register_worker(io.get_executor(), url, options);
  for (int i = 0; i < 100; ++i) {
    client.trigger(
        {.function_id = "f", .payload = Json(std::string(100, 'x')), .action = TriggerAction::Void()
        },
        [&](const Result<Json>& result) {
          std::call_once(once, [&] { refused.set_value(result.error()); });
        }
    );
  }
  EXPECT_EQ(refused.get_future().get().kind(), ErrorKind::not_connected);
}

TEST_F(SdkAsio, ends_when_the_context_is_destroyed) {
  std::future<Json> call;
  {
    asio::io_context io{1};
    Client client =
        register_worker(io.get_executor(), url, {.shutdown_timeout = 50ms, .log = silent().log});
    call = client.trigger_future({.function_id = "f"});
    io.run_one();
  }
  EXPECT_THROW(call.get(), std::future_error);
}

}  // namespace
}  // namespace iii::test
