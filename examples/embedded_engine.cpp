// A shop that is engine and worker at once. Its function is called by the program itself, without a
// socket, and can be called by every worker that connects to the port it prints.
#include <iii/engine.hpp>
#include <iii/engine_error.hpp>

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace {

// JSON in, JSON out, with whatever library you like.
void list_prices(const iii::EngineInvocation& call, iii::Responder respond) {
  std::cout << call.function_id << " is called with " << call.payload << '\n';
  respond.result(R"({"tea":3,"coffee":4})");
}

int fail(std::string_view what, std::string_view why) {
  std::cerr << what << ": " << why << '\n';
  return EXIT_FAILURE;
}

}  // namespace

int main() {
  auto started = iii::Engine::start({.port = 0});
  if (!started) {
    return fail("the engine does not start", started.error().message);
  }
  iii::Engine engine = *std::move(started);
  std::cout << "workers connect to ws://127.0.0.1:" << engine.port() << '\n';

  const iii::EngineStatus registered =
      engine.register_function("shop::prices", list_prices, {.description = "What things cost."});
  if (!registered) {
    return fail("the function is refused", registered.error().message);
  }

  const iii::CallOutcome outcome = engine.invoke("shop::prices", R"({"currency":"EUR"})").get();
  if (outcome.error) {
    return fail(outcome.error->code, outcome.error->message);
  }
  std::cout << "the prices are " << outcome.result << '\n';
  engine.stop();
}
