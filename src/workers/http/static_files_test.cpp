#include "workers/http/static_files.hpp"

#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

TEST(FileName, is_what_follows_the_path) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"", "index.html"},
      {"/", "index.html"},
      {"a.css", "a.css"},
      {"/a/b%20c.txt", "a/b c.txt"},
      {"a/", "a/index.html"},
      {"%e2%82%ac.txt", "\xe2\x82\xac.txt"},
      {"a..b", "a..b"},
      {"a%2525", "a%25"},
      {"a+b", "a+b"},
  };
  for (const auto& [rest, name] : cases) {
    EXPECT_EQ(file_name(rest, "index.html"), std::optional<std::string>(name)) << rest;
  }
}

TEST(FileName, leads_nowhere_else) {
  for (const std::string_view rest :
       {"..",        "../a", "a/../b", "%2e%2e/a", "%2E./a", "a/%2e%2e", ".",
        "a/./b",     "a//b", ".env",   "a/.git/b", "%2egit", "a%2fb",    "a%2F..%2Fb",
        "a%00.html", "a\\b", "a%5cb",  "%",        "%4",     "%zz",      "a%"}) {
    EXPECT_EQ(file_name(rest, "index.html"), std::nullopt) << rest;
  }
  EXPECT_EQ(file_name("a\0b"sv, "i"), std::nullopt);
  EXPECT_EQ(file_name(std::string(5000, 'a'), "i"), std::nullopt);
}

constexpr FileFacts facts{.bytes = 100, .modified_ns = 1'000'000'000};
constexpr std::string_view tag = "\"3b9aca00-64\"";
constexpr std::string_view date = "Thu, 01 Jan 1970 00:00:01 GMT";

// "200 0+100 headers of interest".
std::string answer(const FileRequest& request, std::chrono::seconds max_age = 0s) {
  const FileAnswer found = answer_of_file(request, facts, max_age);
  const std::string text = std::to_string(found.status) + " " + std::to_string(found.offset) + "+" +
                           std::to_string(found.bytes);
  const std::size_t at = found.lines.find("content-range: ");
  return at == std::string::npos
             ? text
             : text + " " + found.lines.substr(at + 15, found.lines.find("\r\n", at) - at - 15);
}

TEST(FileAnswer, says_what_caches_need) {
  EXPECT_EQ(
      answer_of_file({.name = "a.css"}, facts, 0s).lines,
      "etag: \"3b9aca00-64\"\r\nlast-modified: Thu, 01 Jan 1970 00:00:01 GMT\r\n"
      "cache-control: no-cache\r\naccept-ranges: bytes\r\nx-content-type-options: nosniff\r\n"
      "content-type: text/css; charset=utf-8\r\n"
  );
  EXPECT_NE(
      answer_of_file({}, facts, 60s).lines.find("cache-control: max-age=60\r\n"), std::string::npos
  );
}

TEST(FileAnswer, spares_clients_that_have_the_file) {
  const std::vector<std::pair<FileRequest, std::string_view>> cases = {
      {{.if_none_match = std::string(tag)}, "304 0+100"},
      {{.if_none_match = "\"a\", W/" + std::string(tag)}, "304 0+100"},
      {{.if_none_match = "*"}, "304 0+100"},
      {{.if_none_match = "\"a\""}, "200 0+100"},
      {{.if_modified_since = std::string(date)}, "304 0+100"},
      {{.if_modified_since = "Thu, 01 Jan 1970 00:00:00 GMT"}, "200 0+100"},
      {{.if_none_match = "\"a\"", .if_modified_since = std::string(date)}, "200 0+100"},
  };
  for (const auto& [request, expected] : cases) {
    EXPECT_EQ(answer(request), expected) << request.if_none_match << request.if_modified_since;
  }
}

TEST(FileAnswer, sends_the_part_that_is_asked_for) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"bytes=0-9", "206 0+10 bytes 0-9/100"},
      {"Bytes=90-", "206 90+10 bytes 90-99/100"},
      {"bytes=90-1000", "206 90+10 bytes 90-99/100"},
      {"bytes=-10", "206 90+10 bytes 90-99/100"},
      {"bytes=-1000", "206 0+100 bytes 0-99/100"},
      {"bytes=-0", "416 0+0 bytes */100"},
      {"bytes=100-", "416 0+0 bytes */100"},
      {"bytes=5-4", "200 0+100"},
      {"bytes=0-1,5-6", "200 0+100"},
      {"bytes=a-b", "200 0+100"},
      {"bytes=-", "200 0+100"},
      {"lines=0-1", "200 0+100"},
      {"bytes=0-18446744073709551616", "200 0+100"},
  };
  for (const auto& [range, expected] : cases) {
    EXPECT_EQ(answer({.range = std::string(range)}), expected) << range;
  }
}

TEST(FileAnswer, sends_a_part_only_of_the_file_that_the_client_has) {
  EXPECT_EQ(answer({.range = "bytes=0-9", .if_range = std::string(tag)}), "206 0+10 bytes 0-9/100");
  EXPECT_EQ(
      answer({.range = "bytes=0-9", .if_range = std::string(date)}), "206 0+10 bytes 0-9/100"
  );
  EXPECT_EQ(answer({.range = "bytes=0-9", .if_range = "\"a\""}), "200 0+100");
}

TEST(ContentType, is_told_by_the_end_of_the_name) {
  EXPECT_EQ(content_type_of("a/b.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type_of("a.b.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type_of("README"), "application/octet-stream");
  EXPECT_EQ(content_type_of("a.exe"), "application/octet-stream");
}

// --- Routes of files ---

class Files : public HttpScene {
 public:
  explicit Files(std::string path = "/assets") : HttpScene(options_of(std::move(path))) {}

  static Options options_of(std::string path) {
    Options options;
    options.folders = {{"/other"}, {.path = std::move(path), .max_age = 60s}};
    return options;
  }
  std::string get(std::string_view target) {
    request(1, {.target = target});
    return take_orders();
  }
  std::string find(std::optional<FileFacts> found) {
    worker.on_file(id(1), found, now, outputs);
    return take_orders();
  }
};

TEST(HttpFiles, are_looked_for_and_sent) {
  Files scene;
  EXPECT_EQ(scene.get("/assets/a/b.css?v=1"), "1 opens 1 a/b.css");
  EXPECT_EQ(scene.find(facts), "1 file 200 0+100");
  EXPECT_EQ(scene.worker.requests(), 0U);
  EXPECT_EQ(scene.get("/assets/"), "1 opens 1 index.html");
  EXPECT_TRUE(scene.find(std::nullopt).starts_with("1 404"));
  EXPECT_TRUE(scene.get("/assets/../a").starts_with("1 404"));
  EXPECT_EQ(scene.get("/assets"), "1 308 location: /assets/ | ");
}

TEST(HttpFiles, may_stand_at_the_root_below_all_other_routes) {
  Files scene("/");
  EXPECT_EQ(scene.get("/a.css"), "1 opens 1 a.css");
  EXPECT_EQ(scene.find(facts), "1 file 200 0+100");
  EXPECT_EQ(scene.get("/"), "1 opens 1 index.html");
  EXPECT_EQ(scene.find(facts), "1 file 200 0+100");
  scene.add_trigger("t", "f", R"({"api_path":"/:name"})");
  EXPECT_EQ(scene.get("/a.css"), "");
  EXPECT_EQ(scene.take_call(), "f");
}

TEST(HttpFiles, are_sent_in_part_as_the_request_says) {
  Files scene;
  scene.request(1, {.target = "/assets/a", .headers = {{"Range", "bytes=10-19"}}});
  EXPECT_EQ(scene.take_orders(), "1 opens 1 a");
  EXPECT_EQ(scene.find(facts), "1 file 206 10+10");
}

TEST(HttpFiles, are_forgotten_with_their_client) {
  Files scene;
  EXPECT_EQ(scene.get("/assets/a"), "1 opens 1 a");
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  EXPECT_EQ(scene.find(facts), "");
}

}  // namespace
}  // namespace iii::workers::http_worker::test
