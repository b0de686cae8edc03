#include "protocol/to_engine.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_handle.hpp"
#include "sdk/driver_system.hpp"
#include "sdk/frames.hpp"
#include "sdk/http_invocation.hpp"
#include "sdk/registration.hpp"
#include "sdk/worker_metadata.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http_invocation.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_type.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::inline v0 {

namespace to_engine = protocol::to_engine;

namespace {

void require_id(const std::string& id) {
  if (id.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw std::invalid_argument("id is required");
  }
}

// Of an explicit one; absence is another thing (spec: sdk §22.2, §22.3).
void require_namespace(const std::optional<std::string>& name) {
  if (name && sdk::is_blank_namespace(*name)) {
    throw std::invalid_argument("a namespace is blank");
  }
}

std::string json_or_nothing(const std::optional<Json>& json) {
  return json ? serialize(*json) : std::string();
}

std::string checked(std::string frame, const std::string& what) {
  if (const auto refusal = sdk::refusal_of_frame(frame, {what, ""})) {
    throw *refusal;
  }
  return frame;
}

// What a message leaves out comes from the handler's types.
RegisterFunctionMessage completed(RegisterFunctionMessage message, const Function& function) {
  if (!message.request_format && function.request_schema() != nullptr) {
    message.request_format = function.request_schema()();
  }
  if (!message.response_format && function.response_schema() != nullptr) {
    message.response_format = function.response_schema()();
  }
  return message;
}

RegisterFunctionMessage message_of(std::string id, const FunctionDetails& details) {
  return {
      .id = std::move(id),
      .description =
          details.description.empty() ? std::nullopt : std::optional(details.description),
      .request_format = details.request_format,
      .response_format = details.response_format,
      .metadata = details.metadata,
  };
}

// Throws what is wrong with a registration.
void require_accepted(sdk::Registered outcome, const std::string& what) {
  switch (outcome) {
    case sdk::Registered::accepted:
      return;
    case sdk::Registered::id_is_taken:
      throw std::invalid_argument(what + " already registered");
    case sdk::Registered::has_ended:
      throw Error::not_connected();
  }
}

FunctionRef register_entry(
    const std::shared_ptr<sdk::Driver>& driver,
    const RegisterFunctionMessage& message,
    sdk::FunctionEntry entry
) {
  require_id(message.id);
  std::string frame = checked(sdk::frame_of(message), "function '" + message.id + "'");
  const std::uint64_t registration = entry.registration = driver->new_registration();
  const std::shared_ptr<const sdk::FunctionStatus> status = entry.status;
  require_accepted(
      driver->register_function(message.id, std::move(frame), std::move(entry)),
      "function id '" + message.id + "'"
  );
  return {driver, message.id, registration, status};
}

}  // namespace

Client register_worker(std::string_view address, InitOptions options) {
  return Client(std::make_shared<Client::Handle>(sdk::make_driver(address, std::move(options))));
}

Client register_worker(InitOptions options) {
  return register_worker(sdk::default_address(), std::move(options));
}

WorkerMetadata detect_worker_metadata(const InitOptions& options) {
  return sdk::detect_metadata(options, sdk::system_facts());
}

sdk::Driver& Client::driver() const {
  return *handle_->driver;
}

FunctionRef Client::register_function(
    std::string id, Function function, const FunctionDetails& details
) {
  const RegisterFunctionMessage message = completed(message_of(std::move(id), details), function);
  return register_entry(
      handle_->driver,
      message,
      {.function = std::make_shared<const Function>(std::move(function)),
       .running_max = details.max_concurrent_invocations,
       .captures_payloads = details.trace_payloads}
  );
}

FunctionRef Client::register_function(
    std::string id, const HttpInvocationConfig& config, const FunctionDetails& details
) {
  return register_function_with(message_of(std::move(id), details), config);
}

FunctionRef Client::register_function_with(
    const RegisterFunctionMessage& message,
    Function function,
    std::size_t max_concurrent_invocations
) {
  if (message.invocation) {
    throw std::invalid_argument(
        "function '" + message.id + "' has a handler and an HTTP invocation"
    );
  }
  const RegisterFunctionMessage announced = completed(message, function);
  return register_entry(
      handle_->driver,
      announced,
      {.function = std::make_shared<const Function>(std::move(function)),
       .running_max = max_concurrent_invocations}
  );
}

FunctionRef Client::register_function_with(
    const RegisterFunctionMessage& message, const HttpInvocationConfig& config
) {
  if (const std::string problem = sdk::problem_of(config); !problem.empty()) {
    throw std::invalid_argument("function '" + message.id + "': " + problem);
  }
  RegisterFunctionMessage with_config = message;
  with_config.invocation = config;
  return register_entry(handle_->driver, with_config, {});
}

FunctionRef Client::register_function_with(const RegisterFunctionMessage& message) {
  if (!message.invocation) {
    throw std::invalid_argument("function '" + message.id + "' has no handler");
  }
  return register_function_with(message, *message.invocation);
}

void FunctionRef::unregister() const {
  if (const auto driver = driver_.lock()) {
    driver->unregister_function(id_, registration_);
  }
}

std::optional<Error> FunctionRef::status() const {
  return status_->get();
}

void Client::register_service(const RegisterServiceMessage& message) {
  require_id(message.id);
  require_accepted(
      driver().register_service(
          message.id, checked(sdk::frame_of(message), "service '" + message.id + "'")
      ),
      "service"
  );
}

Trigger Client::register_trigger(const RegisterTriggerInput& input) {
  require_namespace(input.namespace_name);
  require_namespace(input.trigger_namespace);
  auto entry = std::make_shared<sdk::TriggerEntry>();
  entry->id = sdk::new_uuid().to_string();
  entry->trigger_type = input.trigger_type;
  std::string frame = protocol::encode(to_engine::RegisterTrigger{
      .id = entry->id,
      .trigger_type = input.trigger_type,
      .function_id = input.function_id,
      .config_json = serialize(input.config),
      .metadata_json = json_or_nothing(input.metadata),
      .name_space = input.namespace_name ? *input.namespace_name : driver().namespace_name(),
      .trigger_namespace = input.trigger_namespace ? *input.trigger_namespace : std::string_view(),
  });
  require_accepted(
      driver().register_trigger(
          entry, checked(std::move(frame), "trigger of '" + input.function_id + "'")
      ),
      "trigger"
  );
  return {handle_->driver, std::move(entry)};
}

TriggerTypeRef<> Client::register_trigger_type(
    const RegisterTriggerTypeMessage& message, std::shared_ptr<TriggerHandler> handler
) {
  require_id(message.id);
  const std::uint64_t registration = driver().new_registration();
  require_accepted(
      driver().register_trigger_type(
          message.id,
          checked(sdk::frame_of(message), "trigger type '" + message.id + "'"),
          std::move(handler),
          registration
      ),
      "trigger type"
  );
  return {handle_, message.id, registration};
}

TriggerTypeRef<> Client::register_trigger_type(
    const RegisterTriggerTypeMessage& message,
    std::function<void(const TriggerConfig& trigger)> on_register,
    std::function<void(const std::string& id)> on_unregister
) {
  return register_trigger_type(
      message,
      std::make_shared<detail::CallableTriggerHandler<Json>>(
          std::move(on_register), std::move(on_unregister)
      )
  );
}

void Client::unregister_trigger_type(const std::string& id) {
  driver().unregister_trigger_type(id);
}

void Client::unregister_trigger_type(const std::string& id, std::uint64_t registration) {
  driver().unregister_trigger_type(id, registration);
}

const std::string& Trigger::id() const {
  return entry_->id;
}

void Trigger::unregister() const {
  if (const auto driver = driver_.lock()) {
    driver->unregister_trigger(*entry_);
  }
}

ConnectionState Client::get_connection_state() const {
  return driver().state();
}

bool Client::wait_until_registered(std::chrono::milliseconds timeout) const {
  return driver().wait_until_registered(timeout);
}

std::optional<bool> Client::engine_supports_observe() const {
  return driver().engine_supports_observe();
}

std::string Client::worker_id() const {
  return driver().worker_id();
}

const std::string& Client::address() const {
  return driver().address();
}

const std::string& Client::namespace_name() const {
  return driver().namespace_name();
}

std::optional<Error> Client::fatal_error() const {
  return driver().fatal_error();
}

std::optional<Error> Client::last_refusal() const {
  return driver().last_refusal();
}

ClientCounters Client::counters() const {
  return driver().counters();
}

void Client::set_headers(std::vector<std::pair<std::string, std::string>> headers) {
  driver().set_headers(std::move(headers));
}

void Client::set_metadata(const WorkerMetadata& metadata) {
  driver().set_metadata(metadata);
}

void Client::shutdown() {
  handle_->shutdown();
}

void Client::shutdown_async() {
  driver().begin_shutdown();
}

}  // namespace iii::inline v0
