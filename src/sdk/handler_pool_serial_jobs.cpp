#include "sdk/handler_pool_serial_jobs.hpp"

#include "base/job.hpp"
#include "sdk/handler_pool.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace iii::sdk {

struct SerialJobs::State {
  std::mutex mutex;
  std::deque<base::Job> jobs;
  bool is_running = false;

  static void run(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    while (!state->jobs.empty()) {
      base::Job job = std::move(state->jobs.front());
      state->jobs.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
    state->is_running = false;
  }
};

SerialJobs::SerialJobs(HandlerPool& pool, HandlerPool::Fate fate)
    : pool_(pool), fate_(fate), state_(std::make_shared<State>()) {
}

void SerialJobs::post(base::Job job) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->jobs.push_back(std::move(job));
    if (state_->is_running) {
      return;
    }
    state_->is_running = true;
  }
  if (!pool_.post([state = state_] { State::run(state); }, fate_)) {
    State::run(state_);
  }
}

}  // namespace iii::sdk
