// Functions behind `http` triggers, against a script that plays the engine's HTTP worker.
#include "scripted_engine.hpp"

#include <iii/channel.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http.hpp>
#include <iii/http_stream.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/task.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

struct Order {
  int quantity = 0;
};
III_DESCRIBE(Order, quantity)

namespace {

using namespace std::chrono_literals;
using Messages = std::vector<std::string>;

constexpr std::string_view id = "2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de";

class SdkHttpStream : public testing::Test {
 protected:
  SdkHttpStream() : main_(&engine.next()) {}

  static InitOptions quiet_options() {
    return {.shutdown_timeout = 200ms, .log = [](LogLevel, const std::string&) {}};
  }

  template <class F>
  void serve(F function) {
    client.register_function("f", http(client, std::move(function)));
    // The engine has the function when it has all that was sent before it.
    std::string text;
    do {
      text = main_->next_text();
    } while (text.find("registerfunction") == std::string::npos);
  }

  // What the engine sends for an HTTP request (spec: http §6).
  void request(std::string_view body_json = "null", bool has_channels = true) {
    std::string data = R"({"query_params":{"q":"x"},"path_params":{"id":"7"},"headers":{"a":"b"},)"
                       R"("path":"/items/:id","method":"POST","body":)" +
                       std::string(body_json) +
                       R"(,"trigger":{"type":"http","path":"/items/:id","method":"POST"})";
    if (has_channels) {
      data += R"(,"request_body":{"channel_id":"body","access_key":"kb","direction":"read"})"
              R"(,"response":{"channel_id":"answer","access_key":"ka","direction":"write"})";
    }
    main_->send_text(
        R"({"type":"invokefunction","invocation_id":")" + std::string(id) +
        R"(","function_id":"f","data":)" + data + "}}"
    );
  }

  // The members of the answer after its ids: "result":… or "error":….
  std::string answer() {
    const std::string text = main_->next_text();
    const std::string head = R"({"type":"invocationresult","invocation_id":")" + std::string(id) +
                             R"(","function_id":"f",)";
    EXPECT_TRUE(text.starts_with(head)) << text;
    return text.substr(head.size(), text.size() - head.size() - 1);
  }

  // The next channel that is opened.
  ScriptedPeer& channel(std::string_view name) {
    ScriptedPeer& peer = engine.next();
    EXPECT_TRUE(peer.request().starts_with("GET /ws/channels/" + std::string(name)))
        << peer.request();
    return peer;
  }
  // The messages of a writer until its end.
  Messages all(ScriptedPeer& peer) {
    engine.run_until([&] { return peer.close_code() != 0; });
    peer.send_close(1000);
    return peer.messages();
  }
  void expect_no_channel() {
    engine.run_for_a_moment();
    EXPECT_EQ(engine.accepted(), 1U);
  }

  ScriptedEngine engine;
  Client client = register_worker(engine.url(), quiet_options());

 private:
  ScriptedPeer* main_;
};

TEST_F(SdkHttpStream, Item77_a_returned_response_opens_no_channel) {
  serve([](HttpCall<Order>& call) {
    call.response().set_status(500);
    return HttpResponse<Order>{
        .status_code = 201,
        .headers = {{"x-id", call.request.path_params.at("id")}},
        .body = {.quantity = call.request.body.quantity + 1},
    };
  });
  request(R"({"quantity":2})");
  EXPECT_EQ(
      answer(), R"("result":{"status_code":201,"headers":{"x-id":"7"},"body":{"quantity":3}})"
  );
  expect_no_channel();
}

TEST_F(SdkHttpStream, Item77_streams_status_headers_and_chunks) {
  serve([](HttpCall<>& call) {
    HttpResponseStream& response = call.response();
    response.set_status(206);
    response.set_headers({{"content-type", "text/plain"}, {"x", "1"}});
    response.set_headers({{"x", "2"}});
    response.write("one");
    EXPECT_THROW(response.set_status(200), std::logic_error);
    response.write("two");
    response.close();
  });
  request();
  ScriptedPeer& peer = channel("answer?key=ka&dir=write");
  EXPECT_EQ(
      all(peer),
      (Messages{
          R"(text {"type":"set_status","status_code":206})",
          R"(text {"type":"set_headers","headers":{"content-type":"text/plain","x":"2"}})",
          "binary one",
          "binary two",
      })
  );
  EXPECT_EQ(answer(), R"("result":null)");
}

TEST_F(SdkHttpStream, Item77_streams_events) {
  serve([](HttpCall<>& call, const Invocation& invocation) {
    EXPECT_EQ(invocation.id, id);
    call.response().set_event_headers();
    call.response().send_comment("hello");
    call.response().send_event({.data = "a\nb", .event = "tick", .id = "1"});
  });
  request();
  EXPECT_EQ(
      all(channel("answer")),
      (Messages{
          R"(text {"type":"set_headers","headers":{"cache-control":"no-cache",)"
          R"("content-type":"text/event-stream"}})",
          "binary : hello\n\n",
          "binary id: 1\nevent: tick\ndata: a\ndata: b\n\n",
      })
  );
  EXPECT_EQ(answer(), R"("result":null)");
}

TEST_F(SdkHttpStream, Item77_reads_an_upload) {
  serve([](HttpCall<>& call) { return HttpResponse<std::string>{.body = call.body().read_all()}; });
  request();
  ScriptedPeer& peer = channel("body?key=kb&dir=read");
  peer.send_binary("some ");
  peer.send_binary("bytes");
  peer.send_close(1000);
  EXPECT_EQ(answer(), R"("result":{"status_code":200,"headers":{},"body":"some bytes"})");
}

Task<void> echo(HttpCall<> call) {
  call.response().set_status(201);
  std::optional<std::string> piece = co_await call.body().next_binary_async();
  while (piece) {
    co_await call.response().write_async(*std::move(piece));
    piece = co_await call.body().next_binary_async();
  }
  const SseEvent event{.data = "end"};
  co_await call.response().send_event_async(event);
  co_await call.response().close_async();
}

TEST_F(SdkHttpStream, Item77_streams_in_a_coroutine) {
  serve(&echo);
  request();
  ScriptedPeer& body = channel("body");
  body.send_binary("1");
  body.send_binary("2");
  body.send_close(1000);
  EXPECT_EQ(
      all(channel("answer")),
      (Messages{
          R"(text {"type":"set_status","status_code":201})",
          "binary 1",
          "binary 2",
          "binary data: end\n\n",
      })
  );
  EXPECT_EQ(answer(), R"("result":null)");
}

Task<HttpResponse<int>> returns_in_a_coroutine(HttpCall<> call) {
  co_return HttpResponse<int>{.body = static_cast<int>(call.request.headers.size())};
}

TEST_F(SdkHttpStream, a_coroutine_may_return_its_response) {
  serve(&returns_in_a_coroutine);
  request();
  EXPECT_EQ(answer(), R"("result":{"status_code":200,"headers":{},"body":1})");
  expect_no_channel();
}

TEST_F(SdkHttpStream, a_function_that_answers_nothing_does_not_leave_the_client_waiting) {
  serve([](HttpCall<>& call) { call.response().set_status(204); });
  request();
  EXPECT_EQ(answer(), R"("result":null)");
  EXPECT_EQ(all(channel("answer")), Messages{R"(text {"type":"set_status","status_code":204})"});
}

TEST_F(SdkHttpStream, a_function_that_throws_before_the_first_bytes_answers_with_its_error) {
  serve([](HttpCall<>& call) {
    call.response().set_status(200);
    throw Error::remote("E42", "no");
  });
  request();
  EXPECT_EQ(answer(), R"("error":{"code":"E42","message":"no"})");
  expect_no_channel();
}

TEST_F(SdkHttpStream, a_function_that_throws_later_ends_its_stream) {
  serve([](HttpCall<>& call) {
    call.response().write("begin");
    throw std::runtime_error("boom");
  });
  request();
  EXPECT_EQ(all(channel("answer")), Messages{"binary begin"});
  EXPECT_EQ(answer(), R"("error":{"code":"invocation_failed","message":"boom"})");
}

TEST_F(SdkHttpStream, a_response_that_is_kept_goes_on_after_its_function) {
  std::promise<HttpResponseStream> kept;
  serve([&kept](HttpCall<>& call) { kept.set_value(call.response()); });
  request();
  EXPECT_EQ(answer(), R"("result":null)");
  expect_no_channel();
  {
    HttpResponseStream response = kept.get_future().get();
    kept = {};
    auto writing = std::async(std::launch::async, [&] { response.write("later"); });
    engine.run_until([&] { return writing.wait_for(0ms) == std::future_status::ready; });
  }
  EXPECT_EQ(all(channel("answer")), Messages{"binary later"});
}

TEST_F(SdkHttpStream, a_call_without_channels_says_so_when_they_are_wanted) {
  serve([](HttpCall<>& call) {
    if (!call.request.body.is_null()) {
      call.response().write("x");
    }
    return Json("fine");
  });
  request("null", false);
  EXPECT_EQ(answer(), R"("result":"fine")");
  request("1", false);
  EXPECT_NE(answer().find("it names no channel"), std::string::npos);
}

TEST_F(SdkHttpStream, refuses_what_http_cannot_carry) {
  HttpResponseStream response(client.open_writer({.channel_id = "c", .access_key = "k"}));
  EXPECT_THROW(response.set_status(99), std::invalid_argument);
  EXPECT_THROW(response.set_status(600), std::invalid_argument);
  EXPECT_THROW(response.set_headers({{"bad name", "x"}}), std::invalid_argument);
  EXPECT_THROW(response.set_headers({{"x", "a\r\nb: c"}}), std::invalid_argument);
  EXPECT_THROW(response.set_headers({{"x", "\xff"}}), std::invalid_argument);
  response.disclaim();
}

TEST_F(SdkHttpStream, streams_a_large_body_to_a_slow_client) {
  const std::string piece(100'000, 'x');
  constexpr std::size_t count = 100;
  serve([&](HttpCall<>& call) {
    for (std::size_t i = 0; i < count; ++i) {
      call.response().write(piece);
    }
  });
  request();
  ScriptedPeer& peer = channel("answer");
  std::size_t bytes = 0;
  for (const std::string& message : all(peer)) {
    bytes += message.size() - std::string_view("binary ").size();
  }
  EXPECT_EQ(bytes, piece.size() * count);
  EXPECT_EQ(answer(), R"("result":null)");
}

}  // namespace
}  // namespace iii::test
