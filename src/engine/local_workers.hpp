// The in-process workers of one engine: hands them what the core sends to their connections and
// takes their answers back to the core, one event at a time. No socket, no thread of its own;
// answers from other threads come through the server's mailbox.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "workers/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace iii::engine {

class LocalWorkers {
 public:
  // Connections of in-process workers are told from sockets by their number.
  [[nodiscard]] static bool is_local(base::ConnectionId id) {
    return (id.value() >> 63U) != 0 || id.value() == 0;
  }

  // Opens a connection for the worker and queues its registrations.
  base::ConnectionId add(std::unique_ptr<workers::Worker> worker, core::Core& core, base::Now now);

  // Something for a worker: kept until run_next().
  void deliver(base::ConnectionId to, const protocol::to_worker::Message& message);
  // Something from a worker, outside of its own turn.
  void submit(base::ConnectionId from, workers::Outputs outputs);

  // Wakes the workers whose time has come; what they answer is kept until run_next().
  void on_time(base::Now now);
  [[nodiscard]] base::MonotonicTime next_deadline() const;

  // Does one step: a worker takes a delivery, or the core takes one answer. False: nothing is left
  // to do.
  bool run_next(core::Core& core, base::Now now, core::Effects& effects);

 private:
  using Delivery = std::variant<
      workers::Invocation,
      protocol::to_worker::RegisterFunction,
      protocol::to_worker::UnregisterFunction,
      protocol::to_worker::RegisterTrigger,
      protocol::to_worker::UnregisterTrigger,
      workers::CallResult>;
  using Answer = std::variant<
      workers::Reply,
      workers::Call,
      workers::Firing,
      protocol::from_worker::Message,
      base::InvocationId,
      core::Note>;
  struct Step {
    base::ConnectionId worker;
    std::variant<Delivery, Answer> content;
  };
  struct Taker;  // a worker takes a delivery
  struct Giver;  // the core takes an answer

  [[nodiscard]] workers::Worker* find(base::ConnectionId id);
  std::vector<std::unique_ptr<workers::Worker>> workers_;
  std::deque<Step> steps_;
  Step current_;  // lives until its effects have been carried out
};

}  // namespace iii::engine
