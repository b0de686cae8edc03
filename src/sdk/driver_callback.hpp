// A callback of the user that can be taken back: after end() it does not run any more, and is not
// running, except when it was the callback itself that called end(). Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace iii::sdk {

template <class... Args>
class GuardedCallback {
 public:
  explicit GuardedCallback(std::function<void(Args...)> callback)
      : callback_(std::move(callback)) {}

  void run(Args... args) {
    const std::lock_guard lock(running_);
    if (has_ended_) {
      return;
    }
    runs_on_ = std::this_thread::get_id();
    try {
      callback_(args...);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a listener has nobody to complain to
    }
    runs_on_ = std::thread::id();
  }

  void end() {
    has_ended_ = true;
    if (runs_on_.load() != std::this_thread::get_id()) {
      const std::lock_guard wait(running_);
    }
  }

 private:
  const std::function<void(Args...)> callback_;
  std::mutex running_;
  std::atomic<bool> has_ended_{false};
  std::atomic<std::thread::id> runs_on_{};
};

}  // namespace iii::sdk
