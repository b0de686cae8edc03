// The methods of HTTP requests.
#pragma once

namespace iii::inline v0 {

// NOLINTNEXTLINE(readability-identifier-naming): `delete` is a keyword.
enum class HttpMethod { get, post, put, patch, delete_, head, options };
// As it is sent: "GET", …
[[nodiscard]] const char* to_string(HttpMethod method) noexcept;

}  // namespace iii::inline v0
