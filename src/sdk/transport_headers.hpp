// The headers of an upgrade request that a user may choose. Pure; any thread.
#pragma once

#include "sdk/transport.hpp"

#include <string>

namespace iii::sdk {

// Whole lines ending in CRLF. Pairs that are not legal HTTP, and those that belong to the handshake
// itself, are skipped (spec: sdk §3.4).
[[nodiscard]] std::string header_lines(const Headers& headers);

}  // namespace iii::sdk
