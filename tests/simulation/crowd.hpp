// Everybody outside the engine: the scripted workers, the ends of their channels, and what they
// know of each other.
#pragma once

#include "simulation/channel_peer.hpp"
#include "simulation/checks.hpp"
#include "simulation/network.hpp"
#include "simulation/worker.hpp"
#include "simulation/world.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace iii::simulation {

class Crowd {
 public:
  Crowd(World& world, Network& network, Checks& checks);

  World& world;
  Network& network;
  Checks& checks;

  void start();
  // Nobody starts anything new; what is unfinished is finished.
  void become_calm();
  void leave();
  void restart_a_worker();

  void open_channel(const core::ChannelKey& key, std::size_t messages_max);

  // --- Ids to collide with ---
  [[nodiscard]] std::string function_id();
  [[nodiscard]] std::string service_function_id();
  [[nodiscard]] std::string triggered_function_id();
  [[nodiscard]] std::string trigger_id();
  [[nodiscard]] std::string trigger_type();
  // Of a call that somebody made or was asked; empty when there was none yet.
  [[nodiscard]] std::string overheard_call();
  void hear_call(const std::string& id) { remember(calls_, id); }
  void hear_trigger(const std::string& id) { remember(triggers_, id); }

  // --- Who is behind a connection, as the engine told it ---
  void introduce(LinkId link, const std::string& worker_id) { worker_ids_[link] = worker_id; }
  [[nodiscard]] std::string worker_id_of(LinkId link) const;
  [[nodiscard]] std::string some_worker_id();

 private:
  static void remember(std::deque<std::string>& heard, const std::string& id);

  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<ChannelPeer>> channel_peers_;
  std::deque<std::string> calls_;
  std::deque<std::string> triggers_;
  std::map<LinkId, std::string> worker_ids_;
};

}  // namespace iii::simulation
