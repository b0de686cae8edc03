// Where user code runs: threads apart from the I/O thread. It keeps `threads` of them; when all are
// busy and work waits, relieve() adds more, up to `threads_max`, so that functions that block do
// not hold up the others. Extra threads end when there is nothing to do. Where the system has no
// thread to give, those that there are do the work. Any thread may call.
#pragma once

#include "base/job.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

namespace iii::sdk {

class HandlerPool {
 public:
  // What becomes of a job that still waits when stop() has waited long enough.
  enum class Fate : std::uint8_t {
    may_be_dropped,  // a function: its caller has been told otherwise, or does not wait
    must_run,        // the end of something for which somebody waits
  };
  // Starts a thread that runs `work`, to be joined by the pool. Throws std::system_error.
  using StartThread = std::function<std::thread(std::function<void()> work)>;

  HandlerPool(std::size_t threads, std::size_t threads_max);
  // The same, with threads from somewhere else: for tests.
  HandlerPool(std::size_t threads, std::size_t threads_max, StartThread start_thread);
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;
  ~HandlerPool();

  // False after stop(): the job has not been taken, and is gone.
  bool post(base::Job job, Fate fate = Fate::may_be_dropped);

  // Adds threads if none has taken a job since the last call although some wait. Returns whether
  // jobs wait, so that it should be called again soon.
  bool relieve();

  // Whether the system has refused a thread so far.
  [[nodiscard]] bool has_been_refused() const;

  // Whether the calling thread is one of this pool.
  [[nodiscard]] bool is_own_thread() const;
  [[nodiscard]] std::size_t thread_count() const;

  // Runs what waits, and joins the threads: what they kept in thread_local variables is gone, too.
  // Those that still run user code at the deadline are left alone; what must run and has found no
  // thread gets one more, which is waited for a moment. Not from a thread of the pool.
  void stop(std::chrono::milliseconds timeout);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the threads, which may outlive the pool
};

}  // namespace iii::sdk
