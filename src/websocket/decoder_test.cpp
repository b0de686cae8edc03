// What the tables of tests/conformance/websocket do not ask: memory, in-place work, back-pressure
// and hints.
#include "websocket/decoder.hpp"

#include "base/byte_buffer.hpp"
#include "support/sweeps.hpp"
#include "websocket/frame.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::websocket {
namespace {

constexpr std::uint32_t mask_key = 0x3d21fa37;

class Recorder final : public MessageSink {
 public:
  void on_text(std::string_view text) override { take("text ", text); }
  void on_binary(std::string_view bytes) override { take("binary ", bytes); }
  void on_ping(std::string_view payload) override { take("ping ", payload); }
  void on_pong(std::string_view payload) override { take("pong ", payload); }
  void on_close(std::uint16_t code, std::string_view reason) override {
    take("close " + std::to_string(code) + " ", reason);
  }
  [[nodiscard]] bool wants_more() const override { return lines.size() < lines_max; }

  std::vector<std::string> lines;
  std::size_t lines_max = SIZE_MAX;
  const char* last_payload = nullptr;

 private:
  void take(const std::string& kind, std::string_view payload) {
    lines.push_back(kind + std::string(payload));
    last_payload = payload.data();
  }
};

using Lines = std::vector<std::string>;

std::string from_client(Opcode opcode, std::string_view payload, std::uint32_t key = mask_key) {
  base::ByteBuffer out;
  append_frame(Role::client, opcode, payload, key, out);
  return std::string(out.view());
}

std::string unfinished(std::string frame) {
  frame[0] = static_cast<char>(frame[0] & 0x7f);
  return frame;
}

TEST(Decoder, hands_out_a_message_of_one_frame_where_it_lies) {
  Decoder decoder({});
  Recorder recorder;
  std::string bytes = from_client(Opcode::text, "Hello");
  EXPECT_EQ(decoder.decode(bytes, recorder), bytes.size());
  EXPECT_EQ(recorder.lines, Lines{"text Hello"});
  EXPECT_EQ(recorder.last_payload, bytes.data() + 6);
}

TEST(Decoder, leaves_an_incomplete_frame_masked_and_says_how_many_bytes_it_needs) {
  Decoder decoder({});
  Recorder recorder;
  const std::string first = from_client(Opcode::text, "first");
  const std::string second = from_client(Opcode::binary, std::string(1000, 'b'));
  std::string bytes = first + second.substr(0, 500);
  EXPECT_EQ(decoder.decode(bytes, recorder), first.size());
  EXPECT_EQ(recorder.lines, Lines{"text first"});
  EXPECT_EQ(bytes.substr(first.size()), second.substr(0, 500));
  EXPECT_EQ(decoder.bytes_wanted(), second.size());

  std::string rest = second;
  EXPECT_EQ(decoder.decode(rest, recorder), second.size());
  EXPECT_EQ(decoder.bytes_wanted(), 0U);
}

TEST(Decoder, wants_nothing_in_particular_while_a_head_is_incomplete) {
  Decoder decoder({});
  Recorder recorder;
  std::string bytes = from_client(Opcode::binary, std::string(70'000, 'b')).substr(0, 13);
  EXPECT_EQ(decoder.decode(bytes, recorder), 0U);
  EXPECT_EQ(decoder.bytes_wanted(), 0U);
  EXPECT_EQ(decoder.decode({}, recorder), 0U);
}

TEST(Decoder, stops_when_its_sink_wants_no_more_and_goes_on_where_it_stopped) {
  Decoder decoder({});
  Recorder recorder;
  recorder.lines_max = 1;
  const std::string one = from_client(Opcode::text, "1");
  std::string bytes = one + from_client(Opcode::text, "2");
  EXPECT_EQ(decoder.decode(bytes, recorder), one.size());
  EXPECT_EQ(recorder.lines, Lines{"text 1"});
  EXPECT_EQ(decoder.bytes_wanted(), 0U);

  recorder.lines_max = 2;
  EXPECT_EQ(decoder.decode(std::span(bytes).subspan(one.size()), recorder), one.size());
  EXPECT_EQ(recorder.lines, (Lines{"text 1", "text 2"}));
}

TEST(Decoder, consumes_nothing_after_a_close) {
  Decoder decoder({});
  Recorder recorder;
  const std::string close = from_client(Opcode::close, "\x03\xe8 bye");
  std::string bytes = close + from_client(Opcode::text, "late");
  EXPECT_EQ(decoder.decode(bytes, recorder), close.size());
  EXPECT_TRUE(decoder.is_closed());
  EXPECT_EQ(decoder.decode(bytes, recorder), 0U);
  EXPECT_EQ(recorder.lines, Lines{"close 1000  bye"});
  EXPECT_FALSE(decoder.error());
}

TEST(Decoder, consumes_nothing_after_an_error) {
  Decoder decoder({});
  Recorder recorder;
  std::string bytes = "\xf1\x80";
  EXPECT_EQ(decoder.decode(bytes, recorder), 0U);
  ASSERT_TRUE(decoder.error());
  EXPECT_EQ(decoder.error()->code, CloseCode::protocol_error);
  EXPECT_EQ(decoder.error()->reason, "a frame sets a reserved bit");
  std::string fine = from_client(Opcode::text, "fine");
  EXPECT_EQ(decoder.decode(fine, recorder), 0U);
  EXPECT_EQ(recorder.lines, Lines{});
  EXPECT_FALSE(decoder.is_closed());
}

TEST(Decoder, says_who_masked_wrongly) {
  Recorder recorder;
  Decoder server({.role = Role::server});
  std::string unmasked("\x81\x00", 2);
  EXPECT_EQ(server.decode(unmasked, recorder), 0U);
  EXPECT_EQ(server.error()->reason, "a frame from the client is not masked");

  Decoder client({.role = Role::client});
  std::string masked = from_client(Opcode::text, "");
  EXPECT_EQ(client.decode(masked, recorder), 0U);
  EXPECT_EQ(client.error()->reason, "a frame from the server is masked");
}

TEST(Decoder, checks_text_for_utf8_when_the_key_is_zero) {
  Decoder decoder({});
  Recorder recorder;
  std::string bytes = from_client(Opcode::text, "\u00e4", 0) + from_client(Opcode::text, "\xe4", 0);
  EXPECT_EQ(decoder.decode(bytes, recorder), bytes.size());
  EXPECT_EQ(recorder.lines, Lines{"text \u00e4"});
  EXPECT_EQ(decoder.error()->code, CloseCode::invalid_payload);
}

TEST(Decoder, holds_each_message_limit) {
  const std::string bytes =
      unfinished(from_client(Opcode::text, "abc")) + from_client(Opcode::continuation, "defgh");
  test::sweep_tiny(8, [&](std::size_t limit) {
    Decoder decoder({.message_bytes_max = limit});
    Recorder recorder;
    std::string input = bytes;
    (void)decoder.decode(input, recorder);
    if (limit < 8) {
      ASSERT_TRUE(decoder.error());
      EXPECT_EQ(decoder.error()->code, CloseCode::message_too_big);
      EXPECT_EQ(recorder.lines, Lines{});
    } else {
      EXPECT_FALSE(decoder.error());
      EXPECT_EQ(recorder.lines, Lines{"text abcdefgh"});
    }
  });
}

TEST(Decoder, keeps_memory_for_fragments_only_up_to_64_kib) {
  Recorder recorder;
  for (const std::size_t size : {1'000U, 1'000'000U}) {
    Decoder decoder({});
    EXPECT_EQ(decoder.kept_bytes(), 0U);
    std::string start = unfinished(from_client(Opcode::binary, std::string(size, 'x')));
    EXPECT_EQ(decoder.decode(start, recorder), start.size());
    EXPECT_GE(decoder.kept_bytes(), size);
    std::string end = from_client(Opcode::continuation, "");
    EXPECT_EQ(decoder.decode(end, recorder), end.size());
    EXPECT_LE(decoder.kept_bytes(), 64U * 1024U);
  }
}

TEST(Decoder, takes_memory_for_what_has_arrived_not_for_what_is_announced) {
  Decoder decoder({});
  Recorder recorder;
  std::string bytes =
      unfinished(from_client(Opcode::binary, "a little")) +
      from_client(Opcode::continuation, std::string(8'000'000, 'x')).substr(0, 1000);
  (void)decoder.decode(bytes, recorder);
  EXPECT_GT(decoder.bytes_wanted(), 8'000'000U);
  EXPECT_LE(decoder.kept_bytes(), 4096U);
}

}  // namespace
}  // namespace iii::websocket
