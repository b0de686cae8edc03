#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "core/effects.hpp"
#include "http/request.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace iii::workers::http_worker::test {
namespace {

// A request to a function that is being called.
class Called : public HttpScene {
 public:
  explicit Called(http::BodyKind body = http::BodyKind::none) {
    EXPECT_EQ(add_trigger("t", "f", R"({"api_path":"/s","http_method":"POST"})"), "");
    const Sent sent{
        .method = "POST", .target = "/s", .headers = {{"content-type", "text/plain"}}, .body = body
    };
    request(1, sent);
    EXPECT_EQ(take_call(), "f");
  }
};

void say(HttpScene& scene, std::string_view text) {
  scene.worker.on_channel_message(HttpScene::id(1), true, text, scene.now, scene.outputs);
}
void send(HttpScene& scene, std::string_view bytes) {
  scene.worker.on_channel_message(HttpScene::id(1), false, bytes, scene.now, scene.outputs);
}
void end(HttpScene& scene, core::Leave leave = core::Leave::taken) {
  scene.worker.on_channel_ended(HttpScene::id(1), scene.now, scene.outputs, leave);
}

TEST(HttpStreams, finds_the_request_of_a_channel) {
  Called scene;
  const auto data = boost::json::parse(scene.last_call.data_json);
  for (const auto& [name, end, direction] :
       {std::tuple("request_body", core::ChannelEnd::reader, "read"),
        std::tuple("response", core::ChannelEnd::writer, "write")}) {
    const auto& channel = data.at(name);
    EXPECT_EQ(channel.at("direction"), direction);
    const std::string id_text(channel.at("channel_id").as_string());
    EXPECT_EQ(id_text[14], '4');
    const auto wanted = scene.worker.find_channel(base::ChannelId(*base::Uuid::parse(id_text)));
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->request, HttpScene::id(1));
    EXPECT_EQ(wanted->end, end);
    EXPECT_EQ(
        wanted->key.access_key, base::Uuid::parse(std::string(channel.at("access_key").as_string()))
    );
  }
  EXPECT_FALSE(scene.worker.find_channel(base::ChannelId(base::Uuid(1, 2))));
}

TEST(HttpStreams, says_which_header_it_leaves_out) {
  Called scene;
  for (const std::string_view headers :
       {R"({"x":"1","bad name":"x"})", R"({"n":5,"y":"2"})", R"({"Date":"today"})"}) {
    say(scene, R"({"type":"set_headers","headers":)" + std::string(headers) + "}");
  }
  end(scene);
  EXPECT_EQ(scene.take_orders(), "1 200 x: 1 y: 2 | ");
  std::string left_out;
  for (const core::Note& note : scene.outputs.notes) {
    EXPECT_EQ(note.event, "http_header_left_out");
    EXPECT_EQ(note.fields.at(0).second, "/s");
    left_out.append(note.fields.at(1).second).append(",");
  }
  EXPECT_EQ(left_out, "bad name,n,Date,");
}

TEST(HttpStreams, answers_in_pieces) {
  Called scene;
  say(scene, R"({"type":"set_status","status_code":206})");
  say(scene, R"({"type":"set_headers","headers":{"content-type":"text/event-stream","x-n":"1"}})");
  say(scene, R"({"type":"set_headers","headers":{"x-n":"2","bad":5,"bad name":"x"}})");
  say(scene, R"({"type":"set_status","status_code":600})");
  say(scene, R"({"type":"nonsense"})");
  say(scene, "not json");
  EXPECT_EQ(scene.take_orders(), "");
  send(scene, "one");
  EXPECT_EQ(
      scene.take_orders(), "1 starts 206 content-type: text/event-stream x-n: 2; 1 piece one"
  );
  say(scene, R"({"type":"set_status","status_code":500})");
  send(scene, "two");
  scene.result(R"({"status_code":400,"body":"ignored"})");
  EXPECT_EQ(scene.take_orders(), "1 piece two");
  end(scene);
  EXPECT_EQ(scene.take_orders(), "1 ends");
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpStreams, answers_without_a_body_when_the_channel_ends) {
  Called scene;
  say(scene, R"({"type":"set_status","status_code":404})");
  end(scene);
  EXPECT_EQ(scene.take_orders(), "1 404 | ");
}

TEST(HttpStreams, waits_for_the_channel_after_no_result) {
  Called scene;
  scene.result("null");
  EXPECT_EQ(scene.take_orders(), "");
  send(scene, "x");
  EXPECT_EQ(scene.take_orders(), "1 starts 200; 1 piece x");
}

TEST(HttpStreams, lets_a_returned_value_win_before_the_first_byte) {
  Called scene;
  say(scene, R"({"type":"set_status","status_code":503})");
  scene.result(R"({"body":"value wins"})");
  EXPECT_EQ(scene.take_orders(), R"(1 200 content-type: application/json | "value wins")");
  send(scene, "late");
  EXPECT_EQ(scene.take_orders(), "");
}

TEST(HttpStreams, break_when_the_function_fails_under_them) {
  Called scene;
  send(scene, "x");
  (void)scene.take_orders();
  scene.failure("boom", "m");
  EXPECT_EQ(scene.take_orders(), "1 breaks");
  ASSERT_EQ(scene.outputs.notes.size(), 1U);
  EXPECT_EQ(scene.outputs.notes[0].event, "http_request_failed");
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpStreams, break_when_their_writer_vanishes) {
  Called scene;
  send(scene, "x");
  (void)scene.take_orders();
  end(scene, core::Leave::missing);
  EXPECT_EQ(scene.take_orders(), "1 breaks");
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpStreams, fail_when_their_writer_vanishes_before_the_first_byte) {
  Called scene;
  say(scene, R"({"type":"set_status","status_code":206})");
  end(scene, core::Leave::missing);
  EXPECT_TRUE(scene.take_orders().starts_with("1 500 "));
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpStreams, have_no_time_limit_and_take_no_ones_place) {
  HttpScene scene({.requests_max = 1});
  EXPECT_EQ(scene.add_trigger("t", "f", R"({"api_path":"/s"})"), "");
  scene.request(1, {.target = "/s"});
  scene.request(2, {.target = "/s"});
  EXPECT_EQ(scene.outputs.calls.size(), 1U);
  send(scene, "x");
  EXPECT_EQ(scene.outputs.calls.size(), 2U);
  (void)scene.take_orders();
  scene.advance(1h);
  EXPECT_EQ(scene.take_orders(), "2 504 | ");
}

TEST(HttpStreams, keep_a_body_until_its_reader_comes) {
  Called scene(http::BodyKind::sized);
  scene.worker.on_body(HttpScene::id(1), "hel");
  scene.worker.on_body(HttpScene::id(1), "lo");
  EXPECT_EQ(scene.take_orders(), "");
  scene.worker.on_reader(HttpScene::id(1));
  EXPECT_EQ(scene.take_orders(), "1 reader hello");
  scene.body(1, " you");
  EXPECT_EQ(scene.take_orders(), "1 reader  you; 1 reader ends");
}

TEST(HttpStreams, read_only_so_much_of_a_body_that_nobody_reads) {
  Called scene(http::BodyKind::sized);
  scene.worker.on_body(HttpScene::id(1), std::string(64 * 1024 - 1, 'x'));
  EXPECT_EQ(scene.take_orders(), "");
  scene.worker.on_body(HttpScene::id(1), "y");
  EXPECT_EQ(scene.take_orders(), "1 holds");
  scene.worker.on_reader(HttpScene::id(1));
  const std::string orders = scene.take_orders();
  EXPECT_TRUE(orders.ends_with("y; 1 releases"));
}

TEST(HttpStreams, hold_a_body_while_its_reader_is_slow) {
  Called scene(http::BodyKind::sized);
  scene.worker.on_reader(HttpScene::id(1));
  scene.worker.on_reader_full(HttpScene::id(1));
  EXPECT_EQ(scene.take_orders(), "1 holds");
  scene.worker.on_reader_relieved(HttpScene::id(1));
  EXPECT_EQ(scene.take_orders(), "1 releases");
}

TEST(HttpStreams, give_json_as_it_was_sent) {
  HttpScene scene;
  EXPECT_EQ(scene.add_trigger("t", "f", R"({"api_path":"/s","http_method":"POST"})"), "");
  scene.request(
      1,
      {.method = "POST",
       .target = "/s",
       .headers = {{"content-type", "application/json"}},
       .body = http::BodyKind::sized}
  );
  scene.body(1, "{\"b\":1, \"a\":2}\n");
  (void)scene.take_orders();
  scene.worker.on_reader(HttpScene::id(1));
  EXPECT_EQ(scene.take_orders(), "1 reader {\"b\":1, \"a\":2}\n; 1 reader ends");
}

}  // namespace
}  // namespace iii::workers::http_worker::test
