// What the engine knows of everybody: functions, workers, triggers and trigger types, and how one
// hears of new functions. The engine's address comes from III_URL.
#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/options.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

bool has(const std::vector<iii::FunctionInfo>& functions, const std::string& id) {
  return std::ranges::count(functions, id, &iii::FunctionInfo::function_id) > 0;
}

void look_around(iii::Client& client) {
  for (const iii::FunctionInfo& function : client.list_functions()) {
    if (function.function_id.starts_with("tea::")) {
      std::cout << function.function_id << ": " << function.description.value_or("") << '\n';
    }
  }
  for (const iii::WorkerInfo& worker : client.list_workers()) {
    if (worker.id == client.worker_id()) {
      std::cout << worker.name.value_or("nameless") << " in " << worker.runtime.value_or("?")
                << '\n';
    }
  }
  for (const iii::TriggerInfo& trigger : client.list_triggers()) {
    std::cout << trigger.trigger_type << " calls " << trigger.function_id << '\n';
  }
  constexpr bool include_internal = true;
  for (const iii::TriggerTypeInfo& type : client.list_trigger_types(include_internal)) {
    if (type.id == "tea-time") {
      std::cout << type.id << ": " << type.description << '\n';
    }
  }
}

}  // namespace

int main() {
  // By this name, whatever III_WORKER_NAME says.
  iii::Client client = iii::register_worker(
      iii::InitOptions{.worker_name = "looking-around", .identity = iii::WorkerIdentity::given}
  );
  try {
    std::promise<void> heard;
    iii::FunctionsAvailableGuard guard = client.on_functions_available(
        [&, is_heard = false](const std::vector<iii::FunctionInfo>& functions) mutable {
          if (has(functions, "tea::brew") && !std::exchange(is_heard, true)) {
            heard.set_value();
          }
        }
    );
    // An answer: the engine has the guard's trigger now.
    static_cast<void>(client.list_triggers(true));
    client.register_function(
        "tea::brew", [] { return std::string("tea"); }, {.description = "Makes tea."}
    );
    client.register_trigger_type(
        {.id = "tea-time", .description = "At five."}, [](const auto&) {}, {}
    );
    client.register_trigger({.trigger_type = "tea-time", .function_id = "tea::brew"});
    if (heard.get_future().wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      std::cerr << "tea::brew was not announced\n";
      return EXIT_FAILURE;
    }
    guard = {};  // hears no more
    look_around(client);
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
  client.shutdown();
}
