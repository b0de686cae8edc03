#include "websocket/decoder.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "websocket/frame.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace iii::websocket {

namespace {

// Memory for fragments that is kept for the next message: what a busy channel reuses, little enough
// for an idle connection.
constexpr std::size_t fragments_keep_bytes = 64 * base::limits::kib;

// One bit for each opcode that exists.
constexpr unsigned known_opcodes = 0x0707;

std::uint64_t read_number(std::span<const char> bytes) noexcept {
  std::uint64_t number = 0;
  for (const char byte : bytes) {
    number = number << 8U | static_cast<std::uint8_t>(byte);
  }
  return number;
}

bool is_control(Opcode opcode) noexcept {
  return static_cast<std::uint8_t>(opcode) >= static_cast<std::uint8_t>(Opcode::close);
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace

std::size_t Decoder::decode(std::span<char> bytes, MessageSink& sink) {
  std::size_t consumed = 0;
  bytes_wanted_ = 0;
  while (!error_ && !is_closed_) {
    const std::span<char> rest = bytes.subspan(consumed);
    FrameHead head;
    if (!read_head(rest, head)) {
      break;
    }
    const std::size_t frame_bytes = head.head_bytes + head.payload_bytes;
    if (rest.size() < frame_bytes) {
      bytes_wanted_ = frame_bytes;
      break;
    }
    consumed += frame_bytes;
    deliver(head, rest.subspan(head.head_bytes, head.payload_bytes), sink);
    if (!sink.wants_more()) {
      break;
    }
  }
  return consumed;
}

bool Decoder::read_head(std::span<const char> bytes, FrameHead& head) {
  if (bytes.size() < 2) {
    return false;
  }
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if (!accepts_start(first, second)) {
    return false;
  }
  head.opcode = static_cast<Opcode>(first & 0xfU);
  head.is_final = (first & 0x80U) != 0;

  const unsigned length = second & 0x7fU;
  const std::size_t length_bytes = length < 126 ? 0 : length == 126 ? 2 : 8;
  if (bytes.size() < 2 + length_bytes) {
    return false;
  }
  const std::uint64_t payload_bytes =
      length_bytes == 0 ? length : read_number(bytes.subspan(2, length_bytes));
  const std::uint64_t shorter_form_max = length_bytes == 0 ? 0 : length_bytes == 2 ? 125 : 0xffff;
  if (length_bytes != 0 && payload_bytes <= shorter_form_max) {
    return refuse(CloseCode::protocol_error, "a frame's length is not in its shortest form");
  }
  if (!accepts_size(head, payload_bytes)) {
    return false;
  }
  head.payload_bytes = static_cast<std::size_t>(payload_bytes);
  head.head_bytes = 2 + length_bytes;

  if (options_.role == Role::server) {
    if (bytes.size() < head.head_bytes + sizeof head.mask_key) {
      return false;
    }
    std::memcpy(&head.mask_key, bytes.data() + head.head_bytes, sizeof head.mask_key);
    head.head_bytes += sizeof head.mask_key;
  }
  return true;
}

// What the first two bytes of a frame must satisfy (RFC 6455 §5.1, §5.2, §5.4, §5.5).
bool Decoder::accepts_start(std::uint8_t first, std::uint8_t second) {
  const bool is_final = (first & 0x80U) != 0;
  const bool is_masked = (second & 0x80U) != 0;
  if ((first & 0x70U) != 0) {
    return refuse(CloseCode::protocol_error, "a frame sets a reserved bit");
  }
  if ((known_opcodes >> (first & 0xfU) & 1U) == 0) {
    return refuse(CloseCode::protocol_error, "a frame has an unknown opcode");
  }
  if (is_masked != (options_.role == Role::server)) {
    return refuse(
        CloseCode::protocol_error,
        is_masked ? "a frame from the server is masked" : "a frame from the client is not masked"
    );
  }
  const auto opcode = static_cast<Opcode>(first & 0xfU);
  if (is_control(opcode)) {
    if (!is_final) {
      return refuse(CloseCode::protocol_error, "a control frame is fragmented");
    }
    if ((second & 0x7fU) > control_payload_bytes_max) {
      return refuse(CloseCode::protocol_error, "a control frame is longer than 125 bytes");
    }
    return true;
  }
  if ((opcode == Opcode::continuation) != fragmented_.has_value()) {
    return refuse(
        CloseCode::protocol_error,
        fragmented_ ? "a message starts inside another" : "a continuation continues no message"
    );
  }
  return true;
}

bool Decoder::accepts_size(const FrameHead& head, std::uint64_t payload_bytes) {
  if (is_control(head.opcode)) {
    return true;
  }
  if ((payload_bytes >> 63U) != 0) {
    return refuse(CloseCode::protocol_error, "a frame's length has its top bit set");
  }
  if (payload_bytes > options_.frame_bytes_max) {
    return refuse(CloseCode::message_too_big, "a frame is larger than the limit");
  }
  if (payload_bytes + fragments_.size() > options_.message_bytes_max) {
    return refuse(CloseCode::message_too_big, "a message is larger than the limit");
  }
  return true;
}

void Decoder::deliver(const FrameHead& head, std::span<char> payload, MessageSink& sink) {
  // Also with a key of zero: the pass that unmasks is the cheapest proof that a text is UTF-8.
  const bool is_ascii = options_.role == Role::server && apply_mask(payload, head.mask_key);
  const std::string_view view(payload.data(), payload.size());
  switch (head.opcode) {
    case Opcode::ping:
      sink.on_ping(view);
      return;
    case Opcode::pong:
      sink.on_pong(view);
      return;
    case Opcode::close:
      deliver_close(view, sink);
      return;
    case Opcode::text:
    case Opcode::binary:
      if (head.is_final) {
        deliver_message(head.opcode, view, is_ascii, sink);
      } else {
        fragmented_ = head.opcode;
        fragments_.append(view);
      }
      return;
    case Opcode::continuation:
      fragments_.append(view);
      if (head.is_final) {
        III_ASSERT(fragmented_, "accepts_start() lets continuations through only inside a message");
        const Opcode kind = *fragmented_;
        fragmented_.reset();
        deliver_message(kind, fragments_.view(), false, sink);
        if (fragments_.capacity() > fragments_keep_bytes) {
          fragments_.release();
        } else {
          fragments_.clear();
        }
      }
      return;
  }
}

void Decoder::deliver_message(
    Opcode kind, std::string_view payload, bool is_ascii, MessageSink& sink
) {
  if (kind == Opcode::binary) {
    sink.on_binary(payload);
  } else if (is_ascii || is_utf8(payload)) {
    sink.on_text(payload);
  } else {
    refuse(CloseCode::invalid_payload, "a text message is not UTF-8");
  }
}

void Decoder::deliver_close(std::string_view payload, MessageSink& sink) {
  if (payload.empty()) {
    is_closed_ = true;
    sink.on_close(static_cast<std::uint16_t>(CloseCode::none), {});
    return;
  }
  if (payload.size() == 1) {
    refuse(CloseCode::protocol_error, "a Close frame holds half a code");
    return;
  }
  const auto code = static_cast<std::uint16_t>(read_number(payload.substr(0, 2)));
  const std::string_view reason = payload.substr(2);
  if (!is_valid_close_code(code)) {
    refuse(CloseCode::protocol_error, "a Close frame has a code that must not be sent");
  } else if (!is_utf8(reason)) {
    refuse(CloseCode::invalid_payload, "the reason of a Close frame is not UTF-8");
  } else {
    is_closed_ = true;
    sink.on_close(code, reason);
  }
}

bool Decoder::refuse(CloseCode code, std::string_view reason) {
  error_ = DecodeError{code, reason};
  return false;
}

}  // namespace iii::websocket
