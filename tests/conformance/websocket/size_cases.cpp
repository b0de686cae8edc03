// Sizes around every border of the length forms and of the two limits. Limits hold for payloads of
// data frames.
#include "base/limits.hpp"
#include "conformance/websocket/case.hpp"
#include "conformance/websocket/peer.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace iii::test {

namespace {

using websocket::Role;

constexpr std::size_t unlimited = std::size_t{1} << 40U;

// Bytes that differ from place to place, all ASCII.
std::string payload_of(std::size_t size) {
  std::string payload(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    payload[i] = static_cast<char>('!' + (i * 7 + i / 256) % 90);
  }
  return payload;
}

void add_sizes(const Peer& peer, WebsocketCases& cases) {
  for (const std::size_t size :
       {1U,    3U,    4U,    5U,    7U,     8U,     9U,     15U,    16U,    17U,    31U,  32U,
        33U,   63U,   64U,   65U,   124U,   125U,   126U,   127U,   128U,   255U,   256U, 257U,
        1024U, 4095U, 4096U, 4097U, 16384U, 65534U, 65535U, 65536U, 65537U, 100000U}) {
    const std::string payload = payload_of(size);
    const std::string name = std::to_string(size) + " bytes";
    cases.push_back(
        {.name = "text of " + name, .bytes = peer.text(payload), .expected = {text_line(payload)}}
    );
    cases.push_back(
        {.name = "binary of " + name,
         .bytes = peer.binary(payload) + peer.ping("next"),
         .expected = {binary_line(payload), event_line("ping", "next")}}
    );
    cases.push_back(
        {.name = "fragments of " + name,
         .bytes = peer.binary(payload, false) + peer.last(payload),
         .expected = {binary_line(payload + payload)}}
    );
  }
}

void add_frame_limit(const Peer& peer, WebsocketCases& cases) {
  for (const std::size_t limit : {0U, 1U, 2U, 124U, 125U, 126U, 127U, 65535U, 65536U}) {
    const std::string fits = payload_of(limit);
    const std::string exceeds = payload_of(limit + 1);
    const std::string name = "frame limit of " + std::to_string(limit);
    cases.push_back(
        {.name = name + ", reached",
         .bytes = peer.text(fits) + peer.binary(fits),
         .expected = {text_line(fits), binary_line(fits)},
         .frame_bytes_max = limit}
    );
    cases.push_back(
        {.name = name + ", exceeded",
         .bytes = peer.text(fits) + peer.text(exceeds),
         .expected = {text_line(fits), too_big()},
         .frame_bytes_max = limit}
    );
    cases.push_back(
        {.name = name + ", exceeded by a length alone",
         .bytes = peer.frame({.opcode = 2, .announced_bytes = limit + 1}),
         .expected = {too_big()},
         .frame_bytes_max = limit}
    );
    cases.push_back(
        {.name = name + ", reached by each fragment",
         .bytes = peer.binary(fits, false) + peer.more(fits) + peer.last(fits),
         .expected = {binary_line(fits + fits + fits)},
         .frame_bytes_max = limit}
    );
    cases.push_back(
        {.name = name + ", exceeded by a later fragment",
         .bytes = peer.binary(fits, false) + peer.last(exceeds),
         .expected = {too_big()},
         .frame_bytes_max = limit}
    );
  }
}

void add_message_limit(const Peer& peer, WebsocketCases& cases) {
  for (const std::size_t limit : {0U, 1U, 2U, 10U, 125U, 126U, 127U, 65535U, 65536U}) {
    const std::string fits = payload_of(limit);
    const std::string half = payload_of(limit / 2);
    const std::string rest = payload_of(limit - limit / 2);
    const std::string name = "message limit of " + std::to_string(limit);
    const auto add =
        [&](const std::string& what, std::string bytes, std::vector<std::string> expected) {
          cases.push_back(
              {.name = name + what,
               .bytes = std::move(bytes),
               .expected = std::move(expected),
               .frame_bytes_max = unlimited,
               .message_bytes_max = limit}
          );
        };
    add(", reached", peer.text(fits) + peer.text(fits), {text_line(fits), text_line(fits)});
    add(", exceeded by one frame", peer.text(payload_of(limit + 1)), {too_big()});
    add(", reached by fragments",
        peer.text(half, false) + peer.more(rest) + peer.last(""),
        {text_line(half + rest)});
    add(", exceeded by the last fragment",
        peer.text(half, false) + peer.more(rest) + peer.last("x"),
        {too_big()});
    add(", exceeded by a middle fragment",
        peer.text(fits, false) + peer.more("x") + peer.last(""),
        {too_big()});
    add(", reached twice: a message does not count for the next",
        peer.binary(half, false) + peer.last(rest) + peer.binary(half, false) + peer.last(rest),
        {binary_line(half + rest), binary_line(half + rest)});
  }
}

void add_control_beside_limits(const Peer& peer, WebsocketCases& cases) {
  const std::string payload = payload_of(125);
  const std::string reason = payload_of(123);
  cases.push_back(
      {.name = "control frames are free of the limits",
       .bytes = peer.ping(payload) + peer.text("", false) + peer.pong(payload) + peer.last("") +
                peer.close(1000, reason),
       .expected =
           {event_line("ping", payload),
            event_line("pong", payload),
            text_line(""),
            close_line(1000, reason)},
       .frame_bytes_max = 0,
       .message_bytes_max = 0}
  );
}

void add_announcements(const Peer& peer, WebsocketCases& cases) {
  const std::uint64_t frame_max = base::limits::frame_bytes_max;
  for (const std::uint64_t announced :
       {frame_max + 1,
        std::uint64_t{1} << 32U,
        std::uint64_t{1} << 62U,
        (std::uint64_t{1} << 63U) - 1}) {
    cases.push_back(
        {.name = "length of " + std::to_string(announced) + " announced under the usual limits",
         .bytes = peer.frame({.announced_bytes = announced}),
         .expected = {too_big()}}
    );
    cases.push_back(
        {.name = "length of " + std::to_string(announced) + " announced in a later fragment",
         .bytes = peer.text("a", false) + peer.frame({.opcode = 0, .announced_bytes = announced}),
         .expected = {too_big()}}
    );
  }
  cases.push_back(
      {.name = "length of the frame limit announced",
       .bytes = peer.frame({.announced_bytes = frame_max}),
       .expected = {}}
  );
}

}  // namespace

WebsocketCases size_cases(Role role) {
  const Peer peer(role);
  WebsocketCases cases;
  add_sizes(peer, cases);
  add_frame_limit(peer, cases);
  add_message_limit(peer, cases);
  add_control_beside_limits(peer, cases);
  add_announcements(peer, cases);
  return cases;
}

}  // namespace iii::test
