// Steps through UTF-8 text, for code that prints or checks text of unknown origin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::base {

// The length of the well-formed UTF-8 sequence at the front of `text` (Unicode 15, table 3-7), or 0
// when there is none.
[[nodiscard]] std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

// Whether all of it is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// The text with U+FFFD in place of each byte that is not part of a well-formed sequence.
[[nodiscard]] std::string repaired_utf8(std::string_view text);

}  // namespace iii::base
