// How connections end that the owner has finished: after the last bytes, within a bound.
#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/descriptor.hpp"
#include "net/loop.hpp"
#include "net/tcp_signs.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace iii::net {

namespace limits = base::limits;

void Loop::finish(base::ConnectionId id, Patience patience) {
  Socket* socket = find(id);
  if (socket != nullptr && socket->state == State::open) {
    socket->state = State::finishing;
    socket->patience = patience;
    socket->stall_max = options_.stall_max;
    socket->progressed_at = now().monotonic;
    socket->ends_at = socket->progressed_at + options_.closing_max;
    const auto slot = static_cast<std::uint32_t>(id.value()) - 1;
    ending_.push_back(slot);
    if (socket->is_paused) {
      socket->is_paused = false;
      update_interest(slot);
    }
    mark_dirty(slot);
  }
}

void Loop::finish(base::ConnectionId id, std::chrono::milliseconds stall_max) {
  finish(id, Patience::while_it_reads);
  if (Socket* socket = find(id)) {
    socket->stall_max = stall_max;
  }
}

// Closing a socket that lingers for no time sends a reset instead of an end.
void Loop::reset(base::ConnectionId id) {
  if (const Socket* socket = find(id)) {
    constexpr linger no_time{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket->descriptor.get(), SOL_SOCKET, SO_LINGER, &no_time, sizeof no_time);
    drop(id);
  }
}

bool Loop::has_patient_endings() const {
  return std::ranges::any_of(ending_, [this](std::uint32_t slot) {
    return sockets_[slot].state == State::finishing &&
           sockets_[slot].patience == Patience::while_it_reads;
  });
}

void Loop::start_lingering(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  ::shutdown(socket.descriptor.get(), SHUT_WR);
  // Not earlier: finish() may be called while the owner looks at these bytes.
  socket.rest.release();
  socket.state = State::lingering;
  socket.ends_at = now().monotonic + limits::linger_max;
}

void Loop::end_overdue() {
  const base::MonotonicTime moment = now().monotonic;
  std::erase_if(ending_, [this, moment](std::uint32_t slot) {
    Socket& socket = sockets_[slot];
    if (socket.ends_at <= moment && !prolong(socket, moment)) {
      release(slot);
    }
    return socket.state != State::finishing && socket.state != State::lingering;
  });
}

// A reader may be slow, but it must be there.
bool Loop::prolong(Socket& socket, base::MonotonicTime moment) {
  const base::MonotonicTime stalled_at = socket.progressed_at + socket.stall_max;
  if (socket.state != State::finishing || socket.patience == Patience::bounded ||
      stalled_at <= moment) {
    return false;
  }
  if (const auto signs = tcp_signs(socket.descriptor);
      signs && has_vanished(*signs, options_.closing_max)) {
    return false;
  }
  socket.ends_at = std::min(moment + options_.closing_max, stalled_at);
  return true;
}

}  // namespace iii::net
