// Spans of one's own, beside those that the SDK makes: around a function, for the rest of a block,
// and by hand.
#include <iii/client.hpp>
#include <iii/otel.hpp>
#include <iii/telemetry.hpp>

#include <chrono>
#include <iostream>

namespace {

int add_up() {
  iii::set_current_span_attribute("items", 2);  // of "sum up"
  const iii::ActiveSpan prices("look up prices", {.kind = iii::SpanKind::client});
  iii::record_span_event("cache missed", {{"item", "tea"}});
  if (iii::current_span_is_recording()) {
    prices->set_attribute("source", "list of last year");  // only if somebody will see it
  }
  return 250 + 120;
}

void print_receipt() {
  iii::set_current_span_error("out of paper");  // without an exception
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "span-example"});
  const int total = iii::with_span("sum up", add_up);
  iii::run_in_span("print receipt", print_receipt);

  // Neither current nor bound to a block: for work that begins here and ends elsewhere.
  const iii::Span delivery = iii::start_span("deliver", {.attributes = {{"by", "bicycle"}}});
  delivery.add_event("handed over");
  delivery.set_ok();
  delivery.end();

  const bool is_complete = iii::flush_otel(std::chrono::seconds(10));
  std::cout << total << (is_complete ? " delivered" : " not delivered") << '\n';
  client.shutdown();
}
