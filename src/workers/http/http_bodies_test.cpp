// The JSON bodies of many requests at once.
#include "http/request.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

namespace iii::workers::http_worker::test {
namespace {

// Room for ten bytes.
class Bodies : public HttpScene {
 public:
  Bodies() : HttpScene({.bodies_bytes_max = 10}) {
    EXPECT_EQ(add_trigger("t", "f", R"({"api_path":"/f","http_method":"POST"})"), "");
  }

  void begin(std::uint64_t number) {
    request(
        number,
        {.method = "POST",
         .target = "/f",
         .headers = {{"content-type", "application/json"}},
         .body = http::BodyKind::chunked}
    );
  }
  void piece(std::uint64_t number, std::string_view bytes) { worker.on_body(id(number), bytes); }
  void end(std::uint64_t number) { worker.on_body_end(id(number), now, outputs); }
  void client_goes(std::uint64_t number) { worker.on_gone(id(number), now, outputs); }
};

TEST(HttpBodies, wait_while_others_have_the_room) {
  Bodies scene;
  scene.begin(1);
  scene.piece(1, R"("12345678")");
  scene.end(1);
  EXPECT_EQ(scene.take_call(), "f");
  EXPECT_EQ(scene.take_orders(), "1 limit 16777216");
  scene.begin(2);
  EXPECT_EQ(scene.take_orders(), "2 limit 16777216; 2 holds");
  scene.result("{}");
  EXPECT_EQ(scene.take_orders(), "1 200 content-type: application/json | {}; 2 releases");
  scene.body(2, "2");
  EXPECT_EQ(scene.take_call(), "f");
}

TEST(HttpBodies, do_not_wait_for_each_other) {
  Bodies scene;
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    scene.begin(number);
  }
  (void)scene.take_orders();
  scene.piece(1, R"("1234)");
  EXPECT_EQ(scene.take_orders(), "");
  scene.piece(2, R"("1234)");
  EXPECT_EQ(scene.take_orders(), "2 holds");
  scene.piece(3, "3");
  EXPECT_EQ(scene.take_orders(), "3 holds");
  scene.piece(1, R"(5678)");
  EXPECT_EQ(scene.take_orders(), "") << "one is always read";
  scene.client_goes(1);
  EXPECT_EQ(scene.take_orders(), "2 releases; 3 releases");
  scene.piece(2, "5678");
  EXPECT_EQ(scene.take_orders(), "2 holds");
  scene.client_goes(3);
  EXPECT_EQ(scene.take_orders(), "2 releases") << "nobody else is left, whatever it has";
  scene.piece(2, "\"");
  scene.end(2);
  EXPECT_EQ(scene.take_call(), "f");
}

TEST(HttpBodies, that_wait_count_until_their_time_is_over) {
  Bodies scene;
  scene.begin(1);
  scene.piece(1, R"("12345678")");
  scene.end(1);
  scene.advance(1ms);
  scene.begin(2);
  (void)scene.take_orders();
  scene.advance(29'999ms);
  EXPECT_EQ(scene.take_orders(), "1 504 | ; 2 releases");
  scene.advance(1ms);
  EXPECT_EQ(scene.take_orders(), "2 504 | ");
  scene.begin(3);
  EXPECT_EQ(scene.take_orders(), "3 limit 16777216") << "there is room again";
}

TEST(HttpBodies, of_other_types_do_not_count) {
  Bodies scene;
  scene.begin(1);
  scene.piece(1, R"("12345678")");
  (void)scene.take_orders();
  scene.request(
      2,
      {.method = "POST",
       .target = "/f",
       .headers = {{"content-type", "text/plain"}},
       .body = http::BodyKind::chunked}
  );
  EXPECT_EQ(scene.take_call(), "f");
  scene.piece(2, "some text");
  EXPECT_EQ(scene.take_orders(), "");
}

}  // namespace
}  // namespace iii::workers::http_worker::test
