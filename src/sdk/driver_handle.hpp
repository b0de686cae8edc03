// What all copies of a Client share. When the last one goes, the client shuts down.
#pragma once

#include "base/id.hpp"
#include "sdk/call_end.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_callback.hpp"

#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace iii::inline v0 {

using FunctionListener = sdk::GuardedCallback<const std::vector<FunctionInfo>&>;

// Who listens to on_functions_available().
struct FunctionListeners {
  std::mutex mutex;
  std::map<std::uint64_t, std::shared_ptr<FunctionListener>> all;
  std::uint64_t last = 0;
  std::string function_id;         // registered once
  std::optional<Trigger> trigger;  // while somebody listens

  void tell(const std::vector<FunctionInfo>& functions);
};

class Client::Handle {
 public:
  explicit Handle(std::shared_ptr<sdk::Driver> driver_of);
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  void shutdown();

  const std::shared_ptr<sdk::Driver> driver;

  const std::shared_ptr<FunctionListeners> function_listeners =
      std::make_shared<FunctionListeners>();

 private:
  std::mutex thread_mutex_;
  std::thread thread_;
};

}  // namespace iii::inline v0

namespace iii::sdk {

// Throws Error of kind websocket for an address or a ca_file that can never work, and
// std::invalid_argument for options that can mean nothing.
[[nodiscard]] std::shared_ptr<Driver> make_driver(
    std::string_view address,
    InitOptions options,
    const std::optional<boost::asio::any_io_executor>& executor = std::nullopt
);

// A v4 id of this thread's own source.
[[nodiscard]] base::Uuid new_uuid();

// Starts a call; the completion as for Driver::call. An error: it cannot be sent at all.
struct StartedCall {
  base::InvocationId id;
};
[[nodiscard]] Result<StartedCall> start_call(
    Driver& driver, const TriggerRequest& request, Completion on_ended
);

}  // namespace iii::sdk
