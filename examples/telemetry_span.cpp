// A span and a metric of one's own, beside those that the SDK makes.
#include <iii/client.hpp>
#include <iii/otel.hpp>
#include <iii/telemetry.hpp>

#include <chrono>
#include <iostream>

int main() {
  iii::Client client = iii::register_worker({.worker_name = "span-example"});
  const auto orders = iii::get_meter().counter("orders.placed", {.unit = "{order}"});

  const int total = iii::with_span("sum up", [&] {
    iii::set_current_span_attribute("items", 2);
    orders.add(1, {{"region", "eu"}});
    return 250 + 120;
  });
  const bool is_complete = iii::flush_otel(std::chrono::seconds(10));
  std::cout << total << (is_complete ? " delivered" : " not delivered") << '\n';
  client.shutdown();
}
