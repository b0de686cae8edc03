#include "sdk/http_invocation.hpp"

#include "base/header_text.hpp"
#include "base/limits.hpp"

#include <iii/http_invocation.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {
namespace {

bool is_url(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme)) {
      const std::string_view host =
          url.substr(scheme.size(), url.find_first_of("/?#", scheme.size()) - scheme.size());
      return !host.empty() && !host.starts_with(':') &&
             std::ranges::all_of(url, [](char c) { return c > ' ' && c != '\x7f'; });
    }
  }
  return false;
}

}  // namespace

std::string problem_of(const HttpInvocationConfig& config) {
  if (!is_url(config.url)) {
    return "the url must be an http:// or https:// address";
  }
  if (config.method == HttpMethod::head || config.method == HttpMethod::options) {
    return "no function is called by HEAD or OPTIONS";
  }
  if (config.retries > base::limits::http_function_retries_max) {
    return "a request is repeated at most " +
           std::to_string(base::limits::http_function_retries_max) + " times";
  }
  if (config.timeout_ms == 0U) {
    return "a timeout of 0 ms ends every call";
  }
  for (const auto& [name, value] : config.headers) {
    if (!base::is_token(name) || !base::is_header_value(value)) {
      return "header '" + name + "' is not legal HTTP";
    }
  }
  if (config.auth) {
    if (config.auth->variable.empty()) {
      return "the authentication must name an environment variable of the engine";
    }
    if (config.auth->kind == HttpAuthConfig::Kind::api_key &&
        !base::is_token(config.auth->header)) {
      return "the authentication must name a header";
    }
  }
  return "";
}

std::string invocation_json(const HttpInvocationConfig& config) {
  JsonObject json;
  json["url"] = config.url;
  json["method"] = to_string(config.method);
  if (config.timeout_ms) {
    json["timeout_ms"] = *config.timeout_ms;
  }
  if (config.retries != 0) {
    json["retries"] = config.retries;
  }
  JsonObject headers;
  for (const auto& [name, value] : config.headers) {
    headers[name] = value;
  }
  json["headers"] = std::move(headers);
  if (config.auth) {
    JsonObject auth;
    switch (config.auth->kind) {
      case HttpAuthConfig::Kind::hmac:
        auth = {{"type", "hmac"}, {"secret_key", config.auth->variable}};
        break;
      case HttpAuthConfig::Kind::bearer:
        auth = {{"type", "bearer"}, {"token_key", config.auth->variable}};
        break;
      case HttpAuthConfig::Kind::api_key:
        auth = {
            {"type", "api_key"},
            {"header", config.auth->header},
            {"value_key", config.auth->variable}
        };
        break;
    }
    json["auth"] = std::move(auth);
  }
  return serialize(json);
}

}  // namespace iii::sdk
