// The smallest parts of a JSON text: space, strings, numbers, literals. The base of the scanner,
// which adds arrays and objects. Each function takes the position where its part begins and returns
// where it ends, or nullptr after a refusal, whose reason and place are kept. One lexer for one
// text.
#pragma once

#include "json/plain_text.hpp"
#include "json/scan.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace iii::json {

using Position = const char*;

class Lexer {
 public:
  struct String {
    Position end;
    bool has_escapes;
  };

  explicit Lexer(std::string_view text) : begin_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] Position begin() const { return begin_; }
  [[nodiscard]] const std::optional<ScanError>& error() const { return error_; }

  [[nodiscard]] bool is_end(Position at) const { return at == end_; }
  [[nodiscard]] bool is_at(Position at, char expected) const {
    return at != end_ && *at == expected;
  }

  [[nodiscard]] static std::string_view slice(Position first, Position end) {
    return {first, static_cast<std::size_t>(end - first)};
  }

  [[nodiscard]] Position after_space(Position at) const {
    while (at != end_ && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
      ++at;
    }
    return at;
  }

  // `quote`: the opening one.
  String string(Position quote) {
    const Position plain = plain_end(quote + 1, end_);
    return is_at(plain, '"') ? String{.end = plain + 1, .has_escapes = false}
                             : escaped_string(plain);
  }

  // `first`: a digit or the minus sign.
  Position number(Position first);

  Position literal(Position first, std::string_view word);

  // Both return nullptr.
  Position refuse(ScanError::Reason reason, Position where);
  Position refuse_unexpected(Position where);

 private:
  String escaped_string(Position special);
  Position escape(Position backslash);
  Position unicode_escape(Position backslash);
  Position code_unit(Position backslash, unsigned& unit);
  Position digits(Position at, Position number);

  Position begin_;
  Position end_;
  std::optional<ScanError> error_;
};

}  // namespace iii::json
