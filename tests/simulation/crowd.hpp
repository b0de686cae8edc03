// Everybody outside the engine: the scripted workers and the SDK's, the ends of their channels, and
// what they know of each other.
#pragma once

#include "simulation/channel_peer.hpp"
#include "simulation/checks.hpp"
#include "simulation/network.hpp"
#include "simulation/participant.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/world.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace iii::simulation {

class Crowd {
 public:
  Crowd(World& world, Network& network, Checks& checks, PlantedBug bug);

  World& world;
  Network& network;
  Checks& checks;

  void start();
  // Nobody starts anything new; what is unfinished is finished.
  void become_calm();
  void leave();
  void restart_a_worker();
  void check_quiet() const;
  void check_left() const;

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

  // What a worker is asked: calls from one connection come in their order and say truly who calls;
  // those of an SDK, whose frames wait for any connection, run once.
  void check_call(const boost::json::object& data, std::string_view text, LinkId at);
  [[nodiscard]] std::uint64_t next_sdk_call() { return ++sdk_calls_; }

 private:
  static void remember(std::deque<std::string>& heard, const std::string& id);

  PlantedBug bug_;
  std::vector<std::unique_ptr<Participant>> workers_;
  std::vector<std::unique_ptr<ChannelPeer>> channel_peers_;
  std::deque<std::string> calls_;
  std::deque<std::string> triggers_;
  std::map<LinkId, std::string> worker_ids_;
  std::uint64_t sdk_calls_ = 0;
  std::set<std::uint64_t> sdk_calls_run_;
};

}  // namespace iii::simulation
