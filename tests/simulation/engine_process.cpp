#include "simulation/engine_process.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "engine/liveness.hpp"
#include "engine/local_workers.hpp"
#include "engine/outbox_gauge.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/checks.hpp"
#include "simulation/in_process_worker.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/world.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace iii::simulation {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
using engine::LocalWorkers;

EngineProcess::EngineProcess(World& world, Network& network, Checks& checks, PlantedBug bug)
    : world_(world),
      network_(network),
      checks_(checks),
      bug_(bug),
      random_(world.chance.next()),
      core_(world.setting.options, random_, world.agenda.now()) {
  checks_.on_engine_started(core_);
  for (auto& worker : in_process_workers(world_)) {
    const base::ConnectionId id = local_workers_.add(std::move(worker), core_, world_.agenda.now());
    checks_.on_local_worker(id);
  }
  settle();
  checks_.on_engine_ready(core_);
}

// --- Events of the network ---

bool EngineProcess::on_connected(LinkId link, const Opening& opening) {
  if (is_stopping_ || (opening.is_channel() && !core_.channels().is_known(*opening.channel))) {
    return false;
  }
  sessions_.emplace(link, Session{.opening = opening});
  checks_.on_opened(link, opening);
  if (opening.is_channel()) {
    liveness_.add(link, engine::Pinging::never, world_.agenda.time());
    core_.channels().on_opened(link, *opening.channel, opening.end, effects_);
  } else {
    liveness_.add(link, engine::Pinging::when_silent, world_.agenda.time());
    core_.on_worker_opened(link, "127.0.0.1", world_.agenda.now(), effects_);
  }
  settle();
  return true;
}

void EngineProcess::on_packet(LinkId link, const Packet& packet) {
  liveness_.heard(link, world_.agenda.time());
  if (packet.kind == Packet::Kind::pong) {
    return;
  }
  if (packet.kind == Packet::Kind::ping) {
    post(link, {Packet::Kind::pong, {}});
    settle();
    return;
  }
  const Session& session = sessions_.at(link);
  if (session.opening.is_channel()) {
    take_channel_message(link, packet);
  } else {
    take_message(link, packet.bytes);
  }
}

void EngineProcess::take_message(LinkId link, std::string_view text) {
  const from_worker::Message message = protocol::decode(text);
  checks_.on_taken(link, message);
  LinkId from = link;
  if (bug_ == PlantedBug::stranger_answers) {
    if (const auto* result = std::get_if<from_worker::InvocationResult>(&message)) {
      const auto asked = asked_.find(result->invocation_id);
      from = asked == asked_.end() ? link : asked->second;
    }
  }
  const bool registers = std::holds_alternative<from_worker::RegisterFunction>(message) ||
                         std::holds_alternative<from_worker::RegisterTrigger>(message);
  if (!(registers && strikes(PlantedBug::registration_lost, 20))) {
    core_.on_message(from, message, world_.agenda.now(), effects_);
  }
  settle();
}

void EngineProcess::take_channel_message(LinkId link, const Packet& packet) {
  const bool is_text = packet.kind == Packet::Kind::text;
  checks_.on_channel_message_taken(link, is_text, packet.bytes);
  core_.channels().on_message(link, is_text, packet.bytes, effects_);
  settle();
}

void EngineProcess::on_ended(LinkId link) {
  const Session session = sessions_.at(link);
  sessions_.erase(link);
  liveness_.remove(link);
  if (strikes(PlantedBug::close_forgotten, 3)) {
    checks_.on_closed(link);
  } else {
    tell_core_closed(link, session);
  }
  settle();
}

void EngineProcess::on_flushed(LinkId link, std::size_t bytes_left, bool has_progressed) {
  if (has_progressed) {
    liveness_.heard(link, world_.agenda.time());
  }
  Session& session = sessions_.at(link);
  if (session.outbox.on_flushed(outbox_limits(session), bytes_left)) {
    checks_.on_relieved(link);
    if (!strikes(PlantedBug::relief_forgotten, 2)) {
      core_.on_relieved(link, effects_);
    }
    settle();
  }
}

// --- Time ---

void EngineProcess::on_time() {
  const base::Now now = world_.agenda.now();
  if (core_.next_deadline() <= now.monotonic) {
    checks_.on_time();
    core_.on_time(now, effects_);
    settle();
    require(core_.next_deadline() > now.monotonic, "a deadline that has passed is not next again");
  }
  const engine::Liveness::Due due = liveness_.due(now.monotonic);
  for (const LinkId link : due.to_ping) {
    post(link, {Packet::Kind::ping, {}});
  }
  settle();
  for (const engine::Liveness::Doubtful& peer : due.doubtful) {
    if (sessions_.contains(peer.id)) {
      judge(peer);
    }
  }
}

void EngineProcess::judge(const engine::Liveness::Doubtful& peer) {
  const bool has_gone =
      engine::has_gone(peer, network_.signs_of(peer.id)) || strikes(PlantedBug::signs_ignored, 1);
  // A channel's reader is still owed what a paused writer has sent.
  if (!has_gone || sessions_.at(peer.id).is_paused) {
    liveness_.spare(peer.id, world_.agenda.time());
    return;
  }
  checks_.on_given_up(peer.id);
  drop(peer.id);
  settle();
}

base::MonotonicTime EngineProcess::next_deadline() const {
  return std::min(core_.next_deadline(), liveness_.next_deadline());
}

// --- The graceful stop ---

void EngineProcess::start_draining() {
  core_.on_drain_started();
  checks_.on_drain_started();
}

bool EngineProcess::is_busy() {
  const bool has_streams = core_.channels().has_open_streams() || network_.has_patient_endings();
  return core_.owes_answers() || (has_streams && bug_ != PlantedBug::streams_forgotten);
}

void EngineProcess::stop(DrainEnd reason) {
  checks_.on_drain_ended(reason);
  core_.on_drain_ended(world_.agenda.now(), effects_);
  settle();
  is_stopping_ = true;
  checks_.on_stopping();
  core_.on_stopping(world_.agenda.now(), effects_);
  settle();
  core_.channels().on_stopping(effects_);
  settle();
  while (!sessions_.empty()) {
    const LinkId link = sessions_.begin()->first;
    require(sessions_.at(link).opening.is_channel(), "a stopping core closes every worker");
    close(link, core::Ending::going_away);
    core_.channels().on_closed(link, effects_);
    settle();
  }
  checks_.on_engine_stopped();
}

// --- Effects ---

struct EngineProcess::Executor {
  EngineProcess& engine;

  void operator()(const core::SendTo& effect) const { engine.send(effect.to, effect.message); }
  void operator()(const core::SendChannelMessage& effect) const {
    engine.send_channel_message(effect);
  }
  void operator()(const core::CloseConnection& effect) const {
    require(
        engine.sessions_.contains(effect.connection), "no order to close a connection that has gone"
    );
    engine.close(effect.connection, effect.ending);
  }
  void operator()(const core::PauseReading& effect) const {
    Session& session = engine.sessions_.at(effect.connection);
    require(!session.is_paused, "reading is paused once");
    session.is_paused = true;
    if (!engine.strikes(PlantedBug::pause_ignored, 1)) {
      engine.network_.pause(effect.connection);
    }
  }
  void operator()(const core::ResumeReading& effect) const {
    Session& session = engine.sessions_.at(effect.connection);
    require(session.is_paused, "reading is resumed after a pause");
    session.is_paused = false;
    engine.network_.resume(effect.connection);
  }
  void operator()(const core::Note& effect) const {
    if (engine.world_.journal.is_kept()) {
      std::string line = "engine: " + std::string(effect.event);
      for (const auto& [key, value] : effect.fields) {
        line.append(" ").append(key).append("=").append(value);
      }
      engine.world_.note(std::move(line));
    }
  }
};

void EngineProcess::settle() {
  for (;;) {
    for (const core::Effect& effect : effects_.all()) {
      std::visit(Executor{*this}, effect);
    }
    effects_.clear();
    checks_.on_settled(core_);
    if (!overflowing_.empty()) {
      const LinkId link = overflowing_.back();
      overflowing_.pop_back();
      if (sessions_.contains(link)) {
        drop(link);
      }
    } else {
      checks_.on_local_turn();
      if (!local_workers_.run_next(core_, world_.agenda.now(), effects_)) {
        return;
      }
    }
  }
}

void EngineProcess::send(base::ConnectionId to, const to_worker::Message& message) {
  checks_.on_sent(to, message);
  if (LocalWorkers::is_local(to)) {
    local_workers_.deliver(to, message);
    return;
  }
  require(sessions_.contains(to), "no message to a closed connection");
  if (const auto* call = std::get_if<to_worker::InvokeFunction>(&message)) {
    if (bug_ == PlantedBug::stranger_answers) {
      asked_[call->invocation_id] = to;
    }
  }
  Packet packet{Packet::Kind::text, protocol::encode(message)};
  if (std::holds_alternative<to_worker::InvocationResult>(message) &&
      strikes(PlantedBug::result_sent_twice, 20)) {
    checks_.on_sent(to, message);
    post(to, packet);
  }
  post(to, std::move(packet));
}

void EngineProcess::send_channel_message(const core::SendChannelMessage& effect) {
  require(sessions_.contains(effect.to), "no channel message to a closed connection");
  if (strikes(PlantedBug::channel_message_lost, 10)) {
    return;
  }
  checks_.on_channel_message_sent(effect.to, effect.is_text, effect.bytes);
  post(
      effect.to,
      {effect.is_text ? Packet::Kind::text : Packet::Kind::binary, std::string(effect.bytes)}
  );
}

void EngineProcess::post(LinkId link, Packet packet) {
  const std::size_t newest_bytes = packet.size();
  const std::size_t bytes = network_.send_from_engine(link, std::move(packet));
  if (strikes(PlantedBug::messages_swapped, 5)) {
    network_.swap_last_unsent(link);
  }
  Session& session = sessions_.at(link);
  const auto found = session.outbox.on_appended(outbox_limits(session), newest_bytes, bytes);
  if (found.has_become_congested) {
    checks_.on_congested(link);
    core_.on_congested(link);
  }
  if (found.is_overflowing) {
    overflowing_.push_back(link);
  }
}

engine::OutboxLimits EngineProcess::outbox_limits(const Session& session) const {
  const bool is_channel = session.opening.is_channel();
  return {
      .refuse_bytes =
          is_channel ? world_.setting.channel_outbox_bytes : world_.setting.outbox_refuse_bytes,
      .close_bytes = world_.outbox_close_bytes(),
      .counts_largest = is_channel
  };
}

// --- Ends ---

void EngineProcess::close(LinkId link, core::Ending ending) {
  checks_.on_closed(link);
  sessions_.erase(link);
  liveness_.remove(link);
  if (ending == core::Ending::dropped) {
    network_.drop(link);
  } else {
    network_.finish(link);
  }
}

void EngineProcess::drop(LinkId link) {
  if (world_.journal.is_kept()) {
    world_.note("engine: gives up connection " + std::to_string(link.value()));
  }
  const Session session = sessions_.at(link);
  sessions_.erase(link);
  liveness_.remove(link);
  network_.drop(link);
  tell_core_closed(link, session);
}

void EngineProcess::tell_core_closed(LinkId link, const Session& session) {
  checks_.on_closed(link);
  if (session.opening.is_channel()) {
    core_.channels().on_closed(link, effects_);
  } else {
    core_.on_closed(link, world_.agenda.now(), effects_);
  }
}

bool EngineProcess::strikes(PlantedBug bug, std::size_t one_in) {
  return bug_ == bug && world_.chance.one_in(one_in);
}

}  // namespace iii::simulation
