#include "base/assert.hpp"
#include "json/plain_text.hpp"
#include "json/scan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace iii::json {
namespace {

void append_utf8(std::uint32_t code_point, std::string& out) {
  const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xc0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    byte(0xe0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  } else {
    byte(0xf0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3f));
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  }
}

// The number that the four hexadecimal digits of a \uXXXX stand for; `escape` begins at its
// backslash.
std::uint32_t code_unit(std::string_view escape) {
  std::uint32_t unit = 0;
  for (const char digit : escape.substr(2, 4)) {
    const int value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    unit = unit * 16 + static_cast<std::uint32_t>(value);
  }
  return unit;
}

// Appends what the escape at the beginning of `body` stands for and returns its length.
std::size_t append_escape(std::string_view body, std::string& out) {
  const char letter = body[1];
  if (letter != 'u') {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meanings = "\b\f\n\r\t";
    const std::size_t at = letters.find(letter);
    out.push_back(at == std::string_view::npos ? letter : meanings[at]);
    return 2;
  }
  const std::uint32_t unit = code_unit(body);
  if (unit < 0xd800 || unit > 0xdfff) {
    append_utf8(unit, out);
    return 6;
  }
  const std::uint32_t low = code_unit(body.substr(6));
  append_utf8(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out);
  return 12;
}

void append_control(char c, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view characters = "\b\f\n\r\t";
  constexpr std::string_view letters = "bfnrt";
  if (const std::size_t at = characters.find(c); at != std::string_view::npos) {
    out.push_back('\\');
    out.push_back(letters[at]);
    return;
  }
  out += "\\u00";
  out.push_back(digits[static_cast<std::size_t>(c) >> 4]);
  out.push_back(digits[static_cast<std::size_t>(c) & 15]);
}

// Copies the text of an object up to its end, leaving out members.
class MemberFilter final : public MemberSink {
 public:
  MemberFilter(std::string_view object, std::string_view unwanted_key)
      : rest_(object), unwanted_key_(unwanted_key) {
    kept_.reserve(object.size());
  }

  void on_member(const Value& key, const Value& value) override {
    const std::string_view before = take_until(key.text.begin());
    const std::string_view member = take_until(value.text.end());
    if (is_first_) {
      kept_ += before;  // The brace and the space after it.
      is_first_ = false;
    }
    if (spells(key, unwanted_key_)) {
      return;
    }
    if (has_kept_member_) {
      kept_ += before;  // The comma and the space around it.
    }
    kept_ += member;
    has_kept_member_ = true;
  }

  [[nodiscard]] std::string finish() && {
    kept_ += rest_;
    return std::move(kept_);
  }

 private:
  std::string_view take_until(std::string_view::const_iterator position) {
    const auto length = static_cast<std::size_t>(position - rest_.begin());
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  std::string_view rest_;
  std::string_view unwanted_key_;
  std::string kept_;
  bool is_first_ = true;
  bool has_kept_member_ = false;
};

Kind kind_of(std::string_view json) {
  switch (json.front()) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      return Kind::number;
  }
}

}  // namespace

Value value_of(std::string_view json) {
  constexpr std::string_view space = " \t\n\r";  // RFC 8259 §2
  const std::size_t begin = json.find_first_not_of(space);
  if (begin == std::string_view::npos) {
    return {};
  }
  json = json.substr(begin, json.find_last_not_of(space) + 1 - begin);
  return {
      .text = json, .kind = kind_of(json), .has_escapes = json.find('\\') != std::string_view::npos
  };
}

void decode_string(const Value& string, std::string& out) {
  std::string_view body = string.body();
  if (string.has_escapes) {
    out.reserve(out.size() + body.size());
    for (std::size_t plain = body.find('\\'); plain != std::string_view::npos;
         plain = body.find('\\')) {
      out += body.substr(0, plain);
      body.remove_prefix(plain);
      body.remove_prefix(append_escape(body, out));
    }
  }
  out += body;
}

std::string decode_string(const Value& string) {
  std::string out;
  decode_string(string, out);
  return out;
}

bool spells(const Value& string, std::string_view text) {
  const std::string_view body = string.body();
  if (!string.has_escapes) {
    return body == text;
  }
  // An escape of six characters stands for one byte at least, so that most strings need not be
  // decoded.
  constexpr std::size_t longest_spelling = 6;
  return body.size() > text.size() && body.size() <= longest_spelling * text.size() &&
         decode_string(string) == text;
}

void append_string(std::string_view text, std::string& out) {
  out.reserve(out.size() + text.size() + 2);
  out.push_back('"');
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    const char* const special = plain_end(at, end);
    out.append(at, special);
    if (special == end) {
      break;
    }
    if (*special == '"' || *special == '\\') {
      out.push_back('\\');
      out.push_back(*special);
    } else {
      append_control(*special, out);
    }
    at = special + 1;
  }
  out.push_back('"');
}

std::string quoted(std::string_view text) {
  std::string out;
  append_string(text, out);
  return out;
}

std::string without_member(const Value& object, std::string_view key) {
  MemberFilter filter(object.text, key);
  const auto refusal = scan_object(object.text, {}, filter);
  III_ASSERT(!refusal.has_value(), "the object has been validated");
  return std::move(filter).finish();
}

}  // namespace iii::json
