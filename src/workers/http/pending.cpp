#include "workers/http/pending.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "workers/http/orders.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

namespace iii::workers::http_worker {

Step next_step(Step step) {
  switch (step) {
    case Step::waiting:
      return Step::global_middleware;
    case Step::global_middleware:
      return Step::body;
    case Step::body:
      return Step::schema;
    case Step::schema:
      return Step::condition;
    case Step::condition:
      return Step::route_middleware;
    case Step::route_middleware:
      return Step::function;
    case Step::function:
    case Step::streaming:
      return Step::streaming;
  }
  return Step::streaming;
}

Pending& PendingTable::open(RequestId id) {
  std::unique_ptr<Entry> entry;
  if (spare_.empty()) {
    entry = std::make_unique<Entry>();
  } else {
    entry = std::move(spare_.back());
    spare_.pop_back();
  }
  entry->pending.id = id;
  return (by_id_[id] = std::move(entry))->pending;
}

Pending* PendingTable::find(RequestId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second->pending;
}

Pending* PendingTable::find_call(base::InvocationId call) {
  const auto found = by_call_.find(call);
  return found == by_call_.end() ? nullptr : find(found->second);
}

void PendingTable::close(Pending& pending) {
  clear_call(pending);
  clear_deadline(pending);
  const auto found = by_id_.find(pending.id);
  std::unique_ptr<Entry> entry = std::move(found->second);
  by_id_.erase(found);
  if (spare_.size() < base::limits::http_spare_requests_max) {
    *entry = Entry{};
    spare_.push_back(std::move(entry));
  }
}

void PendingTable::set_deadline(
    Pending& pending, base::MonotonicTime now, std::chrono::milliseconds timeout
) {
  clear_deadline(pending);
  Entry& entry = *by_id_.find(pending.id)->second;
  pending.deadline = now + timeout;
  const auto list = by_timeout_.try_emplace(timeout).first;
  list->second.push_back(pending.id);
  entry.in_list = list;
  entry.place = std::prev(list->second.end());
}

void PendingTable::clear_deadline(Pending& pending) {
  Entry& entry = *by_id_.find(pending.id)->second;
  if (entry.in_list) {
    const auto list = *entry.in_list;
    list->second.erase(entry.place);
    if (list->second.empty()) {
      by_timeout_.erase(list);
    }
    entry.in_list.reset();
  }
  pending.deadline = base::never;
}

Pending* PendingTable::first_expired(base::MonotonicTime now) {
  for (const auto& [timeout, list] : by_timeout_) {
    Pending* first = find(list.front());
    if (first->deadline <= now) {
      return first;
    }
  }
  return nullptr;
}

base::MonotonicTime PendingTable::next_deadline() const {
  base::MonotonicTime next = base::never;
  for (const auto& [timeout, list] : by_timeout_) {
    next = std::min(next, by_id_.find(list.front())->second->pending.deadline);
  }
  return next;
}

void PendingTable::set_call(Pending& pending, base::InvocationId call) {
  clear_call(pending);
  pending.call = call;
  by_call_.emplace(call, pending.id);
}

void PendingTable::clear_call(Pending& pending) {
  if (pending.call) {
    by_call_.erase(*pending.call);
    pending.call.reset();
  }
}

}  // namespace iii::workers::http_worker
