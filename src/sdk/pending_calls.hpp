// The calls of this process that wait for an answer, each with its deadline. One thread.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <set>
#include <utility>
#include <vector>

namespace iii::sdk {

class PendingCalls {
 public:
  void add(base::InvocationId id, base::MonotonicTime deadline);
  // False: nobody waits for it.
  bool remove(const base::InvocationId& id);
  // It has been handed to the connection, so that it ends with the connection.
  void mark_carried(const base::InvocationId& id);

  // Each of these removes what it returns, those with the earliest deadline first.
  [[nodiscard]] std::vector<base::InvocationId> take_due(base::MonotonicTime now);
  [[nodiscard]] std::vector<base::InvocationId> take_carried();
  [[nodiscard]] std::vector<base::InvocationId> take_all();

  [[nodiscard]] bool contains(const base::InvocationId& id) const { return calls_.contains(id); }
  [[nodiscard]] std::size_t size() const { return calls_.size(); }
  [[nodiscard]] base::MonotonicTime next_deadline() const {
    return deadlines_.empty() ? base::never : deadlines_.begin()->first;
  }

 private:
  struct Call {
    base::MonotonicTime deadline;
    bool is_carried = false;
  };
  boost::unordered_flat_map<base::InvocationId, Call, std::hash<base::InvocationId>> calls_;
  std::set<std::pair<base::MonotonicTime, base::InvocationId>> deadlines_;
};

}  // namespace iii::sdk
