// The context of what runs now, its trace and its baggage: how it goes to a thread of your own, and
// through headers to a system that is none of ours. There is no client: telemetry reports by
// itself, to the engine whose address is the argument.
#include <iii/context.hpp>
#include <iii/otel.hpp>
#include <iii/otel_config.hpp>
#include <iii/span.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

namespace {

std::string tenant() {
  return iii::get_baggage_entry("tenant").value_or("nobody");
}

void go_to_another_thread() {
  const auto here = iii::current_trace_id();
  const iii::Context context = iii::capture_context();
  std::thread([&] {
    std::cout << "without: " << tenant() << '\n';
    context.attach([&] {
      std::cout << "attached: " << tenant()
                << (iii::current_trace_id() == here ? ", the same trace\n" : ", another trace\n");
    });
  }).join();
}

// Another process: all it knows is the two texts.
void receive(const std::string& traceparent, const std::string& baggage) {
  const iii::ContextScope scope(iii::extract_context(traceparent, baggage));
  std::cout << "received: " << tenant() << ", "
            << (iii::inject_traceparent() == traceparent ? "the same span\n" : "another span\n");
}

void change_baggage() {
  // Contexts are values: changing one makes another.
  iii::set_baggage_entry("cart", "7").attach([] {
    for (const auto& entry : iii::get_all_baggage()) {
      std::cout << entry.key << '=' << entry.value << '\n';
    }
  });
  iii::remove_baggage_entry("tenant").attach([] { std::cout << "removed: " << tenant() << '\n'; });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: telemetry_context ADDRESS-OF-THE-ENGINE\n";
    return EXIT_FAILURE;
  }
  iii::init_otel(iii::OtelConfig{.service_name = "importer", .engine_ws_url = argv[1]});
  std::string traceparent;
  std::string baggage;
  iii::run_with_baggage({{"tenant", "acme"}}, [&] {
    const iii::ActiveSpan span("import");
    std::cout << iii::current_trace_id().value_or("").size() << " and "
              << iii::current_span_id().value_or("").size() << " digits\n";
    go_to_another_thread();
    change_baggage();
    traceparent = iii::inject_traceparent().value_or("");
    baggage = iii::inject_baggage().value_or("");
  });
  receive(traceparent, baggage);
  iii::shutdown_otel();
  std::cout << (iii::is_otel_initialized() ? "still reporting" : "ended") << '\n';
}
