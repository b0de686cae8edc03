#include "workers/http_functions/url_rules.hpp"

#include "workers/http_functions/function_scene.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {
namespace {

using namespace std::string_view_literals;

// The URL that will be requested, or why it is none.
std::string checked(std::string_view url, const UrlRules& rules) {
  const auto result = check_url(url, rules, test::read_address);
  return result ? result->text : result.error().message;
}

TEST(UrlRules, take_https_to_public_hosts_only) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"https://a.example/hook?q=1#part", "https://a.example/hook?q=1"},
      {"HTTPS://A.Example", "https://a.example/"},
      {"https://a.example:8443/", "https://a.example:8443/"},
      {"https://8.8.8.8/", "https://8.8.8.8/"},
      {"https://[2606:4700::1]/", "https://[2606:4700::1]/"},
      {"https://a.example/%41\xc3\xbc b?c d", "https://a.example/%41%c3%bc%20b?c+d"},
      {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"},
      {"https://b\xc3\xbc"
       "cher.example/",
       "Invalid URL"},
      {"http://a.example/", "HTTPS is required"},
      {"ftp://a.example/", "Invalid URL"},
      {"file:///etc/passwd", "Invalid URL"},
      {"gopher://a.example/", "Invalid URL"},
      {"a.example", "Invalid URL"},
      {"::::", "Invalid URL"},
      {"", "Invalid URL"},
      {"https://", "Invalid URL"},
      {"https:///path", "https://path/"},
      {"https://a b/", "Invalid URL"},
      {"https://a.example:99999/", "Invalid URL"},
      {"https://a.example/\r\nx: y", "Invalid URL"},
      {"https://a.example\0.internal/"sv, "Invalid URL"},
      {"https://127.0.0.1/", "Private IP blocked"},
      {"https://[::1]/", "Private IP blocked"},
      {"https://[::ffff:127.0.0.1]/", "Private IP blocked"},
      {"https://localhost/", "Private IP blocked"},
      {"https://LOCALHOST./", "Private IP blocked"},
      {"https://a.localhost/", "Private IP blocked"},
      // Other spellings of 127.0.0.1.
      {"https://2130706433/", "Private IP blocked"},
      {"https://0x7f.1/", "Private IP blocked"},
      {"https://0177.0.0.1/", "Private IP blocked"},
      {"https://127%2e0.0.1/", "Private IP blocked"},
      {"https://user:password@127.0.0.1/", "Private IP blocked"},
      {"https://a.example@127.0.0.1/", "Private IP blocked"},
  };
  for (const auto& [url, expected] : cases) {
    EXPECT_EQ(checked(url, {}), expected) << url;
  }
}

TEST(UrlRules, can_be_loosened) {
  const UrlRules rules{.blocks_private = false, .requires_https = false};
  EXPECT_EQ(checked("http://127.0.0.1:8080/hook", rules), "http://127.0.0.1:8080/hook");
  EXPECT_EQ(checked("http://[::1]/", rules), "http://[::1]/");
  EXPECT_EQ(checked("http://localhost/", rules), "http://localhost/");
  EXPECT_EQ(checked("file:///etc/passwd", rules), "Invalid URL");
}

TEST(UrlRules, compare_hosts_with_patterns) {
  const UrlRules rules{
      .allowlist = {"api.example", "*.shop.example", "db?.example", "n[12].example", "::1"},
      .blocks_private = false,
      .requires_https = false
  };
  const std::vector<std::pair<std::string_view, bool>> cases = {
      {"http://api.example/", true},
      {"http://API.example:81/x", true},
      {"http://api.example.evil/", false},
      {"http://xapi.example/", false},
      {"http://a.shop.example/", true},
      {"http://a.b.shop.example/", true},
      {"http://shop.example/", false},
      {"http://db1.example/", true},
      {"http://db12.example/", false},
      {"http://n2.example/", true},
      {"http://n3.example/", false},
      {"http://[::1]/", true},
      {"http://evil/?api.example", false},
      {"http://api.example@evil/", false},
      {"http://evil#api.example", false},
      {"http://127.0.0.1/", false},
  };
  for (const auto& [url, is_allowed] : cases) {
    EXPECT_EQ(checked(url, rules) != "URL not in allowlist", is_allowed) << url;
  }
}

TEST(UrlRules, are_asked_in_their_order) {
  const UrlRules rules{.allowlist = {"only.example"}};
  EXPECT_EQ(checked("http://127.0.0.1/", rules), "HTTPS is required");
  EXPECT_EQ(checked("https://127.0.0.1/", rules), "URL not in allowlist");
}

TEST(UrlRules, tell_host_and_origin) {
  const auto url = check_url("https://[2606:4700::1]/a", {}, test::read_address);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "2606:4700::1");
  EXPECT_EQ(url->authority, "[2606:4700::1]:443");
  EXPECT_EQ(check_url("https://A.example", {}, test::read_address)->authority, "a.example:443");
}

}  // namespace
}  // namespace iii::workers::http_functions
