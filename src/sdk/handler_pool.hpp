// Where user code runs: threads apart from the I/O thread. It keeps `threads` of them; when all are
// busy and work waits, relieve() adds more, up to `threads_max`, so that functions that block do
// not hold up the others. Extra threads end when there is nothing to do. Any thread may call.
#pragma once

#include "base/job.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace iii::sdk {

class HandlerPool {
 public:
  HandlerPool(std::size_t threads, std::size_t threads_max);
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;
  ~HandlerPool();

  // False after stop(): the job has not been taken, and is gone.
  bool post(base::Job job);

  // Adds threads if none has taken a job since the last call although some wait. Returns whether
  // jobs wait, so that it should be called again soon.
  bool relieve();

  // Whether the calling thread is one of this pool.
  [[nodiscard]] bool is_own_thread() const;
  [[nodiscard]] std::size_t thread_count() const;

  // Runs what waits, and waits for the threads to end. Those that still run user code at the
  // deadline are left alone. Not from a thread of the pool.
  void stop(std::chrono::milliseconds timeout);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the threads, which may outlive the pool
};

// Jobs that run one after the other, in order, on the threads of a pool. Any thread.
class SerialJobs {
 public:
  explicit SerialJobs(HandlerPool& pool);
  void post(base::Job job);

 private:
  struct State;
  HandlerPool& pool_;
  std::shared_ptr<State> state_;
};

}  // namespace iii::sdk
