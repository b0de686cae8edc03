#include "engine/liveness.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/tcp_signs.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

namespace iii::engine {

namespace limits = base::limits;

namespace {

// Being exact would cost a list operation per read and a wake-up per peer.
constexpr auto resolution = std::chrono::seconds(1);

// Counted from the ping, so that a process that was suspended gives its peers time to answer.
constexpr auto answer_time = limits::peer_silence_max - limits::ping_interval;

}  // namespace

Liveness::Order& Liveness::order_of(const Place& place) {
  switch (place.stage) {
    case Stage::heard:
      return place.pinging == Pinging::never ? never_pinged_ : unpinged_;
    case Stage::pinged:
      return pinged_;
    case Stage::spared:
      return spared_;
  }
  return spared_;
}

void Liveness::add(base::ConnectionId peer, Pinging pinging, base::MonotonicTime now) {
  Place place{.at = {}, .pinging = pinging};
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

void Liveness::move(Place& place, Stage stage, base::MonotonicTime now) {
  Order& from = order_of(place);
  place.stage = stage;
  place.at->since = now;
  Order& to = order_of(place);
  to.splice(to.end(), from, place.at);
}

void Liveness::heard(base::ConnectionId peer, base::MonotonicTime now) {
  const auto found = places_.find(peer);
  if (found == places_.end()) {
    return;
  }
  Place& place = found->second;
  if (place.stage != Stage::heard || now - place.at->since >= resolution) {
    move(place, Stage::heard, now);
  }
}

void Liveness::spare(base::ConnectionId peer, base::MonotonicTime now) {
  if (const auto found = places_.find(peer); found != places_.end()) {
    move(found->second, Stage::spared, now);
  }
}

Liveness::Due Liveness::due(base::MonotonicTime now) {
  Due due;
  while (!unpinged_.empty() && unpinged_.front().since + limits::ping_interval <= now) {
    const base::ConnectionId id = unpinged_.front().id;
    due.to_ping.push_back(id);
    move(places_.find(id)->second, Stage::pinged, now);
  }
  for (const Peer& peer : pinged_) {
    if (peer.since + answer_time > now) {
      break;
    }
    // The ping itself is to be acknowledged.
    due.doubtful.push_back({peer.id, Pinging::when_silent, now - peer.since});
  }
  for (const Peer& peer : never_pinged_) {
    if (peer.since + limits::peer_silence_max > now) {
      break;
    }
    due.doubtful.push_back({peer.id, Pinging::never, limits::peer_silence_max});
  }
  for (const Peer& peer : spared_) {
    if (peer.since + limits::doubt_interval > now) {
      break;
    }
    if (places_.find(peer.id)->second.pinging == Pinging::never) {
      due.doubtful.push_back({peer.id, Pinging::never, limits::peer_silence_max});
    } else {
      due.to_ping.push_back(peer.id);
      due.doubtful.push_back({peer.id, Pinging::when_silent, answer_time});
    }
  }
  return due;
}

base::MonotonicTime Liveness::next_deadline() const {
  base::MonotonicTime next = base::never;
  const auto consider = [&next](const Order& order, base::MonotonicTime::duration silence_max) {
    if (!order.empty()) {
      next = std::min(next, order.front().since + silence_max + resolution);
    }
  };
  consider(unpinged_, limits::ping_interval);
  consider(pinged_, answer_time);
  consider(never_pinged_, limits::peer_silence_max);
  consider(spared_, limits::doubt_interval);
  return next;
}

bool has_gone(const Liveness::Doubtful& peer, const std::optional<net::TcpSigns>& signs) {
  if (!signs) {
    return peer.pinging == Pinging::when_silent;
  }
  return net::has_vanished(
      *signs, std::chrono::floor<std::chrono::milliseconds>(peer.acknowledgement_time)
  );
}

}  // namespace iii::engine
