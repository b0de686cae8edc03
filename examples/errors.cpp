// What can go wrong with a call, and how to tell: each kind of error once. The engine is one for
// tests, inside of this program.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stop_token>
#include <string>

namespace {

// What a program might do about it.
std::string advice(const iii::Error& error) {
  switch (error.kind()) {
    case iii::ErrorKind::not_connected:
      return "try again later";
    case iii::ErrorKind::timeout:
      return "it may have happened: ask before trying again";
    case iii::ErrorKind::remote:
      return "the function says " + error.code() + ": " + error.message();
    case iii::ErrorKind::serde:
      return "the two sides disagree about types";
    case iii::ErrorKind::cancelled:
      return "nobody wants it any more";
    case iii::ErrorKind::websocket:
      return "look at the address";
    case iii::ErrorKind::registration_rejected:
      return "another worker has this name";
    case iii::ErrorKind::runtime:
    case iii::ErrorKind::handler:
      return "this program has failed";
  }
  return "";
}

// Thrown by the plain functions, a value of those that begin with `try_`.
template <class Call>
void show(const Call& call) {
  try {
    call();
    std::cout << "nothing went wrong\n";
  } catch (const iii::Error& error) {
    std::cout << to_string(error.kind()) << ": " << advice(error) << '\n';
  }
}

void register_functions(iii::Client& client) {
  client.register_function("shop::buy", [](const std::string& item) {
    if (item == "coffee") {
      // Code, message and stack trace arrive as they are. Any other exception is
      // `invocation_failed`.
      throw iii::Error::remote("sold_out", "no coffee left", "shop.cpp:12");
    }
    return "one " + item;
  });
}

}  // namespace

int main() {
  using std::chrono::milliseconds;
  iii::testing::Engine engine;
  iii::Client client = engine.connect();
  register_functions(client);
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  show([&] { client.trigger("shop::buy", "coffee"); });
  show([&] { static_cast<void>(client.trigger_as<int>("shop::buy", "tea")); });
  show([&] {
    client.trigger(iii::TriggerRequest{.function_id = "shop::buy", .timeout = milliseconds(0)});
  });
  show([&] {
    client.trigger(iii::TriggerRequest{.function_id = "shop::buy", .namespace_name = " "});
  });
  std::stop_source nobody;
  nobody.request_stop();
  show([&] {
    client.trigger(iii::TriggerRequest{.function_id = "shop::buy", .stop = nobody.get_token()});
  });
  show([] { static_cast<void>(iii::register_worker("http://localhost")); });
  show([] { throw iii::Error::runtime("out of paper"); });

  const iii::Result<iii::Json> refused = client.try_trigger("shop::buy", "coffee");
  std::cout << (refused ? "bought" : refused.error().stacktrace().value_or("no trace")) << '\n';
  client.shutdown();
  show([&] { client.trigger("shop::buy", "tea"); });
}
