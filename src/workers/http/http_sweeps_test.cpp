// The four sweeps over whole requests: bytes cut anywhere, a failure or a client that goes at each
// step, the smallest limits, and each deadline.
#include "base/time.hpp"
#include "http/request.hpp"
#include "support/sweeps.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/options.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker::test {
namespace {

using iii::test::sweep_cuts;
using iii::test::sweep_failures;
using iii::test::sweep_late;
using iii::test::sweep_tiny;

using Pieces = std::span<const std::string_view>;

void bytes_of_body(HttpScene& scene, std::string_view bytes) {
  scene.worker.on_body(HttpScene::id(1), bytes);
}
void end_of_body(HttpScene& scene) {
  scene.worker.on_body_end(HttpScene::id(1), scene.now, scene.outputs);
}
void send(HttpScene& scene, bool is_text, std::string_view bytes) {
  scene.worker.on_channel_message(HttpScene::id(1), is_text, bytes, scene.now, scene.outputs);
}
void end_of_channel(HttpScene& scene) {
  scene.worker.on_channel_ended(HttpScene::id(1), scene.now, scene.outputs);
}
void client_goes(HttpScene& scene) {
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
}

void expect_over(HttpScene& scene) {
  EXPECT_EQ(scene.worker.requests(), 0U);
  EXPECT_EQ(scene.worker.next_deadline(), base::never);
}

// A request that waits for everything that one can wait for.
class Guarded : public HttpScene {
 public:
  static constexpr std::array<std::string_view, 5> steps = {
      "g::gate", "body", "k::may", "m::gate", "f"
  };

  explicit Guarded(Options options = {}) : HttpScene(with_gate(std::move(options))) {
    EXPECT_EQ(
        add_trigger(
            "t",
            "f",
            R"({"api_path":"/s","http_method":"POST","condition_function_id":"k::may",)"
            R"("middleware_function_ids":["m::gate"]})"
        ),
        ""
    );
    request(
        1,
        {.method = "POST",
         .target = "/s",
         .headers = {{"content-type", "application/json"}},
         .body = http::BodyKind::sized}
    );
  }
  void play(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (steps.at(i) == "body") {
        body(1, R"({"a":1})");
      } else {
        EXPECT_EQ(take_call(), steps.at(i));
        result(R"({"action":"continue"})");
      }
    }
    static_cast<void>(take_orders());
  }

 private:
  static Options with_gate(Options options) {
    options.middleware = {"g::gate"};
    return options;
  }
};

TEST(HttpSweeps, whichever_function_fails_is_the_answer) {
  const std::size_t steps = sweep_failures([](std::size_t step) {
    if (step == Guarded::steps.size()) {
      return false;
    }
    Guarded scene;
    scene.play(step);
    if (Guarded::steps.at(step) == "body") {
      client_goes(scene);
      EXPECT_EQ(scene.take_orders(), "");
    } else {
      EXPECT_EQ(scene.take_call(), Guarded::steps.at(step));
      scene.failure("broken", "because");
      const std::string answer = scene.take_orders();
      EXPECT_TRUE(answer.starts_with("1 500 ")) << answer;
      EXPECT_EQ(scene.take_closed().size(), Guarded::steps.at(step) == "f" ? 1U : 0U);
      EXPECT_NE(answer.find(R"("code":"broken","message":"because")"), std::string::npos) << answer;
    }
    EXPECT_EQ(scene.take_call(), "nothing");
    expect_over(scene);
    return true;
  });
  EXPECT_EQ(steps, 5U);
}

TEST(HttpSweeps, a_client_that_goes_at_any_step_is_forgotten) {
  const std::size_t steps = sweep_failures([](std::size_t step) {
    if (step == Guarded::steps.size()) {
      return false;
    }
    Guarded scene;
    scene.play(step);
    client_goes(scene);
    const bool is_called = Guarded::steps.at(step) != "body";
    EXPECT_EQ(scene.outputs.abandoned.size(), is_called ? 1U : 0U);
    EXPECT_EQ(scene.take_closed().size(), Guarded::steps.at(step) == "f" ? 1U : 0U);
    if (is_called) {
      EXPECT_EQ(scene.take_call(), Guarded::steps.at(step));
      scene.result(R"({"action":"continue"})");
    }
    EXPECT_EQ(scene.take_orders(), "");
    EXPECT_EQ(scene.take_call(), "nothing");
    expect_over(scene);
    return true;
  });
  EXPECT_EQ(steps, 5U);
}

TEST(HttpSweeps, a_body_of_json_may_be_cut_anywhere) {
  sweep_cuts(R"({"text":"größer","list":[1,null]})", [](Pieces pieces) {
    Guarded scene;
    scene.play(1);
    std::string whole;
    for (const std::string_view piece : pieces) {
      bytes_of_body(scene, piece);
      EXPECT_EQ(scene.take_call(), "nothing");
      whole += piece;
    }
    end_of_body(scene);
    EXPECT_EQ(scene.take_call(), "k::may");
    EXPECT_EQ(boost::json::parse(scene.last_call.data_json).at("body"), boost::json::parse(whole));
  });
}

// Which holds it to them: the tests of the connection.
TEST(HttpSweeps, a_connection_is_told_how_many_bytes_a_body_may_have) {
  sweep_tiny(3, [](std::size_t limit) {
    Guarded scene({.body_bytes_max = limit});
    EXPECT_NE(scene.take_orders().find("1 limit " + std::to_string(limit)), std::string::npos);
  });
}

// A request to a function that streams.
class Streaming : public HttpScene {
 public:
  explicit Streaming(http::BodyKind body = http::BodyKind::none) {
    EXPECT_EQ(add_trigger("t", "f", R"({"api_path":"/s","http_method":"POST"})"), "");
    request(
        1,
        {.method = "POST", .target = "/s", .headers = {{"content-type", "text/plain"}}, .body = body
        }
    );
    EXPECT_EQ(take_call(), "f");
  }
};

TEST(HttpSweeps, an_answer_may_be_cut_anywhere) {
  sweep_cuts("data: größer\n\n", [](Pieces pieces) {
    Streaming scene;
    std::string expected = "1 starts 200";
    for (const std::string_view piece : pieces) {
      send(scene, false, piece);
      expected.append("; 1 piece ").append(piece);
    }
    EXPECT_EQ(scene.take_orders(), expected);
    scene.result("null");
    end_of_channel(scene);
    EXPECT_EQ(scene.take_orders(), "1 ends");
    EXPECT_EQ(scene.take_closed(), std::vector<std::uint64_t>{1});
    expect_over(scene);
  });
}

TEST(HttpSweeps, an_upload_may_be_cut_anywhere_and_its_reader_may_come_at_any_time) {
  sweep_cuts("an upload", [](Pieces pieces) {
    for (std::size_t reader = 0; reader <= pieces.size(); ++reader) {
      Streaming scene(http::BodyKind::sized);
      std::string expected;
      for (std::size_t i = 0; i <= pieces.size(); ++i) {
        if (i == reader) {
          scene.worker.on_reader(HttpScene::id(1));
          std::string early;
          for (const std::string_view piece : pieces.first(i)) {
            early += piece;
          }
          expected += early.empty() ? "" : "; 1 reader " + early;
        }
        if (i < pieces.size()) {
          bytes_of_body(scene, pieces[i]);
          expected += i < reader ? "" : "; 1 reader " + std::string(pieces[i]);
        }
      }
      end_of_body(scene);
      EXPECT_EQ("; " + scene.take_orders(), expected + "; 1 reader ends");
    }
  });
}

struct StreamStep {
  std::function<void(HttpScene&)> play;
  std::string_view told_if_it_fails;  // instead of the step
  std::string_view told_if_late;
};

// Of a streamed answer.
const std::vector<StreamStep>& stream_steps() {
  static const std::vector<StreamStep> steps = {
      {[](HttpScene& scene) { send(scene, true, R"({"type":"set_status","status_code":206})"); },
       "1 500",
       "1 504 | "},
      {[](HttpScene& scene) { send(scene, false, "one"); }, "1 500", "1 504 | "},
      {[](HttpScene& scene) { send(scene, false, "two"); }, "1 breaks", ""},
      {[](HttpScene& scene) { scene.result("null"); }, "1 breaks", ""},
  };
  return steps;
}

void play_stream(HttpScene& scene, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    stream_steps().at(i).play(scene);
  }
  static_cast<void>(scene.take_orders());
}

TEST(HttpSweeps, a_stream_breaks_where_its_function_does) {
  const std::size_t steps = sweep_failures([](std::size_t step) {
    if (step == stream_steps().size()) {
      return false;
    }
    Streaming scene;
    play_stream(scene, step);
    scene.failure("broken", "because");
    const std::string told = scene.take_orders();
    EXPECT_TRUE(told.starts_with(stream_steps().at(step).told_if_it_fails)) << told;
    send(scene, false, "late");
    end_of_channel(scene);
    EXPECT_EQ(scene.take_orders(), "");
    EXPECT_EQ(scene.take_closed(), std::vector<std::uint64_t>{1});
    expect_over(scene);
    return true;
  });
  EXPECT_EQ(steps, 4U);
}

TEST(HttpSweeps, a_stream_is_over_when_its_client_goes) {
  const std::size_t steps = sweep_failures([](std::size_t step) {
    if (step > stream_steps().size()) {
      return false;
    }
    Streaming scene;
    play_stream(scene, step);
    client_goes(scene);
    send(scene, false, "late");
    end_of_channel(scene);
    scene.result("null");
    EXPECT_EQ(scene.take_orders(), "");
    EXPECT_EQ(scene.take_closed(), std::vector<std::uint64_t>{1});
    expect_over(scene);
    return true;
  });
  EXPECT_EQ(steps, 5U);
}

TEST(HttpSweeps, a_stream_has_a_deadline_until_it_begins) {
  const std::size_t steps = sweep_late([](std::size_t late) {
    if (late == stream_steps().size()) {
      return false;
    }
    Streaming scene;
    play_stream(scene, late);
    scene.advance(std::chrono::seconds(30));
    const std::string_view told = stream_steps().at(late).told_if_late;
    EXPECT_EQ(scene.take_orders(), told);
    EXPECT_EQ(scene.take_closed().size(), told.empty() ? 0U : 1U);
    EXPECT_EQ(scene.worker.requests(), told.empty() ? 1U : 0U);
    return true;
  });
  EXPECT_EQ(steps, 4U);
}

TEST(HttpSweeps, a_configuration_that_is_cut_is_refused_with_a_reason) {
  constexpr std::string_view config = R"({"api_path":"/s/:id","http_method":"POST"})";
  sweep_cuts(config, [](Pieces pieces) {
    if (pieces.size() == 2) {
      HttpScene scene;
      EXPECT_TRUE(
          scene.add_trigger("t", "f", std::string(pieces[0])).starts_with("trigger_registration")
      );
    }
  });
}

}  // namespace
}  // namespace iii::workers::http_worker::test
