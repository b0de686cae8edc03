// Of PubSubClient what is compiled once.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/function.hpp>
#include <iii/pubsub.hpp>
#include <iii/trigger.hpp>

#include <string>
#include <utility>

namespace iii::inline v0 {

TopicSubscription PubSubClient::subscribe(
    const std::string& topic, const std::string& function_id, Function function
) const {
  Client client = operations_.client();
  FunctionRef registered = client.register_function(function_id, std::move(function));
  try {
    Trigger trigger = subscribe(topic, function_id);
    return {std::move(registered), std::move(trigger)};
  } catch (...) {
    registered.unregister();
    throw;
  }
}

Trigger PubSubClient::subscribe(const std::string& topic, const std::string& function_id) const {
  Client client = operations_.client();
  return client.register_trigger(SubscribeTriggerConfig{.topic = topic}.for_function(function_id));
}

}  // namespace iii::inline v0
