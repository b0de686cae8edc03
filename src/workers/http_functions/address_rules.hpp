// Which addresses are nobody's business on the internet: what a function behind a URL must not
// reach unless the configuration says so. Pure; any thread.
#pragma once

#include "base/ip_address.hpp"

namespace iii::workers::http_functions {

// Loopback, private networks, link-local, and all others that are not of the internet, also where
// an IPv6 address carries an IPv4 address (spec: engine-core §13.4; more is blocked than there).
[[nodiscard]] bool is_private(const base::IpAddress& address) noexcept;

}  // namespace iii::workers::http_functions
