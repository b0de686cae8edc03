// An engine inside of a test: functions, triggers and callers without network, and without
// sleeping. Link iii::testing.
//
//   iii::testing::Engine engine;
//   iii::Client worker = engine.connect();
//   worker.register_function("math::add", add);
//   iii::Client caller = engine.connect();
//   EXPECT_EQ(caller.trigger({.function_id = "math::add", .payload = {{"a", 2}, {"b", 3}}}), 5);
//
// Every message goes through the real core of the engine and the real client; only the sockets are
// left out. What is asynchronous is waited for with settle():
//
//   caller.trigger({.function_id = "mail::send", .action = iii::TriggerAction::Void()});
//   ASSERT_TRUE(engine.settle());      // the function has ended
//   EXPECT_EQ(engine.calls("mail::send").size(), 1U);
//
// Time runs on as usual and can be made to jump with advance(). There are no built-in workers:
// `state::get` and the like are functions that a test registers itself, and triggers of every type
// are fired by fire(). Any thread may call, but not functions of the clients: they would wait for
// themselves. Clients may outlive the engine; they then behave as if it had stopped.
#pragma once

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace iii::inline v0::testing {

// One call that a client has made, as it reached the engine.
struct Call {
  std::string function_id;
  Json payload;
  TriggerAction::Kind action = TriggerAction::Kind::call;
  std::string queue;  // of an enqueued one
  std::optional<Json> metadata;
  std::string caller;  // Client::worker_id()
};

// The engine, and a network of its own that only its clients are in.
class Engine {
 public:
  Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Drops all connections.
  ~Engine();

  // A client that is connected, and known to the engine. Options about addresses, TLS and keepalive
  // have no meaning here; without `log` it is silent. Throws Error::timeout() if it is not
  // connected within 30 seconds, which no working machine needs.
  [[nodiscard]] Client connect(InitOptions options = {});

  // Waits until everything that was set in motion has come to rest: messages have arrived,
  // functions and callbacks of trigger types have ended. Then what a client registered is known to
  // all. Not waited for: code of yours elsewhere, such as callbacks of trigger(). False: not within
  // `timeout`.
  [[nodiscard]] bool settle(std::chrono::milliseconds timeout = std::chrono::seconds(30));

  // Lets this much time pass at once, for the engine and all clients: calls time out, and retries
  // of the connection are due. Returns when messages have come to rest, at most after 30 seconds;
  // functions may still run.
  void advance(std::chrono::nanoseconds time);

  // --- Triggers ---

  // What is registered for a type, whether anybody provides the type or not.
  [[nodiscard]] std::vector<TriggerConfig> triggers(std::string_view trigger_type);
  // Calls the function of every trigger of the type, in the order of registration and one after the
  // other, as its provider would: with the trigger's metadata, and only if the condition function
  // of its config, where there is one, does not say false or fail. The answers of those that were
  // called; error `timeout` for what takes longer than 30 seconds.
  std::vector<Result<Json>> fire(std::string_view trigger_type, const Json& event);
  // Only those whose config passes.
  std::vector<Result<Json>> fire(
      std::string_view trigger_type,
      const Json& event,
      const std::function<bool(const TriggerConfig& trigger)>& is_meant
  );
  // One trigger; error `not_found` when the engine does not know it, `condition_false` when its
  // condition did not let the event through.
  Result<Json> fire(const Trigger& trigger, const Json& event);
  // The same with a described type, such as CronCallRequest.
  template <class Event>
    requires(!std::is_convertible_v<const Event&, Json>)
  std::vector<Result<Json>> fire(std::string_view trigger_type, const Event& event) {
    return fire(trigger_type, to_json(event));
  }
  template <class Event>
    requires(!std::is_convertible_v<const Event&, Json>)
  Result<Json> fire(const Trigger& trigger, const Event& event) {
    return fire(trigger, to_json(event));
  }

  // --- What the clients did ---

  // Since the beginning, or since forget_calls(); without what clients say of themselves.
  [[nodiscard]] std::vector<Call> calls() const;
  [[nodiscard]] std::vector<Call> calls(std::string_view function_id) const;
  // What calls() has seen so far is not reported again.
  void forget_calls();

  // --- Faults ---

  // Breaks every connection; clients come back after their reconnection delay, or with advance().
  void drop_connections();
  // While it is on, no connection can be made.
  void refuse_connections(bool refuses);

 private:
  class Running;
  std::shared_ptr<Running> running_;
};

}  // namespace iii::inline v0::testing
