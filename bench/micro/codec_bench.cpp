// The WebSocket codec alone, in one thread and out of the first-level caches: decoding masked text
// messages as a server gets them, and encoding as a server and as a client. Many messages per turn,
// as one read of a busy socket brings them.
#include "base/byte_buffer.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace {

namespace websocket = iii::websocket;

constexpr std::uint32_t mask_key = 0x6b8f13a5;
constexpr std::size_t batch_bytes = std::size_t{128} * 1024;

class CountingSink final : public websocket::MessageSink {
 public:
  void on_text(std::string_view text) override { bytes += text.size(); }
  void on_binary(std::string_view payload) override { bytes += payload.size(); }
  void on_ping(std::string_view /*payload*/) override {}
  void on_pong(std::string_view /*payload*/) override {}
  void on_close(std::uint16_t /*code*/, std::string_view /*reason*/) override {}

  std::size_t bytes = 0;
};

std::size_t messages_per_batch(std::size_t message_bytes) {
  return batch_bytes / message_bytes;
}

void report(benchmark::State& state, std::size_t message_bytes) {
  const std::int64_t messages =
      state.iterations() * static_cast<std::int64_t>(messages_per_batch(message_bytes));
  state.SetItemsProcessed(messages);
  state.SetBytesProcessed(messages * static_cast<std::int64_t>(message_bytes));
}

// `unit` is repeated to fill the message.
void decode_masked(benchmark::State& state, std::string_view unit, std::uint32_t key) {
  const auto message_bytes = static_cast<std::size_t>(state.range(0));
  std::string text;
  while (text.size() + unit.size() <= message_bytes) {
    text += unit;
  }
  text.resize(message_bytes, '.');
  iii::base::ByteBuffer pristine;
  for (std::size_t i = 0; i < messages_per_batch(message_bytes); ++i) {
    websocket::append_frame(websocket::Role::client, websocket::Opcode::text, text, key, pristine);
  }
  iii::base::ByteBuffer batch;
  CountingSink sink;
  for (auto _ : state) {
    // The copy stands for the kernel's; copy_alone measures it.
    batch.clear();
    batch.append(pristine.view());
    websocket::Decoder decoder{websocket::DecoderOptions{}};
    if (decoder.decode(batch.bytes(), sink) != batch.size()) {
      state.SkipWithError("the batch was not decoded whole");
      return;
    }
  }
  benchmark::DoNotOptimize(sink.bytes);
  report(state, message_bytes);
}

void decode_masked_ascii(benchmark::State& state) {
  decode_masked(state, R"({"type":"invokefunction","data":{"n":12345}})", mask_key);
}

void decode_masked_unicode(benchmark::State& state) {
  decode_masked(state, "Grüße aus Köln, \u4f60\u597d ", mask_key);
}

void decode_zero_mask(benchmark::State& state) {
  decode_masked(state, R"({"type":"invokefunction","data":{"n":12345}})", 0);
}

void copy_alone(benchmark::State& state) {
  const auto message_bytes = static_cast<std::size_t>(state.range(0));
  const std::string pristine(messages_per_batch(message_bytes) * (message_bytes + 8), 'x');
  iii::base::ByteBuffer batch;
  for (auto _ : state) {
    batch.clear();
    batch.append(pristine);
    benchmark::DoNotOptimize(batch.bytes().data());
    benchmark::ClobberMemory();
  }
  report(state, message_bytes);
}

void encode(benchmark::State& state, websocket::Role role) {
  const auto message_bytes = static_cast<std::size_t>(state.range(0));
  const std::string text(message_bytes, 'x');
  iii::base::ByteBuffer out;
  for (auto _ : state) {
    out.clear();
    for (std::size_t i = 0; i < messages_per_batch(message_bytes); ++i) {
      websocket::append_frame(role, websocket::Opcode::text, text, mask_key, out);
    }
    benchmark::DoNotOptimize(out.bytes().data());
    benchmark::ClobberMemory();
  }
  report(state, message_bytes);
}

void encode_server(benchmark::State& state) {
  encode(state, websocket::Role::server);
}

void encode_client(benchmark::State& state) {
  encode(state, websocket::Role::client);
}

void message_sizes(benchmark::internal::Benchmark* bench) {
  bench->Arg(100)->Arg(200)->Arg(4096)->Arg(65536);
}

}  // namespace

BENCHMARK(copy_alone)->Apply(message_sizes);
BENCHMARK(decode_masked_ascii)->Apply(message_sizes);
BENCHMARK(decode_masked_unicode)->Apply(message_sizes);
BENCHMARK(decode_zero_mask)->Apply(message_sizes);
BENCHMARK(encode_server)->Apply(message_sizes);
BENCHMARK(encode_client)->Apply(message_sizes);
