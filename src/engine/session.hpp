// One connection of a worker listener, from the first byte of its request to its end.
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "engine/outbox_gauge.hpp"
#include "websocket/decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace iii::engine {

enum class Phase : std::uint8_t {
  handshake,  // the HTTP request is not complete
  worker,
  telemetry,
  channel_reader,
  channel_writer,
  closed,  // our end has been closed; nothing more is taken or sent
};

struct Session {
  base::ConnectionId id;
  Phase phase = Phase::handshake;
  bool is_paused = false;        // back-pressure: messages are not taken
  bool has_taken_leave = false;  // by a Close frame
  OutboxGauge outbox;
  base::MonotonicTime progressed_at;  // when it last took what had to wait for it
  std::size_t listener = 0;
  base::MonotonicTime handshake_deadline = base::never;
  std::string ip_address;
  std::optional<base::ChannelId> channel;
  std::optional<websocket::Decoder> decoder;  // from the upgrade on

  [[nodiscard]] bool is_channel() const {
    return phase == Phase::channel_reader || phase == Phase::channel_writer;
  }
  [[nodiscard]] OutboxLimits outbox_limits() const {
    return {
        .refuse_bytes =
            is_channel() ? base::limits::channel_outbox_bytes : base::limits::outbox_refuse_bytes,
        .close_bytes = base::limits::outbox_close_bytes,
        .counts_largest = is_channel()
    };
  }
};

}  // namespace iii::engine
