// How many functions run at once: a limit for all, and one for each function that wants one. Calls
// above a limit wait, each function's in order. Pure; one thread.
#pragma once

#include "base/job.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
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
    lane.waiting.push_back(std::move(start));
    order_.push_back(function_id);
    ++waiting_;
    advance();
  }

  void leave(const std::string& function_id) {
    --running_;
    const auto lane = lanes_.find(function_id);
    --lane->second.running;
    if (lane->second.running == 0 && lane->second.waiting.empty()) {
      lanes_.erase(lane);
    }
    advance();
  }

  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Lane {
    std::size_t running = 0;
    std::size_t running_max = 0;
    std::deque<base::Job> waiting;
  };

  void advance() {
    for (auto next = order_.begin(); next != order_.end();) {
      if (running_max_ != 0 && running_ >= running_max_) {
        return;
      }
      Lane& lane = lanes_.at(*next);
      if (lane.running_max != 0 && lane.running >= lane.running_max) {
        ++next;
        continue;
      }
      base::Job start = std::move(lane.waiting.front());
      lane.waiting.pop_front();
      ++lane.running;
      ++running_;
      --waiting_;
      next = order_.erase(next);
      start();
    }
  }

  std::size_t running_max_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  std::unordered_map<std::string, Lane> lanes_;
  std::deque<std::string> order_;  // of arrival, of those that wait
};

}  // namespace iii::sdk
