// Callbacks of the user, and how they are taken back. Any thread.
#pragma once

#include <iii/context.hpp>

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace iii::sdk {

// Runs at most once, in the context of whoever gave it. What it holds is destroyed on the thread
// that ran it or took it back, and so never on the one that moves bytes.
template <class... Args>
class SingleCallback {
 public:
  explicit SingleCallback(std::function<void(Args...)> callback)
      : callback_(std::move(callback)), context_(capture_context()) {}

  void run(Args... args) {
    if (is_taken_.exchange(true)) {
      return;
    }
    const std::function<void(Args...)> callback = std::exchange(callback_, nullptr);
    const ContextScope scope(std::exchange(context_, Context()));
    callback(std::move(args)...);
  }

  // It does not run any more, unless it is running already; it is not waited for.
  void cancel() {
    if (!is_taken_.exchange(true)) {
      callback_ = nullptr;
      context_ = Context();
    }
  }

 private:
  std::atomic<bool> is_taken_{false};
  std::function<void(Args...)> callback_;
  Context context_;
};

// Where a coroutine meets the end of what it awaits. The end goes on with it, wherever the end
// runs; but when it comes inside of await_suspend(), as after a shutdown, the coroutine is not
// suspended at all, so that a loop of such calls does not grow the stack.
class Resumption {
 public:
  // Made in await_suspend().
  explicit Resumption(std::coroutine_handle<> awaiting)
      : state_(std::make_shared<State>(awaiting)) {}

  // Once, when the awaiter holds the outcome.
  void resume() const {
    const std::shared_ptr<State> state = state_;  // the coroutine may destroy this while it runs
    if (state->suspending.load() == std::this_thread::get_id()) {
      state->has_ended = true;
    } else {
      state->flow.resume(state->awaiting);
    }
  }

  // What await_suspend() returns. The awaiter may be gone already.
  [[nodiscard]] bool is_suspended() const {
    state_->suspending = std::thread::id();
    return !state_->has_ended;
  }

 private:
  struct State {
    explicit State(std::coroutine_handle<> awaiting_of) : awaiting(awaiting_of) {}
    std::coroutine_handle<> awaiting;
    detail::SuspendedFlow flow;
    std::atomic<std::thread::id> suspending{std::this_thread::get_id()};
    bool has_ended = false;  // only the thread that suspends
  };
  std::shared_ptr<State> state_;
};

// After end() it does not run any more, and is not running, except when it was the callback itself
// that called end().
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
