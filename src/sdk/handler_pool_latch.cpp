#include <iii/task.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>

namespace iii::inline v0::detail {

// Shared with whoever opens it: the waiting thread may be gone before open() has returned.
struct Latch::State {
  std::mutex mutex;
  std::condition_variable opened;
  bool is_open = false;
};

Latch::Latch() : state_(std::make_shared<State>()) {
}
Latch::~Latch() = default;

void Latch::open() {
  const std::shared_ptr<State> state = state_;
  {
    const std::lock_guard lock(state->mutex);
    state->is_open = true;
  }
  state->opened.notify_all();
}

void Latch::wait() {
  std::unique_lock lock(state_->mutex);
  state_->opened.wait(lock, [this] { return state_->is_open; });
}

}  // namespace iii::inline v0::detail
