// Calling functions (TriggerRequest), having them called (triggers), and offering new kinds of
// triggers (trigger types). Plain values and handles; the calls stand in client.hpp.
#pragma once

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/trigger_input.hpp>  // IWYU pragma: export

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
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
  // Engines of line 0.23. None: this worker's, or "default" for `engine::` functions.
  std::optional<std::string> namespace_name = std::nullopt;
  // W3C trace context to send along.
  std::string traceparent = {};
  std::string baggage = {};
};

struct RegisterServiceMessage {
  std::string id;
  std::string name = {};  // empty: the id
  std::string description = {};
  std::string parent_service_id = {};
};

// A registered trigger. Copies are the same trigger; dropping them changes nothing. It keeps its id
// over reconnects.
class Trigger {
 public:
  Trigger(std::weak_ptr<sdk::Driver> driver, std::shared_ptr<sdk::TriggerEntry> entry)
      : driver_(std::move(driver)), entry_(std::move(entry)) {}

  [[nodiscard]] const std::string& id() const;
  void unregister() const;

  // Why the engine, or the provider of the type, refused the trigger; none as long as nobody has.
  // Engines say so since line 0.16, and never say that a trigger was accepted.
  [[nodiscard]] std::optional<Error> status() const;
  // Waits for such a refusal; none if none came in time.
  [[nodiscard]] std::optional<Error> wait_for_refusal(std::chrono::milliseconds timeout) const;

 private:
  std::weak_ptr<sdk::Driver> driver_;
  std::shared_ptr<sdk::TriggerEntry> entry_;  // what the engine said, shared with the client
};

// A trigger that somebody, maybe another worker, registered for a type of ours.
struct TriggerConfig {
  std::string id;
  std::string function_id;  // to be called with trigger() whenever it fires
  Json config;
  std::optional<Json> metadata;  // to be sent along as the call's metadata
  std::optional<std::string> namespace_name;
};

// The provider of a trigger type. Both run on threads of the handler pool, for one trigger type one
// at a time and in order. What they throw refuses the trigger, or is logged.
class TriggerHandler {
 public:
  TriggerHandler() = default;
  TriggerHandler(const TriggerHandler&) = delete;
  TriggerHandler& operator=(const TriggerHandler&) = delete;
  virtual ~TriggerHandler() = default;

  // Comes again for every trigger after each reconnect: must do no harm twice.
  virtual void register_trigger(const TriggerConfig& trigger) = 0;
  // Only the id is known: look it up in what register_trigger() was given.
  virtual void unregister_trigger(const std::string& id) = 0;
};

struct RegisterTriggerTypeMessage {
  std::string id;
  std::string description = {};
  std::optional<Json> trigger_request_format = std::nullopt;  // schema of a trigger's config
  std::optional<Json> call_request_format = std::nullopt;     // schema of what it calls with
};

}  // namespace iii::inline v0
