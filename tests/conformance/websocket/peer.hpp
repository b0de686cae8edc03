// The other side of a connection in the conformance tables: writes frames byte by byte as RFC 6455
// §5.2 draws them, right and wrong ones. Deliberately slow, obvious, and independent of the
// product's own encoder.
#pragma once

#include "websocket/frame.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::test {

using MaskKey = std::array<std::uint8_t, 4>;

enum class LengthForm : std::uint8_t { shortest, seven_bits, two_bytes, eight_bytes };

struct PeerFrame {
  unsigned opcode = 1;
  std::string payload{};
  bool is_final = true;
  unsigned reserved_bits = 0;  // 0 to 7, the first reserved bit counts 4
  LengthForm length_form = LengthForm::shortest;
  std::optional<std::uint64_t> announced_bytes{};  // when not the payload's own size
  bool is_masked_wrongly = false;                  // masked by a server, or not by a client
  MaskKey mask_key = {0x37, 0xfa, 0x21, 0x3d};
};

// Our own side has `role`; its peer writes.
class Peer {
 public:
  explicit Peer(websocket::Role role) : is_client_(role == websocket::Role::server) {}

  [[nodiscard]] std::string frame(const PeerFrame& frame) const;

  [[nodiscard]] std::string text(std::string_view payload, bool is_final = true) const;
  [[nodiscard]] std::string binary(std::string_view payload, bool is_final = true) const;
  [[nodiscard]] std::string more(std::string_view payload
  ) const;  // a continuation that is not the last
  [[nodiscard]] std::string last(std::string_view payload) const;  // the last continuation
  [[nodiscard]] std::string ping(std::string_view payload) const;
  [[nodiscard]] std::string pong(std::string_view payload) const;
  [[nodiscard]] std::string close() const;
  [[nodiscard]] std::string close(unsigned code, std::string_view reason = {}) const;

 private:
  bool is_client_;
};

}  // namespace iii::test
