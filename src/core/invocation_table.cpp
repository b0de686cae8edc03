#include "core/invocation_table.hpp"

#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

// Texts beyond this are given back to the allocator when their call ends.
constexpr std::size_t kept_text_bytes = 512;

void empty_for_reuse(std::string& text) {
  if (text.capacity() > kept_text_bytes) {
    std::string().swap(text);  // an assignment would keep the memory
  } else {
    text.clear();
  }
}

}  // namespace

Invocation* InvocationTable::find(base::InvocationId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &slot(found->second).invocation;
}

Invocation& InvocationTable::open(const Opening& opening) {
  if (free_.empty()) {
    const auto first = static_cast<Index>(chunks_.size() * chunk_slots);
    chunks_.push_back(std::make_unique<std::vector<Slot>>(chunk_slots));
    for (Index i = chunk_slots; i > 0; --i) {
      free_.push_back(first + i - 1);
    }
  }
  const Index index = free_.back();
  const bool is_new = by_id_.emplace(opening.id, index).second;
  III_ASSERT(is_new, "an invocation id is opened once");
  free_.pop_back();

  Invocation& invocation = slot(index).invocation;
  invocation.id = opening.id;
  invocation.caller = opening.caller;
  invocation.target = opening.target;
  invocation.function = opening.function;
  invocation.purpose = Purpose::call;
  invocation.deadline = opening.deadline;
  invocation.deadline_code = DeadlineCode::timeout;
  invocation.slot = index;
  ++invocation.function->in_flight;

  if (invocation.caller != nullptr) {
    link(invocation.caller->issued, &Slot::by_caller, index);
  }
  link(invocation.target->executing, &Slot::by_target, index);
  if (opening.is_aging) {
    link_by_age(index);
  } else if (opening.deadline != base::never) {
    join_deadlines(index, opening.deadline);
  }
  return invocation;
}

void InvocationTable::close(Invocation& invocation) {
  const Index index = invocation.slot;
  by_id_.erase(invocation.id);
  if (invocation.caller != nullptr) {
    unlink(invocation.caller->issued, &Slot::by_caller, index);
  }
  unlink(invocation.target->executing, &Slot::by_target, index);
  leave_deadlines(index);
  ended_.push_back(index);
}

void InvocationTable::recycle() {
  for (const Index index : ended_) {
    Invocation& ended = slot(index).invocation;
    empty_for_reuse(ended.answered_function_json);
    empty_for_reuse(ended.traceparent_json);
    empty_for_reuse(ended.baggage_json);
    free_.push_back(index);
  }
  ended_.clear();
}

void InvocationTable::set_deadline(Invocation& invocation, base::MonotonicTime deadline) {
  leave_deadlines(invocation.slot);
  invocation.deadline = deadline;
  if (deadline != base::never) {
    join_deadlines(invocation.slot, deadline);
  }
}

void InvocationTable::move_to_target(Invocation& invocation, Connection& target) {
  unlink(invocation.target->executing, &Slot::by_target, invocation.slot);
  invocation.target = &target;
  link(target.executing, &Slot::by_target, invocation.slot);
}

void InvocationTable::move_to_caller(Invocation& invocation, Connection& caller) {
  unlink(invocation.caller->issued, &Slot::by_caller, invocation.slot);
  invocation.caller = &caller;
  link(caller.issued, &Slot::by_caller, invocation.slot);
}

Invocation* InvocationTable::first_of(const InvocationList& list) {
  return list.first == none ? nullptr : &slot(list.first).invocation;
}

Invocation* InvocationTable::first_expired(base::MonotonicTime now) {
  if (oldest_ != none && slot(oldest_).invocation.deadline <= now) {
    return &slot(oldest_).invocation;
  }
  if (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    return &slot(by_deadline_.begin()->second).invocation;
  }
  return nullptr;
}

Invocation* InvocationTable::any() {
  return by_id_.empty() ? nullptr : &slot(by_id_.begin()->second).invocation;
}

base::MonotonicTime InvocationTable::next_deadline() const {
  base::MonotonicTime next = oldest_ == none ? base::never : slot(oldest_).invocation.deadline;
  if (!by_deadline_.empty()) {
    next = std::min(next, by_deadline_.begin()->first);
  }
  return next;
}

void InvocationTable::link(InvocationList& list, Links Slot::* links, Index index) {
  slot(index).*links = {.previous = none, .next = list.first};
  if (list.first != none) {
    (slot(list.first).*links).previous = index;
  }
  list.first = index;
  ++list.size;
}

void InvocationTable::unlink(InvocationList& list, Links Slot::* links, Index index) {
  const Links own = slot(index).*links;
  if (own.next != none) {
    (slot(own.next).*links).previous = own.previous;
  }
  if (own.previous != none) {
    (slot(own.previous).*links).next = own.next;
  } else {
    list.first = own.next;
  }
  --list.size;
}

void InvocationTable::link_by_age(Index index) {
  slot(index).is_aging = true;
  slot(index).by_age = {.previous = youngest_, .next = none};
  if (youngest_ != none) {
    slot(youngest_).by_age.next = index;
  } else {
    oldest_ = index;
  }
  youngest_ = index;
}

void InvocationTable::unlink_by_age(Index index) {
  const Links own = slot(index).by_age;
  (own.next != none ? slot(own.next).by_age.previous : youngest_) = own.previous;
  (own.previous != none ? slot(own.previous).by_age.next : oldest_) = own.next;
  slot(index).is_aging = false;
}

// Mostly behind all others: callers with timeouts of their own give the same one again and again.
void InvocationTable::join_deadlines(Index index, base::MonotonicTime deadline) {
  Slot& joining = slot(index);
  if (joining.spare_deadline.empty()) {
    joining.own_deadline = by_deadline_.emplace_hint(by_deadline_.end(), deadline, index);
    return;
  }
  joining.spare_deadline.key() = deadline;
  joining.own_deadline = by_deadline_.insert(by_deadline_.end(), std::move(joining.spare_deadline));
}

void InvocationTable::leave_deadlines(Index index) {
  if (slot(index).is_aging) {
    unlink_by_age(index);
    return;
  }
  if (const auto deadline = std::exchange(slot(index).own_deadline, std::nullopt)) {
    slot(index).spare_deadline = by_deadline_.extract(*deadline);
  }
}

}  // namespace iii::core
