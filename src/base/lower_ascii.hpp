// Letters of ASCII in lower case, whatever the locale: names of headers, schemes, variables.
#pragma once

#include <algorithm>
#include <string_view>

namespace iii::base {

[[nodiscard]] constexpr char lower_ascii(char character) noexcept {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

[[nodiscard]] inline bool equals_without_case(
    std::string_view left, std::string_view right
) noexcept {
  return std::ranges::equal(left, right, {}, lower_ascii, lower_ascii);
}

}  // namespace iii::base
