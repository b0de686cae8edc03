// Messages in several frames, control frames between them, and sequences that are not allowed.
#include "conformance/websocket/case.hpp"
#include "conformance/websocket/peer.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace iii::test {

namespace {

using websocket::Role;

// The message "abc…" in `count` frames of one letter each, with `between` after every frame but the
// last.
std::string in_fragments(
    const Peer& peer, bool is_text, std::size_t count, const std::string& between
) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string letter(1, static_cast<char>('a' + i));
    if (i == 0) {
      bytes += is_text ? peer.text(letter, false) : peer.binary(letter, false);
    } else {
      bytes += i + 1 == count ? peer.last(letter) : peer.more(letter);
    }
    if (i + 1 < count) {
      bytes += between;
    }
  }
  return bytes;
}

void add_counts(const Peer& peer, WebsocketCases& cases) {
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  for (const bool is_text : {true, false}) {
    const std::string kind = is_text ? "text" : "binary";
    for (const std::size_t count : {2U, 3U, 4U, 10U, 26U}) {
      const std::string whole = alphabet.substr(0, count);
      cases.push_back(
          {.name = kind + " in " + std::to_string(count) + " fragments",
           .bytes = in_fragments(peer, is_text, count, ""),
           .expected = {event_line(kind, whole)}}
      );
      std::vector<std::string> expected(count - 1, event_line("ping", "?"));
      expected.push_back(event_line(kind, whole));
      cases.push_back(
          {.name = kind + " in " + std::to_string(count) + " fragments with pings between",
           .bytes = in_fragments(peer, is_text, count, peer.ping("?")),
           .expected = expected}
      );
    }
    cases.push_back(
        {.name = kind + " in fragments with every kind of control frame and a close at last",
         .bytes = in_fragments(peer, is_text, 2, peer.ping("") + peer.pong("x") + peer.ping("y")) +
                  peer.close(),
         .expected =
             {event_line("ping", ""),
              event_line("pong", "x"),
              event_line("ping", "y"),
              event_line(kind, "ab"),
              close_line(1005, "")}}
    );
    cases.push_back(
        {.name = kind + " in fragments, cut short by a close",
         .bytes = peer.frame({.opcode = is_text ? 1U : 2U, .payload = "a", .is_final = false}) +
                  peer.close(1001) + peer.last("b"),
         .expected = {close_line(1001, "")}}
    );
    cases.push_back(
        {.name = kind + " without its last fragment",
         .bytes = peer.frame({.opcode = is_text ? 1U : 2U, .payload = "a", .is_final = false}) +
                  peer.more("b"),
         .expected = {}}
    );
  }
}

void add_empty_fragments(const Peer& peer, WebsocketCases& cases) {
  for (unsigned full = 0; full < 8; ++full) {
    const std::string first = (full & 1U) != 0 ? "1" : "";
    const std::string second = (full & 2U) != 0 ? "2" : "";
    const std::string third = (full & 4U) != 0 ? "3" : "";
    cases.push_back(
        {.name = "three fragments '" + first + "', '" + second + "', '" + third + "'",
         .bytes = peer.text(first, false) + peer.more(second) + peer.last(third),
         .expected = {text_line(first + second + third)}}
    );
  }
  std::string many = peer.binary("", false);
  for (int i = 0; i < 1000; ++i) {
    many += peer.more("");
  }
  cases.push_back(
      {.name = "a thousand empty fragments",
       .bytes = many + peer.last("end"),
       .expected = {binary_line("end")}}
  );
}

void add_sequences(const Peer& peer, WebsocketCases& cases) {
  const std::string fragmented = peer.text("a", false) + peer.last("b");
  cases.push_back(
      {.name = "two fragmented messages in a row",
       .bytes = fragmented + peer.binary("c", false) + peer.more("d") + peer.last("e"),
       .expected = {text_line("ab"), binary_line("cde")}}
  );
  cases.push_back(
      {.name = "whole and fragmented messages in turn",
       .bytes = peer.text("1") + fragmented + peer.binary("2") + fragmented + peer.text("3"),
       .expected =
           {text_line("1"), text_line("ab"), binary_line("2"), text_line("ab"), text_line("3")}}
  );
  for (const bool is_final : {true, false}) {
    const std::string continuation = is_final ? peer.last("x") : peer.more("x");
    const std::string name = is_final ? "last continuation" : "continuation";
    cases.push_back(
        {.name = name + " at the very start", .bytes = continuation, .expected = {protocol_error()}}
    );
    cases.push_back(
        {.name = name + " after a whole message",
         .bytes = peer.text("1") + continuation,
         .expected = {text_line("1"), protocol_error()}}
    );
    cases.push_back(
        {.name = name + " after a fragmented message",
         .bytes = fragmented + continuation,
         .expected = {text_line("ab"), protocol_error()}}
    );
    cases.push_back(
        {.name = name + " after a ping",
         .bytes = peer.ping("1") + continuation,
         .expected = {event_line("ping", "1"), protocol_error()}}
    );
  }
  for (const unsigned outer : {1U, 2U}) {
    for (const unsigned inner : {1U, 2U}) {
      for (const bool is_final : {true, false}) {
        cases.push_back(
            {.name = std::string(is_final ? "whole" : "fragmented") + " message of opcode " +
                     std::to_string(inner) + " inside one of opcode " + std::to_string(outer),
             .bytes = peer.frame({.opcode = outer, .payload = "a", .is_final = false}) +
                      peer.frame({.opcode = inner, .payload = "b", .is_final = is_final}) +
                      peer.last("c"),
             .expected = {protocol_error()}}
        );
      }
    }
  }
}

void add_errors_inside(const Peer& peer, WebsocketCases& cases) {
  const std::string start = peer.text("a", false);
  cases.push_back(
      {.name = "oversized ping inside a fragmented message",
       .bytes = start + peer.ping(std::string(126, 'p')) + peer.last("b"),
       .expected = {protocol_error()}}
  );
  cases.push_back(
      {.name = "fragmented ping inside a fragmented message",
       .bytes =
           start + peer.frame({.opcode = 9, .payload = "p", .is_final = false}) + peer.last("b"),
       .expected = {protocol_error()}}
  );
  cases.push_back(
      {.name = "unknown opcode inside a fragmented message",
       .bytes = start + peer.frame({.opcode = 3}) + peer.last("b"),
       .expected = {protocol_error()}}
  );
  cases.push_back(
      {.name = "wrong masking inside a fragmented message",
       .bytes = start + peer.frame({.opcode = 0, .payload = "b", .is_masked_wrongly = true}),
       .expected = {protocol_error()}}
  );
  cases.push_back(
      {.name = "length not in shortest form inside a fragmented message",
       .bytes = start +
                peer.frame({.opcode = 0, .payload = "b", .length_form = LengthForm::eight_bytes}),
       .expected = {protocol_error()}}
  );
}

}  // namespace

WebsocketCases fragment_cases(Role role) {
  const Peer peer(role);
  WebsocketCases cases;
  add_counts(peer, cases);
  add_empty_fragments(peer, cases);
  add_sequences(peer, cases);
  add_errors_inside(peer, cases);
  return cases;
}

}  // namespace iii::test
