#include "json/lexer.hpp"

#include "json/number.hpp"
#include "json/plain_text.hpp"
#include "json/scan.hpp"

#include <cstddef>
#include <string_view>

namespace iii::json {
namespace {

using Reason = ScanError::Reason;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The value of a hexadecimal digit, or 16.
unsigned hex_value(char c) {
  if (is_digit(c)) {
    return static_cast<unsigned>(c - '0');
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 16;
}

bool is_high_surrogate(unsigned unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}

bool is_low_surrogate(unsigned unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

}  // namespace

[[gnu::cold]] Position Lexer::refuse(Reason reason, Position where) {
  error_ = ScanError{.reason = reason, .offset = static_cast<std::size_t>(where - begin_)};
  return nullptr;
}

[[gnu::cold]] Position Lexer::refuse_unexpected(Position where) {
  return refuse(is_end(where) ? Reason::unexpected_end : Reason::unexpected_character, where);
}

Position Lexer::literal(Position first, std::string_view word) {
  for (const char expected : word) {
    if (!is_at(first, expected)) {
      return refuse_unexpected(first);
    }
    ++first;
  }
  return first;
}

// `special`: the first character that does not stand for itself.
Lexer::String Lexer::escaped_string(Position special) {
  Position at = special;
  while (!is_end(at) && *at != '"') {
    at = *at == '\\' ? escape(at) : refuse(Reason::control_character, at);
    if (at == nullptr) {
      return {.end = nullptr, .has_escapes = true};
    }
    at = plain_end(at, end_);
  }
  return {.end = is_end(at) ? refuse_unexpected(at) : at + 1, .has_escapes = true};
}

Position Lexer::escape(Position backslash) {
  const Position letter = backslash + 1;
  if (is_end(letter)) {
    return refuse_unexpected(letter);
  }
  switch (*letter) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return letter + 1;
    case 'u':
      return unicode_escape(backslash);
    default:
      return refuse(Reason::invalid_escape, backslash);
  }
}

// One \uXXXX, or the two of a surrogate pair.
Position Lexer::unicode_escape(Position backslash) {
  unsigned unit = 0;
  const Position end = code_unit(backslash, unit);
  if (end == nullptr) {
    return nullptr;
  }
  if (is_low_surrogate(unit)) {
    return refuse(Reason::lone_surrogate, backslash);
  }
  if (!is_high_surrogate(unit)) {
    return end;
  }
  if (!is_end(end) && (*end != '\\' || (!is_end(end + 1) && end[1] != 'u'))) {
    return refuse(Reason::lone_surrogate, backslash);
  }
  const Position pair_end = code_unit(end, unit);
  if (pair_end != nullptr && !is_low_surrogate(unit)) {
    return refuse(Reason::lone_surrogate, backslash);
  }
  return pair_end;
}

// A \uXXXX of which the first two characters are right as far as the text goes.
Position Lexer::code_unit(Position backslash, unsigned& unit) {
  constexpr std::ptrdiff_t prefix = 2;
  constexpr std::ptrdiff_t length = 6;
  unit = 0;
  for (std::ptrdiff_t i = 0; i < length; ++i) {
    if (is_end(backslash + i)) {
      return refuse_unexpected(backslash + i);
    }
    if (i < prefix) {
      continue;
    }
    const unsigned digit = hex_value(backslash[i]);
    if (digit > 15) {
      return refuse(Reason::invalid_escape, backslash);
    }
    unit = unit * 16 + digit;
  }
  return backslash + length;
}

// One digit or more at `at`, in the number that begins at `number`.
Position Lexer::digits(Position at, Position number) {
  if (is_end(at)) {
    return refuse_unexpected(at);
  }
  if (!is_digit(*at)) {
    return refuse(Reason::invalid_number, number);
  }
  do {
    ++at;
  } while (!is_end(at) && is_digit(*at));
  return at;
}

Position Lexer::number(Position first) {
  const Position integer = first + (*first == '-' ? 1 : 0);
  Position at = digits(integer, first);
  if (at == nullptr) {
    return nullptr;
  }
  if (*integer == '0' && at != integer + 1) {
    return refuse(Reason::invalid_number, first);
  }
  if (is_at(at, '.')) {
    at = digits(at + 1, first);
    if (at == nullptr) {
      return nullptr;
    }
  }
  const bool has_exponent = is_at(at, 'e') || is_at(at, 'E');
  if (has_exponent) {
    ++at;
    at = digits(is_at(at, '+') || is_at(at, '-') ? at + 1 : at, first);
    if (at == nullptr) {
      return nullptr;
    }
  }
  // 308 digits stay below the largest double.
  constexpr std::ptrdiff_t harmless_digits = 308;
  if ((has_exponent || at - first > harmless_digits) && is_beyond_double(slice(first, at))) {
    return refuse(Reason::number_out_of_range, first);
  }
  return at;
}

}  // namespace iii::json
