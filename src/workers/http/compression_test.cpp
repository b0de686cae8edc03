#include "workers/http/compression.hpp"

#include "base/limits.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"

#include <gtest/gtest.h>
#include <zconf.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker::test {
namespace {

// As much as can be read of it so far.
std::string unzipped(std::string_view bytes) {
  z_stream zlib{};
  EXPECT_EQ(inflateInit2(&zlib, 15 + 16), Z_OK);
  std::string out(1'000'000, '\0');
  std::string in(bytes);
  zlib.next_in = reinterpret_cast<Bytef*>(in.data());
  zlib.avail_in = static_cast<uInt>(in.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&zlib, Z_SYNC_FLUSH);
  EXPECT_TRUE(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) << result;
  inflateEnd(&zlib);
  return out.substr(0, zlib.total_out);
}

TEST(TakesGzip, reads_the_header_as_it_is_meant) {
  const std::vector<std::pair<std::string_view, bool>> cases = {
      {"", false},
      {"gzip", true},
      {"GZIP", true},
      {"x-gzip", true},
      {"br, gzip;q=0.5", true},
      {"gzip;q=0", false},
      {"gzip; q=0.000", false},
      {"gzip;q=x", false},
      {"gzip;q=2", false},
      {"br", false},
      {"*", true},
      {"*;q=0", false},
      {"gzip;q=0, *", false},
      {"*;q=0, gzip", true},
      {"identity, gzip;q=0.5", false},
      {"identity;q=0.5, gzip;q=0.5", true},
      {"identity;q=0, gzip;q=0.1", true},
      {"gzipped", false},
  };
  for (const auto& [header, expected] : cases) {
    EXPECT_EQ(takes_gzip(header), expected) << header;
  }
}

TEST(MayBeCompressed, looks_at_status_and_headers) {
  const std::vector<std::pair<std::string_view, bool>> cases = {
      {"content-type: application/json\r\n", true},
      {"content-type: Text/HTML; charset=utf-8\r\n", true},
      {"content-type: application/problem+json\r\n", true},
      {"content-type: image/svg+xml\r\n", true},
      {"content-type: text/event-stream\r\n", true},
      {"content-type: image/png\r\n", false},
      {"", false},
      {"content-type: text/html\r\ncontent-encoding: br\r\n", false},
      {"cache-control: no-transform\r\ncontent-type: text/html\r\n", false},
      {"content-range: bytes 0-1/2\r\ncontent-type: text/html\r\n", false},
  };
  for (const auto& [lines, expected] : cases) {
    EXPECT_EQ(may_be_compressed(200, lines), expected) << lines;
  }
  for (const unsigned status : {204U, 206U, 304U}) {
    EXPECT_FALSE(may_be_compressed(status, "content-type: text/html\r\n")) << status;
  }
}

TEST(MarkCompressed, weakens_the_tag) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"etag: \"a\"\r\n", "etag: W/\"a\"\r\ncontent-encoding: gzip\r\n"},
      {"a: b\r\netag: \"a\"\r\n", "a: b\r\netag: W/\"a\"\r\ncontent-encoding: gzip\r\n"},
      {"etag: W/\"a\"\r\n", "etag: W/\"a\"\r\ncontent-encoding: gzip\r\n"},
      {"x-etag: \"a\"\r\n", "x-etag: \"a\"\r\ncontent-encoding: gzip\r\n"},
  };
  for (const auto& [before, after] : cases) {
    std::string lines = before;
    mark_compressed(lines);
    EXPECT_EQ(lines, after);
  }
}

TEST(Gzip, hands_out_all_that_it_was_given_with_every_flush) {
  Gzip gzip;
  std::string bytes = gzip.flush("data: 1\n\n");
  EXPECT_EQ(unzipped(bytes), "data: 1\n\n");
  bytes += gzip.flush("data: 2\n\n");
  EXPECT_EQ(unzipped(bytes), "data: 1\n\ndata: 2\n\n");
  bytes += gzip.finish("");
  EXPECT_EQ(unzipped(bytes), "data: 1\n\ndata: 2\n\n");
}

TEST(Gzip, takes_pieces_of_any_size) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += std::to_string(i * 7919);
  }
  Gzip gzip;
  const std::string bytes = gzip.finish(text);
  EXPECT_LT(bytes.size(), text.size());
  EXPECT_EQ(unzipped(bytes), text);
}

// --- Answers ---

Options with_compression() {
  Options options;
  options.compresses = true;
  return options;
}

class Zipped : public HttpScene {
 public:
  explicit Zipped(Options options = with_compression()) : HttpScene(std::move(options)) {
    add_trigger("t", "f", R"({"api_path":"/a"})");
  }
  void get(std::string_view accepted = "gzip, br", std::string_view method = "GET") {
    request(1, {.method = method, .target = "/a", .headers = {{"Accept-Encoding", accepted}}});
    EXPECT_EQ(take_call(), "f");
  }
  static std::string body_of(const std::string& order) {
    return order.substr(order.find(" | ") + 3);
  }
};

const std::string large(2000, 'x');
const std::string large_result =
    R"({"headers":{"content-type":"text/plain"},"body":")" + large + "\"}";

TEST(HttpCompression, makes_large_texts_smaller_for_those_who_take_it) {
  Zipped scene;
  scene.get();
  scene.result(large_result);
  const std::string order = scene.take_orders();
  EXPECT_TRUE(order.starts_with(
      "1 200 content-type: text/plain vary: accept-encoding content-encoding: gzip | "
  )) << order;
  EXPECT_EQ(unzipped(Zipped::body_of(order)), large);
}

TEST(HttpCompression, tells_caches_that_others_get_something_else) {
  Zipped scene;
  scene.get("br");
  scene.result(large_result);
  EXPECT_EQ(scene.take_orders(), "1 200 content-type: text/plain vary: accept-encoding | " + large);
}

TEST(HttpCompression, leaves_alone_what_is_small_or_no_text) {
  Zipped scene;
  scene.get();
  scene.result(R"({"body":"small"})");
  EXPECT_EQ(
      scene.take_orders(), "1 200 content-type: application/json vary: accept-encoding | \"small\""
  );
  scene.get();
  scene.result(R"({"headers":{"content-type":"image/png"},"body":")" + large + "\"}");
  EXPECT_EQ(scene.take_orders(), "1 200 content-type: image/png | " + large);
  scene.get();
  const std::string huge(base::limits::http_compressed_bytes_max + 1, 'x');
  scene.result(R"({"headers":{"content-type":"text/plain"},"body":")" + huge + "\"}");
  EXPECT_TRUE(scene.take_orders().ends_with("x")) << "it would take too long";
}

TEST(HttpCompression, is_off_unless_asked_for) {
  Zipped scene{Options{}};
  scene.get();
  scene.result(large_result);
  EXPECT_EQ(scene.take_orders(), "1 200 content-type: text/plain | " + large);
}

// What a channel brings.
void say(Zipped& scene, bool is_text, std::string_view bytes) {
  scene.worker.on_channel_message(HttpScene::id(1), is_text, bytes, scene.now, scene.outputs);
}

TEST(HttpCompression, lets_every_piece_of_a_stream_through_at_once) {
  Zipped scene;
  scene.get();
  say(scene, true, R"({"type":"set_headers","headers":{"content-type":"text/event-stream"}})");
  say(scene, false, "data: 1\n\n");
  const std::string first = scene.take_orders();
  const std::string head =
      "1 starts 200 content-type: text/event-stream vary: accept-encoding content-encoding: gzip"
      "; 1 piece ";
  ASSERT_TRUE(first.starts_with(head)) << first;
  std::string bytes = first.substr(head.size());
  EXPECT_EQ(unzipped(bytes), "data: 1\n\n");
  say(scene, false, "data: 2\n\n");
  bytes += scene.take_orders().substr(std::string_view("1 piece ").size());
  EXPECT_EQ(unzipped(bytes), "data: 1\n\ndata: 2\n\n");
  scene.worker.on_channel_ended(HttpScene::id(1), scene.now, scene.outputs);
  const std::string last = scene.take_orders();
  EXPECT_TRUE(last.starts_with("1 piece ") && last.ends_with("; 1 ends")) << last;
}

TEST(HttpCompression, leaves_streams_of_bytes_alone) {
  Zipped scene;
  scene.get();
  say(scene, true, R"({"type":"set_headers","headers":{"content-type":"image/png"}})");
  say(scene, false, "png");
  EXPECT_EQ(scene.take_orders(), "1 starts 200 content-type: image/png; 1 piece png");
}

TEST(HttpCompression, has_no_more_streams_at_once_than_it_may) {
  Options options = with_compression();
  options.compressed_streams_max = 0;
  Zipped scene(std::move(options));
  scene.get();
  say(scene, true, R"({"type":"set_headers","headers":{"content-type":"text/plain"}})");
  say(scene, false, "a");
  EXPECT_EQ(
      scene.take_orders(), "1 starts 200 content-type: text/plain vary: accept-encoding; 1 piece a"
  );
}

}  // namespace
}  // namespace iii::workers::http_worker::test
