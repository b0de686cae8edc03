#include "engine/gateway.hpp"

#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/config.hpp"
#include "engine/http_gateway.hpp"
#include "engine/liveness.hpp"
#include "engine/local_workers.hpp"
#include "engine/log.hpp"
#include "engine/outbox_gauge.hpp"
#include "engine/session.hpp"
#include "net/loop.hpp"
#include "protocol/to_worker.hpp"
#include "websocket/frame.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::engine {

namespace limits = base::limits;
using websocket::CloseCode;
using websocket::Opcode;
using websocket::Role;

namespace {

CloseCode close_code(core::Ending ending) {
  switch (ending) {
    case core::Ending::dropped:
      return CloseCode::dropped;
    case core::Ending::without_code:
    case core::Ending::cut_off:
      return CloseCode::none;
    case core::Ending::going_away:
      return CloseCode::going_away;
    case core::Ending::restarting:
      return CloseCode::service_restart;
  }
  return CloseCode::dropped;
}

// No SDK has to take a frame larger than the official engines send (spec: wire-protocol §2.2).
void append_message(Opcode opcode, std::string_view payload, base::ByteBuffer& outbox) {
  for (;;) {
    const std::string_view part = payload.substr(0, limits::frame_bytes_max);
    payload.remove_prefix(part.size());
    websocket::append_fragment(Role::server, opcode, payload.empty(), part, 0, outbox);
    if (payload.empty()) {
      return;
    }
    opcode = Opcode::continuation;
  }
}

}  // namespace

// --- Events of the sockets ---

Gateway::Gateway(
    const EngineConfig& config,
    core::Core& core,
    LocalWorkers& local_workers,
    Logger& log,
    Clock clock
)
    : config_(config),
      core_(core),
      local_workers_(local_workers),
      log_(log),
      clock_(std::move(clock)),
      handshakes_(config.listeners.size()) {
}

void Gateway::on_turn() {
  now_ = clock_();
  if (http_ != nullptr) {
    http_->on_turn(now_);
  }
}

void Gateway::on_accepted(
    std::size_t listener, base::ConnectionId socket, std::string_view ip_address
) {
  if (listener >= config_.listeners.size()) {
    http_->on_accepted(listener, socket, ip_address);
    return;
  }
  const std::size_t slot = net::slot_of(socket);
  if (sessions_.size() <= slot) {
    sessions_.resize(slot + 1);
  }
  auto session = std::make_unique<Session>();
  session->id = socket;
  session->listener = listener;
  session->ip_address = ip_address;
  session->progressed_at = now_.monotonic;
  session->handshake_deadline = now_.monotonic + config_.listeners[listener].handshake_timeout;
  sessions_[slot] = std::move(session);
  handshakes_[listener].push_back(socket);
}

void Gateway::on_ended(base::ConnectionId socket) {
  if (Session* session = find(socket)) {
    tell_core_closed(*session);
    forget(*session);
    settle();
  } else if (http_ != nullptr) {
    http_->on_ended(socket);
    settle();
  }
}

// A paused writer of a channel keeps its socket: what it sent is still delivered.
void Gateway::on_lost(base::ConnectionId socket) {
  if (http_ != nullptr && http_->owns(socket)) {
    http_->on_lost(socket);
    settle();
  }
}

void Gateway::on_flushed(base::ConnectionId socket, std::size_t bytes_left, bool has_progressed) {
  Session* session = find(socket);
  if (session == nullptr) {
    if (http_ != nullptr) {
      http_->on_flushed(socket, bytes_left, has_progressed, effects_);
      settle();
    }
    return;
  }
  if (has_progressed) {
    liveness_.heard(socket, now_.monotonic);
    session->progressed_at = now_.monotonic;
  }
  if (session->outbox.on_flushed(session->outbox_limits(), bytes_left)) {
    core_.on_relieved(socket, effects_);
    settle();
  }
}

void Gateway::on_accept_failed(int error_number) {
  note({core::Severity::error, "accept_failed", {{"reason", std::strerror(error_number)}}, false});
}

void Gateway::on_refused(std::size_t listener) {
  note(
      {core::Severity::warn,
       "connection_refused",
       {{"port", std::to_string(loop_->port(listener))},
        {"reason", "the listener has as many connections as it may have"}},
       false}
  );
}

void Gateway::on_signal(int signal_number) {
  ++signals_received_;
  log_.log(LogLevel::info, "signal", {{"name", signal_number == SIGINT ? "SIGINT" : "SIGTERM"}});
}

void Gateway::on_time() {
  if (core_.next_deadline() <= now_.monotonic) {
    core_.on_time(now_, effects_);
    settle();
  }
  if (local_workers_.next_deadline() <= now_.monotonic) {
    local_workers_.on_time(now_);
    settle();
  }
  const Liveness::Due due = liveness_.due(now_.monotonic);
  for (const base::ConnectionId id : due.to_ping) {
    if (Session* session = find(id)) {
      send_frame(*session, Opcode::ping, {});
    }
  }
  for (const Liveness::Doubtful& peer : due.doubtful) {
    if (Session* session = find(peer.id)) {
      judge(*session, peer);
    }
  }
  end_late_handshakes();
  if (http_ != nullptr) {
    http_->on_time();
  }
  settle();
  for (const auto& [event, lines] : log_throttle_.due(now_.monotonic)) {
    log_.log(LogLevel::warn, "lines_left_out", {{"about", event}, {"lines", lines}});
  }
  ended_.clear();
}

base::MonotonicTime Gateway::next_deadline() const {
  base::MonotonicTime next = std::min(
      {core_.next_deadline(),
       local_workers_.next_deadline(),
       liveness_.next_deadline(),
       log_throttle_.next_deadline()}
  );
  next = std::min(next, http_ == nullptr ? base::never : http_->next_deadline());
  for (const auto& handshakes : handshakes_) {
    // After on_time() the oldest is still going on.
    const Session* oldest = handshakes.empty() ? nullptr : find(handshakes.front());
    if (oldest != nullptr && oldest->phase == Phase::handshake) {
      next = std::min(next, oldest->handshake_deadline);
    }
  }
  return next;
}

// A worker that computes, or takes nothing for a while, is not dead: its end of TCP acknowledges.
void Gateway::judge(Session& session, const Liveness::Doubtful& peer) {
  if (!loop_->has_lost_peer(session.id) && !has_gone(peer, loop_->signs_of(session.id))) {
    liveness_.spare(session.id, now_.monotonic);
  } else if (session.is_paused) {
    // A channel's reader is still owed what this writer has sent, as long as it takes something.
    liveness_.spare(session.id, now_.monotonic);
    const auto reader = core_.channels().reader_of(session.id);
    end_stalled(reader ? find(*reader) : nullptr);
  } else {
    warn_about(session, "peer_silent");
    drop(session, Teller::tell_core);
  }
  settle();  // the core's effects live until its next event
}

void Gateway::end_stalled(Session* reader) {
  if (reader != nullptr && reader->progressed_at + limits::reader_stall_max <= now_.monotonic) {
    warn_about(*reader, "reader_stalled");
    drop(*reader, Teller::tell_core);
  }
}

// --- Ends ---

void Gateway::close(Session& session, CloseCode code, std::string_view reason, Teller teller) {
  if (base::ByteBuffer* outbox = loop_->outbox(session.id)) {
    websocket::append_close(Role::server, code, reason, 0, *outbox);
  }
  // Only the end of a channel is worth waiting for.
  loop_->finish(
      session.id,
      session.phase == Phase::channel_reader ? net::Patience::while_it_reads
                                             : net::Patience::bounded
  );
  if (teller == Teller::tell_core) {
    tell_core_closed(session);
  }
  forget(session);
}

void Gateway::drop(Session& session, Teller teller) {
  loop_->drop(session.id);
  if (teller == Teller::tell_core) {
    tell_core_closed(session);
  }
  forget(session);
}

void Gateway::tell_core_closed(const Session& session) {
  if (session.phase == Phase::worker) {
    core_.on_closed(session.id, now_, effects_);
  } else if (session.is_channel()) {
    core_.channels().on_closed(
        session.id, effects_, session.has_taken_leave ? core::Leave::taken : core::Leave::missing
    );
  }
}

void Gateway::forget(Session& session) {
  session.phase = Phase::closed;
  liveness_.remove(session.id);
  ended_.push_back(std::move(sessions_[net::slot_of(session.id)]));
}

bool Gateway::has_open_streams() const {
  return core_.channels().has_open_streams() || loop_->has_patient_endings() ||
         (http_ != nullptr && http_->is_sending_files());
}

void Gateway::drain() {
  if (http_ != nullptr) {
    http_->drain();
    settle();
  }
}

void Gateway::close_all() {
  if (http_ != nullptr) {
    http_->close_all();
  }
  core_.on_stopping(now_, effects_);
  settle();
  core_.channels().on_stopping(effects_);
  settle();
  for (const auto& slot : sessions_) {
    if (Session* session = slot.get()) {
      if (session->phase == Phase::handshake) {
        drop(*session, Teller::core_knows);
      } else {
        const bool is_telemetry = session->phase == Phase::telemetry;
        close(
            *session, is_telemetry ? CloseCode::none : CloseCode::going_away, {}, Teller::core_knows
        );
      }
    }
  }
}

// --- Effects ---

struct Gateway::Executor {
  Gateway& gateway;

  void operator()(const core::SendTo& effect) const { gateway.send(effect.to, effect.message); }
  void operator()(const core::SendChannelMessage& effect) const {
    if (HttpGateway::is_end(effect.to)) {
      gateway.http_->on_channel_message(effect.to, effect.is_text, effect.bytes);
      return;
    }
    if (Session* session = gateway.find(effect.to)) {
      gateway.send_frame(*session, effect.is_text ? Opcode::text : Opcode::binary, effect.bytes);
    }
  }
  void operator()(const core::CloseConnection& effect) const {
    if (HttpGateway::is_end(effect.connection)) {
      gateway.http_->on_channel_ended(
          effect.connection,
          effect.ending == core::Ending::cut_off ? core::Leave::missing : core::Leave::taken
      );
      return;
    }
    Session* session = gateway.find(effect.connection);
    if (session == nullptr) {
      return;
    }
    if (effect.ending == core::Ending::dropped) {
      gateway.drop(*session, Teller::core_knows);
    } else {
      gateway.close(*session, close_code(effect.ending), {}, Teller::core_knows);
    }
  }
  void operator()(const core::PauseReading& effect) const {
    if (HttpGateway::is_end(effect.connection)) {
      gateway.http_->on_channel_full(effect.connection);
      return;
    }
    if (Session* session = gateway.find(effect.connection)) {
      session->is_paused = true;
      gateway.loop_->pause(session->id);
    }
  }
  void operator()(const core::ResumeReading& effect) const {
    if (HttpGateway::is_end(effect.connection)) {
      gateway.http_->on_channel_relieved(effect.connection);
      return;
    }
    if (Session* session = gateway.find(effect.connection)) {
      session->is_paused = false;
      gateway.loop_->resume(session->id);
    }
  }
  void operator()(const core::Note& effect) const { gateway.note(effect); }
};

void Gateway::settle() {
  for (;;) {
    for (const core::Effect& effect : effects_.all()) {
      std::visit(Executor{*this}, effect);
    }
    effects_.clear();
    if (http_ != nullptr && http_->carry_out(effects_)) {
      continue;
    }
    if (!overflowing_.empty()) {
      Session* session = find(overflowing_.back());
      overflowing_.pop_back();
      if (session != nullptr) {
        warn_about(*session, "slow_consumer_closed");
        drop(*session, Teller::tell_core);
      }
    } else if (!local_workers_.run_next(core_, now_, effects_)) {
      return;
    }
  }
}

void Gateway::send(base::ConnectionId to, const protocol::to_worker::Message& message) {
  if (LocalWorkers::is_local(to)) {
    local_workers_.deliver(to, message);
    return;
  }
  Session* session = find(to);
  base::ByteBuffer* outbox = session == nullptr ? nullptr : loop_->outbox(to);
  if (outbox == nullptr) {
    return;
  }
  // Measured first, so that head and text go to their place in one pass.
  const std::size_t size = protocol::encoded_size(message);
  if (size > limits::frame_bytes_max) {
    append_message(Opcode::text, protocol::encode(message), *outbox);
    check_outbox(*session, size, outbox->size());
    return;
  }
  char* const start = outbox->prepare(websocket::frame_head_bytes_max + size);
  const std::size_t head = websocket::write_frame_head(Opcode::text, true, size, start);
  protocol::encode(message, start + head);
  outbox->commit(head + size);
  check_outbox(*session, size, outbox->size());
}

void Gateway::send_frame(Session& session, Opcode opcode, std::string_view payload) {
  if (base::ByteBuffer* outbox = loop_->outbox(session.id)) {
    append_message(opcode, payload, *outbox);
    check_outbox(session, payload.size(), outbox->size());
  }
}

void Gateway::check_outbox(Session& session, std::size_t newest_bytes, std::size_t bytes) {
  const OutboxGauge::Finding found =
      session.outbox.on_appended(session.outbox_limits(), newest_bytes, bytes);
  if (found.has_become_congested) {
    core_.on_congested(session.id);
    if (!session.is_channel()) {
      warn_about(session, "worker_overloaded", {{"bytes", bytes}});
    }
  }
  if (found.is_overflowing) {
    overflowing_.push_back(session.id);
  }
}

Session* Gateway::find(base::ConnectionId id) const {
  const std::size_t slot = net::slot_of(id);
  if (slot >= sessions_.size() || sessions_[slot] == nullptr || sessions_[slot]->id != id) {
    return nullptr;
  }
  return sessions_[slot].get();
}

}  // namespace iii::engine
