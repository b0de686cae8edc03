#include "simulation/network.hpp"

#include "core/channels.hpp"
#include "net/tcp_signs.hpp"
#include "simulation/chance.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace iii::simulation {

using std::chrono::seconds;

void Network::detach() {
  engine_ = nullptr;
  for (auto& entry : links_) {
    Link& link = entry.second;
    if (link.is_open_at_engine) {
      link.is_open_at_engine = false;
      sever(link);
      link.outbox.clear();
      link.outbox_bytes = 0;
      world_.agenda.after(delay(), [this, id = entry.first] { end_at_peer(id); });
    }
  }
}

// --- The peer's side ---

LinkId Network::connect(PeerEnd& peer, const Opening& opening) {
  const LinkId id{next_link_++};
  Link& link = links_[id];
  link.peer = &peer;
  link.opening = opening;
  draw_reader(link);
  link.last_arrival_at_engine = world_.agenda.time() + delay();
  world_.agenda.at(link.last_arrival_at_engine, [this, id] { accept(id); });
  return id;
}

void Network::send_from_peer(LinkId id, Packet packet) {
  Link& link = links_.at(id);
  if (!link.is_open_at_peer || link.is_severed) {
    return;
  }
  link.to_engine.push_back(std::move(packet));
  link.last_arrival_at_engine =
      std::max(link.last_arrival_at_engine, world_.agenda.time() + delay());
  world_.agenda.at(link.last_arrival_at_engine, [this, id] { arrive_at_engine(id); });
}

void Network::close_from_peer(LinkId id) {
  send_from_peer(id, {Packet::Kind::end, {}});
  links_.at(id).is_open_at_peer = false;
}

void Network::abandon_from_peer(LinkId id) {
  Link& link = links_.at(id);
  if (link.is_open_at_peer && !link.is_severed) {
    world_.agenda.after(delay(), [this, id] { end_at_engine(id); });
  }
  link.is_open_at_peer = false;
  sever(link);
}

// --- The engine's side ---

std::size_t Network::send_from_engine(LinkId id, Packet packet) {
  Link& link = links_.at(id);
  link.outbox_bytes += packet.size();
  link.largest_bytes = std::max(link.largest_bytes, packet.size());
  link.outbox.push_back(std::move(packet));
  mark_dirty(id);
  return link.outbox_bytes;
}

void Network::swap_last_unsent(LinkId id) {
  auto& outbox = links_.at(id).outbox;
  if (outbox.size() > 1) {
    std::swap(outbox.back(), outbox[outbox.size() - 2]);
  }
}

void Network::drop(LinkId id) {
  Link& link = links_.at(id);
  link.is_open_at_engine = false;
  link.outbox.clear();
  link.outbox_bytes = 0;
  post_to_peer(id, {Packet::Kind::end, {}});
}

void Network::finish(LinkId id) {
  Link& link = links_.at(id);
  link.is_open_at_engine = false;
  link.is_finishing = true;
  mark_dirty(id);
}

void Network::pause(LinkId id) {
  links_.at(id).is_paused = true;
}

void Network::resume(LinkId id) {
  links_.at(id).is_paused = false;
  world_.agenda.after(milliseconds(0), [this, id] { take_unread(id); });
}

std::size_t Network::unsent_bytes(LinkId id) const {
  const auto found = links_.find(id);
  return found == links_.end() ? 0 : found->second.outbox_bytes;
}

std::size_t Network::largest_bytes(LinkId id) const {
  const auto found = links_.find(id);
  return found == links_.end() ? 0 : found->second.largest_bytes;
}

net::TcpSigns Network::signs_of(LinkId id) const {
  const Link& link = links_.at(id);
  if (!link.is_severed) {
    return {};
  }
  return {
      .since_ack = std::chrono::floor<milliseconds>(world_.agenda.time() - link.severed_at),
      .retransmits = link.has_lost_bytes ? 1U : 0U
  };
}

bool Network::has_patient_endings() const {
  return std::ranges::any_of(links_, [](const auto& entry) {
    const Link& link = entry.second;
    return link.is_finishing && !link.is_severed && link.opening.is_channel() &&
           link.opening.end == core::ChannelEnd::reader;
  });
}

bool Network::is_open_at_engine(LinkId id) const {
  const auto found = links_.find(id);
  return found != links_.end() && found->second.is_open_at_engine;
}

// --- Faults ---

void Network::cut(LinkId id) {
  sever(links_.at(id));
  world_.agenda.after(delay(), [this, id] { end_at_engine(id); });
  world_.agenda.after(delay(), [this, id] { end_at_peer(id); });
}

void Network::lose(LinkId id) {
  Link& link = links_.at(id);
  sever(link);
  // Some peers notice at once, for example because their own address has changed.
  const milliseconds most(world_.chance.one_in(2) ? 1'000 : 100'000);
  world_.agenda.after(world_.chance.between(milliseconds(10), most), [this, id] {
    end_at_peer(id);
  });
  if (link.opening.is_channel()) {
    // The engine leaves these to the operating system, which gives up unanswered bytes.
    world_.agenda.after(seconds(world_.chance.between(60, 90)), [this, id] { end_at_engine(id); });
  }
}

void Network::end_slow_reading() {
  for (auto& [id, link] : links_) {
    link.reading_interval = milliseconds(0);
  }
}

std::vector<LinkId> Network::open_links() const {
  std::vector<LinkId> open;
  for (const auto& [id, link] : links_) {
    if (link.is_open_at_engine && link.is_open_at_peer && !link.is_severed) {
      open.push_back(id);
    }
  }
  return open;
}

bool Network::is_silent() const {
  return std::ranges::all_of(links_, [](const auto& entry) {
    const Link& link = entry.second;
    const bool speaks = link.is_open_at_engine && (!link.outbox.empty() || !link.unread.empty());
    return link.is_severed || !speaks;
  });
}

// --- Inside ---

void Network::draw_reader(Link& link) {
  link.window = world_.chance.between(100, link.opening.is_channel() ? 800 : 4'000);
  if (!world_.is_calm && world_.chance.percent(world_.setting.slow_reader_percent)) {
    link.reading_interval = world_.chance.between(milliseconds(50), milliseconds(4'000));
  }
}

milliseconds Network::delay() {
  return world_.chance.between(milliseconds(0), world_.setting.delay_max);
}

void Network::accept(LinkId id) {
  Link& link = links_.at(id);
  link.is_open_at_engine = engine_ != nullptr;
  if (engine_ == nullptr || !engine_->on_connected(id, link.opening)) {
    link.is_open_at_engine = false;
    sever(link);
    world_.agenda.after(delay(), [this, id] { end_at_peer(id); });
  } else if (link.opening.wants_control && link.is_open_at_engine) {
    // Before what the engine has sent: that waits in the outbox until this turn is over.
    post_to_peer(id, {Packet::Kind::opened, {}});
  }
}

void Network::arrive_at_engine(LinkId id) {
  Link& link = links_.at(id);
  if (link.to_engine.empty()) {
    return;
  }
  const Packet packet = std::move(link.to_engine.front());
  link.to_engine.pop_front();
  if (!link.is_open_at_engine) {
    return;
  }
  if (link.is_paused || !link.unread.empty()) {
    link.unread.push_back(packet);
  } else {
    take_at_engine(id, packet);
  }
}

void Network::take_at_engine(LinkId id, const Packet& packet) {
  if (packet.kind == Packet::Kind::end) {
    end_at_engine(id);
  } else {
    engine_->on_packet(id, packet);
  }
}

void Network::take_unread(LinkId id) {
  Link& link = links_.at(id);
  while (!link.unread.empty() && !link.is_paused && link.is_open_at_engine) {
    const Packet packet = std::move(link.unread.front());
    link.unread.pop_front();
    take_at_engine(id, packet);
  }
}

void Network::arrive_at_peer(LinkId id) {
  Link& link = links_.at(id);
  const Packet packet = std::move(link.to_peer.front());
  link.to_peer.pop_front();
  link.window_used -= packet.size();
  if (!link.outbox.empty() || link.is_finishing) {
    mark_dirty(id);
  }
  if (!link.is_open_at_peer) {
    return;
  }
  switch (packet.kind) {
    case Packet::Kind::end:
      end_at_peer(id);
      return;
    case Packet::Kind::ping:
      send_from_peer(id, {Packet::Kind::pong, {}});
      [[fallthrough]];
    case Packet::Kind::pong:
    case Packet::Kind::opened:
      if (link.opening.wants_control) {
        link.peer->on_control(id, packet.kind);
      }
      return;
    case Packet::Kind::text:
    case Packet::Kind::binary:
      link.peer->on_packet(id, packet);
      return;
  }
}

void Network::post_to_peer(LinkId id, Packet packet) {
  Link& link = links_.at(id);
  link.window_used += packet.size();
  if (link.is_severed) {
    link.has_lost_bytes = true;
    return;  // no acknowledgement will ever make room again
  }
  link.to_peer.push_back(std::move(packet));
  link.last_arrival_at_peer =
      std::max(world_.agenda.time() + delay(), link.last_arrival_at_peer + link.reading_interval);
  world_.agenda.at(link.last_arrival_at_peer, [this, id] { arrive_at_peer(id); });
}

void Network::mark_dirty(LinkId id) {
  Link& link = links_.at(id);
  if (!link.is_dirty) {
    link.is_dirty = true;
    world_.agenda.after(milliseconds(0), [this, id] { flush(id); });
  }
}

void Network::flush(LinkId id) {
  Link& link = links_.at(id);
  link.is_dirty = false;
  const std::size_t bytes_before = link.outbox_bytes;
  while (!link.outbox.empty() && link.window_used < link.window) {
    Packet packet = std::move(link.outbox.front());
    link.outbox.pop_front();
    link.outbox_bytes -= packet.size();
    post_to_peer(id, std::move(packet));
  }
  if (link.is_finishing && link.outbox.empty()) {
    link.is_finishing = false;
    post_to_peer(id, {Packet::Kind::end, {}});
  }
  const bool has_progressed = link.waits_for_room && link.outbox_bytes < bytes_before;
  link.waits_for_room = !link.outbox.empty();
  if (link.is_open_at_engine) {
    engine_->on_flushed(id, link.outbox_bytes, has_progressed);
  }
}

void Network::sever(Link& link) {
  if (!link.is_severed) {
    link.is_severed = true;
    link.severed_at = world_.agenda.time();
  }
}

void Network::end_at_engine(LinkId id) {
  Link& link = links_.at(id);
  if (!link.is_open_at_engine) {
    return;
  }
  sever(link);
  link.outbox.clear();
  link.outbox_bytes = 0;
  if (link.is_paused || !link.unread.empty()) {
    link.unread.push_back({Packet::Kind::end, {}});  // after all that has arrived
    return;
  }
  link.is_open_at_engine = false;
  engine_->on_ended(id);
}

void Network::end_at_peer(LinkId id) {
  Link& link = links_.at(id);
  if (link.is_open_at_peer) {
    link.is_open_at_peer = false;
    link.peer->on_ended(id);
  }
}

}  // namespace iii::simulation
