// From the text of a message to its typed form, and back: the parts of routing_bench.cpp that are
// the protocol's.
#include "base/id.hpp"
#include "protocol/decode.hpp"
#include "protocol/to_worker.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace iii;

std::string payload(benchmark::State& state) {
  return R"({"p":")" + std::string(static_cast<std::size_t>(state.range(0)), 'x') + "\"}";
}

void decode_text(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(protocol::decode(text));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void decode_invocation(benchmark::State& state) {
  decode_text(
      state,
      R"({"type":"invokefunction","invocation_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",)"
      R"("function_id":"bench::echo::0","data":)" +
          payload(state) + "}"
  );
}

void decode_result(benchmark::State& state) {
  decode_text(
      state,
      R"({"type":"invocationresult","invocation_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",)"
      R"("function_id":"bench::echo::0","result":)" +
          payload(state) + "}"
  );
}

void encode_message(benchmark::State& state, const protocol::to_worker::Message& message) {
  std::string out(protocol::encoded_size(message), '\0');
  for (auto _ : state) {
    out.resize(protocol::encoded_size(message));
    benchmark::DoNotOptimize(protocol::encode(message, out.data()));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}

void encode_invocation(benchmark::State& state) {
  const std::string data = payload(state);
  encode_message(
      state,
      protocol::to_worker::InvokeFunction{
          .invocation_id = base::InvocationId(base::Uuid(1, 2)),
          .function_id_json = R"("bench::echo::0")",
          .data_json = data,
          .caller = base::WorkerId(base::Uuid(3, 4))
      }
  );
}

void encode_result(benchmark::State& state) {
  const std::string data = payload(state);
  encode_message(
      state,
      protocol::to_worker::InvocationResult{
          .invocation_id = base::InvocationId(base::Uuid(1, 2)),
          .function_id_json = R"("bench::echo::0")",
          .result_json = data
      }
  );
}

}  // namespace

BENCHMARK(decode_invocation)->Arg(92)->Arg(4096);
BENCHMARK(decode_result)->Arg(92)->Arg(4096);
BENCHMARK(encode_invocation)->Arg(92)->Arg(4096);
BENCHMARK(encode_result)->Arg(92)->Arg(4096);
