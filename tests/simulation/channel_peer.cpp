#include "simulation/channel_peer.hpp"

#include "core/channels.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace iii::simulation {
namespace {

constexpr std::size_t padding_max = 150;

Packet::Kind kind_of(std::size_t number) {
  return number % 3 == 0 ? Packet::Kind::text : Packet::Kind::binary;
}

}  // namespace

void ChannelPeer::start() {
  interval_max_ = milliseconds(world_.chance.one_in(2) ? 5 : 200);
  last_ = world_.chance.between(0, 60);
  world_.agenda.after(world_.chance.between(milliseconds(0), milliseconds(3'000)), [this] {
    connect();
  });
}

void ChannelPeer::become_calm() {
  if (opening_.end == core::ChannelEnd::writer) {
    end();
  }
}

void ChannelPeer::leave() {
  end();
}

void ChannelPeer::on_packet(LinkId, const Packet& packet) {
  if (opening_.end == core::ChannelEnd::reader) {
    const std::string number = packet.bytes.substr(0, packet.bytes.find(':'));
    require(
        number == std::to_string(count_) && packet.kind == kind_of(count_),
        "a channel's reader misses no message"
    );
    ++count_;
    // Some readers have had enough before the end.
    if (count_ == last_ && world_.chance.one_in(3)) {
      end();
    }
  }
}

void ChannelPeer::on_ended(LinkId) {
  is_over_ = true;
}

void ChannelPeer::connect() {
  if (is_over_) {
    return;
  }
  link_ = network_.connect(*this, opening_);
  if (opening_.end == core::ChannelEnd::writer || world_.chance.one_in(10)) {
    write();
  }
}

void ChannelPeer::write() {
  if (is_over_) {
    return;
  }
  if (count_ == last_ && opening_.end == core::ChannelEnd::writer) {
    if (!world_.chance.one_in(5)) {
      end();
    }
    return;
  }
  std::string bytes = std::to_string(count_) + ":";
  bytes.append(world_.chance.below(padding_max), 'x');
  network_.send_from_peer(*link_, {kind_of(count_), std::move(bytes)});
  if (opening_.end == core::ChannelEnd::reader) {
    return;  // nothing that a reader says has a meaning
  }
  ++count_;
  world_.agenda.after(world_.chance.between(milliseconds(0), interval_max_), [this] { write(); });
}

void ChannelPeer::end() {
  if (!is_over_ && link_) {
    network_.close_from_peer(*link_);
  }
  is_over_ = true;
}

}  // namespace iii::simulation
