// Binding and accepting: the parts of the loop that know about addresses.
#pragma once

#include "net/descriptor.hpp"

#include <iii/engine_error.hpp>

#include <cstdint>
#include <string>

namespace iii::net {

struct BoundListener {
  Descriptor descriptor;
  std::uint16_t port = 0;  // the real one, also when 0 was asked for
};

// `host`: an IPv4 or IPv6 address or a name; the first address that can be bound is taken. Errors
// name host, port and reason.
[[nodiscard]] EngineResult<BoundListener> bind_listener(
    const std::string& host, std::uint16_t port
);

struct AcceptedConnection {
  Descriptor descriptor;  // not open: see error_number
  std::string ip_address;
  int error_number = 0;
};

[[nodiscard]] AcceptedConnection accept_connection(const Descriptor& listener);

}  // namespace iii::net
