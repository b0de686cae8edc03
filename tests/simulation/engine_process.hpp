// The engine between network and core: what src/engine/gateway.cpp does with sockets, done with
// links, so that the core meets the same order of events. Real are the core, the decoder and
// encoder of messages, the rules for outboxes and silent peers and the bench of in-process workers.
//
// Every event of the core and every message that leaves is shown to the checks.
#pragma once

#include "base/random.hpp"
#include "core/core.hpp"
#include "engine/liveness.hpp"
#include "engine/local_workers.hpp"
#include "engine/outbox_gauge.hpp"
#include "simulation/checks.hpp"
#include "simulation/network.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/world.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace iii::simulation {

class EngineProcess final : public EngineEnd {
 public:
  EngineProcess(World& world, Network& network, Checks& checks, PlantedBug bug);

  bool on_connected(LinkId link, const Opening& opening) override;
  void on_packet(LinkId link, const Packet& packet) override;
  void on_ended(LinkId link) override;
  void on_flushed(LinkId link, std::size_t bytes_left, bool has_progressed) override;

  void on_time();
  [[nodiscard]] base::MonotonicTime next_deadline() const;

  // A graceful stop, in the order of the product: drain, fail what is left, close all.
  void start_draining();
  void stop(DrainEnd reason);
  // Whether the drain has something to wait for.
  [[nodiscard]] bool is_busy();

  [[nodiscard]] core::Core& core() { return core_; }

 private:
  struct Session {
    Opening opening;
    engine::OutboxGauge outbox;
    bool is_paused = false;
  };
  struct Executor;

  void take_message(LinkId link, std::string_view text);
  void take_channel_message(LinkId link, const Packet& packet);
  void settle();
  void send(base::ConnectionId to, const protocol::to_worker::Message& message);
  void send_channel_message(const core::SendChannelMessage& effect);
  void post(LinkId link, Packet packet);
  void judge(const engine::Liveness::Doubtful& peer);
  [[nodiscard]] engine::OutboxLimits outbox_limits(const Session& session) const;
  void close(LinkId link, core::Ending ending);
  void drop(LinkId link);
  void tell_core_closed(LinkId link, const Session& session);
  [[nodiscard]] bool strikes(PlantedBug bug, std::size_t one_in);

  World& world_;
  Network& network_;
  Checks& checks_;
  PlantedBug bug_;
  base::SeededRandom random_;
  core::Core core_;
  core::Effects effects_;
  engine::Liveness liveness_;
  engine::LocalWorkers local_workers_;
  std::map<LinkId, Session> sessions_;
  std::vector<LinkId> overflowing_;
  bool is_stopping_ = false;
  std::map<base::InvocationId, base::ConnectionId> asked_;  // for PlantedBug::stranger_answers
};

}  // namespace iii::simulation
