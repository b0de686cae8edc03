// The four sweeps that every byte or dialogue machine gets for free: cut, fail, tiny and late. Each
// calls `run` once per variant and names the variant in the trace of a failing check. `run` must
// build its scene anew each time.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

// Cut: `run(pieces)` with the input whole, byte by byte, and in two pieces cut at each boundary. Of
// an input above 4 KiB only the boundaries near the ends (where heads lie) and a sample of the rest
// are taken.
template <class Run>
void sweep_cuts(std::string_view bytes, Run run) {
  using Pieces = std::vector<std::string_view>;
  {
    SCOPED_TRACE("input whole");
    run(std::span<const std::string_view>(Pieces{bytes}));
  }
  {
    SCOPED_TRACE("input byte by byte");
    Pieces pieces;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      pieces.push_back(bytes.substr(i, 1));
    }
    run(std::span<const std::string_view>(pieces));
  }
  constexpr std::size_t whole_bytes_max = 4096;
  constexpr std::size_t near_bytes = 32;
  constexpr std::size_t sample_step = 4093;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const bool is_near = cut <= near_bytes || bytes.size() - cut <= near_bytes;
    if (bytes.size() > whole_bytes_max && !is_near && cut % sample_step != 0) {
      continue;
    }
    SCOPED_TRACE("input cut after byte " + std::to_string(cut));
    run(std::span<const std::string_view>(Pieces{bytes.substr(0, cut), bytes.substr(cut)}));
  }
}

// Fail: `run(step)` plays the same script, broken at step 0, 1, 2 …, and returns whether the script
// has that step. Returns how many steps there were.
template <class Run>
std::size_t sweep_failures(Run run) {
  constexpr std::size_t steps_max = 10'000;
  for (std::size_t step = 0; step < steps_max; ++step) {
    SCOPED_TRACE("failure at step " + std::to_string(step));
    if (!run(step)) {
      return step;
    }
  }
  ADD_FAILURE() << "a script of " << steps_max << " steps does not end";
  return steps_max;
}

// Tiny: `run(limit)` with each limit from 0 to `largest`, which should be the first one that
// changes nothing.
template <class Run>
void sweep_tiny(std::size_t largest, Run run) {
  for (std::size_t limit = 0; limit <= largest; ++limit) {
    SCOPED_TRACE("limit " + std::to_string(limit));
    run(limit);
  }
}

// Late: `run(deadline)` plays the same script, but lets the machine's deadline number 0, 1, 2 …
// pass before the event that would have been in time, and returns whether the script has that
// deadline. Returns how many deadlines there were.
template <class Run>
std::size_t sweep_late(Run run) {
  constexpr std::size_t deadlines_max = 10'000;
  for (std::size_t deadline = 0; deadline < deadlines_max; ++deadline) {
    SCOPED_TRACE("deadline " + std::to_string(deadline) + " passes");
    if (!run(deadline)) {
      return deadline;
    }
  }
  ADD_FAILURE() << "a script of " << deadlines_max << " deadlines does not end";
  return deadlines_max;
}

}  // namespace iii::test
