// What a worker may use at most: threads and calls at once, calls that wait to run, and messages
// that wait for a connection. The engine is one for tests, inside of this program.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>

namespace {

iii::InitOptions small_worker() {
  return iii::InitOptions{
      .worker_name = "small",
      .offline =
          iii::OfflineQueue{
              .messages_max = 1,
              .bytes_max = std::size_t{64} * 1024,
              .policy = iii::OfflinePolicy::fail,
          },
      .fails_calls_on_disconnect = true,
      // The pool grows while functions block, up to the second number.
      .handler_threads = 2,
      .handler_threads_max = 8,
      // Of all functions; FunctionDetails has a limit for a single one.
      .max_concurrent_invocations = 1,
      .waiting_invocations_bytes_max = 1000,
  };
}

const char* outcome(const iii::Result<iii::Json>& answer) {
  return answer ? "accepted" : answer.error().what();
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client worker = engine.connect(small_worker());
  iii::Client client = engine.connect();
  std::promise<void> busy;
  std::promise<void> over;
  worker.register_function("oven::bake", [&](const iii::Json& cake) {
    if (cake == "first") {
      busy.set_value();
      over.get_future().wait();
    }
    return cake;
  });
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  auto first = client.trigger_future("oven::bake", "first");  // runs
  busy.get_future().wait();
  const iii::Json large(std::string(1000, 'x'));
  auto second = client.trigger_future("oven::bake", large);  // waits
  std::cout << outcome(client.try_trigger("oven::bake", "third")) << '\n';
  over.set_value();
  std::cout << first.get() << ", " << second.get().as_string().size() << " bytes\n";

  engine.refuse_connections(true);
  engine.drop_connections();
  const iii::TriggerRequest note{.function_id = "notes::add", .action = iii::TriggerAction::Void()};
  std::cout << outcome(worker.try_trigger(note)) << '\n';  // sent when the connection is back
  std::cout << outcome(worker.try_trigger({.function_id = "notes::count"})) << '\n';
  const iii::ClientCounters counters = worker.counters();
  std::cout << counters.waiting_messages << " message waits\n";

  engine.refuse_connections(false);
  engine.advance(std::chrono::minutes(1));  // long enough for the next attempt
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  std::cout << engine.calls("notes::add").size() << " has arrived\n";
}
