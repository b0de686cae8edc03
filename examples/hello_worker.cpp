// A worker: one function, offered to everybody until the program is told to end. The engine's
// address comes from III_URL. Call it with example_hello_caller, or from any other SDK.
#include <iii/client.hpp>
#include <iii/describe.hpp>

#include <iostream>
#include <string>

namespace {

struct Person {
  std::string name;
};
III_DESCRIBE(Person, name)

std::string greet(const Person& person) {
  return "Hello, " + person.name + "!";
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "hello"});
  client.register_function("hello::greet", greet, {.description = "Greets a person."});
  std::cerr << "hello::greet is offered to " << client.address() << '\n';
  iii::run_until_signal(client);
}
