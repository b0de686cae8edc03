#include "websocket/frame.hpp"

#include "base/assert.hpp"
#include "base/byte_buffer.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <span>
#include <string_view>

namespace iii::websocket {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint64_t high_bits = 0x8080808080808080U;

// Two words in one vector register of every 64-bit processor; at -O2 GCC 12 would leave a plain
// loop scalar, which unmasks at half the speed.
using Block [[gnu::vector_size(16)]] = std::uint64_t;

char byte_at(std::uint64_t value, unsigned shift) noexcept {
  return static_cast<char>(static_cast<std::uint8_t>(value >> shift));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Role role) {
  return out << (role == Role::server ? "server" : "client");
}

std::ostream& operator<<(std::ostream& out, Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
      return out << "continuation";
    case Opcode::text:
      return out << "text";
    case Opcode::binary:
      return out << "binary";
    case Opcode::close:
      return out << "close";
    case Opcode::ping:
      return out << "ping";
    case Opcode::pong:
      return out << "pong";
  }
  return out << "opcode " << static_cast<unsigned>(opcode);
}

std::ostream& operator<<(std::ostream& out, CloseCode code) {
  return out << static_cast<std::uint16_t>(code);
}

std::size_t write_frame_head(
    Opcode opcode, bool is_final, std::size_t payload_bytes, char* out
) noexcept {
  const auto first = static_cast<std::uint8_t>(opcode);
  out[0] = static_cast<char>(is_final ? first | final_bit : first);
  if (payload_bytes <= 125) {
    out[1] = static_cast<char>(payload_bytes);
    return 2;
  }
  if (payload_bytes <= 0xffff) {
    out[1] = 126;
    out[2] = byte_at(payload_bytes, 8);
    out[3] = byte_at(payload_bytes, 0);
    return 4;
  }
  out[1] = 127;
  for (unsigned i = 0; i < 8; ++i) {
    out[2 + i] = byte_at(payload_bytes, 56 - 8 * i);
  }
  return 10;
}

void append_frame(
    Role role,
    Opcode opcode,
    std::string_view payload,
    std::uint32_t mask_key,
    base::ByteBuffer& out
) {
  append_fragment(role, opcode, true, payload, mask_key, out);
}

void append_fragment(
    Role role,
    Opcode opcode,
    bool is_final,
    std::string_view payload,
    std::uint32_t mask_key,
    base::ByteBuffer& out
) {
  char* const frame = out.prepare(frame_head_bytes_max + payload.size());
  std::size_t size = write_frame_head(opcode, is_final, payload.size(), frame);
  if (role == Role::client) {
    frame[1] = static_cast<char>(static_cast<std::uint8_t>(frame[1]) | mask_bit);
    std::memcpy(frame + size, &mask_key, sizeof mask_key);
    size += sizeof mask_key;
  }
  if (!payload.empty()) {
    std::memcpy(frame + size, payload.data(), payload.size());
  }
  if (role == Role::client && mask_key != 0) {
    apply_mask({frame + size, payload.size()}, mask_key);
  }
  out.commit(size + payload.size());
}

void append_close(
    Role role,
    CloseCode code,
    std::string_view reason,
    std::uint32_t mask_key,
    base::ByteBuffer& out
) {
  if (code == CloseCode::none) {
    append_frame(role, Opcode::close, {}, mask_key, out);
    return;
  }
  III_ASSERT(reason.size() <= close_reason_bytes_max, "a close reason fits into a control frame");
  std::array<char, control_payload_bytes_max> payload{};
  payload[0] = byte_at(static_cast<std::uint16_t>(code), 8);
  payload[1] = byte_at(static_cast<std::uint16_t>(code), 0);
  if (!reason.empty()) {
    std::memcpy(payload.data() + 2, reason.data(), reason.size());
  }
  append_frame(role, Opcode::close, {payload.data(), 2 + reason.size()}, mask_key, out);
}

bool apply_mask(std::span<char> bytes, std::uint32_t mask_key) noexcept {
  // Both halves are the same, so the order of bytes in a word does not matter.
  const std::uint64_t key = std::uint64_t{mask_key} << 32U | mask_key;
  char* at = bytes.data();
  std::size_t left = bytes.size();
  const Block block_key = {key, key};
  Block block_seen = {};
  for (; left >= sizeof(Block); left -= sizeof(Block), at += sizeof(Block)) {
    Block block;
    std::memcpy(&block, at, sizeof block);
    block ^= block_key;
    block_seen |= block;
    std::memcpy(at, &block, sizeof block);
  }
  std::uint64_t seen = block_seen[0] | block_seen[1];
  for (; left >= sizeof key; left -= sizeof key, at += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word ^= key;
    seen |= word;
    std::memcpy(at, &word, sizeof word);
  }
  std::array<std::uint8_t, sizeof key> key_bytes{};
  std::memcpy(key_bytes.data(), &key, sizeof key);
  for (std::size_t i = 0; i < left; ++i) {
    const auto byte = static_cast<std::uint8_t>(static_cast<std::uint8_t>(at[i]) ^ key_bytes[i]);
    seen |= byte;
    at[i] = static_cast<char>(byte);
  }
  return (seen & high_bits) == 0;
}

bool is_valid_close_code(std::uint16_t code) noexcept {
  // 1004 to 1006 and 1015 are reserved for local use; 1012 to 1014 were registered after the RFC;
  // 3000 to 4999 belong to libraries and applications.
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace iii::websocket
