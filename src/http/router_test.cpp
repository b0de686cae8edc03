#include "http/router.hpp"

#include "base/random.hpp"
#include "fuzz/slow_router.hpp"

#include <iii/engine_error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http {
namespace {

// Routes are written "GET /path"; their number is their place.
class Table {
 public:
  explicit Table(const std::vector<std::string_view>& routes) {
    for (const std::string_view route : routes) {
      EXPECT_TRUE(add(route)) << route;
    }
  }
  EngineStatus add(std::string_view route) {
    const auto [method, path] = parts(route);
    routes_.emplace_back(route);
    return router.add(*parse_method(method), path, static_cast<Router::RouteId>(routes_.size()));
  }
  // The route, or "405 <allow>", or "404".
  [[nodiscard]] std::string find(std::string_view request) const {
    const auto [method, path] = parts(request);
    const Router::Finding found = router.find(parse_method(method), path);
    if (found.route != 0) {
      return routes_[found.route - 1] + (found.is_get_of_head ? " for HEAD" : "");
    }
    return found.methods == 0 ? "404" : "405 " + allow_text(found.methods);
  }
  void remove(std::string_view route) {
    const auto [method, path] = parts(route);
    router.remove(*parse_method(method), path);
  }

  Router router;

 private:
  static std::pair<std::string_view, std::string_view> parts(std::string_view text) {
    return {text.substr(0, text.find(' ')), text.substr(text.find(' ') + 1)};
  }
  std::vector<std::string> routes_;
};

const std::vector<std::string_view> table_routes = {
    "GET /",
    "GET /users",
    "GET /users/:id",
    "POST /users/:name",
    "GET /users/:id/",
    "POST /users/me",
    "GET /a/:x/c",
    "GET /a/b/d",
    "GET /files/{*rest}",
    "GET /colon/:*rest",
    "GET /x/{id}",
    "GET /v{n}/a",
    "GET /v1{n}/a",
    "GET /tail/u_{id}",
    "GET /tail/:any",
    "GET /both/:one",
    "GET /both/{*many}",
    "GET /deep/{*all}",
    "GET /deep/:a/:b/x",
    "GET /pre/f_{*all}",
    "GET /braces/{{a}}",
    "GET /lit/v:ver",
    "GET /dots/:id.json",
    "HEAD /head",
    "OPTIONS /opt",
    "PUT no/slash",
};

const std::vector<std::pair<std::string_view, std::string_view>> table_cases = {
    {"GET /", "GET /"},
    {"POST /", "405 GET,HEAD"},
    {"GET /users", "GET /users"},
    {"GET /users/", "404"},
    {"GET /Users", "404"},
    {"GET /users/42", "GET /users/:id"},
    {"POST /users/42", "POST /users/:name"},
    {"PUT /users/42", "405 GET,POST,HEAD"},
    {"GET /users/42/", "GET /users/:id/"},
    {"GET /users//", "GET /users/:id/"},
    {"POST /users/me", "POST /users/me"},
    {"GET /users/me", "GET /users/:id"},
    {"DELETE /users/me", "405 GET,POST,HEAD"},
    {"GET /users/a%2Fb", "GET /users/:id"},
    {"GET /a/b/c", "GET /a/:x/c"},
    {"GET /a/b/d", "GET /a/b/d"},
    {"GET /a/x/d", "404"},
    {"GET /a//c", "GET /a/:x/c"},
    {"GET /files", "404"},
    {"GET /files/", "404"},
    {"GET /files/a", "GET /files/{*rest}"},
    {"GET /files/a/b/c.txt", "GET /files/{*rest}"},
    {"GET /files//", "GET /files/{*rest}"},
    {"GET /colon/a/b", "GET /colon/:*rest"},
    {"GET /x/9", "GET /x/{id}"},
    {"GET /v/a", "GET /v{n}/a"},
    {"GET /v2/a", "GET /v{n}/a"},
    {"GET /v12/a", "GET /v1{n}/a"},
    {"GET /w2/a", "404"},
    {"GET /tail/u_", "GET /tail/:any"},
    {"GET /tail/u_1", "GET /tail/u_{id}"},
    {"GET /tail/x", "GET /tail/:any"},
    {"GET /both/1", "GET /both/:one"},
    {"GET /both/1/2", "GET /both/{*many}"},
    {"GET /deep/1/2/x", "GET /deep/:a/:b/x"},
    {"GET /deep/1/2/y", "GET /deep/{*all}"},
    {"GET /pre/f_/a", "GET /pre/f_{*all}"},
    {"GET /pre/f_", "404"},
    {"GET /braces/{a}", "GET /braces/{{a}}"},
    {"GET /lit/v:ver", "GET /lit/v:ver"},
    {"GET /lit/v1", "404"},
    {"GET /dots/x", "GET /dots/:id.json"},
    {"HEAD /users", "GET /users for HEAD"},
    {"HEAD /head", "HEAD /head"},
    {"GET /head", "405 HEAD"},
    {"OPTIONS /opt", "OPTIONS /opt"},
    {"TRACE /opt", "405 OPTIONS"},
    {"BREW /nowhere", "404"},
    {"PUT /no/slash", "PUT no/slash"},
    {"GET *", "404"},
    {"GET ", "404"},
};

TEST(Router, finds_the_route_of_a_path) {
  const Table table(table_routes);
  for (const auto& [request, expected] : table_cases) {
    EXPECT_EQ(table.find(request), expected) << request;
  }
}

TEST(Router, refuses_paths_that_mean_nothing) {
  Router router;
  for (const std::string_view path :
       {"/files/*",
        "/x/:",
        "/x/{a}{b}",
        "/x/{",
        "/x/}",
        "/x/{a",
        "/x/{}",
        "/x/{*}",
        "/x/{*r}/y",
        "/x/:*",
        "/x/:*r/y",
        "/x/{a}b",
        "/x/{a}}",
        "/x/{{a}",
        "/x/{a*}"}) {
    const EngineStatus status = router.add(Method::get, path, 1);
    ASSERT_FALSE(status) << path;
    EXPECT_EQ(status.error().code, EngineErrorCode::invalid_argument) << path;
    EXPECT_FALSE(router.taken_by(Method::get, path)) << path;
  }
  std::string deep;
  for (int i = 0; i < 128; ++i) {
    deep += "/a";
  }
  EXPECT_TRUE(router.add(Method::get, deep, 1));
  EXPECT_FALSE(router.add(Method::post, deep + "/a", 1));
}

TEST(Router, has_one_route_of_a_shape_and_method) {
  Table table({"GET /r/:id", "POST /r/:other"});
  for (const std::string_view same : {"GET /r/:other", "GET r/{id}"}) {
    const EngineStatus status = table.add(same);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, EngineErrorCode::already_exists);
  }
  EXPECT_EQ(table.router.taken_by(Method::get, "/r/:x"), 1U);
  EXPECT_EQ(table.router.taken_by(Method::put, "/r/:x"), std::nullopt);
  EXPECT_EQ(table.router.taken_by(Method::get, "/r/{*x}"), std::nullopt);
  EXPECT_EQ(table.router.size(), 2U);
}

TEST(Router, forgets_a_route_and_nothing_else) {
  const std::vector<std::string_view> routes = {
      "GET /a/:x/b", "GET /a/:x", "POST /a/:x", "GET /a/{*all}", "GET /a/p_{x}", "GET /c/d"
  };
  for (const std::string_view removed : routes) {
    Table table(routes);
    table.remove(removed);
    table.remove(removed);
    EXPECT_EQ(table.router.size(), routes.size() - 1);
    EXPECT_TRUE(table.add(removed)) << removed;
  }
  Table table(routes);
  for (const std::string_view removed : routes) {
    table.remove(removed);
  }
  EXPECT_EQ(table.router.size(), 0U);
  EXPECT_EQ(table.find("GET /a/1/b"), "404");
}

TEST(Router, has_any_number_of_wildcards_at_one_place) {
  constexpr Router::RouteId routes = 3000;
  Router router;
  const auto path = [](Router::RouteId route, std::string_view end) {
    return "/u" + std::to_string(route) + "_" + std::string(end);
  };
  for (Router::RouteId route = 1; route <= routes; ++route) {
    const std::string_view end = route % 2 == 0 ? "{id}" : "{*rest}";
    ASSERT_TRUE(router.add(Method::get, path(route, end), route));
  }
  for (Router::RouteId route = 1; route <= routes; ++route) {
    EXPECT_EQ(router.find(Method::get, path(route, "7")).route, route);
    EXPECT_EQ(router.find(Method::get, path(route, "7/8")).route, route % 2 == 0 ? 0 : route);
    EXPECT_EQ(router.find(Method::get, path(route, "")).route, 0U);
  }
}

// Wildcards of many beginnings, added and removed: as a list that tries every route.
TEST(Router, agrees_with_the_obvious_one) {
  constexpr std::array<std::string_view, 12> words = {
      "", "a", "aa", "ab", ":x", "a{x}", "aa{x}", "ab{x}", "{*r}", "a{*r}", "aa{*r}", "ba{*r}"
  };
  constexpr std::array<std::string_view, 7> sent_words = {"", "a", "aa", "aaa", "ab", "abc", "ba"};
  base::SeededRandom random{1};
  const auto path_of = [&](const auto& from) {
    std::string text;
    for (std::uint64_t i = 1 + random.next() % 3; i > 0; --i) {
      text.append("/").append(from[random.next() % from.size()]);
    }
    return text;
  };
  Router router;
  iii::test::SlowRouter slow;
  constexpr Router::RouteId steps = 20'000;
  for (Router::RouteId step = 1; step <= steps; ++step) {
    const auto method = static_cast<Method>(random.next() % 2);
    const std::string path = path_of(words);
    if (random.next() % 2 == 0) {
      const bool is_added = static_cast<bool>(router.add(method, path, step));
      ASSERT_EQ(is_added, slow.add(method, path, step)) << path;
    } else {
      router.remove(method, path);
      slow.remove(method, path);
    }
    ASSERT_EQ(router.size(), slow.size());
    const std::string sent = path_of(sent_words);
    const Router::Finding found = router.find(method, sent);
    const Router::Finding expected = slow.find(method, sent);
    ASSERT_EQ(found.route, expected.route) << sent;
    ASSERT_EQ(found.methods, expected.methods) << sent;
  }
}

std::string parameters(std::string_view route_path, std::string_view path) {
  std::string text;
  path_parameters(route_path, path, [&](std::string_view name, std::string_view value) {
    text.append(name).append("=").append(value).append(";");
  });
  return text;
}

TEST(PathParameters, are_read_by_place) {
  EXPECT_EQ(parameters("/users/:id", "/users/42"), "id=42;");
  EXPECT_EQ(parameters("orders/:oid/items/:iid", "/orders/1/items/2"), "oid=1;iid=2;");
  EXPECT_EQ(parameters("/users/:id", "/users/a%20b%2Fc"), "id=a%20b%2Fc;");
  EXPECT_EQ(parameters("/a/:x/c", "/a//c"), "") << "the numbers of segments differ";
  EXPECT_EQ(parameters("/files/{*rest}", "/files/a"), "");
  EXPECT_EQ(parameters("/files/:*rest", "/files/a"), "*rest=a;");
  EXPECT_EQ(parameters("/files/:*rest", "/files/a/b"), "");
  EXPECT_EQ(parameters("/x/{id}", "/x/9"), "");
  EXPECT_EQ(parameters("/", "/"), "");
}

}  // namespace
}  // namespace iii::http
