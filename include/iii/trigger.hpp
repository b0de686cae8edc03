// Calling functions (TriggerRequest), having them called (triggers), and offering new kinds of
// triggers (trigger types). Plain values and handles; the calls stand in client.hpp.
#pragma once

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/trigger_input.hpp>  // IWYU pragma: export

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace iii::sdk {
class Driver;
struct TriggerEntry;
}  // namespace iii::sdk

namespace iii::inline v0 {

// What is to become of a call: by default its result is waited for.
class TriggerAction {
 public:
  enum class Kind { call, enqueue, fire_and_forget };

  // Put into a queue: the result is {"messageReceiptId": …}, which proves that it is stored.
  // NOLINTNEXTLINE(readability-identifier-naming): the name users know
  [[nodiscard]] static TriggerAction Enqueue(std::string queue) {
    return {Kind::enqueue, std::move(queue)};
  }
  // Nobody waits: the result is null, at once.
  // NOLINTNEXTLINE(readability-identifier-naming): likewise
  [[nodiscard]] static TriggerAction Void() { return {Kind::fire_and_forget, {}}; }
  TriggerAction() = default;

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& queue() const noexcept { return queue_; }

 private:
  TriggerAction(Kind kind, std::string queue) : kind_(kind), queue_(std::move(queue)) {}

  Kind kind_ = Kind::call;
  std::string queue_;
};

struct TriggerRequest {
  std::string function_id;
  Json payload = nullptr;
  TriggerAction action = {};
  // None: InitOptions::invocation_timeout. It bounds the waiting, not the function.
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
  // Beside the payload; functions see it as Invocation::metadata. Engines of line 0.22.
  std::optional<Json> metadata = std::nullopt;
  // Engines of line 0.23. None: this worker's, or "default" for functions `engine::…` and
  // `configuration::…`. A blank one fails with an error of kind handler.
  std::optional<std::string> namespace_name = std::nullopt;
  // W3C trace context to send along. Empty: that of the current context (iii/context.hpp).
  std::string traceparent = {};
  std::string baggage = {};
  // When it is requested, the call ends with the error `cancelled` and is not sent any more. The
  // function is not stopped if it runs already. Void calls do not look at it once they have begun.
  std::stop_token stop = {};
};

class RefusalAwaiter;

// A registered trigger. Copies are the same trigger; dropping them changes nothing. It keeps its id
// over reconnects. Any thread may call anything.
class Trigger {
 public:
  // Runs once, on a thread of the client's pool, and must not throw. None: nobody refused in time.
  using OnRefusal = std::function<void(std::optional<Error> refusal)>;

  Trigger(std::weak_ptr<sdk::Driver> driver, std::shared_ptr<sdk::TriggerEntry> entry)
      : driver_(std::move(driver)), entry_(std::move(entry)) {}

  [[nodiscard]] const std::string& id() const;
  void unregister() const;

  // Why the engine, or the provider of the type, refused the trigger; none as long as nobody has.
  // Engines say so since line 0.16, and never say that a trigger was accepted: not to hear of a
  // refusal for a while is all there is.
  [[nodiscard]] std::optional<Error> status() const;
  // The three ways to wait for such a refusal, at most for `timeout`: on this thread, in a
  // coroutine, with a callback. All end early, with none, when the client shuts down.
  [[nodiscard]] std::optional<Error> wait_for_refusal(std::chrono::milliseconds timeout) const;
  [[nodiscard]] RefusalAwaiter refusal(std::chrono::milliseconds timeout) const;
  void refusal(std::chrono::milliseconds timeout, OnRefusal on_refusal) const;

 private:
  std::weak_ptr<sdk::Driver> driver_;
  std::shared_ptr<sdk::TriggerEntry> entry_;  // what the engine said, shared with the client
};

// What co_await trigger.refusal(…) waits for.
class RefusalAwaiter {
 public:
  RefusalAwaiter(Trigger trigger, std::chrono::milliseconds timeout)
      : trigger_(std::move(trigger)), timeout_(timeout) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting);
  [[nodiscard]] std::optional<Error> await_resume() { return std::move(refusal_); }

 private:
  Trigger trigger_;
  std::chrono::milliseconds timeout_;
  std::optional<Error> refusal_;
};

// A trigger that somebody, maybe another worker, registered for a type of ours. Config is Json, or
// the type that the trigger type was registered with (trigger_type.hpp).
template <class Config>
struct TriggerConfigOf {
  std::string id;
  std::string function_id;  // to be called with trigger() whenever it fires
  Config config;
  std::optional<Json> metadata;  // to be sent along as the call's metadata
  std::optional<std::string> namespace_name;
};
using TriggerConfig = TriggerConfigOf<Json>;

// The provider of a trigger type. Both run on threads of the handler pool, for one trigger type one
// at a time and in order. What they throw refuses the trigger, or is logged.
template <class Config>
class TriggerHandlerOf {
 public:
  TriggerHandlerOf() = default;
  TriggerHandlerOf(const TriggerHandlerOf&) = delete;
  TriggerHandlerOf& operator=(const TriggerHandlerOf&) = delete;
  virtual ~TriggerHandlerOf() = default;

  // Comes again for every trigger after each reconnect: must do no harm twice.
  virtual void register_trigger(const TriggerConfigOf<Config>& trigger) = 0;
  // Only the id is known: look it up in what register_trigger() was given.
  virtual void unregister_trigger(const std::string& id) = 0;
};
using TriggerHandler = TriggerHandlerOf<Json>;

}  // namespace iii::inline v0
