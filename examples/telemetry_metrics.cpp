// Numbers of one's own: what is counted, what goes up and down, how something is distributed, and a
// gauge, which is asked for its value.
#include <iii/client.hpp>
#include <iii/metrics.hpp>
#include <iii/otel.hpp>

#include <chrono>
#include <iostream>

int main() {
  iii::Client client = iii::register_worker({.worker_name = "metrics-example"});
  const iii::Meter meter = iii::get_meter();
  const iii::Counter<> orders = meter.counter("orders.placed", {.unit = "{order}"});
  const iii::UpDownCounter<> guests = meter.up_down_counter("guests.inside");
  const iii::Histogram waiting = meter.histogram("orders.waiting", {.unit = "s"}, {10, 60, 300});
  meter.observable_gauge(
      "kettles.temperature",
      {.description = "Of the water.", .unit = "Cel"},
      [](iii::GaugeObserver& gauge) {
        gauge.observe(95, {{"kettle", "left"}});
        gauge.observe(20.5, {{"kettle", "right"}});
      }
  );

  orders.add(1, {{"region", "eu"}});
  guests.add(3);
  guests.add(-1);
  waiting.record(42);
  // The engine has them once a minute; this sends them now.
  const bool is_complete = iii::flush_otel(std::chrono::seconds(10));
  std::cout << (is_complete ? "delivered" : "not delivered") << '\n';
  client.shutdown();
}
