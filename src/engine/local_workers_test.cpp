#include "engine/local_workers.hpp"

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "workers/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;

const base::ConnectionId remote{1};
constexpr std::string_view call_id = "00000000-0000-4000-8000-000000000001";

from_worker::Message function(std::string id) {
  from_worker::RegisterFunction message;
  message.id = std::move(id);
  return message;
}

// What a worker was told, one line each, and what it does when it is called.
struct Script {
  std::vector<std::string> seen;
  base::MonotonicTime wake_at = base::never;
  std::function<void(const workers::Invocation&, workers::Outputs&)> on_call =
      [](const workers::Invocation& call, workers::Outputs& outputs) {
        outputs.replies.push_back({call.id, "1", {}});
      };
};

class ScriptedWorker final : public workers::Worker {
 public:
  ScriptedWorker(std::string name, std::shared_ptr<Script> script)
      : name_(std::move(name)), script_(std::move(script)) {}

  [[nodiscard]] core::LocalWorker identity() const override { return {.name = name_}; }
  void start(workers::Outputs& outputs) override {
    outputs.messages.push_back(function(name_ + "::f"));
    outputs.messages.emplace_back(from_worker::RegisterTriggerType{name_ + "-type", "", "", ""});
  }
  void on_invoked(const workers::Invocation& call, base::Now, workers::Outputs& outputs) override {
    script_->seen.push_back("call " + call.function_id + " " + call.data_json);
    script_->on_call(call, outputs);
  }
  void on_result(const workers::CallResult& result, base::Now, workers::Outputs&) override {
    script_->seen.push_back("result " + (result.error ? result.error->code : result.result_json));
  }
  void
  on_trigger_registered(const to_worker::RegisterTrigger& trigger, base::Now, workers::Outputs&)
      override {
    script_->seen.push_back("trigger " + trigger.id + " " + trigger.config_json);
  }
  void
  on_trigger_unregistered(const to_worker::UnregisterTrigger& trigger, base::Now, workers::Outputs&)
      override {
    script_->seen.push_back("no trigger " + trigger.id);
  }
  void on_time(base::Now now, workers::Outputs& outputs) override {
    script_->seen.push_back("woken");
    script_->wake_at = base::never;
    outputs.messages.push_back(function(name_ + "::late"));
    EXPECT_GE(now.monotonic, base::MonotonicTime());
  }
  [[nodiscard]] base::MonotonicTime next_deadline() const override { return script_->wake_at; }

 private:
  std::string name_;
  std::shared_ptr<Script> script_;
};

// Does what the gateway does with effects, without sockets: what remote workers are sent becomes
// lines of text.
class LocalWorkersTest : public testing::Test {
 protected:
  LocalWorkersTest() {
    core.on_worker_opened(remote, "127.0.0.1", now, effects);
    settle();
    sent.clear();
  }

  base::ConnectionId add(std::string name, std::shared_ptr<Script> script) {
    const auto id = local_workers.add(
        std::make_unique<ScriptedWorker>(std::move(name), std::move(script)), core, now
    );
    settle();
    return id;
  }
  void from_remote(std::string_view text) {
    core.on_message(remote, protocol::decode(text), now, effects);
    settle();
  }
  void call_from_remote(
      std::string_view function_id, std::string_view more = R"(,"data":{"n":2})"
  ) {
    from_remote(std::string(R"({"type":"invokefunction","invocation_id":")")
                    .append(call_id)
                    .append(R"(","function_id":")")
                    .append(function_id)
                    .append("\"")
                    .append(more)
                    .append("}"));
  }
  void settle() {
    do {
      for (const core::Effect& effect : effects.all()) {
        if (const auto* send = std::get_if<core::SendTo>(&effect)) {
          if (LocalWorkers::is_local(send->to)) {
            local_workers.deliver(send->to, send->message);
          } else {
            sent.push_back(protocol::encode(send->message));
          }
        }
      }
      effects.clear();
    } while (local_workers.run_next(core, now, effects));
  }

  base::SeededRandom random{1};
  base::Now now;
  core::Core core{core::CoreOptions{}, random, now};
  core::Effects effects;
  LocalWorkers local_workers;
  std::vector<std::string> sent;  // to the remote worker
};

std::string result_line(std::string_view function_id, std::string_view result) {
  return std::string(R"({"type":"invocationresult","invocation_id":")")
      .append(call_id)
      .append(R"(","function_id":")")
      .append(function_id)
      .append("\",")
      .append(result)
      .append("}");
}

TEST(LocalWorkers, AreToldFromSocketsByTheirNumber) {
  EXPECT_TRUE(LocalWorkers::is_local(base::ConnectionId(0)));
  EXPECT_TRUE(LocalWorkers::is_local(base::ConnectionId(std::uint64_t{1} << 63U)));
  EXPECT_FALSE(LocalWorkers::is_local(base::ConnectionId(1)));
  EXPECT_FALSE(LocalWorkers::is_local(base::ConnectionId(std::uint64_t{7} << 32U | 1U)));
}

TEST_F(LocalWorkersTest, AnswerRemoteCalls) {
  const auto script = std::make_shared<Script>();
  add("a", script);
  call_from_remote("a::f");
  ASSERT_EQ(script->seen.size(), 1U);
  const std::string caller = core.find_connection(remote)->worker_id.value().to_string();
  EXPECT_EQ(script->seen[0], R"(call a::f {"_caller_worker_id":")" + caller + R"(","n":2})");
  EXPECT_THAT(sent, ElementsAre(result_line("a::f", R"("result":1)")));
}

TEST_F(LocalWorkersTest, AreToldTheCallerOnlyInsideObjects) {
  const auto script = std::make_shared<Script>();
  add("a", script);
  const std::string caller = core.find_connection(remote)->worker_id.value().to_string();
  call_from_remote("a::f", R"(,"data":{ })");
  call_from_remote("a::f", R"(,"data":["{}"])");
  call_from_remote("a::f", R"(,"data":{"_caller_worker_id":"forged"})");
  EXPECT_THAT(
      script->seen,
      ElementsAre(
          R"(call a::f {"_caller_worker_id":")" + caller + R"("})",
          R"(call a::f ["{}"])",
          R"(call a::f {"_caller_worker_id":")" + caller + R"("})"
      )
  );
}

TEST_F(LocalWorkersTest, AreGivenDecodedTexts) {
  const auto script = std::make_shared<Script>();
  workers::Invocation seen;
  script->on_call = [&seen](const workers::Invocation& call, workers::Outputs&) { seen = call; };
  add("a", script);
  call_from_remote(
      R"(\u0061::f)",
      R"(,"data":"\u0041","metadata":{"k":1},"baggage":"x=1",)"
      R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")"
  );
  EXPECT_EQ(seen.function_id, "a::f");
  EXPECT_EQ(seen.data_json, R"("\u0041")");
  EXPECT_EQ(seen.metadata_json, R"({"k":1})");
  EXPECT_EQ(seen.traceparent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_THAT(seen.baggage, HasSubstr("x=1"));
}

TEST_F(LocalWorkersTest, AnswerWithErrors) {
  const auto script = std::make_shared<Script>();
  script->on_call = [](const workers::Invocation& call, workers::Outputs& outputs) {
    outputs.replies.push_back({call.id, "ignored", protocol::ErrorBody{"broken", "it is", {}}});
  };
  add("a", script);
  call_from_remote("a::f");
  EXPECT_THAT(
      sent, ElementsAre(result_line("a::f", R"("error":{"code":"broken","message":"it is"})"))
  );
}

TEST_F(LocalWorkersTest, MayAnswerLater) {
  const auto script = std::make_shared<Script>();
  base::InvocationId asked;
  script->on_call = [&asked](const workers::Invocation& call, workers::Outputs&) {
    asked = call.id;
  };
  const auto id = add("a", script);
  call_from_remote("a::f");
  EXPECT_THAT(sent, IsEmpty());
  workers::Outputs outputs;
  outputs.replies.push_back({asked, " {\"late\":true}\n", {}});
  outputs.replies.push_back({asked, "2", {}});
  local_workers.submit(id, std::move(outputs));
  settle();
  // The first answer counts, without the space around it.
  EXPECT_THAT(sent, ElementsAre(result_line("a::f", R"("result":{"late":true})")));
}

TEST_F(LocalWorkersTest, CallEachOtherAndHearTheResult) {
  const auto asking = std::make_shared<Script>();
  const auto asked = std::make_shared<Script>();
  asking->on_call = [](const workers::Invocation& call, workers::Outputs& outputs) {
    const base::InvocationId id{base::Uuid(1, 2)};
    outputs.calls.push_back({id, "b::f", R"({"x":1})", {}, {}});
    outputs.calls.push_back({{}, "b::f", "", {}, {}});
    outputs.replies.push_back({call.id, {}, {}});
  };
  add("a", asking);
  add("b", asked);
  call_from_remote("a::f", R"(,"data":null)");
  // A call between in-process workers carries no caller, and the void one brings no result.
  EXPECT_THAT(asked->seen, ElementsAre(R"(call b::f {"x":1})", "call b::f null"));
  EXPECT_THAT(asking->seen, ElementsAre("call a::f null", "result 1"));
}

TEST_F(LocalWorkersTest, HearThatAFunctionIsMissing) {
  const auto script = std::make_shared<Script>();
  const auto id = add("a", script);
  workers::Outputs outputs;
  outputs.calls.push_back({base::InvocationId(base::Uuid(1, 2)), "no\"where", "{}", {}, {}});
  local_workers.submit(id, std::move(outputs));
  settle();
  EXPECT_THAT(script->seen, ElementsAre("result function_not_found"));
}

TEST_F(LocalWorkersTest, CallRemoteWorkers) {
  const auto script = std::make_shared<Script>();
  const auto id = add("a", script);
  from_remote(R"({"type":"registerfunction","id":"r"})");
  workers::Outputs outputs;
  const base::InvocationId call{base::Uuid(1, 2)};
  outputs.calls.push_back({call, "r", R"({"x":1})", R"({"m":2})", {}});
  local_workers.submit(id, std::move(outputs));
  settle();
  EXPECT_THAT(
      sent,
      ElementsAre(
          R"({"type":"invokefunction","invocation_id":")" + call.value().to_string() +
          R"(","function_id":"r","data":{"x":1},"metadata":{"m":2}})"
      )
  );
  from_remote(
      R"({"type":"invocationresult","invocation_id":")" + call.value().to_string() +
      R"(","function_id":"r","result":[3]})"
  );
  EXPECT_THAT(script->seen, ElementsAre("result [3]"));
}

TEST_F(LocalWorkersTest, ProvideTriggers) {
  const auto script = std::make_shared<Script>();
  const auto id = add("a", script);
  from_remote(R"({"type":"registerfunction","id":"r"})");
  from_remote(R"({"type":"registertrigger","id":"t","trigger_type":"a-type",)"
              R"("function_id":"r","config":{"k":1}})");
  workers::Outputs outputs;
  outputs.firings.push_back({"t", R"({"event":1})"});
  outputs.firings.push_back({"unknown", "{}"});
  local_workers.submit(id, std::move(outputs));
  settle();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_THAT(sent[0], HasSubstr(R"("function_id":"r","data":{"event":1})"));
  from_remote(R"({"type":"unregistertrigger","id":"t"})");
  EXPECT_THAT(script->seen, ElementsAre(R"(trigger t {"k":1})", "no trigger t"));
}

TEST_F(LocalWorkersTest, LearnHowTheirEventsEndIfTheyWantTo) {
  const auto script = std::make_shared<Script>();
  const auto id = add("a", script);
  from_remote(R"({"type":"registerfunction","id":"r"})");
  from_remote(R"({"type":"registertrigger","id":"t","trigger_type":"a-type",)"
              R"("function_id":"r","config":{}})");
  script->seen.clear();
  const base::InvocationId event{base::Uuid(1, 2)};
  workers::Outputs outputs;
  outputs.firings.push_back({"t", R"({"event":1})", event});
  outputs.firings.push_back({"unknown", "{}", base::InvocationId(base::Uuid(1, 3))});
  local_workers.submit(id, std::move(outputs));
  settle();
  EXPECT_THAT(script->seen, ElementsAre("result NOT_FOUND"));
  from_remote(
      R"({"type":"invocationresult","invocation_id":")" + event.value().to_string() +
      R"(","function_id":"r","result":[3]})"
  );
  EXPECT_THAT(script->seen, ElementsAre("result NOT_FOUND", "result [3]"));
}

TEST_F(LocalWorkersTest, AreWokenWhenTheirTimeHasCome) {
  const auto early = std::make_shared<Script>();
  const auto late = std::make_shared<Script>();
  add("a", early);
  add("b", late);
  EXPECT_EQ(local_workers.next_deadline(), base::never);
  using std::chrono::seconds;
  early->wake_at = now.monotonic + seconds(1);
  late->wake_at = now.monotonic + seconds(2);
  EXPECT_EQ(local_workers.next_deadline(), now.monotonic + seconds(1));
  now.monotonic += seconds(1);
  local_workers.on_time(now);
  settle();
  EXPECT_THAT(early->seen, ElementsAre("woken"));
  EXPECT_THAT(late->seen, IsEmpty());
  EXPECT_NE(core.functions().find("a::late"), nullptr);
  EXPECT_EQ(local_workers.next_deadline(), late->wake_at);
}

// Registrations come first, so that a worker may call in the same breath what it has registered.
TEST_F(LocalWorkersTest, RegisterBeforeTheyCall) {
  const auto script = std::make_shared<Script>();
  const auto id = add("a", script);
  workers::Outputs outputs;
  outputs.calls.push_back({base::InvocationId(base::Uuid(1, 2)), "new", "{}", {}, {}});
  outputs.messages.push_back(function("new"));
  local_workers.submit(id, std::move(outputs));
  settle();
  EXPECT_THAT(script->seen, ElementsAre("call new {}", "result 1"));
}

TEST_F(LocalWorkersTest, TakeTheirDeliveriesInOrder) {
  const auto first = std::make_shared<Script>();
  const auto second = std::make_shared<Script>();
  second->on_call = [&](const workers::Invocation& call, workers::Outputs& outputs) {
    first->seen.emplace_back("second was called");
    outputs.replies.push_back({call.id, "2", {}});
  };
  const auto id = add("a", first);
  add("b", second);
  workers::Outputs outputs;
  for (const std::uint64_t number : {1U, 2U}) {
    outputs.calls.push_back(
        {base::InvocationId(base::Uuid(1, number)), number == 1 ? "b::f" : "a::f", "{}", {}, {}}
    );
  }
  local_workers.submit(id, std::move(outputs));
  settle();
  EXPECT_THAT(
      first->seen, ElementsAre("second was called", "call a::f {}", "result 2", "result 1")
  );
}

TEST_F(LocalWorkersTest, DoNothingForTheEnginesOwnConnection) {
  local_workers.deliver(base::ConnectionId(0), to_worker::InvokeFunction{});
  EXPECT_TRUE(local_workers.run_next(core, now, effects));
  EXPECT_TRUE(effects.empty());
  EXPECT_FALSE(local_workers.run_next(core, now, effects));
}

}  // namespace
}  // namespace iii::engine
