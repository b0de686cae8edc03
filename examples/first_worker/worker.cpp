#include <iii/iii.hpp>

#include <csignal>
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
  // Blocked before the client starts its threads, so that sigwait() gets them.
  sigset_t endings;
  sigemptyset(&endings);
  sigaddset(&endings, SIGINT);
  sigaddset(&endings, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &endings, nullptr);

  iii::Client client = iii::register_worker();  // III_URL, or ws://127.0.0.1:49134
  client.register_function("hello::greet", greet, {.description = "Greets a person."});
  std::cout << "hello::greet is offered to " << client.address() << std::endl;

  int signal = 0;
  sigwait(&endings, &signal);
  client.shutdown();
}
