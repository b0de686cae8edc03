// The one way between threads: values are moved in by any thread and taken out in batches by the
// owner. Bounded, except for what must not be lost.
#pragma once

#include <cstddef>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace iii::engine {

template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t size_max) : size_max_(size_max) {}

  enum class Outcome : unsigned char { first, queued, full, closed };
  // `first`: the box was empty, so that the owner has to be woken.
  Outcome put(T value) { return add(std::move(value), size_max_); }
  // For what is bounded elsewhere. Never `full`.
  Outcome put_always(T value) {
    return add(std::move(value), std::numeric_limits<std::size_t>::max());
  }

  [[nodiscard]] std::vector<T> take_all() {
    const std::lock_guard lock(mutex_);
    return std::exchange(values_, {});
  }

  // Nothing is accepted from now on.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }

 private:
  Outcome add(T&& value, std::size_t size_max) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) {
      return Outcome::closed;
    }
    if (values_.size() >= size_max) {
      return Outcome::full;
    }
    values_.push_back(std::move(value));
    return values_.size() == 1 ? Outcome::first : Outcome::queued;
  }

  const std::size_t size_max_;
  std::mutex mutex_;
  std::vector<T> values_;
  bool is_closed_ = false;
};

}  // namespace iii::engine
