// Functions that the engine runs by an HTTP request of its own, without this worker.
//
//   client.register_function("mail::send", iii::HttpInvocationConfig{
//       .url = "https://mail.example/send", .auth = iii::HttpAuthConfig::bearer("MAIL_TOKEN")});
//
// Secrets are never sent: authentication names environment variables *of the engine*. Plain values.
#pragma once

#include <iii/http_method.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace iii::inline v0 {

// How the engine authenticates itself; made by one of the three functions.
struct HttpAuthConfig {
  enum class Kind { hmac, bearer, api_key };

  // Signs the request. `secret_key`: the variable with the secret.
  [[nodiscard]] static HttpAuthConfig hmac(std::string secret_key) {
    return {.kind = Kind::hmac, .header = {}, .variable = std::move(secret_key)};
  }
  // `Authorization: Bearer …`. `token_key`: the variable with the token.
  [[nodiscard]] static HttpAuthConfig bearer(std::string token_key) {
    return {.kind = Kind::bearer, .header = {}, .variable = std::move(token_key)};
  }
  // A header of your choice. `value_key`: the variable with its value.
  [[nodiscard]] static HttpAuthConfig api_key(std::string header, std::string value_key) {
    return {.kind = Kind::api_key, .header = std::move(header), .variable = std::move(value_key)};
  }

  Kind kind;
  std::string header;    // of api_key
  std::string variable;  // the engine's environment variable that holds the secret
};

struct HttpInvocationConfig {
  std::string url;
  HttpMethod method = HttpMethod::post;          // all but head and options
  std::optional<std::uint64_t> timeout_ms = {};  // none: the engine's own, 30 s
  std::map<std::string, std::string> headers = {};
  std::optional<HttpAuthConfig> auth = {};
  // How often a request that failed, or was answered by 429, 502, 503 or 504, is sent again within
  // the timeout; at most 10. Only iiid does; other engines never repeat.
  std::uint32_t retries = 0;
};

}  // namespace iii::inline v0
