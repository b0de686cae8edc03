// The one line of JSON that a run prints.
#pragma once

#include "iiiload/options.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace iii::bench {

// What the connections of --churn did.
struct ChurnCounts {
  std::uint64_t connections = 0;
  std::uint64_t dropped = 0;  // of the connections: without a Close frame
  std::uint64_t functions = 0;
  std::uint64_t triggers = 0;
  std::uint64_t calls = 0;
  std::uint64_t answered = 0;
  std::uint64_t answered_by_error = 0;  // of the answered: the target left, or was not there
  std::uint64_t lost = 0;               // calls of a connection that waited in vain
};

struct Outcome {
  double per_second = 0;
  std::vector<float> latencies_us;
  std::uint64_t errors = 0;
  std::uint64_t lost = 0;
  std::optional<ChurnCounts> churn;
};

void print_report(const Options& options, Outcome outcome);

}  // namespace iii::bench
