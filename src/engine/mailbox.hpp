// The one way between threads: values are moved in by any thread and taken out in batches by the
// owner. Bounded.
#pragma once

#include <cstddef>
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
  Outcome put(T value) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) {
      return Outcome::closed;
    }
    if (values_.size() >= size_max_) {
      return Outcome::full;
    }
    values_.push_back(std::move(value));
    return values_.size() == 1 ? Outcome::first : Outcome::queued;
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
  const std::size_t size_max_;
  std::mutex mutex_;
  std::vector<T> values_;
  bool is_closed_ = false;
};

}  // namespace iii::engine
