// Baggage: words that travel with a call, to every function below it.
#include <iii/client.hpp>
#include <iii/context.hpp>

#include <iostream>
#include <string>

int main() {
  iii::Client client = iii::register_worker({.worker_name = "baggage-example"});
  client.register_function("baggage::tenant", [] {
    return iii::get_baggage_entry("tenant").value_or("nobody");
  });
  const auto ask = [&client] {
    return client.trigger_as<std::string>({.function_id = "baggage::tenant"});
  };
  const std::string inside = iii::run_with_baggage({{"tenant", "acme"}}, ask);
  std::cout << inside << ' ' << ask() << '\n';
  client.shutdown();
}
