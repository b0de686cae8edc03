#include "sdk/handler_pool.hpp"

#include "base/job.hpp"
#include "sdk/driver_signals.hpp"

#include <boost/container/deque.hpp>
#include <boost/container/options.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace iii::sdk {

namespace {

constexpr auto idle_max = std::chrono::seconds(10);
// For what must run when the time of stop() is over.
constexpr auto last_jobs_timeout = std::chrono::milliseconds(250);

std::thread start_without_signals(std::function<void()> work) {
  const BlockedSignals blocked;
  return std::thread(std::move(work));
}

}  // namespace

struct HandlerPool::State {
  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable ended;
  struct Waiting {
    base::Job job;
    Fate fate;
  };
  // In blocks of 64, where std::deque has 6: threads seldom give back what another one has taken.
  using Blocks = boost::container::deque_options_t<boost::container::block_size<64>>;
  boost::container::deque<Waiting, void, Blocks> jobs;
  StartThread start_thread;
  std::size_t threads_kept = 1;
  std::size_t threads_max = 1;
  std::list<std::thread> threads;
  std::thread ended_thread;  // the last that has left: it may still destroy what is thread_local
  std::size_t idle = 0;
  std::size_t taken = 0;          // jobs, ever
  std::size_t taken_at_look = 0;  // at the last relieve()
  // An idle thread has been told that there is work, and does not run yet. One at a time: it wakes
  // the next if there is more, so that short functions do not wake a thread each.
  bool is_waking = false;
  bool is_stopping = false;
  bool has_been_refused = false;

  static thread_local const State* own;

  // With the mutex held. False: the system has none to give.
  static bool add_thread(const std::shared_ptr<State>& state) {
    return add_thread(state, [state] { work_on(*state); });
  }
  static bool add_thread(const std::shared_ptr<State>& state, std::function<void()> work) {
    try {
      state->threads.push_back(state->start_thread(std::move(work)));
      return true;
    } catch (const std::system_error&) {
      state->has_been_refused = true;
      return false;
    }
  }

  // With the mutex held, as the last act of a thread: each joins the one before it, stop() the
  // last.
  static void leave(State& state, std::unique_lock<std::mutex>& lock) {
    std::thread before;
    const auto self =
        std::ranges::find(state.threads, std::this_thread::get_id(), &std::thread::get_id);
    if (self != state.threads.end()) {
      before = std::exchange(state.ended_thread, std::move(*self));
      state.threads.erase(self);
    }
    state.ended.notify_all();
    lock.unlock();
    if (before.joinable()) {
      before.join();
    }
  }

  // With the mutex held. Those that still run end by themselves.
  static void part(State& state, std::unique_lock<std::mutex>& lock) {
    for (std::thread& thread : state.threads) {
      thread.detach();
    }
    state.threads.clear();
    std::thread last = std::move(state.ended_thread);
    lock.unlock();
    if (last.get_id() == std::this_thread::get_id()) {
      last.detach();  // what one of its thread_local variables destroyed was the pool's owner
    } else if (last.joinable()) {
      last.join();
    }
  }

  // With the mutex held. What must run is given a thread of its own, beyond the maximum; or this.
  static void run_last(const std::shared_ptr<State>& state, std::unique_lock<std::mutex>& lock) {
    const auto last = std::make_shared<std::vector<base::Job>>();
    for (Waiting& waiting : state->jobs) {
      if (waiting.fate == Fate::must_run) {
        last->push_back(std::move(waiting.job));
      }
    }
    // Jobs own what must not be destroyed under the lock.
    const auto dropped = std::exchange(state->jobs, {});
    const auto run_all = [last] {
      for (base::Job& job : *last) {
        job();
      }
    };
    const auto has_ended = std::make_shared<bool>(last->empty());
    const bool has_thread = last->empty() || add_thread(state, [state, run_all, has_ended] {
                              own = state.get();
                              run_all();
                              std::unique_lock end(state->mutex);
                              *has_ended = true;
                              leave(*state, end);
                            });
    if (has_thread) {
      state->ended.wait_for(lock, last_jobs_timeout, [&] { return *has_ended; });
    }
    lock.unlock();
    if (!has_thread) {
      run_all();
    }
  }

  // With the mutex held. Whether a thread is to be notified.
  [[nodiscard]] bool wakes_one() {
    if (jobs.empty() || idle == 0 || is_waking) {
      return false;
    }
    is_waking = true;
    return true;
  }

  // Threads that are kept wake up for nothing but work. False: for too long there was none.
  static bool await_work(State& state, std::unique_lock<std::mutex>& lock) {
    bool is_in_time = true;
    ++state.idle;
    while (is_in_time && state.jobs.empty() && !state.is_stopping) {
      if (state.threads.size() > state.threads_kept) {
        is_in_time = state.work.wait_for(lock, idle_max) == std::cv_status::no_timeout;
      } else {
        state.work.wait(lock);
      }
      state.is_waking = false;  // also when a busy thread was quicker
    }
    --state.idle;
    return is_in_time;
  }

  static void work_on(State& state) {
    own = &state;
    std::unique_lock lock(state.mutex);
    for (;;) {
      const bool has_work = !state.jobs.empty() || await_work(state, lock);
      if (!state.jobs.empty()) {
        base::Job job = std::move(state.jobs.front().job);
        state.jobs.pop_front();
        ++state.taken;
        const bool wakes = state.wakes_one();
        lock.unlock();
        if (wakes) {
          state.work.notify_one();
        }
        job();
        lock.lock();
      } else if (state.is_stopping || (!has_work && state.threads.size() > state.threads_kept)) {
        break;
      }
    }
    leave(state, lock);
  }
};

thread_local const HandlerPool::State* HandlerPool::State::own = nullptr;

HandlerPool::HandlerPool(std::size_t threads, std::size_t threads_max)
    : HandlerPool(threads, threads_max, start_without_signals) {
}

HandlerPool::HandlerPool(std::size_t threads, std::size_t threads_max, StartThread start_thread)
    : state_(std::make_shared<State>()) {
  state_->start_thread = std::move(start_thread);
  const std::size_t processors = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  state_->threads_kept = threads == 0 ? processors : threads;
  state_->threads_max = std::max(threads_max, state_->threads_kept);
}

HandlerPool::~HandlerPool() {
  stop(std::chrono::milliseconds(0));
}

bool HandlerPool::post(base::Job job, Fate fate) {
  bool wakes = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->is_stopping) {
      return false;
    }
    state_->jobs.push_back({.job = std::move(job), .fate = fate});
    if (state_->idle < state_->jobs.size() && state_->threads.size() < state_->threads_kept) {
      State::add_thread(state_);
    }
    wakes = state_->wakes_one();
  }
  if (wakes) {
    state_->work.notify_one();
  }
  return true;
}

bool HandlerPool::relieve() {
  const std::lock_guard lock(state_->mutex);
  if (state_->jobs.empty()) {
    return false;
  }
  if (state_->taken == state_->taken_at_look && state_->threads.size() < state_->threads_max) {
    // As many again, so that a burst of blocking functions is spread in a few steps.
    const std::size_t more = std::min(
        {std::max<std::size_t>(state_->threads.size(), 1),
         state_->jobs.size(),
         state_->threads_max - state_->threads.size()}
    );
    for (std::size_t i = 0; i < more && State::add_thread(state_); ++i) {
    }
  }
  state_->taken_at_look = state_->taken;
  return true;
}

bool HandlerPool::is_own_thread() const {
  return State::own == state_.get();
}

bool HandlerPool::has_been_refused() const {
  const std::lock_guard lock(state_->mutex);
  return state_->has_been_refused;
}

std::size_t HandlerPool::thread_count() const {
  const std::lock_guard lock(state_->mutex);
  return state_->threads.size();
}

void HandlerPool::stop(std::chrono::milliseconds timeout) {
  std::unique_lock lock(state_->mutex);
  state_->is_stopping = true;
  state_->work.notify_all();
  state_->ended.wait_for(lock, timeout, [this] { return state_->threads.empty(); });
  State::run_last(state_, lock);
  lock.lock();
  State::part(*state_, lock);
}

}  // namespace iii::sdk
