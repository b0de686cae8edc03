// iii::Task<T>: what a function written as a coroutine returns, and what it awaits.
//
//   iii::Task<iii::Json> total(iii::Client client, iii::Json order) {
//     iii::Json price = co_await client.trigger_async("shop::price", order.at("item"));
//     co_return price;
//   }
//
// Lazy: nothing runs before it is awaited, or handed to register_function() or iii::wait(). Take
// parameters by value: the caller's are gone when it resumes. After an awaited call the coroutine
// goes on on a thread of the client's handler pool. Write no braces inside of a co_await:
// GCC 12 refuses lists there, and destroys other braced temporaries twice. Move-only; one thread at
// a time.
#pragma once

#include <iii/context.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace iii::inline v0 {

template <class T>
class Task;

namespace detail {

struct TaskPromiseBase {
  // Goes on with whoever awaits the task, without growing the stack.
  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended
    ) const noexcept {
      return ended.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }

  std::coroutine_handle<> continuation = std::noop_coroutine();
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  Task<T> get_return_object() noexcept;
  template <class U>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    outcome.template emplace<1>(std::forward<U>(value));
  }
  // NOLINTNEXTLINE(bugprone-exception-escape): an exception_ptr is moved without one.
  void unhandled_exception() noexcept { outcome.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome.index() == 2) {
      std::rethrow_exception(std::get<2>(outcome));
    }
    return std::get<1>(std::move(outcome));
  }

  std::variant<std::monostate, T, std::exception_ptr> outcome;
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  inline Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error = std::current_exception(); }
  void take() const {
    if (error) {
      std::rethrow_exception(error);
    }
  }

  std::exception_ptr error;
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) {
      handle_.destroy();
    }
  }

  // Runs the task; its value, or its exception, is that of the co_await.
  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting
      ) const noexcept {
        handle.promise().continuation = awaiting;
        return handle;
      }
      // NOLINTNEXTLINE(modernize-use-nodiscard): a value may be awaited and ignored
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

// A coroutine that owns itself: how a task begins without anybody who awaits it.
struct Detached {
  struct promise_type {
    [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

// `slot` is kept as long as the task may use it.
template <class T, class OnEnded, class OnFailed>
Detached start_in(
    [[maybe_unused]] std::shared_ptr<ContextSlot> slot,
    Task<T> task,
    OnEnded on_ended,
    OnFailed on_failed
) {
  std::exception_ptr error;
  if constexpr (std::is_void_v<T>) {
    try {
      co_await std::move(task);
    } catch (...) {
      error = std::current_exception();
    }
    if (!error) {
      on_ended();
    }
  } else {
    std::optional<T> value;
    try {
      value.emplace(co_await std::move(task));
    } catch (...) {
      error = std::current_exception();
    }
    if (value) {
      on_ended(std::move(*value));
    }
  }
  if (error) {
    on_failed(error);
  }
}

// Begins at once, on this thread, in a copy of its context; `on_ended(value)` or
// `on_failed(exception)`, neither of which may throw, runs where the task ends.
template <class T, class OnEnded, class OnFailed>
void start(Task<T> task, OnEnded on_ended, OnFailed on_failed) {
  const auto slot = std::make_shared<ContextSlot>();
  slot->context = current_context_slot().context;
  const ContextSlotScope scope(*slot);
  start_in(slot, std::move(task), std::move(on_ended), std::move(on_failed));
}

// Lets one thread wait for another.
class Latch {
 public:
  Latch();
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;
  ~Latch();
  void open();
  void wait();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace detail

// Runs the task on this thread until it waits, and waits for its end: the way out of a coroutine
// for main() and for tests. In a function of a client use co_await.
template <class T>
T wait(Task<T> task) {
  detail::Latch latch;
  std::exception_ptr error;
  const auto fail = [&](std::exception_ptr thrown) {
    error = std::move(thrown);
    latch.open();
  };
  if constexpr (std::is_void_v<T>) {
    detail::start(std::move(task), [&] { latch.open(); }, fail);
    latch.wait();
    if (error) {
      std::rethrow_exception(error);
    }
  } else {
    std::optional<T> value;
    detail::start(
        std::move(task),
        [&](T ended) {
          value.emplace(std::move(ended));
          latch.open();
        },
        fail
    );
    latch.wait();
    if (error) {
      std::rethrow_exception(error);
    }
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): without an error there is a value.
    return *std::move(value);
  }
}

}  // namespace iii::inline v0
