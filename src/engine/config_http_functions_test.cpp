#include "engine/config.hpp"

#include <iii/engine_error.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::engine {
namespace {

using namespace std::chrono_literals;

EngineResult<EngineConfig> with(std::string_view keys) {
  return parse_config(
      "workers:\n  - name: iii-http-functions\n" + std::string(keys),
      "f",
      [](std::string_view) { return std::optional<std::string>(); }
  );
}

TEST(HttpFunctionsConfigFile, is_off_unless_listed) {
  const auto config = parse_config("workers: []\n", "f", {});
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->http_functions);
  EXPECT_FALSE(default_config().http_functions);
}

TEST(HttpFunctionsConfigFile, has_safe_defaults) {
  for (const std::string_view keys :
       {"", "    config: {security: null}\n", "    config: {security: {url_allowlist: null}}\n"}) {
    const auto config = with(keys);
    ASSERT_TRUE(config && config->http_functions) << keys;
    EXPECT_EQ(*config->http_functions, HttpFunctionsConfig{});
  }
  EXPECT_TRUE(HttpFunctionsConfig{}.block_private_ips);
  EXPECT_TRUE(HttpFunctionsConfig{}.require_https);
}

TEST(HttpFunctionsConfigFile, takes_every_key) {
  const auto config = with(R"(    config:
      security:
        url_allowlist: ["*.example.com", "api?.example", "::1"]
        secrets_allowlist: ["MAIL_*", "TOKEN"]
        block_private_ips: false
        require_https: false
      default_timeout_ms: 1
      requests_max: 2
      requests_per_host_max: 3
      waiting_max: 4
      response_bytes_max: 5
      trace_headers: false
)");
  ASSERT_TRUE(config) << config.error().message;
  const HttpFunctionsConfig expected{
      .url_allowlist = {"*.example.com", "api?.example", "::1"},
      .secrets_allowlist = {"MAIL_*", "TOKEN"},
      .block_private_ips = false,
      .require_https = false,
      .default_timeout = 1ms,
      .requests_max = 2,
      .requests_per_host_max = 3,
      .waiting_max = 4,
      .response_bytes_max = 5,
      .trace_headers = false
  };
  EXPECT_EQ(*config->http_functions, expected);
}

TEST(HttpFunctionsConfigFile, names_each_mistake) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"    config: {securty: {}}\n",
       "f:3:14: workers[0].config.securty: unknown key; did you mean 'security'?"},
      {"    config: {security: {require_http: true}}\n",
       "f:3:25: workers[0].config.security.require_http: unknown key; did you mean "
       "'require_https'?"},
      {"    config: {security: {require_https: 1}}\n",
       "f:3:40: workers[0].config.security.require_https: must be true or false, not the number "
       "'1'"},
      {"    config: {security: {url_allowlist: a.example}}\n",
       "f:3:40: workers[0].config.security.url_allowlist: must be a list of texts, not the text "
       "'a.example'"},
      {"    config: {security: {url_allowlist: ['https://a.example/*']}}\n",
       "f:3:40: workers[0].config.security.url_allowlist: holds patterns of hosts such as "
       "'*.example.com', without scheme, port and path; 'https://a.example/*' is none"},
      {"    config: {security: {url_allowlist: ['a.example:8080']}}\n",
       "f:3:40: workers[0].config.security.url_allowlist: holds patterns of hosts such as "
       "'*.example.com', without scheme, port and path; 'a.example:8080' is none"},
      {"    config: {security: []}\n",
       "f:3:24: workers[0].config.security: must be a mapping of keys and values, not a list"},
      {"    config: {default_timeout_ms: 0}\n",
       "f:3:34: workers[0].config.default_timeout_ms: must be a whole number from 1 to 86400000, "
       "not the number '0'"},
      {"    config: {response_bytes_max: 99999999}\n",
       "f:3:34: workers[0].config.response_bytes_max: must be a whole number from 0 to 62914560, "
       "not the number '99999999'"},
  };
  for (const auto& [keys, expected] : cases) {
    const auto config = with(keys);
    ASSERT_FALSE(config) << keys;
    EXPECT_EQ(config.error().message, expected);
  }
}

}  // namespace
}  // namespace iii::engine
