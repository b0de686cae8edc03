// Deadlines of many connections that mostly move later: an entry is looked at when it comes up, and
// put back if its connection has more time by then. So moving a deadline later costs nothing.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"

#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace iii::engine {

class DeadlineHeap {
 public:
  void push(base::MonotonicTime deadline, base::ConnectionId id) { heap_.emplace(deadline, id); }
  // Who is to be asked now.
  std::optional<base::ConnectionId> pop_due(base::MonotonicTime now) {
    if (heap_.empty() || heap_.top().first > now) {
      return std::nullopt;
    }
    const base::ConnectionId id = heap_.top().second;
    heap_.pop();
    return id;
  }
  [[nodiscard]] base::MonotonicTime next() const {
    return heap_.empty() ? base::never : heap_.top().first;
  }

 private:
  using Entry = std::pair<base::MonotonicTime, base::ConnectionId>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace iii::engine
