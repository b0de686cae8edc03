// The range rule for numbers: the grammar allows any magnitude, receivers with typed decoders do
// not.
#pragma once

#include <string_view>

namespace iii::json {

// Precondition: `number` is well-formed JSON. Whether it rounds to an infinite double. Too small is
// not beyond: it rounds to 0.
[[nodiscard]] bool is_beyond_double(std::string_view number) noexcept;

}  // namespace iii::json
