// Binding and accepting: the parts of the loop that know about addresses.
#pragma once

#include "net/descriptor.hpp"

#include <iii/engine_error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace iii::net {

struct BoundListener {
  std::vector<Descriptor> descriptors;  // one for each address
  std::uint16_t port = 0;               // of all of them: the real one, also when 0 was asked for
};

// `host`: an IPv4 or IPv6 address, or a name, all of whose addresses are bound: clients that
// resolve "localhost" try either. Addresses that this machine does not have are left out as long as
// another one remains; one that is in use is an error. Errors name host, port and reason.
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
