// Requests that wait until others have been answered.
#include "base/limits.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace iii::workers::http_worker::test {
namespace {

// Request 1 has the only place.
class Busy : public HttpScene {
 public:
  explicit Busy(Options options = {}) : HttpScene(with_one_place(std::move(options))) {
    EXPECT_EQ(add_trigger("t-1", "f::slow", R"({"api_path":"/slow"})"), "");
    request(1, slow);
    EXPECT_EQ(take_call(), "f::slow");
  }

  const Sent slow{.target = "/slow"};

  void client_goes(std::uint64_t number) { worker.on_gone(id(number), now, outputs); }

 private:
  static Options with_one_place(Options options) {
    options.requests_max = 1;
    return options;
  }
};

// Answers that need no call follow each other without nesting: the stack would not hold so many.
TEST(HttpWaiting, takes_any_number_that_is_answered_at_once) {
  Options options;
  options.folders.push_back({.path = "/docs"});
  Busy scene(std::move(options));
  constexpr std::uint64_t waiting = base::limits::http_waiting_max;
  for (std::uint64_t number = 2; number < 2 + waiting; ++number) {
    scene.request(number, {.target = "/docs"});
  }
  EXPECT_EQ(scene.worker.requests(), waiting + 1);
  EXPECT_EQ(scene.take_orders(), "");
  scene.result("{}");
  const std::string told = scene.take_orders();
  EXPECT_TRUE(told.starts_with("1 200 ")) << told.substr(0, 100);
  EXPECT_EQ(static_cast<std::uint64_t>(std::ranges::count(told, ';')), waiting);
  EXPECT_NE(told.find("; 4097 308 "), std::string::npos);
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpWaiting, does_not_count_those_whose_client_has_gone) {
  Busy scene({.waiting_max = 1});
  scene.request(2, scene.slow);
  scene.client_goes(2);
  scene.request(3, scene.slow);
  EXPECT_EQ(scene.take_orders(), "") << "the place of the second is free";
  scene.request(4, scene.slow);
  EXPECT_TRUE(scene.take_orders().starts_with("4 503 "));
  scene.result("{}");
  EXPECT_EQ(scene.take_call(), "f::slow") << "of the third";
  EXPECT_EQ(scene.take_call(), "nothing");
}

TEST(HttpWaiting, does_not_count_those_that_have_waited_too_long) {
  Busy scene({.waiting_max = 1});
  EXPECT_EQ(scene.add_trigger("t-2", "f", R"({"api_path":"/fast","timeout_ms":100})"), "");
  scene.request(2, {.target = "/fast"});
  scene.advance(100ms);
  EXPECT_EQ(scene.take_orders(), "2 504 | ");
  scene.request(3, scene.slow);
  EXPECT_EQ(scene.take_orders(), "") << "the place of the second is free";
}

TEST(HttpWaiting, calls_nothing_for_those_that_expire_with_the_ones_before_them) {
  Busy scene;
  scene.request(2, scene.slow);
  scene.advance(1ms);
  scene.request(3, scene.slow);
  scene.advance(29'999ms);
  EXPECT_EQ(scene.take_orders(), "1 504 | ; 2 504 | ");
  EXPECT_EQ(scene.outputs.calls.size(), 1U) << "only the third is begun";
  EXPECT_EQ(scene.outputs.abandoned.size(), 1U);
  EXPECT_EQ(scene.worker.requests(), 1U);
}

}  // namespace
}  // namespace iii::workers::http_worker::test
