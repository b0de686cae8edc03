// Which peers have been silent for too long: first they are pinged, then doubted (spec:
// wire-protocol §22 W2). Pure.
//
// Peers stand in the order in which they were last heard, so that looking costs only those that are
// due.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <list>
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

  struct Due {
    std::vector<base::ConnectionId> to_ping;
    std::vector<base::ConnectionId> doubtful;
  };
  // Peers are pinged once per silence. The caller finds out whether the doubtful are alive, and
  // removes them or has heard from them.
  [[nodiscard]] Due due(base::MonotonicTime now);
  [[nodiscard]] base::MonotonicTime next_deadline() const;

 private:
  struct Peer {
    base::ConnectionId id;
    base::MonotonicTime since;  // last heard; once pinged: when that was
  };
  using Order = std::list<Peer>;

  struct Place {
    Order::iterator at;
    Pinging pinging = Pinging::when_silent;
    bool is_pinged = false;
  };
  [[nodiscard]] Order& order_of(const Place& place);

  // Longest silent first.
  Order unpinged_;
  Order pinged_;
  Order never_pinged_;
  boost::unordered_flat_map<base::ConnectionId, Place, std::hash<base::ConnectionId>> places_;
};

}  // namespace iii::engine
