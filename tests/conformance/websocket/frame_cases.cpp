// Opcodes, reserved bits, control frames, the sides' masking, length forms, truncation, and what
// follows an end.
#include "conformance/websocket/case.hpp"
#include "conformance/websocket/peer.hpp"
#include "websocket/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace iii::test {

namespace {

using websocket::Role;

constexpr std::array<unsigned, 6> known_opcodes = {0, 1, 2, 8, 9, 10};

std::string opcode_name(unsigned opcode) {
  return "opcode " + std::to_string(opcode);
}

void add_opcodes(const Peer& peer, WebsocketCases& cases) {
  const std::array<std::string, 16> expected = {
      protocol_error(),
      text_line(""),
      binary_line(""),
      protocol_error(),
      protocol_error(),
      protocol_error(),
      protocol_error(),
      protocol_error(),
      close_line(1005, ""),
      event_line("ping", ""),
      event_line("pong", ""),
      protocol_error(),
      protocol_error(),
      protocol_error(),
      protocol_error(),
      protocol_error()
  };
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    cases.push_back(
        {.name = opcode_name(opcode) + " without payload",
         .bytes = peer.frame({.opcode = opcode}),
         .expected = {expected.at(opcode)}}
    );
  }
  for (const unsigned opcode : {3U, 7U, 11U, 15U}) {
    cases.push_back(
        {.name = opcode_name(opcode) + " after a message and with payload",
         .bytes = peer.text("first") + peer.frame({.opcode = opcode, .payload = "x"}),
         .expected = {text_line("first"), protocol_error()}}
    );
  }
}

void add_reserved_bits(const Peer& peer, WebsocketCases& cases) {
  for (const unsigned opcode : known_opcodes) {
    for (unsigned bits = 1; bits < 8; ++bits) {
      cases.push_back(
          {.name = "reserved bits " + std::to_string(bits) + " on " + opcode_name(opcode),
           .bytes = peer.ping("before") +
                    peer.frame({.opcode = opcode, .payload = "xy", .reserved_bits = bits}) +
                    peer.text("after"),
           .expected = {event_line("ping", "before"), protocol_error()}}
      );
    }
  }
}

void add_control_frames(const Peer& peer, WebsocketCases& cases) {
  for (const unsigned opcode : {8U, 9U, 10U}) {
    for (const std::string payload : {"", "xy"}) {
      cases.push_back(
          {.name = "fragmented control frame with '" + payload + "', " + opcode_name(opcode),
           .bytes = peer.frame({.opcode = opcode, .payload = payload, .is_final = false}),
           .expected = {protocol_error()}}
      );
    }
    for (const std::size_t size : {126U, 127U, 65536U}) {
      cases.push_back(
          {.name = "control frame of " + std::to_string(size) + " bytes, " + opcode_name(opcode),
           .bytes = peer.frame({.opcode = opcode, .payload = std::string(size, 'p')}),
           .expected = {protocol_error()}}
      );
    }
    cases.push_back(
        {.name = "control frame whose short payload has a long length, " + opcode_name(opcode),
         .bytes =
             peer.frame({.opcode = opcode, .payload = "xy", .length_form = LengthForm::two_bytes}),
         .expected = {protocol_error()}}
    );
  }
  for (const std::size_t size : {0U, 1U, 2U, 7U, 8U, 9U, 64U, 124U, 125U}) {
    const std::string payload(size, '\xff');
    cases.push_back(
        {.name = "ping and pong of " + std::to_string(size) + " bytes that are no text",
         .bytes = peer.ping(payload) + peer.pong(payload),
         .expected = {event_line("ping", payload), event_line("pong", payload)}}
    );
  }
  cases.push_back(
      {.name = "pong that answers nothing",
       .bytes = peer.pong("?"),
       .expected = {event_line("pong", "?")}}
  );
}

void add_wrong_masking(const Peer& peer, WebsocketCases& cases) {
  for (const unsigned opcode : known_opcodes) {
    cases.push_back(
        {.name = "wrongly masked or unmasked, " + opcode_name(opcode),
         .bytes = peer.frame({.opcode = opcode, .payload = "xy", .is_masked_wrongly = true}),
         .expected = {protocol_error()}}
    );
    cases.push_back(
        {.name = "wrongly masked or unmasked and empty, after a message, " + opcode_name(opcode),
         .bytes = peer.binary("1") + peer.frame({.opcode = opcode, .is_masked_wrongly = true}),
         .expected = {binary_line("1"), protocol_error()}}
    );
  }
}

void add_length_forms(const Peer& peer, WebsocketCases& cases) {
  const auto add = [&](LengthForm form, std::uint64_t size, const std::string& form_name) {
    for (const unsigned opcode : {1U, 2U}) {
      cases.push_back(
          {.name = std::to_string(size) + " bytes in " + form_name + ", " + opcode_name(opcode),
           .bytes = peer.frame(
               {.opcode = opcode,
                .payload = std::string(static_cast<std::size_t>(size), 'x'),
                .length_form = form}
           ),
           .expected = {protocol_error()}}
      );
    }
  };
  for (const std::uint64_t size : {0U, 1U, 124U, 125U}) {
    add(LengthForm::two_bytes, size, "a length of two bytes");
  }
  for (const std::uint64_t size : {0U, 125U, 126U, 65534U, 65535U}) {
    add(LengthForm::eight_bytes, size, "a length of eight bytes");
  }
  for (const std::uint64_t announced :
       {0x8000000000000000U, 0xffffffffffffffffU, 0x8000000000010000U}) {
    cases.push_back(
        {.name = "length with its top bit set, " + std::to_string(announced),
         .bytes = peer.frame({.announced_bytes = announced}),
         .expected = {protocol_error()}}
    );
  }
}

void add_truncation(const Peer& peer, WebsocketCases& cases) {
  const auto add = [&](const std::string& name, const std::string& frame) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      cases.push_back(
          {.name = name + " truncated after " + std::to_string(size) + " bytes",
           .bytes = peer.text("whole") + frame.substr(0, size),
           .expected = {text_line("whole")}}
      );
    }
  };
  add("text frame", peer.text("Hello"));
  add("ping", peer.ping("Hi"));
  add("close frame", peer.close(1000));
  add("start of a long frame", peer.binary(std::string(70'000, 'b')).substr(0, 16));
  add("start of a middle frame", peer.binary(std::string(300, 'b')).substr(0, 10));
}

void add_what_follows_an_end(const Peer& peer, WebsocketCases& cases) {
  const std::array<std::pair<std::string, std::string>, 6> followers = {{
      {"text", peer.text("late")},
      {"ping", peer.ping("late")},
      {"a second close", peer.close(1001)},
      {"a reserved bit", peer.frame({.reserved_bits = 4})},
      {"noise", "\xde\xad\xbe\xef"},
      {"half a frame", peer.text("late").substr(0, 3)},
  }};
  for (const auto& [name, bytes] : followers) {
    cases.push_back(
        {.name = "close followed by " + name,
         .bytes = peer.text("1") + peer.close(1000, "bye") + bytes,
         .expected = {text_line("1"), close_line(1000, "bye")}}
    );
    cases.push_back(
        {.name = "error followed by " + name,
         .bytes = peer.text("1") + peer.frame({.opcode = 5}) + bytes,
         .expected = {text_line("1"), protocol_error()}}
    );
  }
}

}  // namespace

WebsocketCases frame_cases(Role role) {
  const Peer peer(role);
  WebsocketCases cases;
  add_opcodes(peer, cases);
  add_reserved_bits(peer, cases);
  add_control_frames(peer, cases);
  add_wrong_masking(peer, cases);
  add_length_forms(peer, cases);
  add_truncation(peer, cases);
  add_what_follows_an_end(peer, cases);
  return cases;
}

}  // namespace iii::test
