#include "sdk/driver_handle.hpp"

#include "sdk/address.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_callback.hpp"
#include "sdk/transport_socket.hpp"

#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::sdk {

std::shared_ptr<Driver> make_driver(
    std::string_view address,
    InitOptions options,
    const std::optional<boost::asio::any_io_executor>& executor
) {
  Address parsed = parse_address(address).value();
  if (parsed.is_tls) {
    if (const std::string problem = problem_of_ca_file(options.ca_file); !problem.empty()) {
      throw Error::websocket(problem);
    }
  }
  return std::make_shared<Driver>(std::move(parsed), std::move(options), executor);
}

}  // namespace iii::sdk

namespace iii::inline v0 {

Client::Handle::Handle(std::shared_ptr<sdk::Driver> driver_of)
    : driver(std::move(driver_of)), thread_(driver->run()) {
}

void Client::Handle::shutdown() {
  driver->begin_shutdown();
  if (driver->is_own_thread()) {
    return;  // whoever owns the handle joins; see below for when nobody does
  }
  const std::lock_guard lock(thread_mutex_);
  if (thread_.joinable()) {
    thread_.join();
  } else {
    driver->wait_until_ended();
  }
}

Client::Handle::~Handle() {
  shutdown();
  if (thread_.joinable()) {
    // The last copy was dropped by a function of this client: the thread ends by itself.
    thread_.detach();
  }
}

// The first listener registers function and trigger, the last one takes the trigger away; the
// function stays for the next (spec: sdk §10.3).
FunctionsAvailableGuard Client::on_functions_available(
    std::function<void(const std::vector<FunctionInfo>& functions)> callback
) {
  const auto listeners = handle_->function_listeners;
  const auto listener = std::make_shared<FunctionListener>(std::move(callback));
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(listeners->mutex);
    number = ++listeners->last;
    listeners->all.emplace(number, listener);
    if (listeners->function_id.empty()) {
      listeners->function_id = "iii.on_functions_available." + sdk::new_uuid().to_string();
      register_function(listeners->function_id, [listeners](const Json& event) {
        listeners->tell(read_functions(event).items);
        return Json(nullptr);
      });
    }
    if (!listeners->trigger) {
      listeners->trigger = register_trigger(
          {.trigger_type = "engine::functions-available", .function_id = listeners->function_id}
      );
    }
  }
  return FunctionsAvailableGuard([listeners, listener, number] {
    {
      const std::lock_guard lock(listeners->mutex);
      listeners->all.erase(number);
      if (listeners->all.empty() && listeners->trigger) {
        listeners->trigger->unregister();
        listeners->trigger.reset();
      }
    }
    listener->end();
  });
}

// Without the lock, so that a callback may subscribe and unsubscribe.
void FunctionListeners::tell(const std::vector<FunctionInfo>& functions) {
  std::vector<std::shared_ptr<FunctionListener>> told;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [number, listener] : all) {
      told.push_back(listener);
    }
  }
  for (const auto& listener : told) {
    listener->run(functions);
  }
}

Subscription Client::on_state_change(std::function<void(ConnectionState state)> callback) {
  const auto guarded = std::make_shared<sdk::GuardedCallback<ConnectionState>>(std::move(callback));
  const std::uint64_t number =
      driver().add_state_listener([guarded](ConnectionState state) { guarded->run(state); });
  const std::weak_ptr<sdk::Driver> weak = handle_->driver;
  return Subscription([weak, guarded, number] {
    if (const auto driver = weak.lock()) {
      driver->remove_state_listener(number);
    }
    guarded->end();
  });
}

}  // namespace iii::inline v0
