// The kinds of triggers of the engine's own workers: their configs, and what the functions receive.
// A test engine inside of this program fires each of them once.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>
#include <iii/stream.hpp>
#include <iii/testing.hpp>
#include <iii/trigger_events.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <variant>

namespace {

void register_functions(iii::Client& client) {
  client.register_function("orders::get", [](const iii::HttpCallRequest& request) {
    return iii::HttpResponse<std::string>{
        .status_code = 200, .body = "order " + request.path_params.at("id")
    };
  });
  client.register_function("reports::nightly", [](const iii::CronCallRequest& request) {
    return "cron job " + request.job_id;
  });
  // Queues and topics: what was published, as it is.
  client.register_function("mail::send", [](const std::string& to) { return "mail to " + to; });
  client.register_function("state::watch", [](const iii::StateCallRequest& event) {
    return "state " + event.scope + "/" + event.key;
  });
  client.register_function("chat::watch", [](const iii::StreamCallRequest& change) {
    const auto* const created = std::get_if<iii::StreamCreated>(&change.event);
    return change.stream_name + "/" + change.group_id + " " +
           (created == nullptr ? "has changed" : iii::serialize(created->data));
  });
  // May refuse who wants to follow a stream; the other one only hears of it.
  client.register_function("chat::join", [](const iii::StreamSubscriptionCallRequest& who) {
    return iii::StreamJoinResult{.unauthorized = who.group_id != "room-9"};
  });
  client.register_function("chat::leave", [](const iii::StreamSubscriptionCallRequest& who) {
    return who.subscription_id + " leaves";
  });
}

void register_triggers(iii::Client& client) {
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/orders/:id", .http_method = iii::HttpMethod::get}
          .for_function("orders::get")
  );
  client.register_trigger(
      iii::CronTriggerConfig{.expression = "0 0 3 * * *"}.for_function("reports::nightly")
  );
  client.register_trigger(iii::QueueTriggerConfig{
      .topic = "mail", .queue_config = iii::QueueSubscriberConfig{.max_retries = 5}
  }
                              .for_function("mail::send"));
  client.register_trigger(iii::SubscribeTriggerConfig{.topic = "news"}.for_function("mail::send"));
  client.register_trigger(iii::StateTriggerConfig{.scope = "stock"}.for_function("state::watch"));
  client.register_trigger(iii::StreamTriggerConfig{.stream_name = "chat"}.for_function("chat::watch"
  ));
  client.register_trigger(
      iii::StreamJoinTriggerConfig{.stream_name = "chat"}.for_function("chat::join")
  );
  client.register_trigger(
      iii::StreamLeaveTriggerConfig{.stream_name = "chat"}.for_function("chat::leave")
  );
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client client = engine.connect();
  register_functions(client);
  register_triggers(client);
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  const auto fire = [&](std::string_view type, const iii::Json& event) {
    for (const auto& answer : engine.fire(type, event)) {
      std::cout << type << ": " << (answer ? iii::serialize(*answer) : answer.error().what())
                << '\n';
    }
  };
  iii::HttpCallRequest request;
  request.path_params = {{"id", "7"}};
  fire("http", iii::to_json(request));
  fire("cron", iii::to_json(iii::CronCallRequest{.job_id = "j-1"}));
  fire("durable:subscriber", "ada@example.org");
  fire("subscribe", "everybody");
  fire("state", iii::to_json(iii::StateCallRequest{.scope = "stock", .key = "tea"}));
  const iii::StreamCreated hello{.data = "hello"};
  fire(
      "stream",
      iii::to_json(
          iii::StreamCallRequest{.stream_name = "chat", .group_id = "room-9", .event = hello}
      )
  );
  const iii::StreamSubscriptionCallRequest ada{
      .subscription_id = "ada", .stream_name = "chat", .group_id = "room-9"
  };
  fire("stream:join", iii::to_json(ada));
  fire("stream:leave", iii::to_json(ada));
}
