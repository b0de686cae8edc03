// One connection of a worker listener, from the first byte of its request to its end.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
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
  bool is_paused = false;     // back-pressure: messages are not taken
  bool is_congested = false;  // its outbox has passed its limit
  // Of the largest message in an outbox above its limit: one legal message alone is no congestion.
  std::size_t largest_bytes = 0;
  std::size_t listener = 0;
  base::MonotonicTime handshake_deadline = base::never;
  std::string ip_address;
  std::optional<base::ChannelId> channel;
  std::optional<websocket::Decoder> decoder;  // from the upgrade on

  [[nodiscard]] bool is_channel() const {
    return phase == Phase::channel_reader || phase == Phase::channel_writer;
  }
};

}  // namespace iii::engine
