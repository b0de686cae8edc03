// Texts without the blanks around them.
#pragma once

#include <cstddef>
#include <string_view>

namespace iii::base {

inline constexpr std::string_view white_space = " \t\r\n";

// By default what may surround the parts of a header (RFC 9110 §5.6.3).
[[nodiscard]] inline std::string_view trimmed(
    std::string_view text, std::string_view blanks = " \t"
) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace iii::base
