// One step through UTF-8 text, for code that prints or checks text of unknown origin.
#pragma once

#include <cstddef>
#include <string_view>

namespace iii::engine {

// The length of the well-formed UTF-8 sequence at the front of `text` (Unicode 15, table 3-7), or 0
// when there is none.
[[nodiscard]] std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

}  // namespace iii::engine
