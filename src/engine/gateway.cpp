#include "engine/gateway.hpp"

#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "core/channels.hpp"
#include "core/effects.hpp"
#include "engine/config.hpp"
#include "engine/local_workers.hpp"
#include "engine/log.hpp"
#include "engine/route.hpp"
#include "engine/session.hpp"
#include "http/head.hpp"
#include "net/clock.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
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

// A channel's reader is fed until this much waits for its socket, and again once half of it is
// gone.
constexpr std::size_t channel_outbox_bytes = limits::mib;

std::size_t congestion_bytes(const Session& session) {
  return session.is_channel() ? channel_outbox_bytes : limits::outbox_refuse_bytes;
}

CloseCode close_code(core::Ending ending) {
  switch (ending) {
    case core::Ending::dropped:
      return CloseCode::dropped;
    case core::Ending::without_code:
      return CloseCode::none;
    case core::Ending::going_away:
      return CloseCode::going_away;
    case core::Ending::restarting:
      return CloseCode::service_restart;
    case core::Ending::try_again:
      return CloseCode::try_again_later;
  }
  return CloseCode::dropped;
}

LogLevel log_level(core::Severity severity) {
  switch (severity) {
    case core::Severity::trace:
      return LogLevel::trace;
    case core::Severity::debug:
      return LogLevel::debug;
    case core::Severity::info:
      return LogLevel::info;
    case core::Severity::warn:
      return LogLevel::warn;
    case core::Severity::error:
      return LogLevel::error;
  }
  return LogLevel::error;
}

// No SDK has to take a frame larger than the official engines send (spec: wire-protocol §2.2).
void append_fragments(std::string_view text, base::ByteBuffer& outbox) {
  for (Opcode opcode = Opcode::text; !text.empty(); opcode = Opcode::continuation) {
    const std::string_view part = text.substr(0, limits::frame_bytes_max);
    text.remove_prefix(part.size());
    std::array<char, websocket::frame_head_bytes_max> head{};
    const std::size_t head_bytes =
        websocket::write_frame_head(opcode, text.empty(), part.size(), head.data());
    outbox.append({head.data(), head_bytes});
    outbox.append(part);
  }
}

std::size_t slot_of(base::ConnectionId id) {
  return (id.value() & UINT32_MAX) - 1;
}

}  // namespace

// --- What each kind of connection does with its messages ---

class Gateway::WorkerMessages final : public websocket::MessageSink {
 public:
  WorkerMessages(Gateway& gateway, Session& session) : gateway_(gateway), session_(session) {}

  void on_text(std::string_view text) override {
    gateway_.core_.on_message(
        session_.id, protocol::decode(text), gateway_.now_, gateway_.effects_
    );
    gateway_.settle();
  }
  void on_binary(std::string_view bytes) override {
    if (gateway_.telemetry_.take(bytes)) {
      return;
    }
    // Protocol messages may come as binary too (spec: wire-protocol §2.1). They leave as text.
    if (base::is_utf8(bytes)) {
      on_text(bytes);
    } else {
      protocol::from_worker::Malformed message;
      message.reason = "it is not UTF-8";
      gateway_.core_.on_message(session_.id, message, gateway_.now_, gateway_.effects_);
      gateway_.settle();
    }
  }
  void on_ping(std::string_view payload) override {
    gateway_.send_frame(session_, Opcode::pong, payload);
  }
  void on_pong(std::string_view) override {}
  void on_close(std::uint16_t code, std::string_view) override {
    gateway_.on_close_frame(session_, code);
  }
  [[nodiscard]] bool wants_more() const override { return session_.phase == Phase::worker; }

 private:
  Gateway& gateway_;
  Session& session_;
};

class Gateway::TelemetryMessages final : public websocket::MessageSink {
 public:
  TelemetryMessages(Gateway& gateway, Session& session) : gateway_(gateway), session_(session) {}

  void on_text(std::string_view) override {}
  void on_binary(std::string_view bytes) override {
    if (!gateway_.telemetry_.take(bytes)) {
      ++gateway_.telemetry_.unknown_frames;
    }
  }
  void on_ping(std::string_view payload) override {
    gateway_.send_frame(session_, Opcode::pong, payload);
  }
  void on_pong(std::string_view) override {}
  void on_close(std::uint16_t code, std::string_view) override {
    gateway_.on_close_frame(session_, code);
  }
  [[nodiscard]] bool wants_more() const override { return session_.phase == Phase::telemetry; }

 private:
  Gateway& gateway_;
  Session& session_;
};

class Gateway::ChannelMessages final : public websocket::MessageSink {
 public:
  ChannelMessages(Gateway& gateway, Session& session) : gateway_(gateway), session_(session) {}

  void on_text(std::string_view text) override { forward(true, text); }
  void on_binary(std::string_view bytes) override { forward(false, bytes); }
  void on_ping(std::string_view payload) override {
    gateway_.send_frame(session_, Opcode::pong, payload);
  }
  void on_pong(std::string_view) override {}
  void on_close(std::uint16_t code, std::string_view) override {
    gateway_.on_close_frame(session_, code);
  }
  [[nodiscard]] bool wants_more() const override {
    return session_.is_channel() && !session_.is_paused;
  }

 private:
  void forward(bool is_text, std::string_view bytes) {
    gateway_.core_.channels().on_message(session_.id, is_text, bytes, gateway_.effects_);
    gateway_.settle();
  }

  Gateway& gateway_;
  Session& session_;
};

// --- Events of the sockets ---

Gateway::Gateway(
    const EngineConfig& config, core::Core& core, LocalWorkers& local_workers, Logger& log
)
    : config_(config),
      core_(core),
      local_workers_(local_workers),
      log_(log),
      handshakes_(config.listeners.size()) {
}

void Gateway::on_turn() {
  now_ = net::now();
}

void Gateway::on_accepted(
    std::size_t listener, base::ConnectionId socket, std::string_view ip_address
) {
  const std::size_t slot = slot_of(socket);
  if (sessions_.size() <= slot) {
    sessions_.resize(slot + 1);
  }
  auto session = std::make_unique<Session>();
  session->id = socket;
  session->listener = listener;
  session->ip_address = ip_address;
  session->handshake_deadline = now_.monotonic + config_.listeners[listener].handshake_timeout;
  sessions_[slot] = std::move(session);
  handshakes_[listener].push_back(socket);
}

std::size_t Gateway::on_bytes(base::ConnectionId socket, std::span<char> bytes) {
  Session* session = find(socket);
  if (session == nullptr) {
    return bytes.size();
  }
  std::size_t used = 0;
  if (session->phase == Phase::handshake) {
    used = on_handshake(*session, {bytes.data(), bytes.size()});
    if (session->phase == Phase::handshake || session->phase == Phase::closed) {
      return used;
    }
    bytes = bytes.subspan(used);
  }
  liveness_.heard(socket, now_.monotonic);
  if (session->phase == Phase::worker) {
    WorkerMessages messages(*this, *session);
    used += session->decoder->decode(bytes, messages);
  } else if (session->phase == Phase::telemetry) {
    TelemetryMessages messages(*this, *session);
    used += session->decoder->decode(bytes, messages);
  } else {
    ChannelMessages messages(*this, *session);
    used += session->decoder->decode(bytes, messages);
  }
  if (const auto& error = session->decoder->error(); error && session->phase != Phase::closed) {
    on_protocol_error(*session, *error);
  }
  return used;
}

void Gateway::on_ended(base::ConnectionId socket) {
  if (Session* session = find(socket)) {
    tell_core_closed(*session);
    forget(*session);
    settle();
  }
}

void Gateway::on_flushed(base::ConnectionId socket, std::size_t bytes_left) {
  Session* session = find(socket);
  if (session != nullptr && session->is_congested && bytes_left <= congestion_bytes(*session) / 2) {
    session->is_congested = false;
    core_.on_relieved(socket, effects_);
    settle();
  }
}

void Gateway::on_accept_failed(int error_number) {
  log_.log(LogLevel::error, "accept_failed", {{"reason", std::strerror(error_number)}});
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
  const Liveness::Due due = liveness_.due(now_.monotonic);
  for (const base::ConnectionId id : due.to_ping) {
    if (Session* session = find(id)) {
      send_frame(*session, Opcode::ping, {});
    }
  }
  for (const base::ConnectionId id : due.dead) {
    if (Session* session = find(id)) {
      log_.log(LogLevel::warn, "peer_silent", {{"ip", session->ip_address}});
      drop(*session, Teller::tell_core);
      settle();  // the core's effects live until its next event
    }
  }
  end_late_handshakes();
  settle();
  ended_.clear();
}

base::MonotonicTime Gateway::next_deadline() const {
  base::MonotonicTime next = std::min(core_.next_deadline(), liveness_.next_deadline());
  for (const auto& handshakes : handshakes_) {
    // After on_time() the oldest is still going on.
    const Session* oldest = handshakes.empty() ? nullptr : find(handshakes.front());
    if (oldest != nullptr && oldest->phase == Phase::handshake) {
      next = std::min(next, oldest->handshake_deadline);
    }
  }
  return next;
}

void Gateway::end_late_handshakes() {
  for (auto& handshakes : handshakes_) {
    while (!handshakes.empty()) {
      Session* session = find(handshakes.front());
      if (session != nullptr && session->phase == Phase::handshake) {
        if (session->handshake_deadline > now_.monotonic) {
          break;
        }
        drop(*session, Teller::core_knows);
      }
      handshakes.pop_front();
    }
  }
}

// --- The opening handshake ---

std::size_t Gateway::on_handshake(Session& session, std::string_view bytes) {
  auto head = http::parse_request_head(bytes, limits::request_head_bytes_max);
  if (!head) {
    refuse(session, http::response(400, capability_header, "text/plain", head.error().message));
    return bytes.size();
  }
  const auto& parsed = *head;
  if (!parsed) {
    return 0;
  }
  const http::RequestHead& request = parsed->head;
  const Route wanted = route(request, core_.channels());
  if (const auto* refusal = std::get_if<Refusal>(&wanted)) {
    std::string_view response = refusal->response;
    if (request.method == "HEAD") {
      response = response.substr(0, response.find("\r\n\r\n") + 4);
    }
    refuse(session, response);
    return bytes.size();
  }
  accept(session, request, wanted);
  return parsed->bytes;
}

void Gateway::accept(Session& session, const http::RequestHead& request, const Route& wanted) {
  loop_->outbox(session.id)->append(websocket::upgrade_response(request, capability_header));
  session.decoder.emplace(websocket::DecoderOptions{.role = Role::server});
  if (std::holds_alternative<WorkerRoute>(wanted)) {
    session.phase = Phase::worker;
    liveness_.add(session.id, now_.monotonic);
    core_.on_worker_opened(session.id, session.ip_address, now_, effects_);
  } else if (std::holds_alternative<TelemetryRoute>(wanted)) {
    session.phase = Phase::telemetry;
    loop_->watch_for_dead_peer(session.id);
  } else {
    const auto& channel = std::get<ChannelRoute>(wanted);
    session.phase =
        channel.end == core::ChannelEnd::reader ? Phase::channel_reader : Phase::channel_writer;
    loop_->watch_for_dead_peer(session.id);
    core_.channels().on_opened(session.id, channel.key, channel.end, effects_);
  }
  settle();
}

void Gateway::refuse(Session& session, std::string_view response) {
  loop_->outbox(session.id)->append(response);
  loop_->finish(session.id);
  forget(session);
}

// --- Ends ---

void Gateway::on_protocol_error(Session& session, const websocket::DecodeError& error) {
  log_.log(
      LogLevel::warn, "protocol_error", {{"ip", session.ip_address}, {"reason", error.reason}}
  );
  close(session, error.code, error.reason, Teller::tell_core);
  settle();
}

void Gateway::on_close_frame(Session& session, std::uint16_t code) {
  if (session.phase == Phase::worker) {
    // The reference system's answer to a worker's Close is the end of the TCP connection (spec:
    // wire-protocol §2.4).
    drop(session, Teller::tell_core);
  } else {
    close(session, static_cast<CloseCode>(code), {}, Teller::tell_core);
  }
  settle();
}

void Gateway::close(Session& session, CloseCode code, std::string_view reason, Teller teller) {
  if (base::ByteBuffer* outbox = loop_->outbox(session.id)) {
    websocket::append_close(Role::server, code, reason, 0, *outbox);
  }
  loop_->finish(session.id);
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
    core_.channels().on_closed(session.id, effects_);
  }
}

void Gateway::forget(Session& session) {
  session.phase = Phase::closed;
  liveness_.remove(session.id);
  ended_.push_back(std::move(sessions_[slot_of(session.id)]));
}

void Gateway::close_all() {
  core_.on_stopping(now_, effects_);
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
    if (Session* session = gateway.find(effect.to)) {
      gateway.send_frame(*session, effect.is_text ? Opcode::text : Opcode::binary, effect.bytes);
    }
  }
  void operator()(const core::CloseConnection& effect) const {
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
    if (Session* session = gateway.find(effect.connection)) {
      session->is_paused = true;
      gateway.loop_->pause(session->id);
    }
  }
  void operator()(const core::ResumeReading& effect) const {
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
    if (!overflowing_.empty()) {
      Session* session = find(overflowing_.back());
      overflowing_.pop_back();
      if (session != nullptr) {
        log_.log(LogLevel::warn, "slow_consumer_closed", {{"ip", session->ip_address}});
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
    append_fragments(protocol::encode(message), *outbox);
    check_outbox(*session, outbox->size());
    return;
  }
  char* const start = outbox->prepare(websocket::frame_head_bytes_max + size);
  const std::size_t head = websocket::write_frame_head(Opcode::text, true, size, start);
  protocol::encode(message, start + head);
  outbox->commit(head + size);
  check_outbox(*session, outbox->size());
}

void Gateway::send_frame(Session& session, Opcode opcode, std::string_view payload) {
  if (base::ByteBuffer* outbox = loop_->outbox(session.id)) {
    websocket::append_frame(Role::server, opcode, payload, 0, *outbox);
    check_outbox(session, outbox->size());
  }
}

void Gateway::check_outbox(Session& session, std::size_t bytes) {
  if (bytes < congestion_bytes(session)) {
    return;
  }
  if (!session.is_congested) {
    session.is_congested = true;
    core_.on_congested(session.id);
    if (!session.is_channel()) {
      log_.log(LogLevel::warn, "worker_overloaded", {{"ip", session.ip_address}, {"bytes", bytes}});
    }
  }
  if (bytes >= limits::outbox_close_bytes) {
    overflowing_.push_back(session.id);
  }
}

void Gateway::note(const core::Note& note) {
  const LogLevel level = log_level(note.severity);
  if (!log_.is_enabled(level)) {
    return;
  }
  std::vector<LogField> fields;
  fields.reserve(note.fields.size());
  for (const auto& [key, value] : note.fields) {
    fields.emplace_back(key, value);
  }
  log_.log(level, note.event, std::span<const LogField>(fields));
}

Session* Gateway::find(base::ConnectionId id) const {
  const std::size_t slot = slot_of(id);
  if (slot >= sessions_.size() || sessions_[slot] == nullptr || sessions_[slot]->id != id) {
    return nullptr;
  }
  return sessions_[slot].get();
}

}  // namespace iii::engine
