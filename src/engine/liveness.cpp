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

void Liveness::add(base::ConnectionId peer, base::MonotonicTime now) {
  unpinged_.push_back({peer, now});
  places_.emplace(peer, Place{std::prev(unpinged_.end()), false});
}

void Liveness::remove(base::ConnectionId peer) {
  if (const auto found = places_.find(peer); found != places_.end()) {
    (found->second.is_pinged ? pinged_ : unpinged_).erase(found->second.at);
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
  unpinged_.splice(unpinged_.end(), place.is_pinged ? pinged_ : unpinged_, place.at);
  place.is_pinged = false;
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
  for (const Peer& peer : pinged_) {
    if (peer.since + answer_time > now) {
      break;
    }
    due.dead.push_back(peer.id);
  }
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
  return next;
}

}  // namespace iii::engine
