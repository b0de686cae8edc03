#include "net/tcp_signs.hpp"

#include "base/limits.hpp"
#include "net/descriptor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace iii::net {

namespace limits = base::limits;
using std::chrono::milliseconds;

std::optional<TcpSigns> tcp_signs(const Descriptor& descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor.get(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return std::nullopt;
  }
  return signs_in(info);
}

std::optional<TcpSigns> signs_in(const tcp_info& info) {
  // Linux has a segment size from a socket's first moment on. gVisor leaves it at zero, together
  // with the times and counters wanted here (its retransmission timeout it does tell).
  if (info.tcpi_snd_mss == 0) {
    return std::nullopt;
  }
  return TcpSigns{
      .since_ack = milliseconds(info.tcpi_last_ack_recv),
      .retransmits = info.tcpi_retransmits,
      .probes = info.tcpi_probes
  };
}

bool has_vanished(const TcpSigns& signs, milliseconds silence) {
  if (signs.probes != 0) {
    // The last one may have left just now.
    return signs.since_ack >= std::max<milliseconds>(silence, limits::window_probe_max);
  }
  return signs.retransmits != 0 && signs.since_ack >= silence;
}

}  // namespace iii::net
