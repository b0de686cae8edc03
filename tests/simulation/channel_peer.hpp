// One end of a channel: a writer that numbers its messages, or a reader that expects the numbers
// without a gap.
#pragma once

#include "simulation/network.hpp"
#include "simulation/world.hpp"

#include <cstddef>
#include <optional>

namespace iii::simulation {

class ChannelPeer final : public PeerEnd {
 public:
  ChannelPeer(World& world, Network& network, const Opening& opening)
      : world_(world), network_(network), opening_(opening) {}

  void start();
  void become_calm();
  void leave();

  void on_packet(LinkId link, const Packet& packet) override;
  void on_ended(LinkId link) override;

 private:
  void connect();
  void write();
  void end();

  World& world_;
  Network& network_;
  Opening opening_;
  std::optional<LinkId> link_;
  bool is_over_ = false;
  milliseconds interval_max_{0};  // between two messages of a writer
  std::size_t count_ = 0;         // messages written, or read
  std::size_t last_ = 0;          // when it ends of its own will
};

}  // namespace iii::simulation
