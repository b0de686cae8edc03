// What the engine does for a call apart from sockets and frames: decode, core, encode; with a
// payload of 100 bytes. The round trip of a synchronous call is two messages in and two out.
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "protocol/decode.hpp"
#include "protocol/to_worker.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace iii;

const base::ConnectionId caller{1};
const base::ConnectionId target{2};
constexpr std::string_view trace =
    R"(,"traceparent":"00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01")";

std::string id_text(std::uint64_t number) {
  return base::Uuid(0x7c9e6679742540deU, 0x944be07f00000000U + number).to_string();
}

std::string invocation(std::uint64_t number, std::string_view more) {
  std::string text = R"({"type":"invokefunction","invocation_id":")" + id_text(number);
  text.append(R"(","function_id":"bench::echo::0","data":{"p":")").append(92, 'x').append("\"}");
  return text.append(more).append("}");
}

std::string answer(std::uint64_t number) {
  std::string text = R"({"type":"invocationresult","invocation_id":")" + id_text(number);
  text.append(R"(","function_id":"bench::echo::0","result":{"p":")").append(92, 'x');
  return text.append("\"}}");
}

// A core with a caller and a target, and room for what they are sent.
class Engine {
 public:
  Engine() : core_({}, random_, now_), out_(4096, '\0') {
    core_.on_worker_opened(caller, "127.0.0.1", now_, effects_);
    effects_.clear();
    core_.on_worker_opened(target, "127.0.0.1", now_, effects_);
    effects_.clear();
    receive(target, R"({"type":"registerfunction","id":"bench::echo::0"})");
  }

  void receive(base::ConnectionId from, std::string_view text) {
    core_.on_message(from, protocol::decode(text), now_, effects_);
    for (const core::Effect& effect : effects_.all()) {
      if (const auto* send = std::get_if<core::SendTo>(&effect)) {
        const std::size_t size = protocol::encoded_size(send->message);
        out_.resize(std::max(out_.size(), size));
        benchmark::DoNotOptimize(protocol::encode(send->message, out_.data()));
        ++sent_;
      }
    }
    effects_.clear();
  }

  [[nodiscard]] std::size_t sent() const { return sent_; }

 private:
  base::SeededRandom random_{1};
  base::Now now_{base::MonotonicTime(std::chrono::hours(1)), {}};
  core::Core core_;
  core::Effects effects_;
  std::string out_;
  std::size_t sent_ = 0;
};

// `in_flight` calls are asked before the first is answered.
void synchronous(benchmark::State& state, std::string_view more) {
  const auto in_flight = static_cast<std::size_t>(state.range(0));
  std::vector<std::string> calls;
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < in_flight; ++i) {
    calls.push_back(invocation(i, more));
    answers.push_back(answer(i));
  }
  Engine engine;
  for (auto _ : state) {
    for (const std::string& text : calls) {
      engine.receive(caller, text);
    }
    for (const std::string& text : answers) {
      engine.receive(target, text);
    }
  }
  const auto round_trips = state.iterations() * static_cast<std::int64_t>(in_flight);
  if (engine.sent() != 2 * static_cast<std::size_t>(round_trips)) {
    state.SkipWithError("not every call was answered");
  }
  state.SetItemsProcessed(round_trips);
}

void call_and_answer(benchmark::State& state) {
  synchronous(state, {});
}

void call_and_answer_with_trace(benchmark::State& state) {
  synchronous(state, trace);
}

void void_call(benchmark::State& state) {
  const std::string text = invocation(0, R"(,"action":{"type":"void"})");
  Engine engine;
  for (auto _ : state) {
    engine.receive(caller, text);
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

BENCHMARK(call_and_answer)->Arg(1)->Arg(64)->Arg(1024);
BENCHMARK(call_and_answer_with_trace)->Arg(64);
BENCHMARK(void_call);
