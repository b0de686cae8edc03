// RFC 6455 frames as bytes: what both roles share. Opcodes, close codes, masking, and the writing
// of frames. No state, so any thread may use it; reading frames is decoder.hpp.
#pragma once

#include "base/byte_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string_view>

namespace iii::websocket {

enum class Role : std::uint8_t { server, client };

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xa,
};

std::ostream& operator<<(std::ostream& out, Role role);
std::ostream& operator<<(std::ostream& out, Opcode opcode);

// RFC 6455 §7.4.1. `none`: a Close frame without a body (seen as 1005). `dropped`: no Close frame
// at all (seen as 1006).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  none = 1005,
  dropped = 1006,
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
};

std::ostream& operator<<(std::ostream& out, CloseCode code);  // the number

inline constexpr std::size_t frame_head_bytes_max = 14;
inline constexpr std::size_t control_payload_bytes_max = 125;
// What a Close frame holds beside its two-byte code.
inline constexpr std::size_t close_reason_bytes_max = control_payload_bytes_max - 2;

// Writes the head of an unmasked (server) frame into `out`, which has room for
// frame_head_bytes_max; returns its size.
std::size_t write_frame_head(
    Opcode opcode, bool is_final, std::size_t payload_bytes, char* out
) noexcept;

// Appends one unfragmented frame. Client frames are masked with `mask_key` (any value; ignored for
// servers).
void append_frame(
    Role role,
    Opcode opcode,
    std::string_view payload,
    std::uint32_t mask_key,
    base::ByteBuffer& out
);
// Appends one frame of a fragmented message: the first has its opcode, the others `continuation`,
// and only the last is final (RFC 6455 §5.4).
void append_fragment(
    Role role,
    Opcode opcode,
    bool is_final,
    std::string_view payload,
    std::uint32_t mask_key,
    base::ByteBuffer& out
);
// Precondition: `reason` is UTF-8 and at most close_reason_bytes_max bytes. CloseCode::none writes
// an empty body.
void append_close(
    Role role,
    CloseCode code,
    std::string_view reason,
    std::uint32_t mask_key,
    base::ByteBuffer& out
);

// Masks or unmasks `bytes` in place (RFC 6455 §5.3); `mask_key` holds the four key bytes as they
// lie in memory. Returns whether the outcome is pure ASCII, which is free to know in the same pass
// and saves a UTF-8 check.
bool apply_mask(std::span<char> bytes, std::uint32_t mask_key) noexcept;

// Whether a peer may send this code in a Close frame (RFC 6455 §7.4.1, §7.4.2).
[[nodiscard]] bool is_valid_close_code(std::uint16_t code) noexcept;

}  // namespace iii::websocket
