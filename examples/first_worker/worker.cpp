#include <iii/iii.hpp>

#include <iostream>
#include <string>

struct Person {
  std::string name;
};
III_DESCRIBE(Person, name)

std::string greet(const Person& person) {
  return "Hello, " + person.name + "!";
}

int main() {
  iii::Client client = iii::register_worker();  // III_URL, or ws://127.0.0.1:49134
  client.register_function("hello::greet", greet, {.description = "Greets a person."});
  std::cout << "hello::greet is offered to " << client.address() << std::endl;
  iii::run_until_signal(client);  // SIGINT or SIGTERM
}
