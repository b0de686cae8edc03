// A program that links both libraries: an engine inside, and a worker that connects to it.
#include <iii/engine.hpp>
#include <iii/iii.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

int main() {
  iii::EngineResult<iii::Engine> started = iii::Engine::start({.port = 0});
  if (!started) {
    std::cerr << started.error().message << '\n';
    return EXIT_FAILURE;
  }
  iii::Engine engine = *std::move(started);
  const iii::EngineStatus registered = engine.register_function(
      "shop::prices",
      [](const iii::EngineInvocation&, iii::Responder respond) { respond.result(R"({"tea":3})"); }
  );

  iii::Client client = iii::register_worker("ws://127.0.0.1:" + std::to_string(engine.port()));
  client.register_function("shop::order", [&client](const iii::Json&) {
    return client.trigger({.function_id = "shop::prices"});
  });
  const iii::Json order = client.trigger({.function_id = "shop::order"});
  const iii::CallOutcome outcome = engine.invoke("shop::order", "{}").get();
  client.shutdown();
  engine.stop();

  std::cout << iii::serialize(order) << ' ' << outcome.result << '\n';
  return registered && order.at("tea").as_int64() == 3 && outcome.result == R"({"tea":3})"
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
