// Calls the function of example_hello_worker, in the three ways there are.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

iii::TriggerRequest greet(const char* name) {
  return {.function_id = "hello::greet", .payload = {{"name", name}}};
}

iii::Task<std::string> greet_two(iii::Client client) {
  const iii::Json first = co_await client.trigger_async(greet("Ada"));
  const iii::Json second = co_await client.trigger_async(greet("Grace"));
  co_return iii::serialize(first) + " " + iii::serialize(second);
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker();
  try {
    std::cout << client.trigger_as<std::string>(greet("world")) << '\n';
    std::cout << iii::wait(greet_two(client)) << '\n';

    auto later = client.trigger_future({.function_id = "hello::nobody"});
    later.get();
  } catch (const iii::Error& error) {
    std::cout << error.what() << '\n';
    return error.code() == "function_not_found" ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  return EXIT_FAILURE;
}
