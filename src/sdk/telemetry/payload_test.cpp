#include "sdk/telemetry/payload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace iii::telemetry {
namespace {

TEST(Payload, Item95_knows_sensitive_keys) {
  for (const std::string_view key :
       {"api_key",
        "X-API-KEY",
        "apikey",
        "Password",
        "userPassword",
        "secret",
        "credentials",
        "Authorization",
        "auth_token",
        "access_token",
        "refresh_token",
        "bearer",
        "private_key",
        "client_secret",
        "token",
        "Token",
        "csrf_token",
        "csrf-token"}) {
    EXPECT_TRUE(is_sensitive_key(key)) << key;
  }
  for (const std::string_view key : {"", "tokens", "tokenizer", "mytoken", "key", "name", "pass"}) {
    EXPECT_FALSE(is_sensitive_key(key)) << key;
  }
}

TEST(Payload, Item95_replaces_sensitive_values_at_any_depth) {
  using Pair = std::pair<std::string_view, std::string_view>;
  for (const auto& [json, shown] : std::initializer_list<Pair>{
           {"null", "null"},
           {R"("password")", R"("password")"},
           {R"(["password","token"])", R"(["password","token"])"},
           {R"({"a":1})", R"({"a":1})"},
           {R"({"password":"x"})", R"({"password":"[REDACTED]"})"},
           {R"({"a":{"b":[{"token":7,"c":1}]}})", R"({"a":{"b":[{"token":"[REDACTED]","c":1}]}})"},
           {R"({"secret":{"a":["}",{"b":"\""}]},"c":1})", R"({"secret":"[REDACTED]","c":1})"},
           {R"({"secret" : [1, 2] , "c":1})", R"({"secret" : "[REDACTED]" , "c":1})"},
           {R"({"secret":-1.5e3})", R"({"secret":"[REDACTED]"})"},
           {R"({"secret":true,"token":null})", R"({"secret":"[REDACTED]","token":"[REDACTED]"})"},
           {R"({"secret":""})", R"({"secret":"[REDACTED]"})"},
           {R"({"p\u0061ssword":"x"})", R"({"p\u0061ssword":"[REDACTED]"})"},
           {R"({"a":"\"password\":1"})", R"({"a":"\"password\":1"})"},
           {R"({"a\\":"x","token":"y"})", R"({"a\\":"x","token":"[REDACTED]"})"},
       }) {
    EXPECT_EQ(redacted(json), shown) << json;
  }
}

struct Cut {
  std::string_view text;
  std::size_t bytes_max;
  std::string_view shown;
  bool is_truncated;
};

TEST(Payload, Item95_is_cut_between_characters_and_marked) {
  for (const auto& [text, bytes_max, shown, is_truncated] : std::initializer_list<Cut>{
           {"0123456789012345678901234", 25, "0123456789012345678901234", false},
           {"0123456789012345678901234", 20, "0123...\"[TRUNCATED]\"", true},
           {"0123456789012345678901234", 17, "0...\"[TRUNCATED]\"", true},
           {"0123456789012345678901234", 16, "...\"[TRUNCATED]\"", true},
           {"0123456789012345678901234", 5, "...\"[", true},
           {"012\xC3\xA9"
            "67890123456789",
            20,
            "012\xC3\xA9"
            "67890123456789",
            false},
           {"012\xC3\xA9"
            "678901234567890123",
            20,
            "012...\"[TRUNCATED]\"",
            true},
           {"", 0, "", false},
       }) {
    const CapturedPayload captured = truncated(std::string(text), bytes_max);
    EXPECT_EQ(captured.json, shown) << text << " in " << bytes_max;
    EXPECT_EQ(captured.is_truncated, is_truncated) << text << " in " << bytes_max;
    EXPECT_LE(captured.json.size(), std::max(bytes_max, text.size())) << text;
  }
}

TEST(Payload, has_a_bound_of_the_sdk_beside_that_of_the_user) {
  const std::string large = '"' + std::string(600'000, 'x') + '"';
  EXPECT_EQ(capture_payload(large, {}).json.size(), 512U * 1024);
  EXPECT_EQ(capture_payload(large, {.bytes_max = 1'000'000}).json.size(), 512U * 1024);
  EXPECT_EQ(capture_payload(large, {.bytes_max = 100}).json.size(), 100U);
  EXPECT_EQ(capture_payload(R"({"token":1})", {}).json, R"({"token":"[REDACTED]"})");
}

}  // namespace
}  // namespace iii::telemetry
