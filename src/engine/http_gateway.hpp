// Between the sockets of the HTTP listener and the HTTP worker: bytes to requests, orders to bytes,
// and the ends of channels that requests hold. Decides nothing but what belongs to a connection.
//
// Order of calls: the gateway passes on the events of sockets that this one owns, and of channel
// ends; it calls carry_out() until that has nothing more to do. One thread.
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/deadline_heap.hpp"
#include "engine/local_workers.hpp"
#include "engine/static_folder.hpp"
#include "http/server_connection.hpp"
#include "net/loop.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/orders.hpp"
#include "workers/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::engine {

class HttpGateway {
 public:
  using HttpWorker = workers::http_worker::HttpWorker;

  HttpGateway(
      http::ServerLimits limits,
      core::Core& core,
      LocalWorkers& local_workers,
      net::Loop& loop,
      HttpWorker& worker,
      base::ConnectionId worker_connection,
      std::vector<StaticFolder> folders = {},
      std::size_t unsent_bytes_max = base::limits::http_unsent_bytes_max
  );
  ~HttpGateway();

  void on_turn(base::Now now);
  [[nodiscard]] bool owns(base::ConnectionId socket) const { return find(socket) != nullptr; }
  void on_accepted(std::size_t listener, base::ConnectionId socket, std::string_view ip_address);
  std::size_t on_bytes(base::ConnectionId socket, std::span<char> bytes);
  void on_ended(base::ConnectionId socket);
  // Nobody is left to take the answer.
  void on_lost(base::ConnectionId socket);
  void on_flushed(
      base::ConnectionId socket, std::size_t bytes_left, bool has_progressed, core::Effects& effects
  );
  // After each turn. Deadlines of connections; those of the worker are its own.
  void on_time();
  [[nodiscard]] base::MonotonicTime next_deadline() const;

  // --- Channels ---
  // Whether the connection is the end of a channel that a request holds.
  [[nodiscard]] static bool is_end(base::ConnectionId id) { return (id.value() >> 62U) == 3; }
  // Somebody is about to open a channel: if it is one of a request's, it exists from now on.
  void offer(base::ChannelId id, core::Effects& effects);
  void on_channel_message(base::ConnectionId end, bool is_text, std::string_view bytes);
  // `leave`: of the other end.
  void on_channel_ended(base::ConnectionId end, core::Leave leave);
  void on_channel_full(base::ConnectionId end);
  void on_channel_relieved(base::ConnectionId end);

  // What the worker has ordered. False: nothing.
  bool carry_out(core::Effects& effects);

  // Graceful stop: what is idle goes at once, the rest after its answer.
  void drain();
  [[nodiscard]] bool is_sending_files() const;
  // Whether a request is owed its answer, also one that is not complete or waits for its turn.
  [[nodiscard]] bool has_requests() const { return worker_.requests() != 0; }
  void close_all();

 private:
  struct Session;
  class Requests;
  struct Executor;

  [[nodiscard]] Session* find(base::ConnectionId socket) const;
  [[nodiscard]] Session* find_by_end(base::ConnectionId end) const;
  [[nodiscard]] static base::ConnectionId end_of(const Session& session, core::ChannelEnd end);
  void submit(workers::Outputs outputs);
  // Orders about connections; those about channels wait for carry_out().
  bool execute_orders();
  bool look_at_files();
  void cut_slow_clients();
  void after_event(Session& session);
  void watch(Session& session);
  void end(Session& session);

  http::ServerContext context_;
  core::Core& core_;
  LocalWorkers& local_workers_;
  net::Loop& loop_;
  HttpWorker& worker_;
  base::ConnectionId worker_connection_;
  base::Now now_;
  std::int64_t date_second_ = -1;
  DeadlineHeap deadlines_;
  std::vector<std::unique_ptr<Session>> sessions_;   // by slot of the socket
  std::vector<std::unique_ptr<Session>> ended_;      // may still be in use further up the stack
  std::vector<workers::http_worker::Order> orders_;  // being carried out
  std::vector<base::ConnectionId> touched_;          // by orders of this event
  // What carry_out() has to tell the channels.
  struct ChannelWork;
  std::vector<ChannelWork> channel_work_;
  std::vector<StaticFolder> folders_;
  std::size_t unsent_bytes_max_;
  std::optional<std::size_t> listener_;  // known from its first connection on
  // Opened by orders; the worker has not been told yet.
  struct Found;
  std::vector<Found> found_;
  bool is_draining_ = false;
  std::uint32_t next_serial_ = 0;
};

}  // namespace iii::engine
