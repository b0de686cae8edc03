#include "engine/liveness.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace iii::engine {

namespace limits = base::limits;

namespace {

// Being exact would cost a list operation per read and a wake-up per peer.
constexpr auto resolution = std::chrono::seconds(1);

// Counted from the ping, so that a process that was suspended gives its peers time to answer.
constexpr auto answer_time = limits::peer_silence_max - limits::ping_interval;

}  // namespace

Liveness::Order& Liveness::order_of(const Place& place) {
  if (place.pinging == Pinging::never) {
    return never_pinged_;
  }
  return place.is_pinged ? pinged_ : unpinged_;
}

void Liveness::add(base::ConnectionId peer, Pinging pinging, base::MonotonicTime now) {
  Place place{.at = {}, .pinging = pinging, .is_pinged = false};
  Order& order = order_of(place);
  order.push_back({peer, now});
  place.at = std::prev(order.end());
  places_.emplace(peer, place);
}

void Liveness::remove(base::ConnectionId peer) {
  if (const auto found = places_.find(peer); found != places_.end()) {
    order_of(found->second).erase(found->second.at);
    places_.erase(found);
  }
}

void Liveness::heard(base::ConnectionId peer, base::MonotonicTime now) {
  const auto found = places_.find(peer);
  if (found == places_.end()) {
    return;
  }
  Place& place = found->second;
  if (!place.is_pinged && now - place.at->since < resolution) {
    return;
  }
  place.at->since = now;
  Order& from = order_of(place);
  place.is_pinged = false;
  Order& to = order_of(place);
  to.splice(to.end(), from, place.at);
}

Liveness::Due Liveness::due(base::MonotonicTime now) {
  Due due;
  while (!unpinged_.empty() && unpinged_.front().since + limits::ping_interval <= now) {
    Peer& peer = unpinged_.front();
    peer.since = now;
    due.to_ping.push_back(peer.id);
    places_.find(peer.id)->second.is_pinged = true;
    pinged_.splice(pinged_.end(), unpinged_, unpinged_.begin());
  }
  const auto doubt = [&due, now](const Order& order, base::MonotonicTime::duration silence_max) {
    for (const Peer& peer : order) {
      if (peer.since + silence_max > now) {
        break;
      }
      due.doubtful.push_back(peer.id);
    }
  };
  doubt(pinged_, answer_time);
  doubt(never_pinged_, limits::peer_silence_max);
  return due;
}

base::MonotonicTime Liveness::next_deadline() const {
  base::MonotonicTime next = base::never;
  if (!unpinged_.empty()) {
    next = unpinged_.front().since + limits::ping_interval + resolution;
  }
  if (!pinged_.empty()) {
    next = std::min(next, pinged_.front().since + answer_time + resolution);
  }
  if (!never_pinged_.empty()) {
    next = std::min(next, never_pinged_.front().since + limits::peer_silence_max + resolution);
  }
  return next;
}

}  // namespace iii::engine
