// Calls the function of example_hello_worker, in the three ways there are.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

iii::Task<std::string> greet_two(iii::Client client) {
  const iii::Json ada{{"name", "Ada"}};
  const iii::Json grace{{"name", "Grace"}};
  const iii::Json first = co_await client.trigger_async("hello::greet", ada);
  const iii::Json second = co_await client.trigger_async("hello::greet", grace);
  co_return iii::serialize(first) + " " + iii::serialize(second);
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker();
  try {
    std::cout << client.trigger_as<std::string>("hello::greet", {{"name", "world"}}) << '\n';
    std::cout << iii::wait(greet_two(client)) << '\n';

    auto later = client.trigger_future("hello::nobody");
    later.get();
  } catch (const iii::Error& error) {
    std::cout << error.what() << '\n';
    return error.code() == "function_not_found" ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  return EXIT_FAILURE;
}
