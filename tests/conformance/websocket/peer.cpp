#include "conformance/websocket/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::test {

namespace {

std::string big_endian(std::uint64_t number, unsigned bytes) {
  std::string text;
  for (unsigned i = bytes; i > 0; --i) {
    text += static_cast<char>(static_cast<std::uint8_t>(number >> (8 * (i - 1))));
  }
  return text;
}

LengthForm shortest_form(std::uint64_t payload_bytes) {
  if (payload_bytes <= 125) {
    return LengthForm::seven_bits;
  }
  return payload_bytes <= 0xffff ? LengthForm::two_bytes : LengthForm::eight_bytes;
}

}  // namespace

std::string Peer::frame(const PeerFrame& frame) const {
  const std::uint64_t announced = frame.announced_bytes.value_or(frame.payload.size());
  const LengthForm form =
      frame.length_form == LengthForm::shortest ? shortest_form(announced) : frame.length_form;
  const bool is_masked = is_client_ != frame.is_masked_wrongly;
  const unsigned mask_bit = is_masked ? 0x80 : 0;

  std::string bytes;
  bytes +=
      static_cast<char>((frame.is_final ? 0x80 : 0) | frame.reserved_bits << 4U | frame.opcode);
  if (form == LengthForm::seven_bits) {
    bytes += static_cast<char>(mask_bit | static_cast<unsigned>(announced));
  } else if (form == LengthForm::two_bytes) {
    bytes += static_cast<char>(mask_bit | 126U);
    bytes += big_endian(announced, 2);
  } else {
    bytes += static_cast<char>(mask_bit | 127U);
    bytes += big_endian(announced, 8);
  }
  if (!is_masked) {
    return bytes + frame.payload;
  }
  for (const std::uint8_t key_byte : frame.mask_key) {
    bytes += static_cast<char>(key_byte);
  }
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    bytes += static_cast<char>(static_cast<std::uint8_t>(frame.payload[i]) ^ frame.mask_key[i % 4]);
  }
  return bytes;
}

std::string Peer::text(std::string_view payload, bool is_final) const {
  return frame({.opcode = 1, .payload = std::string(payload), .is_final = is_final});
}

std::string Peer::binary(std::string_view payload, bool is_final) const {
  return frame({.opcode = 2, .payload = std::string(payload), .is_final = is_final});
}

std::string Peer::more(std::string_view payload) const {
  return frame({.opcode = 0, .payload = std::string(payload), .is_final = false});
}

std::string Peer::last(std::string_view payload) const {
  return frame({.opcode = 0, .payload = std::string(payload)});
}

std::string Peer::ping(std::string_view payload) const {
  return frame({.opcode = 9, .payload = std::string(payload)});
}

std::string Peer::pong(std::string_view payload) const {
  return frame({.opcode = 10, .payload = std::string(payload)});
}

std::string Peer::close() const {
  return frame({.opcode = 8});
}

std::string Peer::close(unsigned code, std::string_view reason) const {
  return frame({.opcode = 8, .payload = big_endian(code, 2) + std::string(reason)});
}

}  // namespace iii::test
