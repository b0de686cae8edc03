#include "sdk/pending_calls.hpp"

#include "base/id.hpp"
#include "base/time.hpp"

#include <vector>

namespace iii::sdk {

void PendingCalls::add(base::InvocationId id, base::MonotonicTime deadline) {
  calls_.emplace(id, Call{.deadline = deadline});
  deadlines_.emplace(deadline, id);
}

bool PendingCalls::remove(const base::InvocationId& id) {
  const auto call = calls_.find(id);
  if (call == calls_.end()) {
    return false;
  }
  deadlines_.erase({call->second.deadline, id});
  calls_.erase(call);
  return true;
}

void PendingCalls::mark_carried(const base::InvocationId& id) {
  if (const auto call = calls_.find(id); call != calls_.end()) {
    call->second.is_carried = true;
  }
}

std::vector<base::InvocationId> PendingCalls::take_due(base::MonotonicTime now) {
  std::vector<base::InvocationId> due;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    due.push_back(deadlines_.begin()->second);
    remove(due.back());
  }
  return due;
}

std::vector<base::InvocationId> PendingCalls::take_carried() {
  std::vector<base::InvocationId> carried;
  for (const auto& [deadline, id] : deadlines_) {
    if (calls_.at(id).is_carried) {
      carried.push_back(id);
    }
  }
  for (const base::InvocationId& id : carried) {
    remove(id);
  }
  return carried;
}

std::vector<base::InvocationId> PendingCalls::take_all() {
  return take_due(base::never);
}

}  // namespace iii::sdk
