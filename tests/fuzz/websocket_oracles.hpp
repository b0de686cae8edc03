// What the fuzz targets of both WebSocket roles check of a decoder that is fed any bytes.
//
// The first four bytes of an input choose: frame limit, message limit, size of the pieces, and
// whether the sink stops the decoder after each event. The rest is what the peer sends.
#pragma once

#include "base/assert.hpp"
#include "base/byte_buffer.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

// RFC 3629 §4 spelt out, code point by code point.
inline bool is_utf8_slowly(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc0 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                                            : 4;
    if (size == 0 || first > 0xf4 || text.size() < size) {
      return false;
    }
    std::uint32_t point = size == 1 ? first : first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      if ((byte & 0xc0U) != 0x80) {
        return false;
      }
      point = point << 6U | (byte & 0x3fU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < smallest[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

struct WebsocketEvent {
  websocket::Opcode opcode;
  std::uint16_t close_code;
  std::string payload;

  friend bool operator==(const WebsocketEvent&, const WebsocketEvent&) = default;
};

class EventRecorder final : public websocket::MessageSink {
 public:
  explicit EventRecorder(bool stops_after_each) : stops_after_each_(stops_after_each) {}

  void on_text(std::string_view text) override {
    III_ASSERT(is_utf8_slowly(text), "text is UTF-8");
    add(websocket::Opcode::text, 0, text);
  }
  void on_binary(std::string_view bytes) override { add(websocket::Opcode::binary, 0, bytes); }
  void on_ping(std::string_view payload) override { add(websocket::Opcode::ping, 0, payload); }
  void on_pong(std::string_view payload) override { add(websocket::Opcode::pong, 0, payload); }
  void on_close(std::uint16_t code, std::string_view reason) override {
    III_ASSERT(is_utf8_slowly(reason), "a close reason is UTF-8");
    add(websocket::Opcode::close, code, reason);
  }
  [[nodiscard]] bool wants_more() const override { return !stops_after_each_; }

  std::vector<WebsocketEvent> events;

 private:
  void add(websocket::Opcode opcode, std::uint16_t code, std::string_view payload) {
    events.push_back({opcode, code, std::string(payload)});
  }

  bool stops_after_each_;
};

struct WebsocketRun {
  std::vector<WebsocketEvent> events;
  std::uint16_t error_code = 0;
  std::string rest;

  friend bool operator==(const WebsocketRun&, const WebsocketRun&) = default;
};

inline WebsocketRun run_decoder(
    const websocket::DecoderOptions& options,
    std::string_view bytes,
    std::size_t piece_bytes,
    bool stops
) {
  websocket::Decoder decoder(options);
  EventRecorder recorder(stops);
  base::ByteBuffer inbox;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    inbox.append(bytes.substr(at, piece_bytes));
    for (std::size_t consumed = 1; consumed != 0;) {
      consumed = decoder.decode(inbox.bytes(), recorder);
      inbox.consume(consumed);
      III_ASSERT(decoder.kept_bytes() <= 2 * bytes.size() + 512, "memory follows what arrived");
    }
    const bool is_over = decoder.error().has_value() || decoder.is_closed();
    III_ASSERT(
        is_over || inbox.size() < 14 || decoder.bytes_wanted() > inbox.size(), "it waits for more"
    );
  }
  WebsocketRun run{.events = std::move(recorder.events), .error_code = 0, .rest = {}};
  if (decoder.error()) {
    run.error_code = static_cast<std::uint16_t>(decoder.error()->code);
  } else {
    run.rest = inbox.view();
  }
  III_ASSERT(bytes.ends_with(run.rest), "what is not consumed is not touched");
  return run;
}

// The peer sends each event again, as one frame: the decoder must see the same events.
inline void check_encoding(
    websocket::DecoderOptions options, const std::vector<WebsocketEvent>& events
) {
  const auto peer =
      options.role == websocket::Role::server ? websocket::Role::client : websocket::Role::server;
  base::ByteBuffer out;
  std::uint32_t key = 0;
  for (const WebsocketEvent& event : events) {
    key = key * 0x9e3779b1U + 0x85ebca6bU;
    if (event.opcode == websocket::Opcode::close) {
      websocket::append_close(
          peer, static_cast<websocket::CloseCode>(event.close_code), event.payload, key, out
      );
    } else {
      websocket::append_frame(peer, event.opcode, event.payload, key, out);
    }
  }
  options.frame_bytes_max = options.message_bytes_max;
  const WebsocketRun again =
      run_decoder(options, out.view(), std::max<std::size_t>(out.size(), 1), false);
  III_ASSERT(again.events == events, "decoding what was encoded gives the same events");
  III_ASSERT(again.error_code == 0 && again.rest.empty(), "what we encode is accepted whole");
}

inline void check_decoder(websocket::Role role, std::string_view input) {
  if (input.size() < 4) {
    return;
  }
  const auto choice = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(input[i]));
  };
  const websocket::DecoderOptions options{
      .role = role, .frame_bytes_max = choice(0) * 16, .message_bytes_max = choice(1) * 64
  };
  const std::string_view bytes = input.substr(4);
  const WebsocketRun whole =
      run_decoder(options, bytes, std::max<std::size_t>(bytes.size(), 1), false);
  const WebsocketRun pieces = run_decoder(options, bytes, choice(2) + 1, choice(3) % 2 == 1);
  III_ASSERT(whole == pieces, "the outcome does not depend on how the bytes arrive");
  for (const WebsocketEvent& event : whole.events) {
    const bool is_data =
        event.opcode == websocket::Opcode::text || event.opcode == websocket::Opcode::binary;
    const std::size_t limit =
        is_data ? options.message_bytes_max : websocket::control_payload_bytes_max;
    III_ASSERT(event.payload.size() <= limit, "no payload exceeds its limit");
  }
  check_encoding(options, whole.events);
}

}  // namespace iii::test
