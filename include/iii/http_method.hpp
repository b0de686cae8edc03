// The methods of HTTP requests: of routes (builtin_triggers.hpp), and of functions that the engine
// runs by HTTP (http_invocation.hpp).
#pragma once

#include <string_view>

namespace iii::inline v0 {

// NOLINTNEXTLINE(readability-identifier-naming): `delete` is a keyword.
enum class HttpMethod { get, post, put, patch, delete_, head, options };

// As it is sent: "GET", …, "DELETE" for delete_.
[[nodiscard]] std::string_view to_string(HttpMethod method) noexcept;

}  // namespace iii::inline v0
