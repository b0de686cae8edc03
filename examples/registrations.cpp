// The ways to register, and to take it back: messages as the other SDKs have them, services,
// functions that the engine runs by HTTP, limits. The engine's address comes from III_URL.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http_invocation.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>
#include <iii/registration.hpp>
#include <iii/trigger.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace {

int add(const iii::Json& in) {
  return in.at("a").to_number<int>() + in.at("b").to_number<int>();
}

void register_with_messages(iii::Client& client) {
  const iii::RegisterServiceMessage service = iii::RegisterServiceMessage::with_id("math")
                                                  .with_name("Mathematics")
                                                  .with_description("Numbers, and little else.")
                                                  .with_parent("science");
  std::cout << iii::serialize(service.to_message()) << '\n';
  client.register_service(service);
  const iii::RegisterFunctionMessage message = iii::RegisterFunctionMessage::with_id("math::add")
                                                   .with_description("Adds.")
                                                   .with_metadata({{"team", "numbers"}});
  std::cout << iii::serialize(message.to_message()) << '\n';
  client.register_function_with(message, add);
}

// The engine sends the request; its secrets are variables of its own environment.
void register_http_functions(iii::Client& client) {
  client.register_function(
      "mail::send",
      iii::HttpInvocationConfig{
          .url = "https://mail.example/send",
          .timeout_ms = 5'000,
          .auth = iii::HttpAuthConfig::bearer("MAIL_TOKEN"),
      }
  );
  client.register_function(
      "mail::forget",
      iii::HttpInvocationConfig{
          .url = "https://mail.example/forget",
          .method = iii::HttpMethod::delete_,
          .auth = iii::HttpAuthConfig::api_key("x-api-key", "MAIL_KEY"),
      }
  );
  try {
    client.register_function("mail::nowhere", iii::HttpInvocationConfig{.url = "mailto:a@b"});
  } catch (const std::invalid_argument& refused) {  // what can never work is refused here
    std::cout << refused.what() << '\n';
  }
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "registrations"});
  register_with_messages(client);
  register_http_functions(client);

  // Not more than two at once: others wait in order.
  const iii::FunctionRef slow = client.register_function(
      "math::factor",
      [](const iii::Json& in) { return in; },
      iii::FunctionDetails{.max_concurrent_invocations = 2}
  );
  const iii::Trigger trigger =
      client.register_trigger({.trigger_type = "cron", .function_id = slow.id()});
  std::cout << client.trigger_as<int>("math::add", {{"a", 2}, {"b", 3}}) << '\n';

  trigger.unregister();
  slow.unregister();
  const auto gone = client.try_trigger("math::factor", 12);
  std::cout << (gone ? "still there" : gone.error().code()) << '\n';
  client.shutdown();
  return gone ? EXIT_FAILURE : EXIT_SUCCESS;
}
