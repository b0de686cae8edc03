// The reading half of a WebSocket connection, either role: bytes in, messages out. Sans-IO.
//
// Feed it what the socket delivered, in pieces of any size; it unmasks in place, reassembles
// fragments, checks everything that RFC 6455 asks for (masking, reserved bits, opcodes, control
// frames, UTF-8 also across fragments, close codes, sizes) and calls the sink once per message or
// control frame. A message that arrives in one frame is handed out where it lies, uncopied. After
// an error or a Close frame it consumes nothing more. One thread at a time.
#pragma once

#include "base/byte_buffer.hpp"
#include "base/limits.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace iii::websocket {

// Views live until the call returns.
class MessageSink {
 public:
  // `text` has been checked to be UTF-8.
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(std::string_view bytes) = 0;
  virtual void on_ping(std::string_view payload) = 0;
  virtual void on_pong(std::string_view payload) = 0;
  // The peer's Close frame; CloseCode::none when it carried no code. Nothing follows.
  virtual void on_close(std::uint16_t code, std::string_view reason) = 0;

  // Asked after each frame: false stops decode() early (the rest stays unconsumed), for
  // back-pressure.
  [[nodiscard]] virtual bool wants_more() const { return true; }

 protected:
  ~MessageSink() = default;
};

struct DecodeError {
  CloseCode code = CloseCode::protocol_error;  // what to put into our Close frame
  std::string_view reason;                     // static text, short enough for the same frame
};

struct DecoderOptions {
  Role role = Role::server;  // our own role: a server requires masked frames, a client refuses them
  std::size_t frame_bytes_max = base::limits::frame_bytes_max;
  std::size_t message_bytes_max = base::limits::message_bytes_max;
};

class Decoder {
 public:
  explicit Decoder(const DecoderOptions& options) : options_(options) {}

  // Decodes every complete frame in `bytes` (which it unmasks in place) and returns how many bytes
  // it has consumed. The caller keeps the rest and presents it again, followed by more. Sets
  // error() when the peer broke the protocol.
  [[nodiscard]] std::size_t decode(std::span<char> bytes, MessageSink& sink);

  // After decode(): how many bytes, counted from the first unconsumed one, the next frame needs; 0
  // when even its head is incomplete, or when nothing is known of it because decode() stopped
  // early. Lets the caller make room once for a large frame.
  [[nodiscard]] std::size_t bytes_wanted() const noexcept { return bytes_wanted_; }

  [[nodiscard]] const std::optional<DecodeError>& error() const noexcept { return error_; }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  // Memory held for the fragments of a message, in use or kept for the next one (then at most 64
  // KiB).
  [[nodiscard]] std::size_t kept_bytes() const noexcept { return fragments_.capacity(); }

 private:
  struct FrameHead {
    Opcode opcode = Opcode::continuation;
    bool is_final = false;
    std::uint32_t mask_key = 0;  // as it lies in memory; 0 for server frames
    std::size_t head_bytes = 0;
    std::size_t payload_bytes = 0;
  };

  // False while the head is incomplete, and when it has been refused.
  [[nodiscard]] bool read_head(std::span<const char> bytes, FrameHead& head);
  [[nodiscard]] bool accepts_start(std::uint8_t first, std::uint8_t second);
  [[nodiscard]] bool accepts_size(const FrameHead& head, std::uint64_t payload_bytes);
  void deliver(const FrameHead& head, std::span<char> payload, MessageSink& sink);
  void deliver_message(Opcode kind, std::string_view payload, bool is_ascii, MessageSink& sink);
  void deliver_close(std::string_view payload, MessageSink& sink);
  bool refuse(CloseCode code, std::string_view reason);  // always false

  DecoderOptions options_;
  base::ByteBuffer fragments_;        // of the message being reassembled: only what has arrived
  std::optional<Opcode> fragmented_;  // its kind
  std::size_t bytes_wanted_ = 0;
  std::optional<DecodeError> error_;
  bool is_closed_ = false;
};

}  // namespace iii::websocket
