// The faces of a call: waiting for it, in a coroutine, with a callback, as a future; typed or as
// JSON; with an exception or with a Result; into a queue, or for nobody. The engine is one for
// tests, inside of this program.
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>

namespace {

struct Sum {
  int a = 0;
  int b = 0;
};
III_DESCRIBE(Sum, a, b)

// Somewhere below a function: nobody has handed the Invocation down.
std::string log_prefix() {
  const auto call = iii::current_invocation();
  return call == nullptr ? "" : call->function_id + ": ";
}

void register_functions(iii::Client& worker) {
  worker.register_function("math::add", [](const Sum& in) { return in.a + in.b; });
  // A result without exceptions, for those who like it so.
  worker.register_function("math::half", [](int whole) -> iii::Result<int> {
    if (whole % 2 != 0) {
      return iii::Error::remote("odd", std::to_string(whole) + " has no half");
    }
    return whole / 2;
  });
  // What is known of the call itself; `stop` is requested when the client shuts down.
  worker.register_function("who::calls", [](const iii::Json&, const iii::Invocation& call) {
    return call.metadata.value_or("nobody");
  });
  worker.register_function("log::prefix", [](const iii::Json&) { return log_prefix(); });
}

// A lambda that is a coroutine may capture once it is registered, but not here.
iii::Task<int> add_twice(iii::Client client) {
  const int five = co_await client.call_async<int>("math::add", Sum{.a = 2, .b = 3});
  const iii::Json more{{"a", five}, {"b", 2}};
  const iii::Json seven = co_await client.trigger_async("math::add", more);
  co_return seven.to_number<int>();
}

void wait_for_calls(iii::Client& client) {
  std::cout << client.call<int>("math::add", Sum{.a = 2, .b = 3}) << '\n';
  std::cout << client.trigger("math::add", {{"a", 2}, {"b", 4}}) << '\n';
  std::cout << iii::wait(add_twice(client)) << '\n';
  // All there is to say about a call.
  const iii::TriggerRequest request{
      .function_id = "who::calls", .timeout = std::chrono::seconds(5), .metadata = "the till"
  };
  std::cout << client.trigger_as<std::string>(request) << '\n';
  std::cout << client.trigger_as<std::string>("log::prefix", {}) << "called\n";
  const iii::Result<iii::Json> half = client.try_trigger("math::half", 7);
  if (!half && half.error().kind() == iii::ErrorKind::remote) {
    std::cout << half.error().code() << ": " << half.error().message() << '\n';
  }
}

void go_on_meanwhile(iii::Client& client) {
  std::future<iii::Json> later = client.trigger_future("math::half", 16);
  std::promise<int> heard;
  client.trigger(
      {.function_id = "math::half", .payload = 18},
      [&heard](iii::Result<iii::Json> half) { heard.set_value(half->to_number<int>()); }
  );
  std::cout << later.get() << ' ' << heard.get_future().get() << '\n';

  // The function is not stopped, but nobody waits for it any more.
  const iii::PendingCall unwanted =
      client.trigger({.function_id = "math::half", .payload = 20}, [](const auto&) {});
  unwanted.cancel();
}

// The receipt says that the queue has it, `Void` says nothing.
void leave_it_to_others(iii::Client& client) {
  const iii::Json receipt = client.trigger(
      {.function_id = "mail::send", .payload = "hi", .action = iii::TriggerAction::Enqueue("mail")}
  );
  std::cout << receipt.at("messageReceiptId").as_string().c_str() << '\n';
  client.trigger(
      {.function_id = "mail::send", .payload = "ho", .action = iii::TriggerAction::Void()}
  );
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client worker = engine.connect();
  iii::Client client = engine.connect();
  register_functions(worker);
  // In place of the engine's queue.
  worker.register_function("engine::queue::enqueue", [](const iii::Json&) {
    return iii::Json{{"messageReceiptId", "receipt-1"}};
  });
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  wait_for_calls(client);
  go_on_meanwhile(client);
  leave_it_to_others(client);
}
