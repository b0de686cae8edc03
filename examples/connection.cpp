// Everything about the connection: what the engine is told of this worker, how a lost connection is
// made again, and how it stands. The engine's address comes from III_URL.
#include <iii/client.hpp>
#include <iii/options.hpp>
#include <iii/otel_config.hpp>
#include <iii/reconnection.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>

namespace {

// For a status line.
const char* explain(iii::ConnectionState state) {
  switch (state) {
    case iii::ConnectionState::disconnected:
      return "not connected";
    case iii::ConnectionState::connecting:
      return "looking for the engine";
    case iii::ConnectionState::connected:
      return "connected";
    case iii::ConnectionState::reconnecting:
      return "looking for the engine again";
    case iii::ConnectionState::failed:
      return "given up";
  }
  return "";
}

}  // namespace

int main() {
  const iii::ReconnectionConfig reconnection{
      .initial_delay_ms = 100,
      .max_delay_ms = 5'000,
      .backoff_multiplier = 2.0,
      .jitter_factor = 0.3,
      .max_retries = 50,  // then ConnectionState::failed; none: for ever
  };
  const iii::InitOptions options{
      .metadata = iii::WorkerMetadata{.version = "1.4.0", .name = "till-3", .os = "linux"},
      .headers = {{"authorization", "Bearer not-valid-any-more"}},
      .reconnection = reconnection,
      .otel = iii::OtelConfig{.service_name = "till", .live_spans = false},
  };
  iii::Client client = iii::register_worker(options);
  // Of the next connection; for a token that has run out.
  client.set_headers({{"authorization", "Bearer fresh"}});
  // What the SDK finds out by itself, with a part of it changed.
  iii::WorkerMetadata metadata = iii::detect_worker_metadata(options);
  metadata.description = "The till at the door";
  client.set_metadata(metadata);

  const iii::Subscription watch = client.on_state_change([](iii::ConnectionState state) {
    std::clog << explain(state) << '\n';
  });
  // Calls may be made before; this is for those who want to know.
  if (!client.wait_until_registered(std::chrono::seconds(10))) {
    std::cerr << "no engine: " << explain(client.get_connection_state()) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "first retry after " << reconnection.effective_initial_delay_ms() << " ms\n"
            << explain(client.get_connection_state()) << '\n'
            << (client.worker_id().empty() ? "no id" : "with an id of the engine's") << '\n'
            << (client.engine_supports_observe().value_or(false) ? "it has observers\n" : "");
  if (const auto refusal = client.last_refusal()) {
    std::cout << refusal->what() << '\n';  // for example AUTH_ERROR
  }
  client.shutdown_async();  // and on with other work
  client.shutdown();        // waits for it
  std::cout << explain(client.get_connection_state()) << '\n';
}
