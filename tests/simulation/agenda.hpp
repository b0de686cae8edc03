// Virtual time: what happens when. Nothing waits; the clock jumps to the next entry. Entries of the
// same moment run in the order in which they were made.
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace iii::simulation {

class Agenda {
 public:
  using Action = std::function<void()>;

  [[nodiscard]] base::MonotonicTime time() const { return time_; }
  [[nodiscard]] base::Now now() const {
    return {time_, base::WallTime(time_.time_since_epoch() + wall_offset)};
  }

  void at(base::MonotonicTime time, Action action) {
    entries_.push_back({std::max(time, time_), next_sequence_++, std::move(action)});
    std::ranges::push_heap(entries_, is_later);
  }
  void after(std::chrono::nanoseconds delay, Action action) {
    at(time_ + delay, std::move(action));
  }

  [[nodiscard]] base::MonotonicTime next() const {
    return entries_.empty() ? base::never : entries_.front().time;
  }
  // Precondition: next() is not never.
  void run_next() {
    std::ranges::pop_heap(entries_, is_later);
    const Entry entry = std::move(entries_.back());
    entries_.pop_back();
    time_ = entry.time;
    entry.action();
  }
  void jump_to(base::MonotonicTime time) { time_ = std::max(time, time_); }

 private:
  struct Entry {
    base::MonotonicTime time;
    std::uint64_t sequence = 0;
    Action action;
  };
  static bool is_later(const Entry& a, const Entry& b) {
    return std::pair(a.time, a.sequence) > std::pair(b.time, b.sequence);
  }
  static constexpr auto wall_offset = std::chrono::hours(480'000);  // some day in 2024

  base::MonotonicTime time_{std::chrono::hours(1)};
  std::uint64_t next_sequence_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace iii::simulation
