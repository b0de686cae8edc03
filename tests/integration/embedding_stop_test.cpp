// iii::Engine: how it starts and how it ends.
#include "embedding.hpp"
#include "socket_client.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"

#include <iii/engine.hpp>
#include <iii/engine_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using testing::AnyOf;
using testing::StartsWith;

TEST(Engine, EndsEveryCallWhenItStops) {
  Engine engine = start(with_short_drain());
  std::vector<Responder> kept;
  ASSERT_TRUE(engine.register_function(
      "waits",
      [&kept](const EngineInvocation&, Responder respond) { kept.push_back(std::move(respond)); }
  ));
  std::vector<std::future<CallOutcome>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(engine.invoke("waits", "{}"));
  }
  WorkerClient worker(engine.port());
  worker.settle();
  engine.stop();
  for (auto& call : calls) {
    EXPECT_THAT(
        text_of(outcome_of(std::move(call))),
        AnyOf(StartsWith("invocation_stopped"), StartsWith("engine_stopping"))
    );
  }
  EXPECT_EQ(worker.ending(), closed_with(websocket::CloseCode::going_away));
  kept.clear();
}

TEST(Engine, LetsCallsEndBeforeItStops) {
  Engine engine = start();
  Parcel<Responder> parcel;
  ASSERT_TRUE(engine.register_function("waits", [&](const EngineInvocation&, Responder respond) {
    parcel.give(std::move(respond));
  }));
  auto call = engine.invoke("waits", "{}");
  Responder respond = parcel.take();
  std::thread stopping([&engine] { engine.stop(); });
  // Once new calls are refused the drain has begun.
  while (ask(engine, "engine::workers::list").find("engine_stopping") == std::string::npos) {
  }
  respond.result("\"just in time\"");
  EXPECT_EQ(text_of(outcome_of(std::move(call))), "\"just in time\"");
  stopping.join();
}

TEST(Engine, SaysThatItHasStopped) {
  Engine engine = start();
  engine.stop();
  engine.stop();
  const auto is_closed = [](const EngineStatus& status) {
    return !status && status.error().code == EngineErrorCode::closed;
  };
  EXPECT_TRUE(is_closed(engine.register_function("f", answering("1"))));
  EXPECT_TRUE(is_closed(engine.unregister_function("f")));
  EXPECT_TRUE(is_closed(engine.register_trigger_type("t", {})));
  EXPECT_TRUE(is_closed(engine.fire("t", "{}")));
  EXPECT_TRUE(is_closed(engine.invoke_void("f", "{}")));
  EXPECT_EQ(ask(engine, "f"), "invocation_stopped: the engine has been stopped");
}

TEST(Engine, StopsWhenItIsDestroyed) {
  std::optional<Responder> kept;
  std::future<CallOutcome> call;
  std::uint16_t port = 0;
  {
    Engine engine = start(with_short_drain());
    port = engine.port();
    Parcel<bool> called;
    ASSERT_TRUE(engine.register_function("waits", [&](const EngineInvocation&, Responder respond) {
      kept.emplace(std::move(respond));
      called.give(true);
    }));
    call = engine.invoke("waits", "{}");
    EXPECT_TRUE(called.take());
  }
  EXPECT_THAT(text_of(outcome_of(std::move(call))), StartsWith("invocation_stopped"));
  // An answer to an engine that is gone is harmless.
  kept->result("1");
  kept.reset();
  EXPECT_THROW(SocketClient{port}, std::runtime_error);
}

// The system gives the id of a thread that has ended to the next one.
TEST(Engine, MayBeDestroyedByAnyThreadOnceItHasStopped) {
  for (int i = 0; i < 4; ++i) {
    Engine engine = start();
    engine.stop();
    std::thread([](const Engine&) {}, std::move(engine)).join();
  }
}

TEST(Engine, MayBeStoppedByAThreadThatCameAfterItsOwn) {
  Engine engine = start();
  engine.stop();
  std::thread([&engine] { engine.stop(); }).join();
}

TEST(Engine, MayBeToldToStopByAHandler) {
  Engine engine = start(with_short_drain());
  ASSERT_TRUE(engine
                  .register_function("stop", [&engine](const EngineInvocation&, Responder respond) {
                    engine.stop();
                    respond.result("true");
                  }));
  EXPECT_EQ(ask(engine, "stop"), "true");
  engine.stop();
  EXPECT_EQ(ask(engine, "stop"), "invocation_stopped: the engine has been stopped");
}

TEST(EngineDeathTest, MustNotBeUsedAfterAMove) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Engine first = start();
  const Engine second = std::move(first);
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the point
  EXPECT_DEATH((void)first.port(), "an Engine that has been moved from must not be used");
}

TEST(EngineDeathTest, ResponderMustNotBeUsedAfterAMove) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Engine engine = start();
  Parcel<Responder> parcel;
  ASSERT_TRUE(engine.register_function("f", [&](const EngineInvocation&, Responder respond) {
    parcel.give(std::move(respond));
  }));
  auto call = engine.invoke("f", "{}");
  Responder first = parcel.take();
  Responder second = std::move(first);
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the point
  EXPECT_DEATH(first.result("1"), "a Responder that has been moved from must not be used");
  second.result("2");
  EXPECT_EQ(text_of(outcome_of(std::move(call))), "2");
}

TEST(Engine, MayBeMoved) {
  Engine first = start();
  ASSERT_TRUE(first.register_function("f", answering("1")));
  Engine second = std::move(first);
  EXPECT_EQ(ask(second, "f"), "1");
  Engine third = start();
  third = std::move(second);
  EXPECT_EQ(ask(third, "f"), "1");
}

TEST(Engine, IsIndependentOfOthersInTheProcess) {
  Engine one = start();
  Engine two = start();
  EXPECT_NE(one.port(), two.port());
  ASSERT_TRUE(one.register_function("f", answering("1")));
  ASSERT_TRUE(two.register_function("f", answering("2")));
  EXPECT_EQ(ask(one, "f"), "1");
  EXPECT_EQ(ask(two, "f"), "2");
  one.stop();
  EXPECT_EQ(ask(two, "f"), "2");
}

TEST(Engine, NamesWhatKeepsItFromStarting) {
  const auto refusal = [](const EngineOptions& options) {
    auto engine = Engine::start(options);
    return engine ? std::string("started")
                  : std::string(to_string(engine.error().code)) + ": " + engine.error().message;
  };
  const Engine running = start();
  EXPECT_THAT(
      refusal({.port = running.port()}), StartsWith("address_in_use: cannot listen on 127.0.0.1:")
  );
  EXPECT_THAT(refusal({.host = "256.0.0.1", .port = 0}), StartsWith("invalid_argument: "));
  EXPECT_THAT(refusal({.port = 0, .log_level = "loud"}), StartsWith("invalid_argument: "));
  EXPECT_THAT(refusal({.config_file = "/nowhere.yaml"}), StartsWith("not_found: "));
  const std::string wrong = config_file("wrong", "workers:\n  - name: iii-worker-manger\nx: 1\n");
  EXPECT_THAT(refusal({.config_file = wrong}), StartsWith("invalid_config: "));
}

}  // namespace
}  // namespace iii::test
