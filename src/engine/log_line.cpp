#include "engine/log_line.hpp"

#include "base/utf8.hpp"
#include "engine/log.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace iii::engine {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex_byte(std::string& out, unsigned char byte) {
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 0x0FU];
}

// Terminals and log collectors take these as line ends or commands although they are not ASCII
// control characters: U+0080 to U+009F (C1 controls, next line), U+2028 and U+2029 (line and
// paragraph separator).
bool is_hidden_control(std::string_view sequence) {
  if (sequence.size() == 2) {
    return sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
  }
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
}

void append_hidden_control(std::string& out, std::string_view sequence) {
  out += "\\u";
  if (sequence.size() == 2) {
    out += "00";
    append_hex_byte(out, static_cast<unsigned char>(sequence[1]));
  } else {
    out += sequence == "\xE2\x80\xA8" ? "2028" : "2029";
  }
}

// Returns false when the character needs no short escape.
bool append_short_escape(std::string& out, char character) {
  switch (character) {
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\t':
      out += "\\t";
      return true;
    default:
      return false;
  }
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t bytes = base::utf8_sequence_bytes(text);
    const std::string_view sequence = text.substr(0, bytes == 0 ? 1 : bytes);
    const auto first = static_cast<unsigned char>(text[0]);
    if (bytes == 0) {
      out += "\\ufffd";
    } else if (text[0] == '"' || text[0] == '\\') {
      out += '\\';
      out += text[0];
    } else if (first < 0x20 || first == 0x7F) {
      if (!append_short_escape(out, text[0])) {
        out += "\\u00";
        append_hex_byte(out, first);
      }
    } else if (is_hidden_control(sequence)) {
      append_hidden_control(out, sequence);
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  out += '"';
}

void append_human_text(std::string& out, std::string_view text) {
  const bool needs_quotes = text.empty() || text.find_first_of(" =\"\\") != std::string_view::npos;
  if (!needs_quotes) {
    append_printable(out, text);
    return;
  }
  out += '"';
  while (!text.empty()) {
    const std::size_t special = text.find_first_of("\"\\");
    append_printable(out, text.substr(0, special));
    if (special == std::string_view::npos) {
      break;
    }
    out += '\\';
    out += text[special];
    text.remove_prefix(special + 1);
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits{};  // the longest double has 24 characters
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end.ptr);
}

void append_double(std::string& out, double number, LogFormat format) {
  if (format == LogFormat::json && !std::isfinite(number)) {
    out += "null";  // JSON has no NaN and no infinity
  } else {
    append_number(out, number);
  }
}

void append_text(std::string& out, std::string_view text, LogFormat format) {
  if (format == LogFormat::json) {
    append_json_text(out, text);
  } else {
    append_human_text(out, text);
  }
}

void append_value(std::string& out, const LogField::Value& value, LogFormat format) {
  std::visit(
      [&](auto alternative) {
        using T = decltype(alternative);
        if constexpr (std::is_same_v<T, bool>) {
          out += alternative ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::string_view>) {
          append_text(out, alternative, format);
        } else if constexpr (std::is_same_v<T, double>) {
          append_double(out, alternative, format);
        } else {
          append_number(out, alternative);
        }
      },
      value
  );
}

std::string_view padded_name(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "TRACE";
    case LogLevel::debug:
      return "DEBUG";
    case LogLevel::info:
      return "INFO ";
    case LogLevel::warn:
      return "WARN ";
    case LogLevel::error:
      return "ERROR";
    case LogLevel::off:
      break;
  }
  return "OFF  ";
}

}  // namespace

void append_printable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = base::utf8_sequence_bytes(text);
    const std::string_view sequence = text.substr(0, bytes == 0 ? 1 : bytes);
    const auto first = static_cast<unsigned char>(text[0]);
    if (bytes == 0 || first < 0x20 || first == 0x7F) {
      if (bytes == 0 || !append_short_escape(out, text[0])) {
        out += "\\x";
        append_hex_byte(out, first);
      }
    } else if (is_hidden_control(sequence)) {
      append_hidden_control(out, sequence);
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
}

std::string human_line(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  std::string line(padded_name(level));
  line += ' ';
  append_printable(line, event);
  for (const LogField& field : fields) {
    line += ' ';
    append_printable(line, field.key);
    line += '=';
    append_value(line, field.value, LogFormat::human);
  }
  return line;
}

std::string json_line(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  std::string line = R"("level":")";
  line += to_string(level);
  line += R"(","event":)";
  append_json_text(line, event);
  line += R"(,"fields":{)";
  bool is_first = true;
  for (const LogField& field : fields) {
    if (!is_first) {
      line += ',';
    }
    is_first = false;
    append_json_text(line, field.key);
    line += ':';
    append_value(line, field.value, LogFormat::json);
  }
  line += "}}";
  return line;
}

}  // namespace iii::engine
