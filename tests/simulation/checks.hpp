// All checkers of a run. They stand where the network meets the engine and see every event that the
// engine is given and every message that it sends; they know nothing of scenarios. A broken rule
// throws a Violation.
//
// Order of calls: on_engine_…, then for each event one on_…_taken() or its like, on_sent() and
// on_closed() for what follows from it, on_settled().
#pragma once

#include "core/core.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/call_check.hpp"
#include "simulation/channel_check.hpp"
#include "simulation/network.hpp"
#include "simulation/registry_check.hpp"
#include "simulation/world.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace iii::simulation {

enum class DrainEnd : std::uint8_t { nothing_left, deadline };

class Checks {
 public:
  Checks(World& world, const Network& network)
      : world_(world), network_(network), calls_(world, registry_) {}

  // --- The engine's life ---
  void on_engine_started(const core::Core& core);
  void on_local_worker(base::ConnectionId id) { calls_.on_opened(id); }
  // The in-process workers have registered what they offer.
  void on_engine_ready(const core::Core& core);
  void on_engine_stopped();
  void on_drain_started() { calls_.on_drain_started(); }
  void on_drain_ended(DrainEnd reason);
  void on_stopping() {
    is_stopping_ = true;
    calls_.on_other_event();
  }

  // --- Events ---
  void on_opened(LinkId link, const Opening& opening);
  void on_taken(LinkId link, const protocol::from_worker::Message& message);
  void on_channel_message_taken(LinkId link, bool is_text, std::string_view bytes);
  void on_relieved(LinkId link);
  void on_time();
  void on_local_turn();
  // For its silence.
  void on_given_up(LinkId link) const;
  // The link is no longer the engine's, whoever ended it.
  void on_closed(LinkId link);

  // --- Effects ---
  void on_sent(base::ConnectionId to, const protocol::to_worker::Message& message);
  void on_channel_message_sent(LinkId link, bool is_text, std::string_view bytes);
  void on_close_ordered(LinkId link) { channels_.on_close_ordered(link); }
  void on_congested(LinkId link) { calls_.on_congested(link); }
  void on_settled(core::Core& core);

  // --- What peers see ---
  void on_channel_created(const core::ChannelKey& key, std::size_t messages_max) {
    channels_.on_created(key, messages_max);
  }
  // The `number`th message from one connection to another: numbers may be left out, but only grow.
  void on_arrived(std::string_view kind, LinkId from, LinkId at, std::uint64_t number);

  // An SDK has registered it, and nothing is on its way any more.
  void require_registered(LinkId link, RegistryCheck::Kind kind, const std::string& id) const;
  // Faults have stopped and everybody has answered: nothing is left undone.
  void on_quiet(core::Core& core) const;
  // And all workers have left.
  void on_empty(core::Core& core) const;

 private:
  void check_outboxes() const;
  void compare_connections(const core::Core& core) const;
  void check_reattach(LinkId from, const protocol::from_worker::Reattach& message);

  struct Identity {
    LinkId link;
    base::Uuid token;
  };
  using Course = std::pair<LinkId, LinkId>;

  World& world_;
  const Network& network_;
  RegistryCheck registry_;
  CallCheck calls_;
  ChannelCheck channels_;
  bool is_stopping_ = false;     // channels hold nothing back any more
  std::map<LinkId, bool> live_;  // whether it is a worker's
  std::map<base::WorkerId, Identity> identities_;
  std::map<std::pair<std::string_view, Course>, std::uint64_t> arrived_;
  bool is_ready_ = false;
  bool is_registry_touched_ = false;
};

}  // namespace iii::simulation
