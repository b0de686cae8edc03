#include "websocket/frame.hpp"

#include "base/byte_buffer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>

namespace iii::websocket {
namespace {

// The key whose bytes in memory are 37 fa 21 3d, as in the examples of RFC 6455 §5.7.
std::uint32_t example_key() {
  constexpr std::array<unsigned char, 4> bytes = {0x37, 0xfa, 0x21, 0x3d};
  std::uint32_t key = 0;
  std::memcpy(&key, bytes.data(), sizeof key);
  return key;
}

std::string framed(Role role, Opcode opcode, std::string_view payload, std::uint32_t mask_key) {
  base::ByteBuffer out;
  append_frame(role, opcode, payload, mask_key, out);
  return std::string(out.view());
}

TEST(Frame, of_a_server_is_written_like_the_examples_of_the_rfc) {
  EXPECT_EQ(framed(Role::server, Opcode::text, "Hello", 0), "\x81\x05Hello");
  EXPECT_EQ(framed(Role::server, Opcode::ping, "Hello", 0), "\x89\x05Hello");
  EXPECT_EQ(framed(Role::server, Opcode::pong, "", 0), std::string("\x8a\0", 2));
  const std::string middle(256, 'm');
  EXPECT_EQ(
      framed(Role::server, Opcode::binary, middle, 0), std::string("\x82\x7e\x01\0", 4) + middle
  );
  const std::string large(65536, 'l');
  EXPECT_EQ(
      framed(Role::server, Opcode::binary, large, 0),
      std::string("\x82\x7f\0\0\0\0\0\x01\0\0", 10) + large
  );
}

TEST(Frame, of_a_client_is_masked_like_the_example_of_the_rfc) {
  EXPECT_EQ(
      framed(Role::client, Opcode::text, "Hello", example_key()),
      "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
  );
}

TEST(Frame, of_a_client_with_key_zero_holds_the_payload_as_it_is) {
  EXPECT_EQ(framed(Role::client, Opcode::text, "Hi", 0), std::string("\x81\x82\0\0\0\0Hi", 8));
}

TEST(Frame, of_a_server_ignores_the_masking_key) {
  EXPECT_EQ(framed(Role::server, Opcode::text, "Hi", example_key()), "\x81\x02Hi");
}

TEST(Frame, head_takes_the_shortest_length_form) {
  struct Row {
    std::size_t payload_bytes;
    std::size_t head_bytes;
  };
  for (const Row row : {Row{0, 2}, {125, 2}, {126, 4}, {65535, 4}, {65536, 10}, {1U << 30U, 10}}) {
    std::array<char, frame_head_bytes_max> head{};
    EXPECT_EQ(write_frame_head(Opcode::text, true, row.payload_bytes, head.data()), row.head_bytes)
        << row.payload_bytes;
  }
}

TEST(Frame, head_of_a_fragment_lacks_the_final_bit) {
  std::array<char, frame_head_bytes_max> head{};
  EXPECT_EQ(write_frame_head(Opcode::continuation, false, 3, head.data()), 2U);
  EXPECT_EQ(std::string(head.data(), 2), std::string("\0\x03", 2));
}

TEST(Frame, appends_behind_what_the_buffer_holds) {
  base::ByteBuffer out;
  append_frame(Role::server, Opcode::text, "1", 0, out);
  append_frame(Role::server, Opcode::text, "2", 0, out);
  EXPECT_EQ(out.view(), "\x81\x01\x31\x81\x01\x32");
}

TEST(CloseFrame, holds_code_and_reason) {
  base::ByteBuffer out;
  append_close(Role::server, CloseCode::going_away, "bye", 0, out);
  EXPECT_EQ(
      out.view(),
      "\x88\x05\x03\xe9"
      "bye"
  );
}

TEST(CloseFrame, without_a_code_is_empty) {
  base::ByteBuffer out;
  append_close(Role::server, CloseCode::none, "", 0, out);
  EXPECT_EQ(out.view(), std::string("\x88\0", 2));
}

TEST(CloseFrame, takes_the_longest_reason) {
  base::ByteBuffer out;
  append_close(Role::server, CloseCode::normal, std::string(123, 'r'), 0, out);
  EXPECT_EQ(out.view(), "\x88\x7d\x03\xe8" + std::string(123, 'r'));
}

TEST(CloseCode, is_valid_where_the_rfc_and_its_registry_allow_it_to_be_sent) {
  struct Range {
    unsigned first;
    unsigned last;
    bool is_valid;
  };
  for (const Range range :
       {Range{0, 999, false},
        {1000, 1003, true},
        {1004, 1006, false},
        {1007, 1014, true},
        {1015, 2999, false},
        {3000, 4999, true},
        {5000, 65535, false}}) {
    for (unsigned code = range.first; code <= range.last; ++code) {
      ASSERT_EQ(is_valid_close_code(static_cast<std::uint16_t>(code)), range.is_valid) << code;
    }
  }
}

TEST(Mask, equals_the_definition_at_every_size_and_alignment) {
  std::array<unsigned char, 4> key{};
  const std::uint32_t mask_key = example_key();
  std::memcpy(key.data(), &mask_key, sizeof mask_key);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    for (std::size_t size = 0; size < 100; ++size) {
      std::string bytes(offset + size + 1, '\x5a');
      std::string expected = bytes;
      for (std::size_t i = 0; i < size; ++i) {
        expected[offset + i] =
            static_cast<char>(expected[offset + i] ^ static_cast<char>(key.at(i % 4)));
      }
      apply_mask({bytes.data() + offset, size}, mask_key);
      ASSERT_EQ(bytes, expected) << "offset " << offset << ", size " << size;
    }
  }
}

TEST(Mask, applied_twice_changes_nothing) {
  std::string bytes = "some text that is longer than one block of the loop";
  const std::string before = bytes;
  apply_mask(bytes, 0xdeadbeef);
  EXPECT_NE(bytes, before);
  apply_mask(bytes, 0xdeadbeef);
  EXPECT_EQ(bytes, before);
}

TEST(Mask, tells_whether_the_outcome_is_ascii) {
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      std::string bytes(size, 'a');
      ASSERT_TRUE(apply_mask(bytes, 0x01020304));
      bytes[place] = static_cast<char>(bytes[place] | '\x80');
      ASSERT_FALSE(apply_mask(bytes, 0x01020304)) << size << ' ' << place;
    }
  }
  EXPECT_TRUE(apply_mask({}, 0xffffffff));
}

TEST(WebsocketWords, print_themselves) {
  std::ostringstream out;
  out << Role::server << ' ' << Role::client << ' ' << Opcode::continuation << ' ' << Opcode::text
      << ' ' << Opcode::binary << ' ' << Opcode::close << ' ' << Opcode::ping << ' ' << Opcode::pong
      << ' ' << CloseCode::message_too_big;
  EXPECT_EQ(out.str(), "server client continuation text binary close ping pong 1009");
}

}  // namespace
}  // namespace iii::websocket
