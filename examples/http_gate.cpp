// GET /secret, behind a middleware that lets in who has a token. Needs an engine with an HTTP
// worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/http.hpp>

#include <iostream>

namespace {

iii::HttpMiddlewareResult ask_for_token(const iii::HttpMiddlewareInput& input) {
  const auto given = input.request.headers.find("authorization");
  if (given != input.request.headers.end() && given->second == "Bearer sesame") {
    return iii::HttpMiddlewareContinue{};
  }
  return iii::HttpMiddlewareRespond{
      {.status_code = 401,
       .headers = {{"www-authenticate", "Bearer"}},
       .body = {{"problem", "a token is required"}}}
  };
}

iii::HttpResponse<> tell(const iii::HttpRequest<>&) {
  return {.body = {{"secret", 42}}};
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "gate"});
  client.register_function("gate::token", ask_for_token);
  client.register_function("gate::secret", tell);
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/secret", .middleware_function_ids = {"gate::token"}}
          .for_function("gate::secret")
  );
  std::cerr << "GET /secret is registered\n";
  iii::run_until_signal(client);
}
