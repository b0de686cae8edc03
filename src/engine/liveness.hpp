// Which peers have been silent for too long: first they are pinged, then doubted (spec:
// wire-protocol §22 W2). Pure.
//
//   heard --silence--> pinged --silence--> doubtful --has_gone()--> removed
//                                          |      ^
//                                      spared --doubt_interval, ping--
//
// Peers stand in the order in which they were last heard, so that looking costs only those that are
// due.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "net/tcp_signs.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <vector>

namespace iii::engine {

enum class Pinging : std::uint8_t {
  when_silent,
  never,  // the writer of a channel may end without reading, and what it has not read would cut off
          // what it has written
};

class Liveness {
 public:
  void add(base::ConnectionId peer, Pinging pinging, base::MonotonicTime now);
  void remove(base::ConnectionId peer);
  // Any sign of life: a byte from the peer, or that it has taken some.
  void heard(base::ConnectionId peer, base::MonotonicTime now);

  // Nothing was heard, but it may be alive: it is pinged and doubted again after
  // limits::doubt_interval.
  void spare(base::ConnectionId peer, base::MonotonicTime now);

  struct Doubtful {
    base::ConnectionId id;
    Pinging pinging = Pinging::when_silent;
    // A peer that is there has acknowledged something within this time.
    base::MonotonicTime::duration acknowledgement_time{};
  };
  struct Due {
    std::vector<base::ConnectionId> to_ping;
    std::vector<Doubtful> doubtful;
  };
  // The caller pings, and finds out whether the doubtful are there (has_gone()); it removes or
  // spares them, or has heard from them.
  [[nodiscard]] Due due(base::MonotonicTime now);
  [[nodiscard]] base::MonotonicTime next_deadline() const;

 private:
  enum class Stage : std::uint8_t { heard, pinged, spared };
  struct Peer {
    base::ConnectionId id;
    base::MonotonicTime since;  // when the stage was reached
  };
  using Order = std::list<Peer>;

  struct Place {
    Order::iterator at;
    Pinging pinging = Pinging::when_silent;
    Stage stage = Stage::heard;
  };
  [[nodiscard]] Order& order_of(const Place& place);
  void move(Place& place, Stage stage, base::MonotonicTime now);

  // Longest in its stage first.
  Order unpinged_;
  Order pinged_;
  Order never_pinged_;
  Order spared_;
  boost::unordered_flat_map<base::ConnectionId, Place, std::hash<base::ConnectionId>> places_;
};

// Whether a doubtful peer has gone: its machine owes an acknowledgement for too long. Where the
// system does not say, a worker is judged by its silence, and others by the kernel's keepalive.
// Pure.
[[nodiscard]] bool has_gone(
    const Liveness::Doubtful& peer, const std::optional<net::TcpSigns>& signs
);

}  // namespace iii::engine
