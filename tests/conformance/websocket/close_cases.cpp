// Close frames: codes of every class (RFC 6455 §7.4), and reasons.
#include "conformance/websocket/case.hpp"
#include "conformance/websocket/peer.hpp"
#include "websocket/frame.hpp"

#include <array>
#include <string>

namespace iii::test {

namespace {

using websocket::Role;

// Codes in ranges, ends included.
struct CodeRange {
  unsigned first;
  unsigned last;
};

constexpr std::array<CodeRange, 5> allowed_codes = {
    {{1000, 1003}, {1007, 1014}, {3000, 3001}, {3999, 4001}, {4999, 4999}}
};
constexpr std::array<CodeRange, 10> refused_codes = {
    {{0, 1},
     {125, 125},
     {999, 999},
     {1004, 1006},
     {1015, 1016},
     {1099, 1100},
     {1999, 2000},
     {2999, 2999},
     {5000, 5001},
     {65535, 65535}}
};

void add_codes(const Peer& peer, WebsocketCases& cases) {
  const auto add = [&](unsigned code, bool is_allowed) {
    for (const std::string reason : {"", "why"}) {
      cases.push_back(
          {.name = "close code " + std::to_string(code) + " with reason '" + reason + "'",
           .bytes = peer.close(code, reason),
           .expected = {is_allowed ? close_line(code, reason) : protocol_error()}}
      );
    }
  };
  for (const CodeRange range : allowed_codes) {
    for (unsigned code = range.first; code <= range.last; ++code) {
      add(code, true);
    }
  }
  for (const CodeRange range : refused_codes) {
    for (unsigned code = range.first; code <= range.last; ++code) {
      add(code, false);
    }
  }
}

void add_reasons(const Peer& peer, WebsocketCases& cases) {
  const std::string euro = "\u20ac";
  std::string euros;
  for (int i = 0; i < 41; ++i) {
    euros += euro;
  }
  for (const std::string& reason : {std::string(122, 'r'), std::string(123, 'r'), euros, euro}) {
    cases.push_back(
        {.name = "close with a reason of " + std::to_string(reason.size()) + " bytes from '" +
                 reason.substr(0, 3) + "'",
         .bytes = peer.close(1000, reason),
         .expected = {close_line(1000, reason)}}
    );
  }
  cases.push_back(
      {.name = "close with a reason of 124 bytes",
       .bytes = peer.close(1000, std::string(124, 'r')),
       .expected = {protocol_error()}}
  );
  for (const std::string reason :
       {"\xff", "caf\xe9", "\xe2\x82", "\xed\xa0\x80", "\xc0\xaf", "\x80"}) {
    cases.push_back(
        {.name = "close with a reason that is no text, of " + std::to_string(reason.size()) +
                 " bytes from " + std::to_string(static_cast<unsigned char>(reason[0])),
         .bytes = peer.close(1000, reason),
         .expected = {invalid_payload()}}
    );
  }
  cases.push_back(
      {.name = "refused code before a reason that is no text",
       .bytes = peer.close(1005, "\xff"),
       .expected = {protocol_error()}}
  );
}

void add_bodies(const Peer& peer, WebsocketCases& cases) {
  cases.push_back(
      {.name = "close without body", .bytes = peer.close(), .expected = {close_line(1005, "")}}
  );
  for (const std::string byte : {"\x03", "\xe8", "x"}) {
    cases.push_back(
        {.name =
             "close with a body of one byte " + std::to_string(static_cast<unsigned char>(byte[0])),
         .bytes = peer.frame({.opcode = 8, .payload = byte}),
         .expected = {protocol_error()}}
    );
  }
}

}  // namespace

WebsocketCases close_cases(Role role) {
  const Peer peer(role);
  WebsocketCases cases;
  add_codes(peer, cases);
  add_reasons(peer, cases);
  add_bodies(peer, cases);
  return cases;
}

}  // namespace iii::test
