// Which peers have been silent for too long: first they are pinged, then given up (spec:
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

class Liveness {
 public:
  void add(base::ConnectionId peer, base::MonotonicTime now);
  void remove(base::ConnectionId peer);
  // Any byte from the peer.
  void heard(base::ConnectionId peer, base::MonotonicTime now);

  struct Due {
    std::vector<base::ConnectionId> to_ping;
    std::vector<base::ConnectionId> dead;
  };
  // Peers are pinged once per silence. The caller removes the dead.
  [[nodiscard]] Due due(base::MonotonicTime now);
  [[nodiscard]] base::MonotonicTime next_deadline() const;

 private:
  struct Peer {
    base::ConnectionId id;
    base::MonotonicTime since;  // last heard; once pinged: when that was
  };
  using Order = std::list<Peer>;

  Order unpinged_;  // longest silent first
  Order pinged_;    // likewise
  struct Place {
    Order::iterator at;
    bool is_pinged = false;
  };
  boost::unordered_flat_map<base::ConnectionId, Place, std::hash<base::ConnectionId>> places_;
};

}  // namespace iii::engine
