// The headers of an upgrade request that a user may choose. Pure; any thread.
#pragma once

#include "sdk/transport.hpp"

#include <optional>
#include <string>

namespace iii::sdk {

// Whole lines ending in CRLF. Pairs that are not legal HTTP, and those that belong to the handshake
// itself, are skipped (spec: sdk §3.4).
[[nodiscard]] std::string header_lines(const Headers& headers);

// With a token (III_TOKEN) that is not blank, `Authorization: Bearer` is added, unless the user has
// an Authorization (spec: line-0.25 §8).
[[nodiscard]] Headers with_token(Headers headers, const std::optional<std::string>& token);

}  // namespace iii::sdk
