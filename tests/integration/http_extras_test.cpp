// What the HTTP worker does beside calling functions: checks, description, files.
#include "http_engine.hpp"
#include "process.hpp"
#include "socket_client.hpp"
#include "worker_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::string_view note_function =
    R"({"type":"registerfunction","id":"notes::create","description":"Makes a note.",)"
    R"("request_format":{"type":"object","properties":{"headers":{"type":"object"},)"
    R"("body":{"$ref":"#/definitions/Note"}},"definitions":{"Note":{"type":"object",)"
    R"("required":["text"],"properties":{"text":{"type":"string"}}}}}})";
constexpr std::string_view note_trigger =
    R"({"type":"registertrigger","id":"t","trigger_type":"http","function_id":"notes::create",)"
    R"("config":{"api_path":"/notes","http_method":"POST","validate_request":true}})";

TEST(HttpExtras, a_body_that_does_not_fit_is_refused_and_one_that_does_arrives) {
  const HttpEngine engine;
  WorkerClient worker(static_cast<std::uint16_t>(engine.worker_port));
  worker.send(note_function);
  worker.send(note_trigger);
  worker.settle();
  const auto post = [&](std::string body) {
    return engine.curl(
        "/notes", {"--header", "content-type: application/json", "--data", std::move(body)}
    );
  };
  EXPECT_EQ(
      post(R"({"text":7})"),
      R"({"error":{"code":"INVALID_BODY","message":"The body does not fit what notes::create )"
      R"(takes: /text must be of type string","pointer":"/text",)"
      R"("reason":"must be of type string"}})"
      "\n400"
  );
  SocketClient http(static_cast<std::uint16_t>(engine.http_port));
  http.send_bytes(
      "POST /notes HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Idempotency-Key: k-1\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}"
  );
  const boost::json::value call = worker.next_call();
  EXPECT_EQ(call.at("data").at("body"), boost::json::parse(R"({"text":"a"})"));
  EXPECT_EQ(call.at("data").at("headers").at("idempotency-key"), "k-1");
  worker.answer(call, R"({"status_code":201})");
  EXPECT_TRUE(http.read_bytes().starts_with("HTTP/1.1 201"));
}

TEST(HttpExtras, routes_are_described_while_they_are_there) {
  const HttpEngine engine("      openapi: {page: /docs, title: Notes}\n");
  WorkerClient worker(static_cast<std::uint16_t>(engine.worker_port));
  worker.send(note_function);
  worker.send(note_trigger);
  worker.settle();
  const std::string answer = engine.curl("/openapi.json");
  ASSERT_TRUE(answer.ends_with("\n200")) << answer;
  const boost::json::value document = boost::json::parse(answer.substr(0, answer.size() - 4));
  EXPECT_EQ(document.at("info").at("title"), "Notes");
  const boost::json::value& post = document.at("paths").at("/notes").at("post");
  EXPECT_EQ(post.at("operationId"), "notes::create");
  EXPECT_EQ(post.at("description"), "Makes a note.");
  EXPECT_TRUE(document.at("components").at("schemas").as_object().contains("notes__create.Note"));
  EXPECT_NE(engine.curl("/docs").find("const source = \"/openapi.json\""), std::string::npos);
}

TEST(HttpExtras, a_thousand_routes_are_described) {
  const HttpEngine engine("      openapi: true\n");
  WorkerClient worker(static_cast<std::uint16_t>(engine.worker_port));
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    worker.send(
        R"({"type":"registerfunction","id":"f::)" + id +
        R"(","request_format":{"type":"object","properties":{"text":{"type":"string"}}}})"
    );
    worker.send(
        R"({"type":"registertrigger","id":")" + id +
        R"(","trigger_type":"http","function_id":"f::)" + id + R"(","config":{"api_path":"/r/)" +
        id + R"("}})"
    );
  }
  worker.settle();
  const std::string path = testing::TempDir() + "/iii_openapi.json";
  EXPECT_EQ(engine.curl("/openapi.json", {"--output", path}), "\n200");
  const boost::json::value document = boost::json::parse(content_of(path));
  EXPECT_EQ(document.at("paths").as_object().size(), 1000U);
}

TEST(HttpExtras, answers_are_compressed_and_counted) {
  const HttpEngine engine(
      "      compression: true\n      metrics: true\n"
      "      openapi: {page: /docs}\n"
  );
  EXPECT_EQ(engine.curl("/docs", {"--compressed"}), engine.curl("/docs"));
  const std::string head = engine.curl("/docs", {"--compressed", "--head"});
  EXPECT_NE(head.find("content-encoding: gzip\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("vary: accept-encoding\r\n"), std::string::npos) << head;
  WorkerClient worker(static_cast<std::uint16_t>(engine.worker_port));
  const boost::json::value answer = worker.call("engine::http::metrics");
  const boost::json::value& routes = answer.at("result").at("routes");
  ASSERT_EQ(routes.as_array().size(), 2U);
  EXPECT_EQ(routes.at(0).at("path"), "/docs");
  EXPECT_EQ(routes.at(0).at("statuses").at("2xx"), 3);
}

// --- Files ---

class HttpFiles : public testing::Test {
 protected:
  HttpFiles() {
    fs::remove_all(folder);
    fs::create_directories(folder / "public/.git");
    write("public/index.html", "<h1>hi</h1>");
    write("public/.git/config", "secret");
    write("secret", "secret");
    fs::create_symlink("../secret", folder / "public/out");
    std::string large;
    for (int i = 0; large.size() < std::size_t{8} * 1024 * 1024; ++i) {
      large += std::to_string(i) + "\n";
    }
    write("public/large.txt", large);
  }
  ~HttpFiles() override { fs::remove_all(folder); }

  void write(std::string_view name, std::string_view text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string text_of(std::string_view name) const {
    return content_of(folder / name);
  }
  [[nodiscard]] std::string keys() const {
    return "      static:\n        - {path: /assets, folder: '" + (folder / "public").string() +
           "', max_age: 60}\n";
  }

  fs::path folder = fs::path(testing::TempDir()) / "iii_http_files";
};

TEST_F(HttpFiles, are_served_and_others_are_not) {
  const HttpEngine engine(keys());
  EXPECT_EQ(engine.curl("/assets/"), "<h1>hi</h1>\n200");
  EXPECT_EQ(engine.curl("/assets", {"--location"}), "<h1>hi</h1>\n200");
  for (const std::string_view path :
       {"/assets/none",
        "/assets/.git/config",
        "/assets/out",
        "/assets/%2e%2e/secret",
        "/assets/../secret",
        "/assets/..%2fsecret",
        "/assets/index.html%00"}) {
    EXPECT_TRUE(engine.curl(path, {"--path-as-is"}).ends_with("\n404")) << path;
  }
  EXPECT_TRUE(engine.curl("/assets/", {"--request", "POST"}).ends_with("\n405"));
}

TEST_F(HttpFiles, arrive_whole_in_parts_and_as_heads) {
  const HttpEngine engine(keys());
  const std::string large = text_of("public/large.txt");
  const std::string copy = folder / "copy";
  EXPECT_EQ(engine.curl("/assets/large.txt", {"--output", copy}), "\n200");
  EXPECT_TRUE(content_of(copy) == large);
  EXPECT_EQ(
      engine.curl("/assets/large.txt", {"--range", "1000000-1000009"}),
      large.substr(1000000, 10) + "\n206"
  );
  const std::string head = engine.curl("/assets/large.txt", {"--head"});
  EXPECT_NE(
      head.find("content-length: " + std::to_string(large.size()) + "\r\n"), std::string::npos
  ) << head;
  EXPECT_NE(head.find("content-type: text/plain; charset=utf-8\r\n"), std::string::npos);
  EXPECT_NE(head.find("cache-control: max-age=60\r\n"), std::string::npos);
  const std::size_t tag = head.find("etag: ") + 6;
  const std::string etag = head.substr(tag, head.find("\r\n", tag) - tag);
  EXPECT_EQ(engine.curl("/assets/large.txt", {"--header", "if-none-match: " + etag}), "\n304");
}

TEST_F(HttpFiles, are_followed_by_the_next_answer_of_the_connection) {
  const HttpEngine engine(keys());
  SocketClient http(static_cast<std::uint16_t>(engine.http_port));
  http.send_bytes(
      "GET /assets/large.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
      "GET /assets/index.html HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
  );
  const std::string all = http.read_to_end();
  const std::string large = text_of("public/large.txt");
  const std::size_t at = all.find("\r\n\r\n") + 4;
  ASSERT_EQ(all.compare(at, large.size(), large), 0);
  EXPECT_TRUE(all.substr(at + large.size()).starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(all.ends_with("<h1>hi</h1>"));
}

TEST_F(HttpFiles, wait_for_their_client) {
  const HttpEngine engine(keys());
  SocketClient slow(
      static_cast<std::uint16_t>(engine.http_port), {.receive_bytes = 4096, .while_waiting = {}}
  );
  slow.send_bytes("GET /assets/large.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(engine.curl("/assets/"), "<h1>hi</h1>\n200") << "others are served meanwhile";
  const std::string all = slow.read_to_end();
  EXPECT_TRUE(all.ends_with(text_of("public/large.txt").substr(4'000'000)));
}

TEST_F(HttpFiles, of_a_folder_that_is_not_there_stop_the_start) {
  const std::string path = testing::TempDir() + "/iii_http_no_folder.yaml";
  std::ofstream(path) << "workers:\n  - name: iii-worker-manager\n    config: {port: 0}\n"
                         "  - name: iii-http\n    config:\n      port: 0\n"
                         "      static: [{path: /a, folder: /nowhere/at/all}]\n";
  const Process::Ending ending = Process({III_IIID, "--config", path}).wait();
  EXPECT_EQ(ending.status, 1);
  EXPECT_NE(
      ending.errors.find("the folder '/nowhere/at/all' of static files cannot be opened"),
      std::string::npos
  ) << ending.errors;
}

}  // namespace
}  // namespace iii::test
