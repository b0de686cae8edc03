// Masking keys of every shape over payloads of every alignment. Only a server is sent masked
// frames.
#include "conformance/websocket/case.hpp"
#include "conformance/websocket/peer.hpp"
#include "websocket/frame.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace iii::test {

namespace {

struct NamedKey {
  std::string name;
  MaskKey key;
};

const std::array<NamedKey, 8> keys = {{
    {"zero", {0, 0, 0, 0}},
    {"first byte only", {0xa5, 0, 0, 0}},
    {"second byte only", {0, 0xa5, 0, 0}},
    {"third byte only", {0, 0, 0xa5, 0}},
    {"last byte only", {0, 0, 0, 0xa5}},
    {"all ones", {0xff, 0xff, 0xff, 0xff}},
    {"all high bits", {0x80, 0x80, 0x80, 0x80}},
    {"four letters of the payload", {'a', 'b', 'c', 'd'}},
}};

constexpr std::string_view text =
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ,.-;:_#'+*~";

}  // namespace

WebsocketCases mask_cases(websocket::Role role) {
  WebsocketCases cases;
  if (role == websocket::Role::client) {
    return cases;
  }
  const Peer peer(role);
  for (const NamedKey& key : keys) {
    for (const std::size_t size : {0U,  1U,  2U,  3U,  4U,  5U,  7U,  8U,  9U,  12U,
                                   15U, 16U, 17U, 24U, 31U, 32U, 33U, 47U, 63U, 65U}) {
      const std::string payload(text.substr(0, size));
      cases.push_back(
          {.name = "key " + key.name + ", " + std::to_string(size) + " bytes",
           .bytes = peer.frame({.payload = payload, .mask_key = key.key}),
           .expected = {text_line(payload)}}
      );
    }
    // Each fragment starts its own masking (RFC 6455 §5.3), whatever the length of the one before.
    cases.push_back(
        {.name = "key " + key.name + ", fragments of odd sizes",
         .bytes = peer.frame({.payload = "abc", .is_final = false, .mask_key = key.key}) +
                  peer.frame({.opcode = 9, .payload = "ping!", .mask_key = key.key}) +
                  peer.frame({.opcode = 0, .payload = "\u20ac", .mask_key = {1, 2, 3, 4}}) +
                  peer.frame({.opcode = 8, .payload = "\x03\xe8 bye", .mask_key = key.key}),
         .expected = {event_line("ping", "ping!"), text_line("abc\u20ac"), close_line(1000, " bye")}
        }
    );
    // The check for ASCII that rides on the unmasking must look at the outcome, at every place.
    for (const std::size_t place : {0U, 7U, 15U, 16U, 31U, 32U, 40U, 62U}) {
      std::string payload(text.substr(0, 63));
      payload[place] = '\xff';
      cases.push_back(
          {.name = "key " + key.name + ", not UTF-8 at byte " + std::to_string(place),
           .bytes = peer.frame({.payload = payload, .mask_key = key.key}),
           .expected = {invalid_payload()}}
      );
    }
  }
  return cases;
}

}  // namespace iii::test
