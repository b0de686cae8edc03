// Functions of the SDK behind `http` triggers of a real engine, and curl as their client: an iiid
// that is started here, or the engine that III_TEST_URL names, whose HTTP listener is at
// III_TEST_HTTP_URL (for example http://127.0.0.1:3111).
#include "http_engine.hpp"
#include "sdk_clients.hpp"
#include "test_engine.hpp"

#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

struct Parcels {
  int count = 0;
};
III_DESCRIBE(Parcels, count)

namespace {

class SdkHttp : public testing::Test {
 protected:
  void SetUp() override {
    std::string url;
    if (const auto named = environment("III_TEST_URL")) {
      const auto http = environment("III_TEST_HTTP_URL");
      if (!http) {
        GTEST_SKIP() << "III_TEST_HTTP_URL does not name the HTTP listener of III_TEST_URL";
      }
      url = *named;
      http_ = *http;
    } else {
      own_ = std::make_unique<HttpEngine>();
      url = "ws://127.0.0.1:" + std::to_string(own_->worker_port);
      http_ = own_->address("");
    }
    client.emplace(register_worker(url, silent()));
  }

  // Returns once requests reach the function.
  template <class F>
  void serve(const std::string& name, HttpMethod method, F function) {
    const std::string id = "sdk-http::" + name;
    path_ = "/sdk-http/" + name;
    client->register_function(id, http(*client, std::move(function)));
    client->register_trigger(
        HttpTriggerConfig{.api_path = path_, .http_method = method}.for_function(id)
    );
    ASSERT_TRUE(becomes([this] { return !curl("?probe", {"--request", "GET"}).ends_with("\n404"); })
    ) << path_
      << " is not served";
  }
  // What curl prints: the body, and the status in a line of its own.
  [[nodiscard]] std::string curl(
      std::string_view query = "", const std::vector<std::string>& options = {}
  ) const {
    return run_curl(http_ + path_ + std::string(query), options);
  }

  std::optional<Client> client;

 private:
  std::unique_ptr<HttpEngine> own_;
  std::string http_;
  std::string path_;
};

TEST_F(SdkHttp, Item77_a_returned_response_has_its_status_headers_and_body) {
  serve("returned", HttpMethod::get, [](HttpCall<>& call) {
    const auto& query = call.request.query_params;
    return HttpResponse<Parcels>{
        .status_code = 201,
        .headers = {{"x-method", call.request.method}},
        .body = {.count = query.contains("count") ? std::stoi(query.at("count")) : 0},
    };
  });
  EXPECT_EQ(curl("?count=7"), "{\"count\":7}\n201");
  EXPECT_NE(curl("", {"--include"}).find("x-method: GET"), std::string::npos);
}

TEST_F(SdkHttp, Item77_a_streamed_response_has_its_status_headers_and_chunks) {
  serve("streamed", HttpMethod::get, [](HttpCall<>& call) {
    HttpResponseStream& response = call.response();
    response.set_status(206);
    response.set_headers({{"content-type", "text/plain"}, {"x-first", "1"}});
    for (const std::string_view piece : {"one ", "two ", "three"}) {
      response.write(piece);
    }
  });
  EXPECT_EQ(curl(), "one two three\n206");
  const std::string head = curl("", {"--include"});
  EXPECT_NE(head.find("content-type: text/plain"), std::string::npos) << head;
  EXPECT_NE(head.find("x-first: 1"), std::string::npos) << head;
}

TEST_F(SdkHttp, Item77_events_are_streamed) {
  serve("events", HttpMethod::get, [](HttpCall<>& call) {
    call.response().set_event_headers();
    call.response().send_event({.data = "a\nb", .event = "tick", .id = "1"});
    call.response().send_event({.data = "end"});
  });
  EXPECT_EQ(curl(), "id: 1\nevent: tick\ndata: a\ndata: b\n\ndata: end\n\n\n200");
  EXPECT_NE(curl("", {"--include"}).find("content-type: text/event-stream"), std::string::npos);
}

TEST_F(SdkHttp, Item77_an_upload_is_read_as_a_stream) {
  serve("upload", HttpMethod::post, [](HttpCall<>& call) {
    std::size_t bytes = 0;
    while (const auto piece = call.body().next_binary()) {
      bytes += piece->size();
    }
    return HttpResponse<Parcels>{.body = {.count = static_cast<int>(bytes)}};
  });
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_upload";
  std::ofstream(path, std::ios::binary) << std::string(5'000'000, 'x');
  const std::vector<std::string> upload = {
      "--data-binary", "@" + path, "--header", "content-type: application/octet-stream"
  };
  EXPECT_EQ(curl("", upload), "{\"count\":5000000}\n200");
  std::vector<std::string> chunked = upload;
  chunked.insert(chunked.end(), {"--header", "transfer-encoding: chunked"});
  EXPECT_EQ(curl("", chunked), "{\"count\":5000000}\n200");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace iii::test
