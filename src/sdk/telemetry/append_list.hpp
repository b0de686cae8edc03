// A list that only grows: elements are added and walked from any thread without a lock and never
// move, so that pointers to them stay good as long as the list.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace iii::telemetry {

template <class T>
class AppendList {
 public:
  AppendList() = default;
  AppendList(const AppendList&) = delete;
  AppendList& operator=(const AppendList&) = delete;
  ~AppendList() {
    for (const Node* node = head_.load(); node != nullptr;) {
      const std::unique_ptr<const Node> owned(node);
      node = owned->next;
    }
  }

  // The element that `matches`, or the one that `make` (a unique_ptr) adds. When two threads add at
  // once, both get the same.
  template <class Matches, class Make>
  T& find_or_add(Matches matches, Make make) {
    Node* head = head_.load(std::memory_order_acquire);
    Node* searched = nullptr;
    std::unique_ptr<Node> added;
    for (;;) {
      for (Node* node = head; node != searched; node = node->next) {
        if (matches(*node->value)) {
          return *node->value;
        }
      }
      searched = head;
      if (!added) {
        added = std::make_unique<Node>(make());
      }
      added->next = head;
      if (head_.compare_exchange_weak(
              head, added.get(), std::memory_order_acq_rel, std::memory_order_acquire
          )) {
        size_.fetch_add(1, std::memory_order_relaxed);
        return *added.release()->value;
      }
    }
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (Node* node = head_.load(std::memory_order_acquire); node != nullptr; node = node->next) {
      visit(*node->value);
    }
  }

  // Approximate while others add.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  struct Node {
    explicit Node(std::unique_ptr<T> content) : value(std::move(content)) {}
    std::unique_ptr<T> value;
    Node* next = nullptr;
  };

  std::atomic<Node*> head_ = nullptr;
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace iii::telemetry
