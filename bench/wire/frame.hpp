// WebSocket frames (RFC 6455 §5.2) as far as the measuring programs need them: whole messages,
// nothing checked. Inline, for a call a frame would be seen in the figures. No state; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace iii::bench {

enum class Role : std::uint8_t { client, server };

enum class Opcode : std::uint8_t { text = 1, close = 8, ping = 9, pong = 10 };

struct Frame {
  Opcode opcode;
  std::size_t head_bytes;  // with the mask key, which is the last four of them
  std::size_t payload_bytes;
};

namespace detail {

inline constexpr unsigned final_bit = 0x80;
inline constexpr unsigned mask_bit = 0x80;
inline constexpr std::size_t mask_key_bytes = 4;
inline constexpr std::size_t two_byte_size = 126;
inline constexpr std::size_t eight_byte_size = 127;

inline unsigned byte_at(std::string_view bytes, std::size_t position) {
  return static_cast<unsigned char>(bytes[position]);
}

inline void append_size(std::string& out, std::size_t size, int size_bytes) {
  for (int shift = 8 * (size_bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(size >> shift));
  }
}

}  // namespace detail

// The frame at the start of `bytes`, or nothing while it is incomplete.
inline std::optional<Frame> read_frame(std::string_view bytes) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  std::size_t head_bytes = 2;
  std::size_t payload_bytes = detail::byte_at(bytes, 1) & ~detail::mask_bit;
  if (payload_bytes >= detail::two_byte_size) {
    head_bytes += payload_bytes == detail::eight_byte_size ? 8 : 2;
    if (bytes.size() < head_bytes) {
      return std::nullopt;
    }
    payload_bytes = 0;
    for (std::size_t i = 2; i < head_bytes; ++i) {
      payload_bytes = payload_bytes << 8 | detail::byte_at(bytes, i);
    }
  }
  if ((detail::byte_at(bytes, 1) & detail::mask_bit) != 0) {
    head_bytes += detail::mask_key_bytes;
  }
  if (bytes.size() < head_bytes + payload_bytes) {
    return std::nullopt;
  }
  return Frame{static_cast<Opcode>(detail::byte_at(bytes, 0) & 15), head_bytes, payload_bytes};
}

// A client masks with the key zero: as valid as any other, and free.
inline void append_frame(std::string& out, Role role, Opcode opcode, std::string_view payload) {
  const unsigned mask = role == Role::client ? detail::mask_bit : 0;
  out.push_back(static_cast<char>(detail::final_bit | static_cast<unsigned>(opcode)));
  if (payload.size() < detail::two_byte_size) {
    out.push_back(static_cast<char>(mask | payload.size()));
  } else if (payload.size() < 65'536) {
    out.push_back(static_cast<char>(mask | detail::two_byte_size));
    detail::append_size(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(mask | detail::eight_byte_size));
    detail::append_size(out, payload.size(), 8);
  }
  if (role == Role::client) {
    out.append(detail::mask_key_bytes, '\0');
  }
  out.append(payload);
}

inline void unmask(std::span<char> payload, const char* key) {
  std::uint32_t once = 0;
  std::memcpy(&once, key, sizeof once);
  const std::uint64_t twice = once | static_cast<std::uint64_t>(once) << 32;
  std::size_t i = 0;
  for (; i + sizeof twice <= payload.size(); i += sizeof twice) {
    std::uint64_t word = 0;
    std::memcpy(&word, &payload[i], sizeof word);
    word ^= twice;
    std::memcpy(&payload[i], &word, sizeof word);
  }
  for (; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ key[i % detail::mask_key_bytes]);
  }
}

}  // namespace iii::bench
