// The opening handshake: from the first byte to a session of one kind, or a refusal.
#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "core/channels.hpp"
#include "engine/gateway.hpp"
#include "engine/http_gateway.hpp"
#include "engine/liveness.hpp"
#include "engine/route.hpp"
#include "engine/session.hpp"
#include "http/head.hpp"
#include "net/loop.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

#include <cstring>
#include <string_view>
#include <variant>

namespace iii::engine {

namespace limits = base::limits;
using websocket::Role;

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
  if (const auto channel = channel_of(request); channel && http_ != nullptr) {
    http_->offer(*channel, effects_);
  }
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
    liveness_.add(session.id, Pinging::when_silent, now_.monotonic);
    core_.on_worker_opened(session.id, session.ip_address, now_, effects_);
  } else if (std::holds_alternative<TelemetryRoute>(wanted)) {
    session.phase = Phase::telemetry;
    liveness_.add(session.id, Pinging::never, now_.monotonic);
    loop_->watch_for_dead_peer(session.id);
  } else {
    const auto& channel = std::get<ChannelRoute>(wanted);
    session.phase =
        channel.end == core::ChannelEnd::reader ? Phase::channel_reader : Phase::channel_writer;
    session.channel = channel.key.id;
    liveness_.add(session.id, Pinging::never, now_.monotonic);
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

}  // namespace iii::engine
