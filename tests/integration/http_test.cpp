// The HTTP worker as its users see it: iiid, workers written with the SDK, curl.
#include "http_engine.hpp"
#include "process.hpp"
#include "socket_client.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

TEST(HttpExamples, Item77_a_rest_resource_is_created_read_changed_and_deleted) {
  const HttpEngine engine;
  const RunningExample notes(III_REST_RESOURCE);
  engine.wait_for("/notes/1");
  const std::vector<std::string> json = {"--header", "content-type: application/json"};
  const auto with = [&](std::string method, std::string body) {
    std::vector<std::string> options = json;
    options.insert(options.end(), {"--request", std::move(method), "--data", std::move(body)});
    return options;
  };
  EXPECT_EQ(engine.curl("/notes"), "[]\n200");
  EXPECT_EQ(
      engine.curl("/notes", with("POST", R"({"text":"milk"})")),
      R"({"id":"1","text":"milk"})"
      "\n201"
  );
  EXPECT_EQ(
      engine.curl("/notes", with("POST", "{bad")),
      "{\"problem\":\"a note is an object with a text\"}\n400"
  );
  EXPECT_EQ(
      engine.curl("/notes/1", with("PUT", R"({"text":"tea"})")),
      "{\"id\":\"1\",\"text\":\"tea\"}\n200"
  );
  EXPECT_EQ(engine.curl("/notes"), "[{\"id\":\"1\",\"text\":\"tea\"}]\n200");
  EXPECT_EQ(engine.curl("/notes/1", {"--request", "DELETE"}), "\n204");
  EXPECT_EQ(engine.curl("/notes/1"), "{\"problem\":\"there is no note 1\"}\n404");
  EXPECT_EQ(engine.curl("/notes/1", {"--request", "PATCH"}), "\n405");
  EXPECT_EQ(
      engine.curl("/other"), "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"Not Found\"}}\n404"
  );
}

TEST(HttpExamples, a_middleware_lets_in_who_has_a_token) {
  const HttpEngine engine;
  const RunningExample gate(III_HTTP_GATE);
  engine.wait_for("/secret");
  EXPECT_EQ(engine.curl("/secret"), "{\"problem\":\"a token is required\"}\n401");
  EXPECT_EQ(
      engine.curl("/secret", {"--header", "authorization: Bearer sesame"}), "{\"secret\":42}\n200"
  );
}

TEST(HttpExamples, Item77_events_are_streamed) {
  const HttpEngine engine;
  const RunningExample events(III_HTTP_EVENTS);
  engine.wait_for("/countdown");
  EXPECT_EQ(
      engine.curl("/countdown?from=2"),
      "event: count\ndata: 2\n\nevent: count\ndata: 1\n\ndata: lift-off\n\n\n200"
  );
  const std::string refused = engine.curl("/countdown?from=1000", {"--include"});
  EXPECT_NE(refused.find("cache-control: no-store\r\n"), std::string::npos) << refused;
  EXPECT_TRUE(refused.ends_with("\r\n\r\nthat takes too long\n\n400")) << refused;
}

// Each attempt takes as long as curl.
template <class Condition>
bool comes_true(Condition condition) {
  constexpr int attempts_max = 200;
  for (int i = 0; i < attempts_max; ++i) {
    if (condition()) {
      return true;
    }
  }
  return false;
}

TEST(HttpExamples, what_one_says_in_a_chat_reaches_who_listens) {
  const HttpEngine engine;
  const RunningExample chat(III_HTTP_CHAT);
  engine.wait_for("/chat");
  const std::vector<std::string> hello = {
      "--header", "content-type: application/json", "--data", R"({"from":"Ada","text":"hello"})"
  };
  const std::string nobody = "{\"listeners\":0}\n202";
  EXPECT_EQ(engine.curl("/chat", hello), nobody);
  {
    Process listener(
        {III_CURL, "--silent", "--no-buffer", "--output", "/dev/stderr", engine.address("/chat")}
    );
    EXPECT_EQ(listener.next_error_line(), ": welcome");
    const auto is_heard = [&] { return engine.curl("/chat", hello) != nobody; };
    EXPECT_TRUE(comes_true(is_heard));
    EXPECT_EQ(listener.next_error_line(), "");
    EXPECT_EQ(listener.next_error_line().substr(0, 4), "id: ");
    EXPECT_EQ(listener.next_error_line(), R"(data: {"from":"Ada","text":"hello"})");
  }
  EXPECT_TRUE(comes_true([&] { return engine.curl("/chat", hello) == nobody; }))
      << "the function is not told that its listener has gone";
}

TEST(HttpExamples, a_webhook_takes_what_is_signed_over_its_raw_body) {
  const HttpEngine engine;
  const std::string secret_file = testing::TempDir() + "/http_webhook_secret";
  std::ofstream(secret_file) << "It's a Secret to Everybody\n";
  const RunningExample webhooks(III_HTTP_WEBHOOK, secret_file);
  engine.wait_for("/webhook");
  const std::string signature = "de8f3fb097d8bca6a60b9cb03cec4da1df380577e6182a0ad1c2e171c2c95c42";
  const auto post = [&](const std::string& body, const std::string& signed_with) {
    return engine.curl(
        "/webhook",
        {"--header",
         "content-type: application/json",
         "--header",
         "x-hub-signature-256: sha256=" + signed_with,
         "--data",
         body}
    );
  };
  EXPECT_EQ(post(R"({"b":1, "a":2})", signature), "{\"accepted\":{\"b\":1,\"a\":2}}\n202");
  const std::string refusal = "{\"problem\":\"the signature is missing or wrong\"}\n401";
  EXPECT_EQ(post(R"({"b":1,"a":2})", signature), refusal);
  EXPECT_EQ(post(R"({"b":1, "a":2})", std::string(64, '0')), refusal);
  EXPECT_EQ(post(R"({"b":1, "a":2})", ""), refusal);
  EXPECT_EQ(engine.curl("/webhook", {"--data", "x"}), refusal);
}

TEST(HttpExamples, Item77_an_upload_goes_into_a_file) {
  const HttpEngine engine;
  const RunningExample uploads(III_HTTP_UPLOAD);
  engine.wait_for("/uploads");
  const std::string path = testing::TempDir() + "/http_upload_source";
  constexpr std::size_t bytes = 20'000'000;
  std::ofstream(path, std::ios::binary) << std::string(bytes, 'x');
  const std::string answer = engine.curl(
      "/uploads",
      {"--data-binary", "@" + path, "--header", "content-type: application/octet-stream"}
  );
  EXPECT_TRUE(answer.starts_with("\"20000000 bytes are in ")) << answer;
  const std::string chunked = engine.curl(
      "/uploads",
      {"--data-binary",
       "@" + path,
       "--header",
       "content-type: application/octet-stream",
       "--header",
       "transfer-encoding: chunked"}
  );
  EXPECT_TRUE(chunked.starts_with("\"20000000 bytes are in ")) << chunked;
}

TEST(HttpExamples, a_form_is_read_as_it_arrives) {
  const HttpEngine engine;
  const RunningExample photos(III_HTTP_FORM);
  engine.wait_for("/photos");
  const std::string path = testing::TempDir() + "/http_form_photo";
  std::ofstream(path, std::ios::binary) << std::string(3'000'000, 'x');
  EXPECT_EQ(
      engine.curl("/photos", {"--form", "title=Holiday", "--form", "photo=@" + path}),
      "\"title=Holiday photo=http_form_photo(3000000 bytes) \"\n201"
  );
  EXPECT_EQ(
      engine.curl("/photos", {"--data", "title=Holiday"}),
      "\"the content type is not multipart/form-data\"\n415"
  );
}

// --- Raw sockets ---

// Where an end of a channel of the call connects.
std::string channel_path(const boost::json::value& call, const char* name, const char* direction) {
  const auto& channel = call.at("data").at(name);
  return "/ws/channels/" + std::string(channel.at("channel_id").as_string()) +
         "?key=" + std::string(channel.at("access_key").as_string()) + "&dir=" + direction;
}

class HttpSockets : public testing::Test {
 protected:
  HttpSockets() : worker(static_cast<std::uint16_t>(engine.worker_port)) {
    worker.serve("f::a");
    worker.send(R"({"type":"registertrigger","id":"t","trigger_type":"http","function_id":"f::a",)"
                R"("config":{"api_path":"/a","http_method":"POST"}})");
    worker.settle();
  }
  [[nodiscard]] SocketClient client() const {
    return SocketClient(static_cast<std::uint16_t>(engine.http_port));
  }
  // An end of a channel of the next call.
  SocketClient channel_end(const char* name, const char* direction) {
    SocketClient end(static_cast<std::uint16_t>(engine.worker_port));
    end.upgrade(channel_path(worker.next_call(), name, direction));
    return end;
  }
  // Reads until the text has come.
  static std::string read_until(SocketClient& from, std::string_view text) {
    std::string all;
    for (std::string more = from.read_bytes(); !more.empty(); more = from.read_bytes()) {
      all += more;
      if (all.find(text) != std::string::npos) {
        return all;
      }
    }
    ADD_FAILURE() << "the connection has ended before '" << text << "' came";
    return all;
  }

  HttpEngine engine{"      default_timeout: 60000\n"};
  WorkerClient worker;
};

constexpr std::string_view post =
    "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n"
    "{\"n\":1}";

constexpr std::string_view upload_head =
    "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";

TEST_F(HttpSockets, the_end_of_a_whole_body_is_a_close_frame) {
  SocketClient http = client();
  http.send_bytes(std::string(upload_head) + "4\r\nhalf\r\n");
  SocketClient reader = channel_end("request_body", "read");
  EXPECT_EQ(reader.next().bytes, "half");
  http.send_bytes("0\r\n\r\n");
  EXPECT_EQ(reader.next(), closed_with(websocket::CloseCode::none));
}

TEST_F(HttpSockets, a_body_that_is_cut_does_not_look_whole) {
  for (const bool is_bad_chunk : {false, true}) {
    SocketClient http = client();
    http.send_bytes(std::string(upload_head) + "4\r\nhalf\r\n");
    SocketClient reader = channel_end("request_body", "read");
    EXPECT_EQ(reader.next().bytes, "half");
    if (is_bad_chunk) {
      http.send_bytes("no size\r\n");
    } else {
      http.close();
    }
    // A Close frame of any code is the regular end for some SDKs.
    EXPECT_EQ(reader.next().kind, Kind::ended);
  }
}

TEST_F(HttpSockets, a_download_whose_writer_vanishes_does_not_look_whole) {
  for (const bool is_in_order : {true, false}) {
    SocketClient http = client();
    http.send_bytes("POST /a HTTP/1.1\r\nHost: h\r\n\r\n");
    SocketClient writer = channel_end("response", "write");
    writer.send_frame(websocket::Opcode::binary, "half");
    (void)read_until(http, "half\r\n");
    if (is_in_order) {
      writer.send_close(websocket::CloseCode::normal);
      EXPECT_EQ(read_until(http, "0\r\n\r\n"), "0\r\n\r\n");
    } else {
      writer.close();
      EXPECT_EQ(http.read_to_end(), "");
    }
  }
}

TEST_F(HttpSockets, requests_in_a_row_are_answered_in_a_row) {
  SocketClient http = client();
  http.send_bytes(std::string(post) + std::string(post) + "GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
  for (const std::string_view answer : {R"({"body":"first"})", R"({"body":"second"})"}) {
    const boost::json::value call = worker.next_call();
    EXPECT_EQ(call.at("data").at("body"), boost::json::parse(R"({"n":1})"));
    worker.answer(call, answer);
  }
  const std::string all = read_until(http, "Not Found");
  EXPECT_LT(all.find("first"), all.find("second"));
  EXPECT_LT(all.find("second"), all.find("HTTP/1.1 404"));
}

TEST_F(HttpSockets, a_request_that_is_not_complete_is_answered_although_the_engine_stops) {
  SocketClient http = client();
  http.send_bytes(post.substr(0, post.size() - 1));
  worker.settle();
  SocketClient other = client();
  other.send_bytes("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
  (void)read_until(other, "Not Found");  // and what was sent before has been read
  engine.begin_stop();
  http.send_bytes(post.substr(post.size() - 1));
  worker.answer(worker.next_call(), R"({"body":"here"})");
  EXPECT_NE(read_until(http, "here").find("connection: close"), std::string::npos);
}

TEST_F(HttpSockets, a_client_that_goes_is_forgotten_and_others_are_not) {
  {
    SocketClient gone = client();
    gone.send_bytes(post);
    (void)worker.next_call();
  }
  SocketClient http = client();
  http.send_bytes(post);
  worker.answer(worker.next_call(), R"({"body":"here"})");
  EXPECT_NE(read_until(http, "here").find("HTTP/1.1 200 OK"), std::string::npos);
}

TEST_F(HttpSockets, a_client_that_reads_no_answers_is_not_read_any_more) {
  SocketClient http = client();
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    requests += "GET /none HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  std::size_t sent = 0;
  std::size_t refused = 0;
  while (refused < 50 && sent < std::size_t{200} * 1024 * 1024) {
    const std::size_t taken =
        http.send_some(std::string_view(requests).substr(sent % requests.size()));
    sent += taken;
    refused = taken == 0 ? refused + 1 : 0;
    worker.settle();
  }
  EXPECT_LT(sent, std::size_t{50} * 1024 * 1024);
  EXPECT_NE(read_until(http, "Not Found").find("HTTP/1.1 404"), std::string::npos);
}

TEST_F(HttpSockets, a_stream_goes_at_the_pace_of_its_client) {
  SocketClient http = client();
  http.send_bytes("POST /a HTTP/1.1\r\nHost: h\r\n\r\n");
  SocketClient writer = channel_end("response", "write");
  // More than all buffers on the way hold: the writer is stopped.
  const std::string frame =
      client_frame(websocket::Opcode::binary, std::string(std::size_t{64} * 1024, 'x'));
  std::string_view rest = frame;
  std::size_t sent = 0;
  std::size_t refused = 0;
  while (refused < 50 && sent < std::size_t{512} * 1024 * 1024) {
    const std::size_t taken = writer.send_some(rest);
    rest.remove_prefix(taken);
    rest = rest.empty() ? std::string_view(frame) : rest;
    sent += taken;
    refused = taken == 0 ? refused + 1 : 0;
    worker.settle();
  }
  EXPECT_LT(sent, std::size_t{100} * 1024 * 1024);
  EXPECT_NE(read_until(http, "\r\n\r\n").find("transfer-encoding: chunked"), std::string::npos);
}

}  // namespace
}  // namespace iii::test
