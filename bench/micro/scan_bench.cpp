// The envelope scanner on the messages of the load generator, and a simdjson DOM parse of the same
// beside it.
#include "json/scan.hpp"

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kib = 1024;

// An `invokefunction` whose payload is one string.
std::string invocation(std::size_t string_bytes) {
  return R"({"type":"invokefunction","invocation_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",)"
         R"("function_id":"bench::echo::0","data":{"p":")" +
         std::string(string_bytes, 'x') + R"("}})";
}

// An `invokefunction` whose payload is a list of orders: numbers, short strings, nesting, an escape
// now and then.
std::string nested_invocation(std::size_t payload_bytes) {
  std::string orders;
  // The constants make the values vary in length and never repeat in step with each other.
  for (std::uint64_t i = 1; orders.size() < payload_bytes; ++i) {
    const std::uint64_t mixed = i * 2654435761 % 1'000'003;
    orders += orders.empty() ? "" : ",";
    orders += R"({"id":)" + std::to_string(mixed * 7919) + R"(,"customer":{"name":"customer )" +
              std::to_string(mixed) + R"(","email":"c)" + std::to_string(i) +
              R"(@example.com","tags":["new","eu"],"vip":)" + (mixed % 3 == 0 ? "true" : "false") +
              R"(},"lines":[)";
    for (std::uint64_t line = 0; line <= mixed % 4; ++line) {
      orders += line == 0 ? "" : ",";
      orders += R"({"sku":"A-)" + std::to_string(mixed >> line) + R"(","count":)" +
                std::to_string(line + 1) + R"(,"price":)" + std::to_string(mixed % 500) + "." +
                std::to_string(10 + i % 90) + R"(,"discount":null})";
    }
    orders += R"(],"note":)" +
              std::string(mixed % 5 == 0 ? R"("left at the \"back\" door\n")" : "null") + "}";
  }
  return R"({"type":"invokefunction","invocation_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",)"
         R"("function_id":"orders::import","data":{"orders":[)" +
         orders + "]}}";
}

// What a decoder does at least: keeps the slices it knows.
class Envelope final : public iii::json::MemberSink {
 public:
  void on_member(const iii::json::Value& key, const iii::json::Value& value) override {
    if (key.body() == "data") {
      data_ = value;
    }
  }
  [[nodiscard]] const iii::json::Value& data() const { return data_; }

 private:
  iii::json::Value data_;
};

void scan(benchmark::State& state, const std::string& message) {
  for (auto _ : state) {
    Envelope envelope;
    if (iii::json::scan_object(message, "_caller_worker_id", envelope).has_value()) {
      state.SkipWithError("the message was refused");
    }
    benchmark::DoNotOptimize(envelope.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}

void parse_with_simdjson(benchmark::State& state, const std::string& message) {
  const simdjson::padded_string padded(message);
  simdjson::dom::parser parser;
  for (auto _ : state) {
    if (parser.parse(padded).error() != simdjson::SUCCESS) {
      state.SkipWithError("the message was refused");
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}

void scan_string(benchmark::State& state) {
  scan(state, invocation(static_cast<std::size_t>(state.range(0))));
}
void simdjson_string(benchmark::State& state) {
  parse_with_simdjson(state, invocation(static_cast<std::size_t>(state.range(0))));
}
void scan_nested(benchmark::State& state) {
  scan(state, nested_invocation(static_cast<std::size_t>(state.range(0))));
}
void simdjson_nested(benchmark::State& state) {
  parse_with_simdjson(state, nested_invocation(static_cast<std::size_t>(state.range(0))));
}

BENCHMARK(scan_string)->Arg(100)->Arg(64 * kib)->Arg(16 * kib * kib);
BENCHMARK(simdjson_string)->Arg(100)->Arg(64 * kib)->Arg(16 * kib * kib);
BENCHMARK(scan_nested)->Arg(1 * kib)->Arg(64 * kib);
BENCHMARK(simdjson_nested)->Arg(1 * kib)->Arg(64 * kib);

}  // namespace
