// What happened in a run, for people: kept only when asked for, because a failing seed can be run
// again. And how a checker says that something must not have happened.
#pragma once

#include "simulation/agenda.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace iii::simulation {

class Journal {
 public:
  explicit Journal(std::size_t lines_max) : lines_max_(lines_max) {}

  // Ask before a line is put together.
  [[nodiscard]] bool is_kept() const { return lines_max_ != 0; }
  void add(const Agenda& agenda, std::string line) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(
        agenda.time().time_since_epoch() - std::chrono::hours(1)
    );
    lines_.push_back(std::to_string(time.count()) + " ms  " + std::move(line));
    if (lines_.size() > lines_max_) {
      lines_.pop_front();
    }
  }
  void print(std::ostream& out) const {
    for (const std::string& line : lines_) {
      out << "  " << line << '\n';
    }
  }

 private:
  std::size_t lines_max_;
  std::deque<std::string> lines_;
};

// Thrown by checkers and caught by the run: no code between them needs to know.
struct Violation {
  std::string rule;
};
[[noreturn]] inline void violated(std::string rule) {
  throw Violation{std::move(rule)};
}
inline void require(bool holds, std::string_view rule) {
  if (!holds) {
    violated(std::string(rule));
  }
}

}  // namespace iii::simulation
