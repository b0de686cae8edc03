// How many functions run at once: a limit for all, and one for each function that wants one. Calls
// above a limit wait, each function's in order, and those of different functions in the order of
// their arrival. However many wait, an arrival and a departure cost little. Pure; one thread.
#pragma once

#include "base/job.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace iii::sdk {

class InvocationGate {
 public:
  // 0: no limit.
  explicit InvocationGate(std::size_t running_max) : running_max_(running_max) {}

  // Runs `start` now, or when others have left.
  void arrive(const std::string& function_id, std::size_t function_max, base::Job start) {
    Lane& lane = lanes_[function_id];
    lane.running_max = function_max;
    if (lane.waiting.empty() && lane.has_room() && has_room()) {
      ++lane.running;
      ++running_;
      start();
      return;
    }
    lane.waiting.push_back({.number = ++arrivals_, .start = std::move(start)});
    ++waiting_;
    settle(lane);
    advance();
  }

  void leave(const std::string& function_id) {
    --running_;
    const auto found = lanes_.find(function_id);
    Lane& lane = found->second;
    --lane.running;
    if (lane.running == 0 && lane.waiting.empty()) {
      lanes_.erase(found);
    } else {
      settle(lane);
    }
    advance();
  }

  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Arrival {
    std::uint64_t number;
    base::Job start;
  };
  // The calls of one function.
  struct Lane {
    [[nodiscard]] bool has_room() const { return running_max == 0 || running < running_max; }

    std::size_t running = 0;
    std::size_t running_max = 0;
    bool is_ready = false;  // stands in ready_
    std::deque<Arrival> waiting;
  };

  [[nodiscard]] bool has_room() const { return running_max_ == 0 || running_ < running_max_; }

  // Whether only the limit for all holds the lane back, after whatever has changed in it.
  void settle(Lane& lane) {
    const bool is_ready = !lane.waiting.empty() && lane.has_room();
    if (is_ready != lane.is_ready) {
      lane.is_ready = is_ready;
      if (is_ready) {
        ready_.emplace(lane.waiting.front().number, &lane);
      } else {
        ready_.erase(lane.waiting.front().number);
      }
    }
  }

  void advance() {
    while (has_room() && !ready_.empty()) {
      Lane& lane = *ready_.begin()->second;
      ready_.erase(ready_.begin());
      lane.is_ready = false;
      base::Job start = std::move(lane.waiting.front().start);
      lane.waiting.pop_front();
      ++lane.running;
      ++running_;
      --waiting_;
      settle(lane);
      start();
    }
  }

  std::size_t running_max_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  std::uint64_t arrivals_ = 0;
  std::unordered_map<std::string, Lane> lanes_;
  // Lanes with room of their own and something that waits, by the number of their first.
  std::map<std::uint64_t, Lane*> ready_;
};

}  // namespace iii::sdk
