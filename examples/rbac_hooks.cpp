// The functions that an engine with access control asks: who may connect, what may be registered,
// and what stands between a caller and a function. Here they are asked by a test.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/rbac.hpp>
#include <iii/stream.hpp>
#include <iii/testing.hpp>

#include <iostream>
#include <string>

namespace {

// What it throws refuses the connection; the worker sees the code.
iii::AuthResult who_is_it(const iii::AuthInput& input) {
  const auto token = input.headers.find("authorization");
  if (token == input.headers.end() || token->second != "Bearer let-me-in") {
    throw iii::Error::remote("AUTH_ERROR", "unknown token");
  }
  return {
      .allowed_functions = {"orders::*"},
      .forbidden_functions = {"orders::erase_all"},
      .allow_trigger_type_registration = false,
      .context = {{"tenant", "acme"}},
      .function_registration_prefix = "acme",
  };
}

// Called instead of the function that was meant; its answer is the caller's.
iii::Json in_between(iii::Client& client, const iii::MiddlewareFunctionInput& input) {
  std::cerr << input.context.at("tenant").as_string().c_str() << " calls " << input.function_id
            << '\n';
  return client.trigger({.function_id = input.function_id, .payload = input.payload});
}

// A result leaves out what shall stay as it is; throwing refuses.
iii::OnFunctionRegistrationResult may_register(const iii::OnFunctionRegistrationInput& input) {
  if (input.function_id.starts_with("admin::")) {
    throw iii::Error::remote("FORBIDDEN", "admin functions are not for tenants");
  }
  return {.description = "Of " + std::string(input.context.at("tenant").as_string())};
}

// Triggers of tenants call only their own functions.
iii::OnTriggerRegistrationResult may_bind(const iii::OnTriggerRegistrationInput& input) {
  if (!input.function_id.starts_with("orders::")) {
    throw iii::Error::remote("FORBIDDEN", input.function_id + " is not for tenants");
  }
  return {};
}

iii::OnTriggerTypeRegistrationResult may_offer(const iii::OnTriggerTypeRegistrationInput& input) {
  return {.trigger_type_id = "acme::" + input.trigger_type_id};
}

// Asked when a client connects to the stream port. Functions behind `stream:join` get the context,
// and may refuse.
iii::StreamAuthResult who_follows(const iii::StreamAuthInput& input) {
  return {.context = iii::Json{{"from", input.addr}}};
}

void register_hooks(iii::Client& client) {
  client.register_function("access::who_is_it", who_is_it);
  client.register_function("access::in_between", [&client](const iii::MiddlewareFunctionInput& in) {
    return in_between(client, in);
  });
  client.register_function("access::who_follows", who_follows);
  client.register_function("access::may_register", may_register);
  client.register_function("access::may_bind", may_bind);
  client.register_function("access::may_offer", may_offer);
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client hooks = engine.connect();
  register_hooks(hooks);
  iii::Client asks = engine.connect();
  asks.register_function("orders::count", [] { return 7; });
  if (!engine.settle()) {
    return 1;
  }
  const iii::Json welcome = asks.trigger(
      {.function_id = "access::who_is_it",
       .payload =
           {{"headers", {{"authorization", "Bearer let-me-in"}}},
            {"query_params", iii::JsonObject()},
            {"ip_address", "127.0.0.1"}}}
  );
  std::cout << iii::serialize(welcome.at("allowed_functions")) << '\n';
  const auto stranger = asks.try_trigger(
      {.function_id = "access::who_is_it",
       .payload =
           {{"headers", iii::JsonObject()},
            {"query_params", iii::JsonObject()},
            {"ip_address", "127.0.0.1"}}}
  );
  std::cout << (stranger ? "welcome" : stranger.error().what()) << '\n';
  const auto bound = asks.try_trigger(
      "access::may_bind",
      {{"trigger_id", "t-1"},
       {"trigger_type", "cron"},
       {"function_id", "mail::send"},
       {"config", nullptr}}
  );
  std::cout << (bound ? "bound" : bound.error().what()) << '\n';
  const iii::Json offered = asks.trigger(
      "access::may_offer", {{"trigger_type_id", "webhook"}, {"description", "Hooks."}}
  );
  std::cout << iii::serialize(offered.at("trigger_type_id")) << '\n';
  const iii::Json follower = asks.trigger(
      "access::who_follows",
      {{"headers", iii::JsonObject()},
       {"path", "/chat"},
       {"query_params", iii::JsonObject()},
       {"addr", "127.0.0.1:53122"}}
  );
  std::cout << iii::serialize(follower.at("context")) << '\n';
  const iii::Json count = asks.trigger(
      {.function_id = "access::in_between",
       .payload =
           {{"function_id", "orders::count"},
            {"payload", nullptr},
            {"context", welcome.at("context")}}}
  );
  std::cout << iii::serialize(count) << '\n';
  return count == 7 && !stranger ? 0 : 1;
}
