// An address of the internet protocol, of either version, as bytes.
#pragma once

#include <array>
#include <cstdint>

namespace iii::base {

// In network order. Of version 4: the mapped form ::ffff:a.b.c.d, which connects to the same peer.
using IpAddress = std::array<std::uint8_t, 16>;

}  // namespace iii::base
