// Deadlines of many connections that mostly move later: an entry is looked at when it comes up, and
// put back if its connection has more time by then. So moving a deadline later costs nothing;
// moving it earlier leaves an entry behind, which means nothing when it comes up.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace iii::engine {

class DeadlineHeap {
 public:
  // One connection's earliest entry; the connection keeps it.
  class Watch {
   private:
    friend class DeadlineHeap;
    base::MonotonicTime until_ = base::never;
  };
  struct Due {
    base::MonotonicTime deadline;
    base::ConnectionId id;
  };

  // The connection is to be asked at the deadline, if not earlier.
  void watch(Watch& watch, base::MonotonicTime deadline, base::ConnectionId id) {
    if (deadline < watch.until_) {
      watch.until_ = deadline;
      heap_.emplace(deadline, id);
    }
  }
  // Who may have to be asked now: take() says so.
  std::optional<Due> pop_due(base::MonotonicTime now) {
    if (heap_.empty() || heap_.top().first > now) {
      return std::nullopt;
    }
    const Due due{heap_.top().first, heap_.top().second};
    heap_.pop();
    return due;
  }
  // False: an earlier entry has overtaken this one. True: the connection has none any more.
  [[nodiscard]] static bool take(Watch& watch, const Due& due) {
    if (watch.until_ != due.deadline) {
      return false;
    }
    watch.until_ = base::never;
    return true;
  }
  [[nodiscard]] base::MonotonicTime next() const {
    return heap_.empty() ? base::never : heap_.top().first;
  }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  using Entry = std::pair<base::MonotonicTime, base::ConnectionId>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace iii::engine
