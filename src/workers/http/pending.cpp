#include "workers/http/pending.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "workers/http/orders.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace iii::workers::http_worker {

namespace {

constexpr std::size_t spare_max = 256;

}  // namespace

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
  if (spare_.size() < spare_max) {
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
  entry.in_list = &by_timeout_[timeout];
  entry.in_list->push_back(pending.id);
  entry.place = std::prev(entry.in_list->end());
}

void PendingTable::clear_deadline(Pending& pending) {
  Entry& entry = *by_id_.find(pending.id)->second;
  if (entry.in_list != nullptr) {
    entry.in_list->erase(entry.place);
    entry.in_list = nullptr;
  }
  pending.deadline = base::never;
}

Pending* PendingTable::first_expired(base::MonotonicTime now) {
  for (auto at = by_timeout_.begin(); at != by_timeout_.end();) {
    if (at->second.empty()) {
      at = by_timeout_.erase(at);
      continue;
    }
    Pending* first = find(at->second.front());
    if (first->deadline <= now) {
      return first;
    }
    ++at;
  }
  return nullptr;
}

base::MonotonicTime PendingTable::next_deadline() const {
  base::MonotonicTime next = base::never;
  for (const auto& [timeout, list] : by_timeout_) {
    if (!list.empty()) {
      next = std::min(next, by_id_.find(list.front())->second->pending.deadline);
    }
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
