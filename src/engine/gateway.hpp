// Between sockets and core: turns bytes into the core's events and the core's effects into bytes.
// Decides nothing but what belongs to a connection itself: upgrade, pings, limits of its outbox,
// closing.
//
// Order of calls: the loop calls the SocketEvents; the server calls on_time() after each turn. One
// thread.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "engine/config.hpp"
#include "engine/http_gateway.hpp"
#include "engine/liveness.hpp"
#include "engine/local_workers.hpp"
#include "engine/log.hpp"
#include "engine/log_throttle.hpp"
#include "engine/route.hpp"
#include "engine/session.hpp"
#include "engine/telemetry_intake.hpp"
#include "net/clock.hpp"
#include "net/loop.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace iii::engine {

class Gateway final : public net::SocketEvents {
 public:
  using Clock = std::function<base::Now()>;

  Gateway(
      const EngineConfig& config,
      core::Core& core,
      LocalWorkers& local_workers,
      Logger& log,
      Clock clock = net::now
  );

  // Precondition: before the first turn.
  void use(net::Loop& loop) { loop_ = &loop; }
  // The sockets of the listeners behind the configured ones are its. It must outlive the turns.
  void use(HttpGateway& http) { http_ = &http; }
  // When the events of this turn happened.
  [[nodiscard]] base::Now now() const { return now_; }

  // --- net::SocketEvents ---
  void on_turn() override;
  void on_accepted(std::size_t listener, base::ConnectionId socket, std::string_view ip_address)
      override;
  std::size_t on_bytes(base::ConnectionId socket, std::span<char> bytes) override;
  void on_ended(base::ConnectionId socket) override;
  void on_lost(base::ConnectionId socket) override;
  void on_flushed(base::ConnectionId socket, std::size_t bytes_left, bool has_progressed) override;
  void on_accept_failed(int error_number) override;
  void on_refused(std::size_t listener) override;
  void on_signal(int signal_number) override;

  // Deadlines of the core, of handshakes and of silent peers.
  void on_time();
  [[nodiscard]] base::MonotonicTime next_deadline() const;

  // Carries out what the core ordered, and what follows from that, until nothing is left.
  void settle();
  [[nodiscard]] core::Effects& effects() { return effects_; }

  // Whether a reader is still owed messages of its channel.
  [[nodiscard]] bool has_open_streams() const;
  // What is idle goes; what is under way is brought to its end.
  void drain();
  // Sends every connection what waits for it, and its Close frame.
  void close_all();

  [[nodiscard]] int signals_received() const { return signals_received_; }
  [[nodiscard]] const TelemetryIntake& telemetry() const { return telemetry_; }

 private:
  class SessionMessages;
  class WorkerMessages;
  class TelemetryMessages;
  class ChannelMessages;
  struct Executor;

  std::size_t on_handshake(Session& session, std::string_view bytes);
  void accept(Session& session, const http::RequestHead& request, const Route& route);
  void refuse(Session& session, std::string_view response);
  void end_late_handshakes();
  void judge(Session& session, const Liveness::Doubtful& peer);
  void end_stalled(Session* reader);
  void on_protocol_error(Session& session, const websocket::DecodeError& error);
  // Whether it was telemetry, kept or dropped.
  bool take_telemetry(Session& session, std::string_view bytes);
  void take_gauges(const Session& session, std::string_view otlp_json);
  void on_close_frame(Session& session, std::uint16_t code);

  // Ends: with a Close frame, or without. The core is told unless it ordered it.
  enum class Teller : std::uint8_t { core_knows, tell_core };
  void close(Session& session, websocket::CloseCode code, std::string_view reason, Teller teller);
  void drop(Session& session, Teller teller);
  void tell_core_closed(const Session& session);
  void forget(Session& session);

  void send(base::ConnectionId to, const protocol::to_worker::Message& message);
  void send_frame(Session& session, websocket::Opcode opcode, std::string_view payload);
  // `newest_bytes`: of the message just appended.
  void check_outbox(Session& session, std::size_t newest_bytes, std::size_t bytes);
  void note(const core::Note& note);
  // A warning that says which connection it is about. `event`: static text.
  void warn_about(
      const Session& session, std::string_view event, std::initializer_list<LogField> more = {}
  );

  [[nodiscard]] Session* find(base::ConnectionId id) const;

  const EngineConfig& config_;
  core::Core& core_;
  LocalWorkers& local_workers_;
  Logger& log_;
  Clock clock_;
  net::Loop* loop_ = nullptr;
  HttpGateway* http_ = nullptr;  // null: no HTTP worker
  base::Now now_;
  core::Effects effects_;
  Liveness liveness_;
  LogThrottle log_throttle_;
  TelemetryIntake telemetry_;
  std::vector<std::unique_ptr<Session>> sessions_;  // by slot of the socket
  std::vector<std::unique_ptr<Session>> ended_;     // may still be in use further up the stack
  // By listener, as each has its own timeout. Oldest first; those that are over are skipped.
  std::vector<std::deque<base::ConnectionId>> handshakes_;
  std::vector<base::ConnectionId> overflowing_;  // outboxes past limits::outbox_close_bytes
  int signals_received_ = 0;
};

}  // namespace iii::engine
