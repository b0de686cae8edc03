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
      "workers:\n  - name: iii-http\n" + std::string(keys),
      "f",
      [](std::string_view) { return std::optional<std::string>(); }
  );
}

TEST(HttpConfigFile, is_off_unless_listed) {
  const auto config = parse_config("workers: []\n", "f", {});
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->http);
}

TEST(HttpConfigFile, has_safe_defaults) {
  const auto config = with("");
  ASSERT_TRUE(config && config->http);
  EXPECT_EQ(*config->http, HttpConfig{});
  EXPECT_EQ(config->http->host, "127.0.0.1");
  EXPECT_EQ(config->http->port, 3111);
}

TEST(HttpConfigFile, takes_every_key) {
  const auto config = with(R"(    config:
      host: 0.0.0.0
      port: 0
      default_timeout: 20000
      concurrency_request_limit: 512
      connections_max: 200
      head_bytes_max: 1024
      headers_max: 10
      body_bytes_max: 100
      head_timeout_ms: 1
      body_timeout_ms: 2
      idle_timeout_ms: 3
      cors:
        allowed_origins: ["https://shop.example"]
        allowed_methods: [GET, POST]
      compression: true
      access_log: true
      metrics: true
      static:
        - {path: /assets/, folder: ./public, index: home.html, max_age: 60}
        - {path: /, folder: site}
      openapi: {path: /api.json, page: /api, title: Shop, version: '2'}
      middleware:
        - function_id: b
        - {function_id: c, phase: preHandler, priority: 10}
        - {function_id: a, priority: -5}
)");
  ASSERT_TRUE(config) << config.error().message;
  const HttpConfig expected{
      .host = "0.0.0.0",
      .port = 0,
      .default_timeout = 20s,
      .head_timeout = 1ms,
      .body_timeout = 2ms,
      .idle_timeout = 3ms,
      .requests_max = 512,
      .connections_max = 200,
      .head_bytes_max = 1024,
      .headers_max = 10,
      .body_bytes_max = 100,
      .cors = HttpCorsConfig{{"https://shop.example"}, {"GET", "POST"}},
      .middleware = {"a", "b", "c"},
      .openapi = HttpOpenapiConfig{"/api.json", "/api", "Shop", "2"},
      .folders = {{"/assets", "./public", "home.html", 60s}, {"/", "site", "index.html", 0s}},
      .compresses = true,
      .logs_access = true,
      .counts_routes = true
  };
  EXPECT_EQ(*config->http, expected);
}

TEST(HttpConfigFile, takes_a_flag_for_the_defaults_of_openapi) {
  const auto on = with("    config: {openapi: true}\n");
  ASSERT_TRUE(on) << on.error().message;
  EXPECT_EQ(on->http->openapi, HttpOpenapiConfig{});
  const auto off = with("    config: {openapi: false}\n");
  ASSERT_TRUE(off) << off.error().message;
  EXPECT_FALSE(off->http->openapi);
}

TEST(HttpConfigFile, names_each_mistake) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"    config: {prt: 1}\n", "f:3:14: workers[0].config.prt: unknown key; did you mean 'port'?"
      },
      {"    config: {host: 'a b'}\n",
       "f:3:20: workers[0].config.host: must be an IP address or a host name, not 'a b'"},
      {"    config: {cors: {origins: []}}\n",
       "f:3:21: workers[0].config.cors.origins: unknown key; known are "
       "allowed_origins, allowed_methods"},
      {"    config: {cors: {allowed_origins: x}}\n",
       "f:3:38: workers[0].config.cors.allowed_origins: must be a list of texts, not the text 'x'"},
      {"    config: {cors: {allowed_origins: ['a b']}}\n",
       "f:3:38: workers[0].config.cors.allowed_origins: may hold only visible ASCII characters"},
      {"    config: {middleware: [{priority: 1}]}\n",
       "f:3:27: workers[0].config.middleware[0].function_id: is required"},
      {"    config: {middleware: [{function_id: a, phase: after}]}\n",
       "f:3:51: workers[0].config.middleware[0].phase: must be preHandler; there is no phase "
       "'after'"},
      {"    config: {middleware: [{function_id: a, priority: x}]}\n",
       "f:3:54: workers[0].config.middleware[0].priority: must be a whole number, not the text "
       "'x'"},
      {"    config: {middleware: [{function_id: a, x: 1}]}\n",
       "f:3:44: workers[0].config.middleware[0].x: unknown key; known are function_id, phase, "
       "priority"},
      {"    config: {openapi: 7}\n",
       "f:3:23: workers[0].config.openapi: must be true, false or a mapping, not the number '7'"},
      {"    config: {openapi: {page: api}}\n",
       "f:3:30: workers[0].config.openapi.page: must be a path such as '/assets', of visible "
       "ASCII characters without :{}?#%\"\\, not 'api'"},
      {"    config: {openapi: {page: /openapi.json}}\n",
       "f:3:30: workers[0].config.openapi.page: must be another path than that of the document"},
      {"    config: {openapi: {docs: /api}}\n",
       "f:3:24: workers[0].config.openapi.docs: unknown key; known are path, page, title, version"},
      {"    config: {compression: gzip}\n",
       "f:3:27: workers[0].config.compression: must be true or false, not the text 'gzip'"},
      {"    config: {static: [{path: /a}]}\n",
       "f:3:23: workers[0].config.static[0].folder: is required"},
      {"    config: {static: [{path: a, folder: b}]}\n",
       "f:3:30: workers[0].config.static[0].path: must be a path such as '/assets', of "
       "visible ASCII characters without :{}?#%\"\\, not 'a'"},
      {"    config: {static: [{path: /a/*x, folder: b}]}\n",
       "f:3:30: workers[0].config.static[0].path: cannot be served: the segment '*x' is no "
       "wildcard: a catch-all is written {*name}"},
      {"    config: {openapi: {path: /*}}\n",
       "f:3:30: workers[0].config.openapi.path: cannot be served: the segment '*' is no "
       "wildcard: a catch-all is written {*name}"},
      {"    config: {static: [{path: /a, folder: b, index: ../c}]}\n",
       "f:3:52: workers[0].config.static[0].index: must be the name of a file, not '../c'"},
      {"    config: {static: [{path: /a, folder: b}, {path: /a/, folder: c}]}\n",
       "f:3:53: workers[0].config.static[1].path: '/a' is listed twice"},
      {"  - name: iii-http\n", "f:3:11: workers[1].name: the worker 'iii-http' is listed twice"},
  };
  for (const auto& [keys, expected] : cases) {
    const auto config = with(keys);
    ASSERT_FALSE(config) << keys;
    EXPECT_EQ(config.error().message, expected);
  }
}

}  // namespace
}  // namespace iii::engine
