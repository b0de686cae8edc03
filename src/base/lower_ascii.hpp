// Letters of ASCII in lower case, whatever the locale: names of headers, schemes, variables.
#pragma once

namespace iii::base {

[[nodiscard]] constexpr char lower_ascii(char character) noexcept {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

}  // namespace iii::base
