#include "sdk/http_invocation.hpp"

#include <iii/http_invocation.hpp>
#include <iii/http_method.hpp>

#include <gtest/gtest.h>

#include <string>

namespace iii::sdk {
namespace {

TEST(HttpInvocation, Item36_is_written_with_its_defaults) {
  EXPECT_EQ(
      invocation_json({.url = "https://a.example/x"}),
      R"({"url":"https://a.example/x","method":"POST","headers":{}})"
  );
}

TEST(HttpInvocation, Item36_is_written_with_each_kind_of_authentication) {
  EXPECT_EQ(
      invocation_json({
          .url = "https://a",
          .method = HttpMethod::delete_,
          .timeout_ms = 5,
          .headers = {{"X-A", "1"}},
          .auth = HttpAuthConfig::hmac("SECRET"),
      }),
      R"({"url":"https://a","method":"DELETE","timeout_ms":5,"headers":{"X-A":"1"},)"
      R"("auth":{"type":"hmac","secret_key":"SECRET"}})"
  );
  EXPECT_NE(
      invocation_json({.url = "https://a", .auth = HttpAuthConfig::bearer("T")})
          .find(R"("auth":{"type":"bearer","token_key":"T"})"),
      std::string::npos
  );
  EXPECT_NE(
      invocation_json({.url = "https://a", .auth = HttpAuthConfig::api_key("X-Key", "V")})
          .find(R"("auth":{"type":"api_key","header":"X-Key","value_key":"V"})"),
      std::string::npos
  );
}

TEST(HttpInvocation, says_how_often_it_may_be_repeated) {
  EXPECT_NE(
      invocation_json({.url = "https://a", .retries = 2}).find(R"("retries":2)"), std::string::npos
  );
  EXPECT_EQ(problem_of({.url = "https://a", .retries = 10}), "");
  EXPECT_NE(problem_of({.url = "https://a", .retries = 11}), "");
}

TEST(HttpInvocation, Item37_is_refused_when_it_can_never_work) {
  EXPECT_EQ(problem_of({.url = "http://127.0.0.1:80/x?y"}), "");
  for (const HttpInvocationConfig& config : {
           HttpInvocationConfig{.url = ""},
           HttpInvocationConfig{.url = "ftp://a"},
           HttpInvocationConfig{.url = "https://"},
           HttpInvocationConfig{.url = "https:///path"},
           HttpInvocationConfig{.url = "https://a b"},
           HttpInvocationConfig{.url = "https://a", .method = HttpMethod::head},
           HttpInvocationConfig{.url = "https://a", .method = HttpMethod::options},
           HttpInvocationConfig{.url = "https://a", .timeout_ms = 0},
           HttpInvocationConfig{.url = "https://a", .headers = {{"bad name", ""}}},
           HttpInvocationConfig{.url = "https://a", .headers = {{"X", "a\nb"}}},
           HttpInvocationConfig{.url = "https://a", .auth = HttpAuthConfig::bearer("")},
           HttpInvocationConfig{.url = "https://a", .auth = HttpAuthConfig::api_key("", "V")},
       }) {
    EXPECT_NE(problem_of(config), "") << config.url;
  }
}

}  // namespace
}  // namespace iii::sdk
