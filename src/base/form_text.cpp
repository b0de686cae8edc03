#include "base/form_text.hpp"

#include "base/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::base {

int hex_digit(char digit) noexcept {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  const char lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode_form_text(std::string_view text) {
  if (text.find_first_of("%+") == std::string_view::npos && is_utf8(text)) {
    return std::string(text);
  }
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return is_utf8(decoded) ? decoded : repaired_utf8(decoded);
}

}  // namespace iii::base
