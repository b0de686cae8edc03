// Text must be UTF-8 as a whole message; where fragments cut it does not matter (RFC 6455 §5.6,
// §8.1).
#include "conformance/websocket/case.hpp"
#include "conformance/websocket/peer.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

namespace {

using websocket::Role;

struct Text {
  std::string name;
  std::string bytes;
};

std::vector<Text> valid_texts() {
  return {
      {"one of each length", "a\u00a2\u20ac\U0001f600z"},
      {"Greek", "\u03ba\u1f79\u03c3\u03bc\u03b5"},
      {"Japanese", "\u65e5\u672c\u8a9e"},
      {"the last code point", "\xf4\x8f\xbf\xbf"},
      {"the first and last of two bytes", "\xc2\x80\xdf\xbf"},
      {"the first and last of three bytes", "\xe0\xa0\x80\xef\xbf\xbf"},
      {"the first of four bytes", "\xf0\x90\x80\x80"},
      {"around the surrogates", "\xed\x9f\xbf\xee\x80\x80"},
      {"noncharacters", "\xef\xb7\x90\xef\xbf\xbe"},
      {"a byte order mark", "\xef\xbb\xbfx"},
      {"a zero byte", std::string("a\0b", 3)},
  };
}

std::vector<Text> invalid_texts() {
  return {
      {"a continuation byte alone", "\x80"},
      {"the last continuation byte alone", "\xbf"},
      {"two continuation bytes", "\x80\xbf"},
      {"a start of two without rest", "\xc3"},
      {"a start of three without rest", "\xe2"},
      {"a start of three with half its rest", "\xe2\x82"},
      {"a start of four without rest", "\xf0"},
      {"a start of four with one of its rest", "\xf0\x9f"},
      {"a start of four with two of its rest", "\xf0\x9f\x98"},
      {"a start of two before a letter", "\xc3x"},
      {"a start of three before a letter", "\xe2\x82x"},
      {"a start of four before a letter", "\xf0\x9f\x98x"},
      {"a start of two before a start", "\xc3\xc3\xa4"},
      {"a slash in two bytes", "\xc0\xaf"},
      {"a slash in three bytes", "\xe0\x80\xaf"},
      {"a slash in four bytes", "\xf0\x80\x80\xaf"},
      {"the highest too long form of two bytes", "\xc1\xbf"},
      {"the highest too long form of three bytes", "\xe0\x9f\xbf"},
      {"the highest too long form of four bytes", "\xf0\x8f\xbf\xbf"},
      {"a zero in two bytes", "\xc0\x80"},
      {"the first surrogate", "\xed\xa0\x80"},
      {"the last surrogate", "\xed\xbf\xbf"},
      {"a pair of surrogates", "\xed\xa0\xbd\xed\xb8\x80"},
      {"the first code point beyond the last", "\xf4\x90\x80\x80"},
      {"a start of four beyond the last", "\xf5\x80\x80\x80"},
      {"a form of five bytes", "\xf8\x88\x80\x80\x80"},
      {"a form of six bytes", "\xfc\x84\x80\x80\x80\x80"},
      {"the byte fe", "\xfe"},
      {"the byte ff", "\xff"},
      {"Latin-1", "Gr\xfc\xdf"},
  };
}

std::string split_at(const Peer& peer, std::string_view text, std::size_t cut) {
  return peer.text(text.substr(0, cut), false) + peer.last(text.substr(cut));
}

std::string split_everywhere(const Peer& peer, std::string_view text) {
  std::string bytes = peer.text("", false);
  for (const char byte : text) {
    bytes += peer.more(std::string_view(&byte, 1));
  }
  return bytes + peer.last("");
}

void add_valid(const Peer& peer, WebsocketCases& cases) {
  for (const Text& text : valid_texts()) {
    const std::vector<std::string> expected = {text_line(text.bytes)};
    cases.push_back({.name = text.name, .bytes = peer.text(text.bytes), .expected = expected});
    cases.push_back(
        {.name = text.name + ", a fragment for each byte",
         .bytes = split_everywhere(peer, text.bytes),
         .expected = expected}
    );
    for (std::size_t cut = 1; cut < text.bytes.size(); ++cut) {
      cases.push_back(
          {.name = text.name + ", split at byte " + std::to_string(cut),
           .bytes = split_at(peer, text.bytes, cut),
           .expected = expected}
      );
    }
  }
}

void add_invalid(const Peer& peer, WebsocketCases& cases) {
  for (const Text& text : invalid_texts()) {
    const std::string padded = std::string(70, '.') + text.bytes + std::string(70, '.');
    cases.push_back(
        {.name = text.name, .bytes = peer.text(text.bytes), .expected = {invalid_payload()}}
    );
    cases.push_back(
        {.name = text.name + " deep in a longer text",
         .bytes = peer.text(padded) + peer.text("after"),
         .expected = {invalid_payload()}}
    );
    cases.push_back(
        {.name = text.name + ", a fragment for each byte",
         .bytes = split_everywhere(peer, text.bytes),
         .expected = {invalid_payload()}}
    );
    cases.push_back(
        {.name = text.name + " as binary",
         .bytes = peer.binary(text.bytes),
         .expected = {binary_line(text.bytes)}}
    );
  }
}

void add_across_frames(const Peer& peer, WebsocketCases& cases) {
  cases.push_back(
      {.name = "a ping in the middle of a character",
       .bytes = peer.text("\xf0\x9f", false) + peer.ping("\x98") + peer.last("\x98\x80"),
       .expected = {event_line("ping", "\x98"), text_line("\U0001f600")}}
  );
  cases.push_back(
      {.name = "a character begun in one message and ended in the next",
       .bytes = peer.text("\xc3") + peer.text("\xa4"),
       .expected = {invalid_payload()}}
  );
  cases.push_back(
      {.name = "invalid text after a valid message",
       .bytes = peer.text("\u00e4") + peer.text("\xe4"),
       .expected = {text_line("\u00e4"), invalid_payload()}}
  );
  cases.push_back(
      {.name = "invalid text in the first fragment only",
       .bytes = peer.text("\xff", false) + peer.last("fine"),
       .expected = {invalid_payload()}}
  );
  cases.push_back(
      {.name = "invalid text in the last fragment only",
       .bytes = peer.text("fine", false) + peer.last("\xff"),
       .expected = {invalid_payload()}}
  );
}

}  // namespace

WebsocketCases utf8_cases(Role role) {
  const Peer peer(role);
  WebsocketCases cases;
  add_valid(peer, cases);
  add_invalid(peer, cases);
  add_across_frames(peer, cases);
  return cases;
}

}  // namespace iii::test
