// What an engine tells of itself through triggers: lines of the log, and functions and workers that
// come and go. A test engine inside of this program fires each of them once.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/testing.hpp>
#include <iii/trigger_events.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

void register_functions(iii::Client& client) {
  client.register_function("watch::log", [](const iii::LogCallRequest& record) {
    return record.severity_text + " of " + record.service_name + ": " + record.body;
  });
  client.register_function("watch::functions", [](const iii::FunctionsAvailableCallRequest& event) {
    std::string text = event.event + ":";
    for (const iii::FunctionInfo& function : event.functions.items) {
      text += " " + function.function_id;
    }
    return text;
  });
  client.register_function("watch::workers", [](const iii::WorkersAvailableCallRequest& event) {
    return event.event + ": " + event.worker_id;
  });
}

void register_triggers(iii::Client& client) {
  // Exactly this level, not what is above it.
  client.register_trigger(
      iii::LogTriggerConfig{.level = iii::LogTriggerLevel::error}.for_function("watch::log")
  );
  client.register_trigger(iii::FunctionsAvailableTriggerConfig{}.for_function("watch::functions"));
  client.register_trigger(iii::WorkersAvailableTriggerConfig{}.for_function("watch::workers"));
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client client = engine.connect();
  register_functions(client);
  register_triggers(client);
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  const auto fire = [&](const char* type, const auto& event) {
    for (const auto& answer : engine.fire(type, event)) {
      std::cout << (answer ? answer->as_string().c_str() : answer.error().what()) << '\n';
    }
  };
  fire(
      "log",
      iii::LogCallRequest{
          .severity_number = 17, .severity_text = "ERROR", .body = "no tea", .service_name = "till"
      }
  );
  fire(
      "engine::functions-available",
      iii::FunctionsAvailableCallRequest{
          .event = "functions_changed", .functions = {.items = {{.function_id = "tea::brew"}}}
      }
  );
  fire(
      "engine::workers-available",
      iii::WorkersAvailableCallRequest{.event = "worker_connected", .worker_id = "w-1"}
  );
}
