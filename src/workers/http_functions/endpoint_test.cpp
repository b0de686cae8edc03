#include "workers/http_functions/endpoint.hpp"

#include "support/sweeps.hpp"
#include "workers/http_functions/function_scene.hpp"
#include "workers/http_functions/options.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {
namespace {

using namespace std::chrono_literals;

auto endpoint(std::string_view json, std::string_view id = "f") {
  return read_endpoint(id, json, Options{}, test::variable, test::read_address);
}

std::string refusal(std::string_view json, std::string_view id = "f") {
  const auto result = endpoint(json, id);
  return result ? "none" : result.error().code + ": " + result.error().message;
}

TEST(Endpoint, has_the_defaults_of_the_reference) {
  const auto read = endpoint(R"({"url":"https://a.example/hook","other":[1]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->function_id, "f");
  EXPECT_EQ(read->url.text, "https://a.example/hook");
  EXPECT_EQ(read->method, "POST");
  EXPECT_TRUE(read->headers.empty());
  EXPECT_EQ(read->authentication.kind, Authentication::Kind::none);
  EXPECT_EQ(read->timeout, 30s);
  EXPECT_EQ(read->retries, 0U);
}

TEST(Endpoint, takes_every_member) {
  const auto read =
      endpoint(R"({"url":"https://a.example","method":"PATCH","timeout_ms":1500,"retries":3,)"
               R"("headers":{"X-A":"1","content-type":"text/x"},)"
               R"("auth":{"type":"api_key","header":"X-Key","value_key":"TOKEN"}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, "PATCH");
  EXPECT_EQ(read->timeout, 1500ms);
  EXPECT_EQ(read->retries, 3U);
  EXPECT_EQ(
      read->headers,
      (std::vector<std::pair<std::string, std::string>>{{"X-A", "1"}, {"content-type", "text/x"}})
  );
  EXPECT_EQ(read->authentication.name, "X-Key");
  EXPECT_EQ(read->authentication.value, "tok");
}

TEST(Endpoint, that_is_cut_is_refused_with_a_reason) {
  iii::test::sweep_cuts(
      R"({"url":"https://a.example","method":"PUT","timeout_ms":15,"retries":3,)"
      R"("headers":{"X-A":"1"},"auth":{"type":"hmac","secret_key":"SECRET"}})",
      [](std::span<const std::string_view> pieces) {
        if (pieces.size() == 1) {
          EXPECT_EQ(refusal(pieces[0]), "none");
        } else if (pieces.size() == 2) {
          EXPECT_EQ(refusal(pieces[0]), "invalid_invocation: 'invocation' must be an object");
        }
      }
  );
}

TEST(Endpoint, reads_secrets_when_it_is_registered) {
  const auto hmac =
      endpoint(R"({"url":"https://a.example","auth":{"type":"hmac","secret_key":"SECRET"}})");
  ASSERT_TRUE(hmac);
  EXPECT_EQ(hmac->authentication.kind, Authentication::Kind::hmac);
  EXPECT_EQ(hmac->authentication.value, "s3cr3t");
  const auto bearer =
      endpoint(R"({"url":"https://a.example","auth":{"type":"bearer","token_key":"TOKEN"}})");
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->authentication.name, "authorization");
  EXPECT_EQ(bearer->authentication.value, "Bearer tok");
}

TEST(Endpoint, sends_only_secrets_that_the_configuration_lets_it) {
  const auto read = [](std::string_view variable) {
    const Options options{.secrets_allowlist = {"TOK*", "OTHER"}};
    const std::string block =
        R"({"url":"https://a.example","auth":{"type":"bearer","token_key":")" +
        std::string(variable) + "\"}}";
    const auto result = read_endpoint("f", block, options, test::variable, test::read_address);
    return result ? "fine" : result.error().code + ": " + result.error().message;
  };
  EXPECT_EQ(read("TOKEN"), "fine");
  EXPECT_EQ(
      read("SECRET"), "token_not_found: the configuration keeps the environment variable SECRET"
  );
}

TEST(Endpoint, takes_null_where_the_reference_does) {
  const auto read = endpoint(R"({"url":"https://a.example","timeout_ms":null,"auth":null})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->timeout, 30s);
}

TEST(Endpoint, has_a_timeout_that_clocks_can_count) {
  const auto read = endpoint(R"({"url":"https://a.example","timeout_ms":18446744073709551615})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->timeout, 24h * 365);
}

TEST(Endpoint, is_refused_with_a_reason_that_names_what_is_wrong) {
  const auto with = [](std::string_view members) {
    return R"({"url":"https://a.example",)" + std::string(members) + "}";
  };
  const std::vector<std::pair<std::string, std::string_view>> cases = {
      {"[]", "invalid_invocation: 'invocation' must be an object"},
      {"{}", "invalid_invocation: 'invocation.url' is required and must be a text"},
      {R"({"url":1})", "invalid_invocation: 'invocation.url' is required and must be a text"},
      {R"({"url":"http://a.example"})", "url_validation_failed: HTTPS is required"},
      {R"({"url":"https://127.0.0.1"})", "url_validation_failed: Private IP blocked"},
      {with(R"("method":"get")"),
       "invalid_invocation: 'invocation.method' must be GET, POST, PUT, PATCH or DELETE"},
      {with(R"("method":null)"),
       "invalid_invocation: 'invocation.method' must be GET, POST, PUT, PATCH or DELETE"},
      {with(R"("method":"HEAD")"),
       "invalid_invocation: 'invocation.method' must be GET, POST, PUT, PATCH or DELETE"},
      {with(R"("timeout_ms":-1)"),
       "invalid_invocation: 'invocation.timeout_ms' must be a whole number"},
      {with(R"("timeout_ms":1.5)"),
       "invalid_invocation: 'invocation.timeout_ms' must be a whole number"},
      {with(R"("timeout_ms":"1")"),
       "invalid_invocation: 'invocation.timeout_ms' must be a whole number"},
      {with(R"("retries":11)"),
       "invalid_invocation: 'invocation.retries' must be a whole number of at most 10"},
      {with(R"("headers":null)"),
       "invalid_invocation: 'invocation.headers' must be an object of texts"},
      {with(R"("headers":{"a":1})"), "invalid_invocation: header 'a' cannot be sent by a function"},
      {with(R"("headers":{"a b":""})"),
       "invalid_invocation: header 'a b' cannot be sent by a function"},
      {with(R"("headers":{"a":"x\r\ny: z"})"),
       "invalid_invocation: header 'a' cannot be sent by a function"},
      {with(R"("headers":{"Content-Length":"1"})"),
       "invalid_invocation: header 'Content-Length' cannot be sent by a function"},
      {with(R"("headers":{"HOST":"b.example"})"),
       "invalid_invocation: header 'HOST' cannot be sent by a function"},
      {with(R"("auth":"x")"), "invalid_invocation: 'invocation.auth' must be an object"},
      {with(R"("auth":{})"),
       "invalid_invocation: 'invocation.auth.type' is required and must be a text"},
      {with(R"("auth":{"type":"basic"})"),
       "invalid_invocation: 'invocation.auth.type' must be hmac, bearer or api_key"},
      {with(R"("auth":{"type":"hmac"})"),
       "invalid_invocation: 'invocation.auth.secret_key' is required and must be a text"},
      {with(R"("auth":{"type":"hmac","secret_key":"NONE"})"),
       "secret_not_found: the environment variable NONE is not set"},
      {with(R"("auth":{"type":"bearer","token_key":"NONE"})"),
       "token_not_found: the environment variable NONE is not set"},
      {with(R"("auth":{"type":"bearer","token_key":"LINE"})"),
       "invalid_invocation: the value of the environment variable LINE cannot stand in a header"},
      {with(R"("auth":{"type":"api_key","header":"X","value_key":"NONE"})"),
       "api_key_not_found: the environment variable NONE is not set"},
      {with(R"("auth":{"type":"api_key","header":"a b","value_key":"TOKEN"})"),
       "invalid_invocation: header 'a b' cannot be sent by a function"},
  };
  for (const auto& [json, expected] : cases) {
    EXPECT_EQ(refusal(json), expected) << json;
  }
}

TEST(Endpoint, has_an_id_that_can_stand_in_a_header) {
  EXPECT_EQ(
      refusal(R"({"url":"https://a.example"})", "a\r\nb"),
      "invalid_invocation: the id stands in a header, where it may not have line breaks"
  );
}

TEST(Endpoint, has_a_block_of_at_most_64_kibibytes) {
  const std::string longest = std::string(64 * 1024, 'x');
  EXPECT_EQ(
      refusal(R"({"url":"https://a.example/)" + longest + "\"}"),
      "invalid_invocation: 'invocation' has more than 65536 bytes"
  );
}

}  // namespace
}  // namespace iii::workers::http_functions
