// Bounds the log lines that peers can cause: of one event, so many within a second; what is more is
// counted and reported by one line when the second is over. Pure: the caller writes the lines.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace iii::engine {

class LogThrottle {
 public:
  // Whether a line about `event` may be written now. `event`: static text.
  [[nodiscard]] bool admits(std::string_view event, base::MonotonicTime now);

  struct Suppressed {
    std::string_view event;
    std::uint64_t lines = 0;

    friend bool operator==(const Suppressed&, const Suppressed&) = default;
  };
  // What was left out in seconds that are over, each reported once.
  [[nodiscard]] std::vector<Suppressed> due(base::MonotonicTime now);
  // When due() has something to report; never while nothing is left out.
  [[nodiscard]] base::MonotonicTime next_deadline() const { return next_deadline_; }

 private:
  struct Second {
    base::MonotonicTime end;
    std::uint64_t lines = 0;
  };
  std::map<std::string_view, Second> seconds_;  // by event, of which there are a few dozen
  base::MonotonicTime next_deadline_ = base::never;
};

}  // namespace iii::engine
