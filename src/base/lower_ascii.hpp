// Letters of ASCII in lower case, whatever the locale: names of headers, schemes, variables.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace iii::base {

[[nodiscard]] constexpr char lower_ascii(char character) noexcept {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

inline void append_lower(std::string_view text, std::string& out) {
  for (const char character : text) {
    out += lower_ascii(character);
  }
}

[[nodiscard]] inline std::string lowered(std::string_view text) {
  std::string result;
  append_lower(text, result);
  return result;
}

[[nodiscard]] inline bool equals_without_case(
    std::string_view left, std::string_view right
) noexcept {
  return std::ranges::equal(left, right, {}, lower_ascii, lower_ascii);
}

}  // namespace iii::base
