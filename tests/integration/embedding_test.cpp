// iii::Engine: functions of the program, calls and answers.
#include "embedding.hpp"

#include "worker_client.hpp"

#include <iii/engine.hpp>
#include <iii/engine_error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

// --- Functions of the program ---

TEST(Engine, CallsTheProgramsFunctionsWithoutASocket) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("echo", [](const EngineInvocation& call, Responder respond) {
    respond.result(
        R"({"function":")" + std::string(call.function_id) + R"(","payload":)" +
        std::string(call.payload) + "}"
    );
  }));
  EXPECT_EQ(ask(engine, "echo", R"({"n":[1,2]})"), R"({"function":"echo","payload":{"n":[1,2]}})");
}

TEST(Engine, CallsTheProgramBackWhenACallHasEnded) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("f", answering("7")));
  Parcel<CallOutcome> parcel;
  engine.invoke("f", "{}", [&parcel](CallOutcome outcome) { parcel.give(std::move(outcome)); });
  EXPECT_EQ(text_of(parcel.take()), "7");
}

TEST(Engine, ServesRemoteWorkers) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("echo", [](const EngineInvocation& call, Responder respond) {
    respond.result(std::string(call.payload));
  }));
  WorkerClient worker(engine.port());
  const auto result = worker.call("echo", R"({"n":1})").at("result");
  EXPECT_EQ(result.at("n"), 1);
  EXPECT_EQ(result.at("_caller_worker_id"), boost::json::value(worker.worker_id()));
}

TEST(Engine, CallsRemoteWorkers) {
  Engine engine = start();
  WorkerClient worker(engine.port());
  worker.serve("remote::f");
  auto call = engine.invoke("remote::f", R"({"n":1})", {.metadata = R"({"m":2})", .timeout = {}});
  const auto message = worker.next_call();
  EXPECT_EQ(message.at("data"), boost::json::parse(R"({"n":1})"));
  EXPECT_EQ(message.at("metadata"), boost::json::parse(R"({"m":2})"));
  worker.answer(message, R"("done")");
  EXPECT_EQ(text_of(outcome_of(std::move(call))), R"("done")");

  ASSERT_TRUE(engine.invoke_void("remote::f", "[]"));
  EXPECT_EQ(worker.next_call().at("data"), boost::json::array());
}

TEST(Engine, PassesMetadataToTheProgramsFunctions) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("meta", [](const EngineInvocation& call, Responder respond) {
    respond.result(call.metadata.empty() ? "null" : std::string(call.metadata));
  }));
  auto call = engine.invoke("meta", "{}", {.metadata = R"({"user":"ann"})", .timeout = {}});
  EXPECT_EQ(text_of(outcome_of(std::move(call))), R"({"user":"ann"})");
  EXPECT_EQ(ask(engine, "meta"), "null");
}

TEST(Engine, KnowsThatAFunctionIsMissing) {
  Engine engine = start();
  EXPECT_EQ(ask(engine, "nowhere"), "function_not_found: Function nowhere not found");
  ASSERT_TRUE(engine.register_function("f", answering("1")));
  EXPECT_EQ(ask(engine, "f"), "1");
  ASSERT_TRUE(engine.unregister_function("f"));
  EXPECT_EQ(ask(engine, "f"), "function_not_found: Function f not found");
}

TEST(Engine, ReplacesAFunction) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("f", answering("1")));
  ASSERT_TRUE(engine.register_function("f", answering("2")));
  EXPECT_EQ(ask(engine, "f"), "2");
}

TEST(Engine, KeepsTheProgramsFunctionsFromRemoteWorkers) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("f", answering("\"program\"")));
  EXPECT_EQ(ask(engine, "f"), "\"program\"");
  WorkerClient worker(engine.port());
  worker.serve("f");
  EXPECT_EQ(ask(engine, "f"), "\"program\"");
}

TEST(Engine, LetsAFunctionRegisterAndUnregister) {
  Engine engine = start();
  ASSERT_TRUE(engine
                  .register_function("once", [&engine](const EngineInvocation&, Responder respond) {
                    EXPECT_TRUE(engine.unregister_function("once"));
                    EXPECT_TRUE(engine.register_function("next", answering("2")));
                    respond.result("1");
                  }));
  EXPECT_EQ(ask(engine, "once"), "1");
  EXPECT_EQ(ask(engine, "next"), "2");
  EXPECT_THAT(ask(engine, "once"), StartsWith("function_not_found"));
}

TEST(Engine, IsListedUnderTheProgramsName) {
  EngineOptions options = quiet();
  options.worker_name = "shop";
  Engine engine = start(options);
  ASSERT_TRUE(engine.register_function(
      "f", answering("1"), {.description = "a function", .metadata = R"({"k":1})"}
  ));
  EXPECT_THAT(ask(engine, "engine::workers::list"), HasSubstr(R"("name":"shop")"));
  EXPECT_THAT(ask(engine, "engine::functions::list"), HasSubstr("a function"));
}

TEST(Engine, RefusesWhatIsNoJson) {
  Engine engine = start();
  const auto code_of = [](const EngineStatus& status) {
    return status ? std::string("ok") : std::string(to_string(status.error().code));
  };
  EXPECT_EQ(
      code_of(engine.register_function("f", {}, {.request_format = "{"})), "invalid_argument"
  );
  EXPECT_EQ(code_of(engine.register_function("f", {}, {.metadata = "x"})), "invalid_argument");
  EXPECT_EQ(code_of(engine.register_function("", {})), "invalid_argument");
  EXPECT_EQ(code_of(engine.register_function("\xff", {})), "invalid_argument");
  EXPECT_EQ(code_of(engine.register_function(std::string(5000, 'f'), {})), "invalid_argument");
  EXPECT_EQ(
      code_of(engine.register_trigger_type("t", {.trigger_request_format = "{"})),
      "invalid_argument"
  );
  EXPECT_EQ(code_of(engine.register_trigger_type("", {})), "invalid_argument");
  EXPECT_EQ(code_of(engine.fire("t", "{")), "invalid_argument");
  EXPECT_EQ(code_of(engine.invoke_void("f", "")), "invalid_argument");
  EXPECT_THAT(ask(engine, "f", "{"), StartsWith("invalid_message: "));
  EXPECT_THAT(ask(engine, "f", "\"\xff\""), StartsWith("invalid_message: "));
  auto call = engine.invoke("f", "{}", {.metadata = "{", .timeout = {}});
  EXPECT_THAT(text_of(outcome_of(std::move(call))), StartsWith("invalid_message: "));
}

// --- Answers ---

TEST(Engine, TurnsAnExceptionIntoAnError) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("throws", [](const EngineInvocation&, Responder) {
    throw std::runtime_error("it broke \xff");
  }));
  ASSERT_TRUE(engine.register_function("throws_int", [](const EngineInvocation&, Responder) {
    throw 7;
  }));
  EXPECT_EQ(ask(engine, "throws"), "invocation_failed: it broke \xEF\xBF\xBD");
  EXPECT_THAT(ask(engine, "throws_int"), StartsWith("invocation_failed: "));
  // An exception counts more than an answer before it, and a remote caller sees the same.
  ASSERT_TRUE(engine.register_function(
      "answers_and_throws",
      [](const EngineInvocation&, Responder respond) {
        respond.result("1");
        throw std::runtime_error("after all");
      }
  ));
  EXPECT_EQ(ask(engine, "answers_and_throws"), "invocation_failed: after all");
  WorkerClient worker(engine.port());
  EXPECT_EQ(error_code(worker.call("throws")), "invocation_failed");
}

TEST(Engine, SurvivesExceptionsOfOtherCallbacks) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("f", answering("1")));
  engine.invoke("f", "{}", [](const CallOutcome&) { throw std::runtime_error("callback"); });
  EXPECT_EQ(ask(engine, "f"), "1");
}

TEST(Engine, PassesAnErrorOfAFunction) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("fails", [](const EngineInvocation&, Responder respond) {
    respond.error({"out_of_stock", "no A1 left", "shop.cpp:7"});
  }));
  const CallOutcome outcome = outcome_of(engine.invoke("fails", "{}"));
  ASSERT_FALSE(outcome.is_ok());
  EXPECT_EQ(outcome.error->code, "out_of_stock");
  EXPECT_EQ(outcome.error->message, "no A1 left");
  EXPECT_EQ(outcome.error->stacktrace, "shop.cpp:7");
}

TEST(Engine, TakesAnAnswerFromAnotherThread) {
  Engine engine = start();
  std::vector<std::jthread> threads;
  ASSERT_TRUE(engine.register_function(
      "slow",
      [&](const EngineInvocation& call, Responder respond) {
        threads.emplace_back([payload = std::string(call.payload),
                              respond = std::move(respond)]() mutable { respond.result(payload); });
      }
  ));
  std::vector<std::future<CallOutcome>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(engine.invoke("slow", std::to_string(i)));
  }
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(
        text_of(outcome_of(std::move(calls[static_cast<std::size_t>(i)]))), std::to_string(i)
    );
  }
  engine.stop();
}

TEST(Engine, AnswersForAResponderThatWasDropped) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("forgets", [](const EngineInvocation&, Responder) {}));
  EXPECT_EQ(ask(engine, "forgets"), "invocation_failed: the function ended without an answer");
}

TEST(Engine, RefusesAResultThatIsNoJson) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("broken", answering("{\"a\":")));
  ASSERT_TRUE(engine.register_function("latin", answering("\"\xe9\"")));
  constexpr std::string_view refusal =
      "invocation_failed: the function's result is not well-formed JSON";
  EXPECT_EQ(ask(engine, "broken"), refusal);
  EXPECT_EQ(ask(engine, "latin"), refusal);
}

TEST(Engine, TakesResultsAsTheyStand) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("nothing", answering("")));
  ASSERT_TRUE(engine.register_function("spaced", answering("\n {\"a\": 1} ")));
  ASSERT_TRUE(engine.register_function("twice", [](const EngineInvocation&, Responder respond) {
    respond.result("1");
    respond.error({"late", "the first answer counts", {}});
  }));
  const CallOutcome nothing = outcome_of(engine.invoke("nothing", "{}"));
  EXPECT_TRUE(nothing.is_ok());
  EXPECT_EQ(nothing.result, "");
  EXPECT_EQ(ask(engine, "spaced"), R"({"a": 1})");
  EXPECT_EQ(ask(engine, "twice"), "1");
}

TEST(Engine, EndsACallAtItsTimeout) {
  Engine engine = start();
  Parcel<Responder> parcel;
  ASSERT_TRUE(engine.register_function("waits", [&](const EngineInvocation&, Responder respond) {
    parcel.give(std::move(respond));
  }));
  auto call = engine.invoke("waits", "{}", {.metadata = {}, .timeout = 10ms});
  EXPECT_THAT(text_of(outcome_of(std::move(call))), StartsWith("TIMEOUT: "));
  parcel.take().result("too late");
  auto without_time = engine.invoke("nowhere", "{}", {.metadata = {}, .timeout = -1ms});
  EXPECT_THAT(text_of(outcome_of(std::move(without_time))), StartsWith("function_not_found"));
}

TEST(Engine, TakesANegativeTimeoutForNoTimeAtAll) {
  Engine engine = start();
  WorkerClient worker(engine.port());
  worker.serve("f");
  auto call = engine.invoke("f", "{}", {.metadata = {}, .timeout = -1h});
  EXPECT_THAT(text_of(outcome_of(std::move(call))), StartsWith("TIMEOUT: "));
}

// --- More than the engine can take ---

TEST(Engine, RefusesMoreRequestsThanItHoldsButNoAnswer) {
  Engine engine = start();
  Parcel<Responder> waiting;
  ASSERT_TRUE(engine.register_function("waits", [&](const EngineInvocation&, Responder respond) {
    waiting.give(std::move(respond));
  }));
  std::promise<void> gate;
  Parcel<bool> is_blocked;
  ASSERT_TRUE(engine.register_function("blocks", [&](const EngineInvocation&, Responder respond) {
    is_blocked.give(true);
    gate.get_future().wait();
    respond.result("1");
  }));
  auto call = engine.invoke("waits", "{}");
  Responder respond = waiting.take();
  auto blocking = engine.invoke("blocks", "{}");
  EXPECT_TRUE(is_blocked.take());
  // The engine's thread does nothing now.
  std::size_t accepted = 0;
  EngineStatus last;
  while (last && accepted < 100'000) {
    last = engine.invoke_void("nowhere", "{}");
    accepted += last ? 1U : 0U;
  }
  EXPECT_EQ(accepted, 65'536U);
  EXPECT_EQ(last.error().code, EngineErrorCode::limit_exceeded);
  EXPECT_THAT(ask(engine, "f"), StartsWith("limit_exceeded: "));
  respond.result("\"not lost\"");
  gate.set_value();
  EXPECT_EQ(text_of(outcome_of(std::move(call))), "\"not lost\"");
  EXPECT_EQ(text_of(outcome_of(std::move(blocking))), "1");
}

TEST(Engine, MayBeUsedByManyThreadsAtOnce) {
  Engine engine = start();
  ASSERT_TRUE(engine.register_function("echo", [](const EngineInvocation& call, Responder respond) {
    respond.result(std::string(call.payload));
  }));
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&engine, &right, thread] {
        for (int i = 0; i < 50; ++i) {
          const std::string payload = std::to_string(1000 * thread + i);
          const std::string own = "own" + std::to_string(thread);
          right += ask(engine, "echo", payload) == payload ? 1 : 0;
          right += engine.register_function(own, answering(payload)) ? 1 : 0;
          right += ask(engine, own) == payload ? 1 : 0;
          right += engine.unregister_function(own) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 4 * 50 * 4);
}

}  // namespace
}  // namespace iii::test
