#include "engine/log_throttle.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

namespace iii::engine {

namespace limits = base::limits;

bool LogThrottle::admits(std::string_view event, base::MonotonicTime now) {
  Second& second = seconds_[event];
  const bool has_unreported = second.lines > limits::log_lines_max;
  if (second.end <= now && !has_unreported) {
    second = {.end = now + std::chrono::seconds(1), .lines = 0};
  }
  if (++second.lines <= limits::log_lines_max) {
    return true;
  }
  next_deadline_ = std::min(next_deadline_, second.end);
  return false;
}

std::vector<LogThrottle::Suppressed> LogThrottle::due(base::MonotonicTime now) {
  std::vector<Suppressed> suppressed;
  if (now < next_deadline_) {
    return suppressed;
  }
  next_deadline_ = base::never;
  for (auto& [event, second] : seconds_) {
    if (second.lines <= limits::log_lines_max) {
      continue;
    }
    if (second.end <= now) {
      suppressed.push_back({event, second.lines - limits::log_lines_max});
      second.lines = 0;
    } else {
      next_deadline_ = std::min(next_deadline_, second.end);
    }
  }
  return suppressed;
}

}  // namespace iii::engine
