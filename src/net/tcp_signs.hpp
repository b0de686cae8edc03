// What TCP knows of a peer that says nothing: whether its end still acknowledges. Asked only when a
// peer is about to be given up.
#pragma once

#include "net/descriptor.hpp"

#include <netinet/tcp.h>

#include <chrono>
#include <optional>

namespace iii::net {

struct TcpSigns {
  std::chrono::milliseconds since_ack{};  // since anything came from its end, bytes or not
  unsigned retransmits = 0;               // of bytes that it has not acknowledged
  unsigned probes = 0;                    // unanswered, while it takes no bytes or is idle
};

// nullopt: the system does not say.
[[nodiscard]] std::optional<TcpSigns> tcp_signs(const Descriptor& descriptor);
[[nodiscard]] std::optional<TcpSigns> signs_in(const tcp_info& info);

// Whether the peer's machine owes an acknowledgement for at least `silence`. One that acknowledges
// without taking bytes has not vanished. Pure.
[[nodiscard]] bool has_vanished(const TcpSigns& signs, std::chrono::milliseconds silence);

}  // namespace iii::net
