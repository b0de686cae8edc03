// Names and values of URL-encoded forms and queries. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace iii::base {

// The value of a hexadecimal digit; -1: it is none.
[[nodiscard]] int hex_digit(char digit) noexcept;

// `+` is a blank, what cannot be decoded stays as it is, what is no UTF-8 then becomes U+FFFD.
[[nodiscard]] std::string decode_form_text(std::string_view text);

}  // namespace iii::base
