// What each kind of connection does with its messages.
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "engine/gateway.hpp"
#include "engine/http_gateway.hpp"
#include "engine/session.hpp"
#include "engine/telemetry_intake.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"
#include "workers/observability/worker_gauges.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace iii::engine {

namespace limits = base::limits;
using websocket::CloseCode;
using websocket::Opcode;

class Gateway::SessionMessages : public websocket::MessageSink {
 public:
  SessionMessages(Gateway& gateway, Session& session) : gateway_(gateway), session_(session) {}

  void on_ping(std::string_view payload) final {
    gateway_.send_frame(session_, Opcode::pong, payload);
  }
  void on_pong(std::string_view) final {}
  void on_close(std::uint16_t code, std::string_view) final {
    gateway_.on_close_frame(session_, code);
  }

 protected:
  ~SessionMessages() = default;
  [[nodiscard]] Gateway& gateway() const { return gateway_; }
  [[nodiscard]] Session& session() const { return session_; }

 private:
  Gateway& gateway_;
  Session& session_;
};

class Gateway::WorkerMessages final : public SessionMessages {
 public:
  using SessionMessages::SessionMessages;

  void on_text(std::string_view text) override {
    gateway().core_.on_message(
        session().id, protocol::decode(text), gateway().now_, gateway().effects_
    );
    gateway().settle();
  }
  void on_binary(std::string_view bytes) override {
    if (gateway().take_telemetry(session(), bytes)) {
      return;
    }
    // Protocol messages may come as binary too (spec: wire-protocol §2.1). They leave as text.
    if (base::is_utf8(bytes)) {
      on_text(bytes);
    } else {
      protocol::from_worker::Malformed message;
      message.reason = "it is not UTF-8";
      gateway().core_.on_message(session().id, message, gateway().now_, gateway().effects_);
      gateway().settle();
    }
  }
  [[nodiscard]] bool wants_more() const override { return session().phase == Phase::worker; }
};

class Gateway::TelemetryMessages final : public SessionMessages {
 public:
  using SessionMessages::SessionMessages;

  void on_text(std::string_view) override {}
  void on_binary(std::string_view bytes) override {
    if (!gateway().take_telemetry(session(), bytes)) {
      ++gateway().telemetry_.unknown_frames;
      gateway().warn_about(
          session(),
          "telemetry_dropped",
          {{"reason", "it begins with none of OTLP, MTRC and LOGS"}, {"bytes", bytes.size()}}
      );
    }
  }
  [[nodiscard]] bool wants_more() const override { return session().phase == Phase::telemetry; }
};

class Gateway::ChannelMessages final : public SessionMessages {
 public:
  using SessionMessages::SessionMessages;

  void on_text(std::string_view text) override { forward(true, text); }
  void on_binary(std::string_view bytes) override { forward(false, bytes); }
  [[nodiscard]] bool wants_more() const override {
    return session().is_channel() && !session().is_paused;
  }

 private:
  void forward(bool is_text, std::string_view bytes) {
    gateway().core_.channels().on_message(session().id, is_text, bytes, gateway().effects_);
    gateway().settle();
  }
};

std::size_t Gateway::on_bytes(base::ConnectionId socket, std::span<char> bytes) {
  Session* session = find(socket);
  if (session == nullptr) {
    const std::size_t taken = http_ == nullptr ? bytes.size() : http_->on_bytes(socket, bytes);
    settle();
    return taken;
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

bool Gateway::take_telemetry(Session& session, std::string_view bytes) {
  const TelemetryFrame frame = telemetry_.take(bytes);
  if (frame == TelemetryFrame::oversized) {
    warn_about(
        session,
        "telemetry_dropped",
        {{"reason", "it is too large"},
         {"bytes", bytes.size()},
         {"bytes_max", limits::telemetry_frame_bytes_max}}
    );
  }
  if (frame == TelemetryFrame::metrics && bytes.size() <= limits::worker_metrics_frame_bytes_max) {
    take_gauges(session, bytes.substr(telemetry_prefix_bytes));
  }
  return frame != TelemetryFrame::unknown;
}

void Gateway::take_gauges(const Session& session, std::string_view otlp_json) {
  const auto gauges = workers::worker_gauges(otlp_json, now_.wall);
  if (!gauges) {
    warn_about(
        session, "telemetry_dropped", {{"reason", "it is not JSON"}, {"bytes", otlp_json.size()}}
    );
    return;
  }
  for (const workers::WorkerGauge& gauge : *gauges) {
    core_.on_worker_metric(gauge.worker_id, gauge.metric, now_);
  }
}

void Gateway::on_protocol_error(Session& session, const websocket::DecodeError& error) {
  warn_about(session, "protocol_error", {{"reason", error.reason}});
  close(session, error.code, error.reason, Teller::tell_core);
  settle();
}

void Gateway::on_close_frame(Session& session, std::uint16_t code) {
  if (session.phase == Phase::worker) {
    // The reference system's answer to a worker's Close is the end of the TCP connection (spec:
    // wire-protocol §2.4).
    drop(session, Teller::tell_core);
  } else {
    session.has_taken_leave = true;
    close(session, static_cast<CloseCode>(code), {}, Teller::tell_core);
  }
  settle();
}

}  // namespace iii::engine
