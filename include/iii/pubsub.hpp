// Topics: whatever is published reaches every function that is subscribed at that moment, through
// the engine's worker `iii-pubsub`. Nothing is stored, repeated or acknowledged; for that there are
// queues.
//
//   const iii::PubSubClient topics(client);
//   topics.subscribe("door.opened", "alerts::on_door", [](const Door& door) { … });
//   topics.publish("door.opened", Door{.number = 4});
//
// A topic is matched exactly. Functions receive what was published itself, in no order. A value;
// any thread may use it.
#pragma once

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace iii::inline v0 {

// A function and the trigger that binds it to a topic. Copies are the same; dropping them changes
// nothing.
class TopicSubscription {
 public:
  TopicSubscription(FunctionRef function, Trigger trigger)
      : function_(std::move(function)), trigger_(std::move(trigger)) {}

  [[nodiscard]] const Trigger& trigger() const noexcept { return trigger_; }
  [[nodiscard]] const FunctionRef& function() const noexcept { return function_; }
  void unsubscribe() const {
    trigger_.unregister();
    function_.unregister();
  }

 private:
  FunctionRef function_;
  Trigger trigger_;
};

// Publishes to topics. A copy costs what a copy of its client does; any thread.
class PubSubClient {
 public:
  // `timeout` of each call; none: InitOptions::invocation_timeout.
  explicit PubSubClient(
      Client client, std::optional<std::chrono::milliseconds> timeout = std::nullopt
  )
      : operations_(std::move(client), timeout) {}

  // Returns when the engine has begun to tell the subscribers, of whom there may be none. Throws
  // the Error of the call: code topic_not_set for an empty topic.
  template <class T>
  void publish(const std::string& topic, const T& data) const {
    operations_.call<void>("publish", input(topic, detail::payload_of(data)));
  }
  // publish() for coroutines.
  template <class T>
  [[nodiscard]] Task<void> publish_async(const std::string& topic, const T& data) const {
    return operations_.call_async<void>("publish", input(topic, detail::payload_of(data)));
  }
  // Does not wait for the engine; while there is no connection it waits in the offline queue.
  template <class T>
  void publish_void(const std::string& topic, const T& data) const {
    Client client = operations_.client();
    client.trigger({
        .function_id = "publish",
        .payload = input(topic, detail::payload_of(data)),
        .action = TriggerAction::Void(),
    });
  }

  // Registers the function under `function_id` and binds it to the topic. Errors as for
  // register_function().
  // NOLINTNEXTLINE(modernize-use-nodiscard): the handle is needed only to unregister
  TopicSubscription subscribe(
      const std::string& topic, const std::string& function_id, Function function
  ) const;
  // A function that is registered already, here or in another worker.
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  Trigger subscribe(const std::string& topic, const std::string& function_id) const;

 private:
  static Json input(const std::string& topic, Json data) {
    return JsonObject{{"topic", topic}, {"data", std::move(data)}};
  }

  detail::Operations operations_;
};

}  // namespace iii::inline v0
