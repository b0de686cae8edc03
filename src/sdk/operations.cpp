// The compiled part of the clients of built-in functions.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/pubsub.hpp>
#include <iii/stream.hpp>
#include <iii/stream_client.hpp>
#include <iii/trigger.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

namespace detail {

std::vector<std::string> read_group_names(const Json& answer) {
  const auto* const object = answer.if_object();
  const Json* const groups = object == nullptr ? &answer : object->if_contains("groups");
  return groups == nullptr ? std::vector<std::string>()
                           : from_json<std::vector<std::string>>(*groups).value();
}

}  // namespace detail

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

namespace {

// The parentheses are part of the ids (spec: stream §4).
void add_functions(
    Client& client,
    const std::string& name,
    const std::shared_ptr<StreamProvider>& provider,
    std::vector<FunctionRef>& functions
) {
  const auto add = [&](const std::string& operation, Function function) {
    functions.push_back(
        client.register_function("stream::" + operation + "(" + name + ")", std::move(function))
    );
  };
  add("get",
      [provider](const StreamGetInput& input) { return provider->get(input).value_or(nullptr); });
  add("set", [provider](const StreamSetInput& input) { return provider->set(input); });
  add("delete", [provider](const StreamDeleteInput& input) { return provider->erase(input); });
  add("list", [provider](const StreamListInput& input) { return provider->list(input); });
  add("list_groups",
      [provider](const StreamListGroupsInput& input) { return provider->list_groups(input); });
  if (const auto updating = std::dynamic_pointer_cast<UpdatingStreamProvider>(provider)) {
    add("update", [updating](const StreamUpdateInput& input) { return updating->update(input); });
  }
}

}  // namespace

std::vector<FunctionRef> create_stream(
    Client client, const std::string& name, const std::shared_ptr<StreamProvider>& provider
) {
  std::vector<FunctionRef> functions;
  try {
    add_functions(client, name, provider, functions);
  } catch (...) {
    // All or nothing: nobody would have the handles.
    for (const FunctionRef& function : functions) {
      function.unregister();
    }
    throw;
  }
  return functions;
}

}  // namespace iii::inline v0
