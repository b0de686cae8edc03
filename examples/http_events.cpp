// GET /countdown?from=3: a stream of server-sent events, for `new EventSource("/countdown?from=3")`
// in a browser. Needs an engine with an HTTP worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/http_stream.hpp>

#include <iostream>
#include <string>

namespace {

void count_down(iii::HttpCall<>& call) {
  const auto from = call.request.query_params.find("from");
  const int first = from == call.request.query_params.end() ? 10 : std::stoi(from->second);
  iii::HttpResponseStream& response = call.response();
  if (first > 100) {
    // Before the first bytes: afterwards it is too late for another status.
    response.set_status(400);
    response.set_headers({{"content-type", "text/plain"}, {"cache-control", "no-store"}});
    response.write("that takes too long\n");
    return;
  }
  response.set_event_headers();
  for (int i = first; i > 0; --i) {
    response.send_event({.data = std::to_string(i), .event = "count"});
  }
  response.send_event({.data = "lift-off"});
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "countdown"});
  client.register_function("countdown::start", iii::http(client, count_down));
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/countdown"}.for_function("countdown::start")
  );
  std::cerr << "GET /countdown is registered\n";
  iii::run_until_signal(client);
}
