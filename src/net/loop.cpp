#include "net/loop.hpp"

#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/descriptor.hpp"
#include "net/epoll.hpp"
#include "net/tcp_signs.hpp"

#include <iii/engine_error.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::net {

namespace limits = base::limits;

namespace {

constexpr std::size_t events_per_turn = 512;
// Little, and of few: who sends on and on to connections that end must not keep others waiting.
constexpr std::size_t discard_bytes = 16 * limits::kib;
constexpr std::size_t discards_per_turn = 64;
// A rest up to this size is copied in front of the next read; a larger one grows where it is.
constexpr std::size_t moved_rest_max = 64 * limits::kib;

// Thousands of workers are ordinary: take all the descriptors that we may have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace

Loop::Loop(SocketEvents& events, LoopOptions options)
    : events_(events),
      options_(options),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      read_buffer_(std::make_unique_for_overwrite<char[]>(moved_rest_max + limits::read_bytes)) {
  if (!epoll_.is_open() || !wake_.is_open() ||
      !add_interest(epoll_, wake_.get(), EPOLLIN, tag(Source::wake, 0))) {
    setup_error_number_ = errno;
  }
  raise_descriptor_limit();
}

Loop::~Loop() = default;

EngineStatus Loop::watch_signals(std::span<const int> signal_numbers) {
  sigset_t set{};
  sigemptyset(&set);
  for (const int number : signal_numbers) {
    sigaddset(&set, number);
  }
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) {
    return EngineError{EngineErrorCode::io_error, "cannot block signals"};
  }
  signals_ = Descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_.is_open() ||
      !add_interest(epoll_, signals_.get(), EPOLLIN, tag(Source::signals, 0))) {
    return EngineError{
        EngineErrorCode::io_error, std::string("cannot watch signals: ") + std::strerror(errno)
    };
  }
  return {};
}

void Loop::run_turn(base::MonotonicTime deadline) {
  std::array<epoll_event, events_per_turn> events;
  const int count = ::epoll_wait(
      epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms(deadline)
  );
  events_.on_turn();
  share_bytes_ = std::clamp(
      limits::turn_read_bytes / static_cast<std::size_t>(std::max(1, count)),
      limits::read_bytes_min,
      limits::read_bytes
  );
  for (int i = 0; i < count; ++i) {
    dispatch(events[static_cast<std::size_t>(i)]);
  }
  for (const std::uint32_t slot : std::exchange(resumed_, {})) {
    sockets_[slot].is_resumed = false;
    if (sockets_[slot].has_lost_peer) {
      read_tail(slot);
    } else {
      read_rest(slot);
    }
  }
  discard_some();
  if (!ending_.empty()) {
    end_overdue();
  }
  if (accept_again_at_ != base::never) {
    accept_again();
  }
  flush_dirty();
  for (const std::uint32_t slot : std::exchange(dropped_, {})) {
    release(slot);
  }
}

int Loop::timeout_ms(base::MonotonicTime deadline) const {
  if (!resumed_.empty() || !dirty_.empty() || !dropped_.empty() || !put_off_.empty()) {
    return 0;
  }
  deadline = std::min(deadline, accept_again_at_);
  for (const std::uint32_t slot : ending_) {
    deadline = std::min(deadline, sockets_[slot].ends_at);
  }
  if (deadline == base::never) {
    return -1;
  }
  const base::MonotonicTime moment = now().monotonic;
  if (deadline <= moment) {
    return 0;
  }
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - moment);
  return static_cast<int>(std::min<std::int64_t>(wait.count(), 3'600'000));
}

void Loop::wake() noexcept {
  const std::uint64_t one = 1;
  // A full counter wakes as well; nothing else can go wrong here.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Loop::dispatch(const epoll_event& event) {
  const auto index = static_cast<std::uint32_t>(event.data.u64);
  switch (static_cast<Source>(event.data.u64 >> 32U)) {
    case Source::listener:
      accept_from(index);
      return;
    case Source::wake:
      drain_wake();
      return;
    case Source::signals:
      read_signals();
      return;
    case Source::socket:
      break;
  }
  const Socket& socket = sockets_[index];
  if ((event.events & EPOLLOUT) != 0 && socket.state != State::free) {
    mark_dirty(index);
  }
  const bool has_input = (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
  if (!has_input || socket.state == State::free || socket.state == State::dropped) {
    return;
  }
  if (socket.state == State::lingering || socket.state == State::finishing) {
    put_off(index);
  } else if (socket.is_paused) {
    // Only the end of the connection is reported to a paused socket.
    if ((event.events & (EPOLLHUP | EPOLLERR)) != 0) {
      lose_peer(index);
    }
  } else if (!socket.is_resumed) {
    read(index);
  }
}

bool Loop::is_open(base::ConnectionId socket) const {
  const Socket* found = find(socket);
  return found != nullptr && found->state == State::open;
}

base::ByteBuffer* Loop::outbox(base::ConnectionId id) {
  Socket* socket = find(id);
  if (socket == nullptr || socket->state != State::open) {
    return nullptr;
  }
  take_outbox(*socket);
  mark_dirty(static_cast<std::uint32_t>(id.value()) - 1);
  return &socket->outbox;
}

void Loop::watch_for_dead_peer(base::ConnectionId id) {
  if (const Socket* socket = find(id)) {
    // Seconds of silence, seconds between probes, probes: as long as limits::peer_silence_max.
    constexpr std::array<std::pair<int, int>, 3> options = {
        {{TCP_KEEPIDLE, 45}, {TCP_KEEPINTVL, 10}, {TCP_KEEPCNT, 3}}
    };
    const int on = 1;
    ::setsockopt(socket->descriptor.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    for (const auto& [option, value] : options) {
      ::setsockopt(socket->descriptor.get(), IPPROTO_TCP, option, &value, sizeof value);
    }
  }
}

std::optional<TcpSigns> Loop::signs_of(base::ConnectionId id) const {
  const Socket* socket = find(id);
  return socket == nullptr ? std::nullopt : tcp_signs(socket->descriptor);
}

void Loop::pause(base::ConnectionId id) {
  Socket* socket = find(id);
  if (socket != nullptr && !socket->is_paused) {
    socket->is_paused = true;
    update_interest(static_cast<std::uint32_t>(id.value()) - 1);
  }
}

void Loop::resume(base::ConnectionId id) {
  Socket* socket = find(id);
  if (socket != nullptr && socket->is_paused) {
    const std::uint32_t slot = slot_of(id);
    socket->is_paused = false;
    socket->is_resumed = true;
    update_interest(slot);
    resumed_.push_back(slot);
  }
}

bool Loop::has_lost_peer(base::ConnectionId id) const {
  const Socket* socket = find(id);
  return socket != nullptr && socket->has_lost_peer;
}

void Loop::drop(base::ConnectionId id) {
  if (Socket* socket = find(id)) {
    socket->state = State::dropped;
    count_unsent(*socket, 0);
    socket->ends_at = base::never;
    dropped_.push_back(static_cast<std::uint32_t>(id.value()) - 1);
  }
}

Loop::Socket* Loop::find(base::ConnectionId id) {
  return const_cast<Socket*>(std::as_const(*this).find(id));
}

const Loop::Socket* Loop::find(base::ConnectionId id) const {
  const std::uint32_t slot = slot_of(id);
  const auto generation = static_cast<std::uint32_t>(id.value() >> 32U);
  if (slot >= sockets_.size() || sockets_[slot].generation != generation ||
      sockets_[slot].state == State::free || sockets_[slot].state == State::dropped) {
    return nullptr;
  }
  return &sockets_[slot];
}

base::ConnectionId Loop::id_of(std::uint32_t slot) const {
  return base::ConnectionId(std::uint64_t{sockets_[slot].generation} << 32U | (slot + 1U));
}

void Loop::read(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  const std::size_t held = socket.rest.size();
  if (held > moved_rest_max) {
    // A large message is still arriving: let it grow in place.
    char* end = socket.rest.prepare(share_bytes_);
    const ssize_t count = ::recv(socket.descriptor.get(), end, share_bytes_, 0);
    if (check_received(slot, count)) {
      socket.rest.commit(static_cast<std::size_t>(count));
      read_rest(slot);
    }
    return;
  }
  if (held != 0) {
    std::memcpy(read_buffer_.get(), socket.rest.view().data(), held);
  }
  const ssize_t count = ::recv(socket.descriptor.get(), read_buffer_.get() + held, share_bytes_, 0);
  if (!check_received(slot, count)) {
    return;
  }
  socket.rest.clear();
  present(slot, {read_buffer_.get(), held + static_cast<std::size_t>(count)});
}

// The bytes lie in the shared buffer, which the next read overwrites.
void Loop::present(std::uint32_t slot, std::span<char> bytes) {
  const base::ConnectionId id = id_of(slot);
  const std::size_t used = events_.on_bytes(id, bytes);
  Socket* socket = find(id);
  if (socket == nullptr || socket->state != State::open) {
    return;
  }
  if (used < bytes.size()) {
    const auto left = bytes.subspan(used);
    socket->rest.append({left.data(), left.size()});
  } else if (socket->rest.capacity() != 0) {
    socket->rest.release();
  }
}

void Loop::read_rest(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  if (socket.state != State::open || socket.is_paused || socket.rest.empty()) {
    return;
  }
  const base::ConnectionId id = id_of(slot);
  const std::size_t used = events_.on_bytes(id, socket.rest.bytes());
  if (find(id) != nullptr && socket.state == State::open) {
    socket.rest.consume(used);
    if (socket.rest.empty()) {
      socket.rest.release();
    }
  }
}

// The kernel keeps what has arrived over the end of a connection, even over a reset.
void Loop::read_tail(std::uint32_t slot) {
  const base::ConnectionId id = id_of(slot);
  const auto goes_on = [&] { return is_open(id) && !sockets_[slot].is_paused; };
  read_rest(slot);
  if (goes_on()) {
    read(slot);
  }
  if (goes_on()) {
    resumed_.push_back(slot);  // others have their turn in between
  }
}

bool Loop::check_received(std::uint32_t slot, ssize_t count) {
  if (count > 0) {
    return true;
  }
  const bool may_come = errno == EINTR || (errno == EAGAIN && !sockets_[slot].has_lost_peer);
  if (count == 0 || !may_come) {
    peer_ended(slot);
  }
  return false;
}

// Otherwise thousands of them would stand between epoll and everybody else.
void Loop::put_off(std::uint32_t slot) {
  if (!sockets_[slot].is_put_off) {
    sockets_[slot].is_put_off = true;
    update_interest(slot);
    put_off_.push_back(id_of(slot));
  }
}

void Loop::discard_some() {
  for (std::size_t n = std::min(put_off_.size(), discards_per_turn); n != 0; --n) {
    const base::ConnectionId id = put_off_.front();
    put_off_.pop_front();
    if (Socket* socket = find(id)) {
      socket->is_put_off = false;
      discard(slot_of(id));
      if (find(id) != nullptr) {
        update_interest(slot_of(id));
      }
    }
  }
}

void Loop::discard(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  // Truncated to nothing: it is not copied either.
  const ssize_t count = ::recv(socket.descriptor.get(), nullptr, discard_bytes, MSG_TRUNC);
  if (count == 0 && socket.state == State::finishing) {
    // The peer has closed its half and may still read: only reading ends.
    socket.is_paused = true;
  } else if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    release(slot);
  }
}

void Loop::flush_dirty() {
  // Flushing may relieve a connection and so fill other outboxes; those are written in the next
  // turn.
  for (const std::uint32_t slot : std::exchange(dirty_, {})) {
    if (sockets_[slot].is_dirty && sockets_[slot].state != State::dropped) {
      sockets_[slot].is_dirty = false;
      flush(slot);
    }
  }
}

void Loop::flush(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  if (socket.has_lost_peer) {
    return_outbox(socket);
    count_unsent(socket, 0);
    if (socket.state == State::finishing) {
      release(slot);
    }
    return;
  }
  const std::size_t bytes_before = socket.outbox.size();
  bool has_room = true;
  while (has_room && !socket.outbox.empty()) {
    const std::string_view bytes = socket.outbox.view();
    const ssize_t count = ::send(socket.descriptor.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      if (errno != EAGAIN) {
        lose_peer(slot);
        return;
      }
      break;
    }
    socket.outbox.consume(static_cast<std::size_t>(count));
    has_room = socket.outbox.empty();
    if (socket.state == State::finishing && socket.patience == Patience::while_it_reads) {
      socket.progressed_at = now().monotonic;
      socket.ends_at = socket.progressed_at + options_.closing_max;
    }
  }
  const bool has_progressed = socket.waits_for_room && socket.outbox.size() < bytes_before;
  const bool waits_for_room = !socket.outbox.empty();
  if (has_progressed) {
    // What is left is younger. Who takes all that comes may yet never have an empty outbox.
    const auto taken = static_cast<double>(bytes_before - socket.outbox.size());
    socket.unsent_since += std::chrono::duration_cast<base::MonotonicTime::duration>(
        (now().monotonic - socket.unsent_since) * (taken / static_cast<double>(bytes_before))
    );
  }
  count_unsent(socket, socket.outbox.size());
  if (waits_for_room != socket.waits_for_room) {
    socket.waits_for_room = waits_for_room;
    update_interest(slot);
  }
  if (!waits_for_room) {
    return_outbox(socket);
    if (socket.state == State::finishing) {
      start_lingering(slot);
      return;
    }
  }
  if (socket.state == State::open) {
    events_.on_flushed(id_of(slot), socket.outbox.size(), has_progressed);
  }
}

void Loop::mark_dirty(std::uint32_t slot) {
  if (!sockets_[slot].is_dirty) {
    sockets_[slot].is_dirty = true;
    dirty_.push_back(slot);
  }
}

void Loop::update_interest(std::uint32_t slot) {
  const Socket& socket = sockets_[slot];
  if (socket.has_lost_peer) {
    return;
  }
  epoll_event event{};
  const bool is_read = !socket.is_paused && !socket.is_put_off;
  event.events = (is_read ? static_cast<std::uint32_t>(EPOLLIN) : 0U) |
                 (socket.waits_for_room ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  event.data.u64 = tag(Source::socket, slot);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket.descriptor.get(), &event);
}

void Loop::lose_peer(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  if (socket.state != State::open) {
    release(slot);
    return;
  }
  socket.has_lost_peer = true;
  socket.waits_for_room = false;
  return_outbox(socket);
  count_unsent(socket, 0);
  // It would report the end again and again.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket.descriptor.get(), nullptr);
  if (socket.is_paused) {
    events_.on_lost(id_of(slot));
  } else {
    resumed_.push_back(slot);
  }
}

void Loop::peer_ended(std::uint32_t slot) {
  const base::ConnectionId id = id_of(slot);
  const bool was_open = sockets_[slot].state == State::open;
  release(slot);
  if (was_open) {
    events_.on_ended(id);
  }
}

void Loop::release(std::uint32_t slot) {
  Socket& socket = sockets_[slot];
  socket.descriptor.reset();
  socket.state = State::free;
  socket.is_dirty = socket.is_paused = socket.is_resumed = false;
  socket.waits_for_room = socket.has_lost_peer = socket.is_put_off = false;
  socket.ends_at = base::never;
  socket.outbox.release();
  socket.rest.release();
  count_unsent(socket, 0);
  --listeners_[socket.listener].connections;
  --open_sockets_;
  if (socket.generation < options_.generations_max) {
    ++socket.generation;
    free_slots_.push_back(slot);
  }
}

void Loop::count_unsent(Socket& socket, std::size_t bytes) {
  if (socket.unsent_bytes == 0 && bytes != 0) {
    socket.unsent_since = now().monotonic;
  }
  std::size_t& all = listeners_[socket.listener].unsent_bytes;
  all = all - socket.unsent_bytes + bytes;
  socket.unsent_bytes = bytes;
}

std::optional<base::ConnectionId> Loop::slowest(std::size_t listener) const {
  const base::MonotonicTime moment = now().monotonic;
  double cost_max = -1;
  std::optional<base::ConnectionId> found;
  for (std::uint32_t slot = 0; slot < sockets_.size(); ++slot) {
    const Socket& socket = sockets_[slot];
    if (socket.listener == listener && socket.unsent_bytes != 0) {
      const double cost = std::chrono::duration<double>(moment - socket.unsent_since).count() *
                          static_cast<double>(socket.unsent_bytes);
      if (cost > cost_max) {
        cost_max = cost;
        found = id_of(slot);
      }
    }
  }
  return found;
}

void Loop::take_outbox(Socket& socket) {
  if (socket.outbox.capacity() == 0 && !outbox_pool_.empty()) {
    socket.outbox = std::move(outbox_pool_.back());
    outbox_pool_.pop_back();
  }
}

void Loop::return_outbox(Socket& socket) {
  if (socket.outbox.capacity() != 0 && socket.outbox.capacity() <= limits::outbox_keep_bytes &&
      outbox_pool_.size() < limits::pooled_outboxes_max) {
    socket.outbox.clear();
    outbox_pool_.push_back(std::move(socket.outbox));
    socket.outbox = base::ByteBuffer();
  } else {
    socket.outbox.release();
  }
}

void Loop::drain_wake() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t received = ::read(wake_.get(), &count, sizeof count);
}

void Loop::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    events_.on_signal(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace iii::net
