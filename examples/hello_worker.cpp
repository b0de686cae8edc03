// A worker: one function, offered to everybody until the program is told to end. The engine's
// address comes from III_URL. Call it with example_hello_caller, or from any other SDK.
#include <iii/client.hpp>
#include <iii/describe.hpp>

#include <csignal>
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
  // Before the client starts its threads, so that the signals wait for sigwait().
  sigset_t endings;
  sigemptyset(&endings);
  sigaddset(&endings, SIGINT);
  sigaddset(&endings, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &endings, nullptr);

  iii::Client client = iii::register_worker({.worker_name = "hello"});
  client.register_function("hello::greet", greet, {.description = "Greets a person."});
  std::cerr << "hello::greet is offered to " << client.address() << '\n';

  int signal = 0;
  sigwait(&endings, &signal);
  client.shutdown();
}
