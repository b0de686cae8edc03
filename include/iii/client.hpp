// A worker's connection to an engine.
//
//   iii::Client client = iii::register_worker("ws://127.0.0.1:49134");
//   client.register_function("math::add", [](const Sum& in) { return in.a + in.b; });
//   iii::Json five = client.trigger("math::add", {{"a", 2}, {"b", 3}});
//   int six = client.call<int>("math::add", Sum{.a = 2, .b = 4});
//   iii::run_until_signal(client);
//
// register_worker() returns at once and connects in the background, again and again; registering
// and calling may begin before the connection stands. Copies are the same client; when the last one
// goes, it shuts down. A function that captures a Client therefore keeps itself alive until
// shutdown() is called. Any thread may call anything, functions of the client included. Code of
// yours runs on threads of the client's handler pool, never on the one that moves bytes.
#pragma once

#include <iii/channel.hpp>
#include <iii/describe.hpp>
#include <iii/detail/typed_call.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http_invocation.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_type.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace iii::inline v0 {

class Client;

// Throws Error of kind websocket for an address that can never work: a scheme other than ws and
// wss, no host, a port above 65535. (The reference SDKs try such an address again for ever; nothing
// is won by waiting.) An engine that cannot be reached is no error.
[[nodiscard]] Client register_worker(std::string_view address, InitOptions options = {});
// The address in III_URL, or ws://127.0.0.1:49134.
[[nodiscard]] Client register_worker(InitOptions options = {});

// What is announced of a worker with these options: to change a part of it, and to give it to
// InitOptions::metadata or Client::set_metadata(). Reads the environment and the current folder.
[[nodiscard]] WorkerMetadata detect_worker_metadata(const InitOptions& options = {});

// The rest of a worker's main(): waits on this thread for SIGINT or SIGTERM, then shuts down. Also
// ends when the client has failed for good (see fatal_error()) or is shut down elsewhere. While it
// waits, the two signals do nothing else; a second one, during the shutdown, ends the process as it
// would have before. Several threads may wait, each for its client. Throws std::system_error when
// the process has no file descriptor left. Programs with an end of their own call shutdown().
void run_until_signal(Client& client);

// What co_await client.trigger_async(…) waits for.
class TriggerAwaiter {
 public:
  TriggerAwaiter(std::shared_ptr<sdk::Driver> driver, TriggerRequest request)
      : driver_(std::move(driver)), request_(std::move(request)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting);
  // Throws the error of the call.
  Json await_resume();

 private:
  std::shared_ptr<sdk::Driver> driver_;
  TriggerRequest request_;
  std::optional<Result<Json>> result_;
};

// A call whose result goes to a callback. Dropping it changes nothing.
class PendingCall {
 public:
  explicit PendingCall(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  // The callback does not run any more, unless it is running already, which is not waited for; what
  // it holds is destroyed. The function that was called is not stopped.
  void cancel() const {
    if (cancel_) {
      cancel_();
    }
  }

 private:
  std::function<void()> cancel_;
};

// Ends what it was given for when it is destroyed. Afterwards the callback does not run any more,
// except when it is the callback that destroys it.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::function<void()> end) : end_(std::move(end)) {}
  Subscription(Subscription&& other) noexcept : end_(std::exchange(other.end_, nullptr)) {}
  Subscription& operator=(Subscription&& other) noexcept {
    std::swap(end_, other.end_);
    return *this;
  }
  ~Subscription() {
    if (end_) {
      end_();
    }
  }

 private:
  std::function<void()> end_;
};
using FunctionsAvailableGuard = Subscription;

// Unregisters a FunctionRef, Trigger or TriggerTypeRef when it is destroyed, for tests and
// plug-ins:
//   const iii::Scoped add(client.register_function("math::add", add));
template <class Registration>
class [[nodiscard]] Scoped {
 public:
  [[nodiscard]] explicit Scoped(Registration registration)
      : registration_(std::move(registration)) {}
  Scoped(Scoped&& other) noexcept
      : registration_(std::exchange(other.registration_, std::nullopt)) {}
  Scoped& operator=(Scoped&& other) noexcept {
    std::swap(registration_, other.registration_);
    return *this;
  }
  ~Scoped() {
    if (registration_) {
      registration_->unregister();
    }
  }

  const Registration& operator*() const noexcept { return *registration_; }
  const Registration* operator->() const noexcept { return &*registration_; }

 private:
  std::optional<Registration> registration_;
};

// What waits for a connection, and what found no room to wait, since the client was made.
struct ClientCounters {
  std::size_t waiting_messages = 0;
  std::size_t waiting_bytes = 0;
  std::uint64_t dropped_messages = 0;  // void calls and answers; calls end with not_connected
};

template <class Config = Json, class Event = Json>
class TriggerTypeRef;

class Client {
 public:
  class Handle;
  explicit Client(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  // --- Functions ---
  // Success says nothing about the engine, which learns of it when the connection stands. Throws
  // std::invalid_argument for an id that is blank or registered already, and for an HTTP
  // configuration that can never work. Like all registrations: Error of kind not_connected after
  // shutdown().
  FunctionRef register_function(
      std::string id, Function function, const FunctionDetails& details = {}
  );
  FunctionRef register_function(
      std::string id, const HttpInvocationConfig& config, const FunctionDetails& details = {}
  );
  // The same as the other SDKs have it: everything but the handler in one value. What the message
  // leaves out comes from the handler's types. Errors as above, and std::invalid_argument for a
  // message with both a handler and an `invocation`, or with neither.
  // `max_concurrent_invocations` as in FunctionDetails: it is not part of the message.
  FunctionRef register_function_with(
      const RegisterFunctionMessage& message,
      Function function,
      std::size_t max_concurrent_invocations = 0
  );
  FunctionRef register_function_with(
      const RegisterFunctionMessage& message, const HttpInvocationConfig& config
  );
  FunctionRef register_function_with(const RegisterFunctionMessage& message);

  // Again: replaces. Throws std::invalid_argument for a blank id.
  void register_service(const RegisterServiceMessage& message);

  // --- Triggers ---
  // Throws Error of kind serde for a config that is no JSON (texts that are not UTF-8).
  Trigger register_trigger(const RegisterTriggerInput& input);
  // A new kind of triggers, which this worker fires. Again: replaces. Throws std::invalid_argument
  // for an id that is blank.
  TriggerTypeRef<> register_trigger_type(
      const RegisterTriggerTypeMessage& message, std::shared_ptr<TriggerHandler> handler
  );
  TriggerTypeRef<> register_trigger_type(
      const RegisterTriggerTypeMessage& message,
      std::function<void(const TriggerConfig& trigger)> on_register,
      std::function<void(const std::string& id)> on_unregister
  );
  // The same with types: trigger_type.hpp.
  template <class Config, class Event>
  TriggerTypeRef<Config, Event> register_trigger_type(
      const RegisterTriggerType<Config, Event>& type,
      std::shared_ptr<TriggerHandlerOf<std::type_identity_t<Config>>> handler
  );
  template <class Config, class Event>
  TriggerTypeRef<Config, Event> register_trigger_type(
      const RegisterTriggerType<Config, Event>& type,
      std::function<void(const TriggerConfigOf<std::type_identity_t<Config>>& trigger)> on_register,
      std::function<void(const std::string& id)> on_unregister
  );
  // Engines of other makers keep the type until this worker disconnects.
  void unregister_trigger_type(const std::string& id);

  // --- Calls: with a TriggerRequest for all there is to say, or with an id and its payload ---
  // Waits on this thread. Throws Error: timeout, remote, not_connected, serde, …
  Json trigger(const TriggerRequest& request);
  template <detail::Text Id>
  Json trigger(const Id& id, Json payload = nullptr) {
    return trigger(request_of(id, std::move(payload)));
  }
  // The same without exceptions.
  [[nodiscard]] Result<Json> try_trigger(const TriggerRequest& request) noexcept;
  template <detail::Text Id>
  [[nodiscard]] Result<Json> try_trigger(const Id& id, Json payload = nullptr) noexcept {
    return try_trigger(request_of(id, std::move(payload)));
  }
  // The same, with the result as a described type. Throws Error of kind serde, with the function's
  // id, when it is none.
  template <class T>
  [[nodiscard]] T trigger_as(const TriggerRequest& request) {
    return detail::answer_of<T>(request.function_id, trigger(request));
  }
  template <class T, detail::Text Id>
  [[nodiscard]] T trigger_as(const Id& id, Json payload = nullptr) {
    return trigger_as<T>(request_of(id, std::move(payload)));
  }
  // Described types on both sides; void: whatever the answer is.
  template <class R, class T>
  R call(const std::string& id, const T& input) {
    return detail::answer_of<R>(id, trigger(id, detail::payload_of(input)));
  }
  // For coroutines: co_await it for the result; it throws as trigger() does.
  [[nodiscard]] TriggerAwaiter trigger_async(TriggerRequest request);
  template <detail::Text Id>
  [[nodiscard]] TriggerAwaiter trigger_async(const Id& id, Json payload = nullptr) {
    return trigger_async(request_of(id, std::move(payload)));
  }
  // call() for coroutines.
  template <class R, class T>
  [[nodiscard]] Task<R> call_async(std::string id, const T& input) {
    return await_call<R>(*this, std::move(id), detail::payload_of(input));
  }
  // `on_ended` runs once, on a thread of the pool, and must not throw.
  PendingCall trigger(
      const TriggerRequest& request, std::function<void(Result<Json> result)> on_ended
  );
  // The future throws as trigger() does. Do not wait for it in a coroutine.
  [[nodiscard]] std::future<Json> trigger_future(const TriggerRequest& request);
  template <detail::Text Id>
  [[nodiscard]] std::future<Json> trigger_future(const Id& id, Json payload = nullptr) {
    return trigger_future(request_of(id, std::move(payload)));
  }

  // --- Channels ---
  // A new channel. `buffer_size`: messages, not bytes, that the engine holds for it; 64 if nothing
  // is said, at least 1 and at most 1024. An end that nobody opens within five minutes may be
  // forgotten. Errors are those of trigger(); serde if the engine answers with something else.
  [[nodiscard]] Channel create_channel(
      std::optional<std::uint32_t> buffer_size = {}, const ChannelOptions& options = {}
  );
  [[nodiscard]] Result<Channel> try_create_channel(
      std::optional<std::uint32_t> buffer_size = {}, const ChannelOptions& options = {}
  ) noexcept;
  [[nodiscard]] Task<Channel> create_channel_async(
      std::optional<std::uint32_t> buffer_size = {}, const ChannelOptions& options = {}
  );
  PendingCall create_channel(
      std::optional<std::uint32_t> buffer_size,
      std::function<void(Result<Channel> channel)> on_ended,
      const ChannelOptions& options = {}
  );
  // The ends of references that came in a payload: see ChannelOpener.
  [[nodiscard]] ChannelReader open_reader(
      const StreamChannelRef& ref, const ChannelOptions& options = {}
  ) const;
  // As open_reader().
  [[nodiscard]] ChannelWriter open_writer(
      const StreamChannelRef& ref, const ChannelOptions& options = {}
  ) const;
  [[nodiscard]] ChannelOpener channel_opener() const;

  // --- What the engine knows ---
  // All functions that can be called. These four wait as trigger() does, and throw its errors, and
  // one of kind serde for an answer that has no list. Elements that cannot be read are left out,
  // and told to InitOptions::log.
  [[nodiscard]] std::vector<FunctionInfo> list_functions();
  // All workers that are connected.
  [[nodiscard]] std::vector<WorkerInfo> list_workers();
  // All triggers; internal ones are the engine's own.
  [[nodiscard]] std::vector<TriggerInfo> list_triggers(bool include_internal = false);
  // All trigger types, also from engines that have no listing of them.
  [[nodiscard]] std::vector<TriggerTypeInfo> list_trigger_types(bool include_internal = false);
  // All functions, whenever they change; not now.
  [[nodiscard]] FunctionsAvailableGuard on_functions_available(
      std::function<void(const std::vector<FunctionInfo>& functions)> callback
  );

  // --- The connection ---
  [[nodiscard]] ConnectionState get_connection_state() const;
  // Every change from now on, in order.
  [[nodiscard]] Subscription on_state_change(std::function<void(ConnectionState state)> callback);
  // Waits on this thread until the engine has named this worker over a connection that stands. What
  // was registered before has been sent then, ahead of all later calls. False: not within
  // `timeout`, or never more (see fatal_error() and last_refusal()); on the thread that moves
  // bytes, not yet.
  [[nodiscard]] bool wait_until_registered(std::chrono::milliseconds timeout) const;
  // As the engine named this worker; empty before it did.
  [[nodiscard]] std::string worker_id() const;
  // Whether the engine has observers, a part of line 0.25 that this SDK has no calls for. None: it
  // has not said so over a connection that stands.
  [[nodiscard]] std::optional<bool> engine_supports_observe() const;
  [[nodiscard]] const std::string& address() const;
  [[nodiscard]] const std::string& namespace_name() const;
  // Why the state is failed, if the engine rejected this worker.
  [[nodiscard]] std::optional<Error> fatal_error() const;
  // What the engine said when it refused the last connection, for example AUTH_ERROR.
  [[nodiscard]] std::optional<Error> last_refusal() const;
  [[nodiscard]] ClientCounters counters() const;
  // Both take effect when it connects the next time.
  void set_headers(std::vector<std::pair<std::string, std::string>> headers);
  // Replaces what was detected or given before, but for a blank `framework`; takes effect likewise.
  // To change a part only, begin with detect_worker_metadata().
  void set_metadata(const WorkerMetadata& metadata);

  // --- The end ---
  // Ends pending calls with not_connected, sends what waits, lets running functions answer, closes
  // the connection and waits for all of it, at most for InitOptions::shutdown_timeout and a moment.
  // From a function of this client it does not wait. Twice is harmless. Later calls fail at once,
  // later registrations throw Error of kind not_connected. What functions, callbacks and handlers
  // captured is released.
  void shutdown();
  // The same without waiting.
  void shutdown_async();

 private:
  template <class Config, class Event>
  friend class TriggerTypeRef;
  void unregister_trigger_type(const std::string& id, std::uint64_t registration);
  friend void run_until_signal(Client& client);

  [[nodiscard]] sdk::Driver& driver() const;
  static TriggerRequest request_of(std::string_view id, Json payload) {
    return {.function_id = std::string(id), .payload = std::move(payload)};
  }
  template <class R>
  static Task<R> await_call(Client client, std::string id, Json payload) {
    co_return detail::answer_of<R>(id, co_await client.trigger_async(id, std::move(payload)));
  }

  std::shared_ptr<Handle> handle_;
};

using III = Client;

// A registered trigger type. Copies are the same type; dropping them changes nothing. Each member
// throws Error::not_connected() when the client is gone.
template <class Config, class Event>
class TriggerTypeRef {
 public:
  TriggerTypeRef(std::weak_ptr<Client::Handle> client, std::string id, std::uint64_t registration)
      : client_(std::move(client)), id_(std::move(id)), registration_(registration) {}
  // The same type with other C++ types.
  template <class OtherConfig, class OtherEvent>
  explicit TriggerTypeRef(const TriggerTypeRef<OtherConfig, OtherEvent>& other)
      : client_(other.client_), id_(other.id_), registration_(other.registration_) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  // NOLINTNEXTLINE(modernize-use-nodiscard): the handle is needed only to unregister
  Trigger register_trigger(
      const std::string& function_id,
      const Config& config,
      const std::optional<Json>& metadata = std::nullopt
  ) const {
    return client().register_trigger({
        .trigger_type = id_,
        .function_id = function_id,
        .config = to_json(config),
        .metadata = metadata,
    });
  }
  // Of a type without types: any type that iii/describe.hpp knows.
  template <class OtherConfig>
    requires(std::is_same_v<Config, Json> && !std::is_convertible_v<OtherConfig, Json>)
  Trigger register_trigger(
      const std::string& function_id,
      const OtherConfig& config,
      const std::optional<Json>& metadata = std::nullopt
  ) const {
    return register_trigger(function_id, to_json(config), metadata);
  }
  // The name that other SDKs have for it.
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  Trigger register_trigger_with_metadata(
      const std::string& function_id, const Config& config, const std::optional<Json>& metadata
  ) const {
    return register_trigger(function_id, config, metadata);
  }

  // A function that such triggers call, synchronous or a coroutine; binds nothing.
  template <class F>
  // NOLINTNEXTLINE(modernize-use-nodiscard): the handle is needed only to unregister
  FunctionRef register_function(std::string id, F function, const FunctionDetails& details = {})
      const {
    static_assert(
        detail::takes_event<F, Event>(),
        "iii: this function takes something else than the event of its trigger type"
    );
    return client().register_function(std::move(id), std::move(function), details);
  }
  template <class F>
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  FunctionRef register_function_async(
      std::string id, F function, const FunctionDetails& details = {}
  ) const {
    return register_function(std::move(id), std::move(function), details);
  }

  // A type that has been registered anew under this id stays.
  void unregister() const { client().unregister_trigger_type(id_, registration_); }

 private:
  [[nodiscard]] Client client() const {
    auto handle = client_.lock();
    if (!handle) {
      throw Error::not_connected("the client is gone");
    }
    return Client(std::move(handle));
  }

  template <class OtherConfig, class OtherEvent>
  friend class TriggerTypeRef;

  std::weak_ptr<Client::Handle> client_;
  std::string id_;
  std::uint64_t registration_;
};

template <class Config, class Event>
TriggerTypeRef<Config, Event> Client::register_trigger_type(
    const RegisterTriggerType<Config, Event>& type,
    std::shared_ptr<TriggerHandlerOf<std::type_identity_t<Config>>> handler
) {
  std::shared_ptr<TriggerHandler> untyped;
  if constexpr (std::is_same_v<Config, Json>) {
    untyped = std::move(handler);
  } else {
    untyped = std::make_shared<detail::TypedTriggerHandler<Config>>(std::move(handler));
  }
  return TriggerTypeRef<Config, Event>(register_trigger_type(type.message(), std::move(untyped)));
}

template <class Config, class Event>
TriggerTypeRef<Config, Event> Client::register_trigger_type(
    const RegisterTriggerType<Config, Event>& type,
    std::function<void(const TriggerConfigOf<std::type_identity_t<Config>>& trigger)> on_register,
    std::function<void(const std::string& id)> on_unregister
) {
  return register_trigger_type(
      type,
      std::make_shared<detail::CallableTriggerHandler<Config>>(
          std::move(on_register), std::move(on_unregister)
      )
  );
}

}  // namespace iii::inline v0
