// Sockets in batches: one turn of the loop reads what all sockets have, hands the bytes to the
// owner, and only then writes every outbox, one system call each (DESIGN D3). epoll,
// level-triggered; why not Asio: docs/decisions/0002-own-event-loop.md.
//
// Order of calls: listen(), then run_turn() again and again. During a turn the owner's SocketEvents
// may call everything but run_turn(). An idle socket holds no buffer: outboxes come from a pool,
// and only the incomplete rest of a message is kept. One thread, except wake().
#pragma once

#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "net/descriptor.hpp"
#include "net/tcp_signs.hpp"

#include <iii/engine_error.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct epoll_event;

namespace iii::net {

class SocketEvents {
 public:
  // Waiting is over; the events that follow happened now.
  virtual void on_turn() = 0;
  virtual void on_accepted(
      std::size_t listener, base::ConnectionId socket, std::string_view ip_address
  ) = 0;
  // Returns how many of the bytes it has used up. The rest is presented again, followed by more.
  virtual std::size_t on_bytes(base::ConnectionId socket, std::span<char> bytes) = 0;
  // The peer or the network has ended the connection, and everything that came before has been
  // presented; the id is no longer valid. Not called for what the owner ends itself.
  virtual void on_ended(base::ConnectionId socket) = 0;
  // Nothing reaches the peer of a paused socket any more; what it sent before waits for resume().
  virtual void on_lost(base::ConnectionId socket) = 0;
  // The outbox has been written as far as the peer takes it; this much is left. `has_progressed`:
  // the peer has taken some of what had to wait for it, so that it is alive.
  virtual void on_flushed(
      base::ConnectionId socket, std::size_t bytes_left, bool has_progressed
  ) = 0;
  virtual void on_accept_failed(int error_number) = 0;
  // A listener had as many connections as it may have: one more was closed at once.
  virtual void on_refused(std::size_t listener) = 0;
  // One of the signals of watch_signals().
  virtual void on_signal(int signal_number) = 0;

 protected:
  ~SocketEvents() = default;
};

// How long finish() waits for a peer to take what is left for it.
enum class Patience : std::uint8_t {
  bounded,         // LoopOptions::closing_max in all
  while_it_reads,  // as long as it takes something within LoopOptions::stall_max, and is there
};

struct LoopOptions {
  std::chrono::milliseconds closing_max = base::limits::peer_silence_max;
  std::chrono::milliseconds stall_max = base::limits::reader_stall_max;
  // Connections of one slot. After them it is retired: an id is never used twice, and the top bit
  // of an id stays free for connections that are no sockets.
  std::uint32_t generations_max = (std::uint32_t{1} << 31U) - 1;
};

// Ids of sockets that are open at the same time have different slots, all of them small.
[[nodiscard]] inline std::uint32_t slot_of(base::ConnectionId id) noexcept {
  return static_cast<std::uint32_t>(id.value()) - 1;
}

class Loop {
 public:
  // Throws nothing; a failure of the operating system to give us what a loop needs is reported by
  // listen().
  explicit Loop(SocketEvents& events, LoopOptions options = {});
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // The index that on_accepted() gives. Port 0: any free port. `connections_max` counts those that
  // are being ended, too; it is never more than half of the descriptors of the process, unless the
  // listener may have all of them.
  [[nodiscard]] EngineResult<std::size_t> listen(
      const std::string& host, std::uint16_t port, std::size_t connections_max = SIZE_MAX
  );
  [[nodiscard]] std::uint16_t port(std::size_t listener) const;
  void stop_listening();

  [[nodiscard]] EngineStatus watch_signals(std::span<const int> signal_numbers);

  // Waits for events until `deadline`, then runs one turn.
  void run_turn(base::MonotonicTime deadline);
  // Ends the waiting of run_turn(). Any thread.
  void wake() noexcept;

  // --- Sockets. An id that is no longer valid is ignored. ---

  [[nodiscard]] bool is_open(base::ConnectionId socket) const;
  // Append to it; it is written at the end of the turn. null: the socket has gone.
  [[nodiscard]] base::ByteBuffer* outbox(base::ConnectionId socket);
  // For peers that are not pinged: the operating system finds out when they are gone while nothing
  // is on its way to them. While something is, has_vanished() knows.
  void watch_for_dead_peer(base::ConnectionId socket);
  // What TCP knows of the peer; nullopt: the system does not say, or the socket has gone.
  [[nodiscard]] std::optional<TcpSigns> signs_of(base::ConnectionId socket) const;
  // Stop and take up again reading; bytes already read wait too. Everything that the peer sent is
  // presented before its end is told, so a paused socket stays open when its peer is lost, until
  // resume() or drop(): the owner bounds that time.
  void pause(base::ConnectionId socket);
  void resume(base::ConnectionId socket);
  // Whether the connection has ended, but not its bytes.
  [[nodiscard]] bool has_lost_peer(base::ConnectionId socket) const;
  // Ends the connection at once; what the outbox holds is lost.
  void drop(base::ConnectionId socket);
  // The same, but the peer sees an error instead of an end.
  void reset(base::ConnectionId socket);
  // Ends it after the outbox has been written: closes our half, then waits a moment for the peer to
  // close its own, so that the last bytes are not cut off. What the peer still sends is discarded.
  void finish(base::ConnectionId socket, Patience patience = Patience::bounded);
  // With patience, but only `stall_max` of it.
  void finish(base::ConnectionId socket, std::chrono::milliseconds stall_max);

  [[nodiscard]] std::size_t open_sockets() const { return open_sockets_; }
  // What peers of this listener did not take at the end of their last turn, also of connections
  // that are being ended.
  [[nodiscard]] std::size_t unsent_bytes(std::size_t listener) const {
    return listeners_[listener].unsent_bytes;
  }
  // Whose unsent bytes have cost the most: their number times the time since all had been taken.
  // nullopt: none has any. Looks at every socket.
  [[nodiscard]] std::optional<base::ConnectionId> slowest(std::size_t listener) const;
  // Whether somebody is still reading the end of what finish() was to wait for with patience.
  [[nodiscard]] bool has_patient_endings() const;

 private:
  enum class State : std::uint8_t { free, open, finishing, lingering, dropped };
  struct Socket {
    Descriptor descriptor;
    std::uint32_t generation = 1;
    State state = State::free;
    bool is_dirty = false;
    bool is_paused = false;
    bool is_resumed = false;      // and in resumed_: what it holds comes before what the kernel has
    bool waits_for_room = false;  // EPOLLOUT is on
    bool has_lost_peer = false;   // and epoll does not watch it any more
    bool is_put_off = false;      // and in put_off_: EPOLLIN is off
    std::size_t listener = 0;
    std::size_t unsent_bytes = 0;      // as counted for its listener
    base::MonotonicTime unsent_since;  // if there are any
    Patience patience = Patience::bounded;
    base::ByteBuffer outbox;
    base::ByteBuffer rest;                      // of an incomplete message
    base::MonotonicTime ends_at = base::never;  // finishing or lingering: unless prolong()
    base::MonotonicTime progressed_at;          // finishing with patience
    std::chrono::milliseconds stall_max{};      // likewise
  };
  struct Listener {
    std::uint16_t port = 0;
    std::size_t connections_max = SIZE_MAX;
    std::size_t connections = 0;
    std::size_t unsent_bytes = 0;
  };
  // One address of a listener.
  struct Acceptor {
    Descriptor descriptor;
    std::size_t listener = 0;
  };

  [[nodiscard]] int timeout_ms(base::MonotonicTime deadline) const;
  [[nodiscard]] Socket* find(base::ConnectionId socket);
  [[nodiscard]] const Socket* find(base::ConnectionId socket) const;
  [[nodiscard]] base::ConnectionId id_of(std::uint32_t slot) const;
  void accept_from(std::size_t acceptor);
  void accept_again();
  void watch_listeners(std::uint32_t interest);
  void add(Descriptor descriptor, std::size_t listener, std::string_view ip_address);
  void read(std::uint32_t slot);
  void present(std::uint32_t slot, std::span<char> bytes);
  void read_rest(std::uint32_t slot);
  void read_tail(std::uint32_t slot);
  // What recv() said: bytes, nothing yet, or the end. False: the socket has gone.
  [[nodiscard]] bool check_received(std::uint32_t slot, ssize_t count);
  // Sockets that end and are sent to all the same: read after everything else, some in each turn.
  void put_off(std::uint32_t slot);
  void discard_some();
  void discard(std::uint32_t slot);
  void flush(std::uint32_t slot);
  void flush_dirty();
  void mark_dirty(std::uint32_t slot);
  void update_interest(std::uint32_t slot);
  void start_lingering(std::uint32_t slot);
  // Nothing reaches the peer any more, but what it sent may still be read.
  void lose_peer(std::uint32_t slot);
  void peer_ended(std::uint32_t slot);
  void release(std::uint32_t slot);
  void count_unsent(Socket& socket, std::size_t bytes);
  void take_outbox(Socket& socket);
  void return_outbox(Socket& socket);
  void end_overdue();
  // Gives the peer more time if it deserves some.
  [[nodiscard]] bool prolong(Socket& socket, base::MonotonicTime moment);
  void drain_wake();
  void read_signals();
  void dispatch(const epoll_event& event);

  SocketEvents& events_;
  LoopOptions options_;
  Descriptor epoll_;
  Descriptor wake_;
  Descriptor signals_;
  int setup_error_number_ = 0;
  std::vector<Listener> listeners_;
  std::vector<Acceptor> acceptors_;
  std::deque<Socket> sockets_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint32_t> resumed_;  // and those with a tail to be read
  std::vector<std::uint32_t> ending_;   // finishing or lingering
  std::deque<base::ConnectionId> put_off_;
  std::vector<std::uint32_t>
      dropped_;  // released at the end of the turn: their bytes may still be in use
  std::vector<base::ByteBuffer> outbox_pool_;
  std::unique_ptr<char[]> read_buffer_;
  std::size_t share_bytes_ = base::limits::read_bytes;  // of a socket, in one read of this turn
  std::size_t open_sockets_ = 0;
  base::MonotonicTime accept_again_at_ = base::never;  // after a failure
};

}  // namespace iii::net
