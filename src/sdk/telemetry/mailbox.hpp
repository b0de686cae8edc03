// What any thread puts in and one thread takes out, without a lock: a linked list whose head the
// producers swap and the consumer takes off whole, so that nobody waits for anybody. For records,
// which are too many for a lock and too small for a ring of their size.
//
// Order: what one thread has put in comes out in that order. Bounded by the limit given with each
// put. put() from any thread; take() and close() from one at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace iii::telemetry {

enum class Put : std::uint8_t {
  first,    // taken, into an empty mailbox: the consumer must be told
  further,  // taken
  full,     // refused, the value is untouched
  closed,   // likewise
};

template <class T>
class Mailbox {
 public:
  Mailbox() = default;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() { close(); }

  Put put(T&& value, std::size_t limit) {
    if (count_.fetch_add(1, std::memory_order_relaxed) >= limit) {
      count_.fetch_sub(1, std::memory_order_relaxed);
      return Put::full;
    }
    Link* head = head_.load(std::memory_order_acquire);
    if (head == &closed_mark) {
      count_.fetch_sub(1, std::memory_order_relaxed);
      return Put::closed;
    }
    auto node = std::make_unique<Node>(std::move(value));
    for (;;) {
      if (head == &closed_mark) {
        value = std::move(node->value);
        count_.fetch_sub(1, std::memory_order_relaxed);
        return Put::closed;
      }
      node->next = head;
      if (head_.compare_exchange_weak(
              head, node.get(), std::memory_order_acq_rel, std::memory_order_acquire
          )) {
        node.release();  // NOLINT(bugprone-unused-return-value): the list owns it now
        return head == nullptr ? Put::first : Put::further;
      }
    }
  }

  // Everything, oldest first.
  std::vector<T> take() {
    Link* head = head_.load(std::memory_order_acquire);
    while (head != nullptr && head != &closed_mark &&
           !head_.compare_exchange_weak(
               head, nullptr, std::memory_order_acq_rel, std::memory_order_acquire
           )) {
    }
    return unlink(head);
  }

  // The same, and nothing can be put in any more.
  std::vector<T> close() { return unlink(head_.exchange(&closed_mark, std::memory_order_acq_rel)); }

  [[nodiscard]] bool is_closed() const noexcept {
    return head_.load(std::memory_order_acquire) == &closed_mark;
  }

 private:
  struct Link {
    Link* next = nullptr;
  };
  struct Node : Link {
    explicit Node(T&& content) : value(std::move(content)) {}
    T value;
  };

  std::vector<T> unlink(Link* head) {
    std::vector<T> values;
    while (head != nullptr && head != &closed_mark) {
      const std::unique_ptr<Node> node(static_cast<Node*>(head));
      values.push_back(std::move(node->value));
      head = node->next;
    }
    count_.fetch_sub(values.size(), std::memory_order_relaxed);
    std::ranges::reverse(values);
    return values;
  }

  static inline Link closed_mark;

  std::atomic<Link*> head_ = nullptr;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace iii::telemetry
