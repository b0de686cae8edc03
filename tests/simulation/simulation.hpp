// One run: a seed decides everything. The real core and scripted workers in one thread and in
// virtual time; first activity with faults, then calm, then everybody leaves.
#pragma once

#include "simulation/planted_bug.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace iii::simulation {

struct RunOptions {
  std::uint64_t seed = 0;
  PlantedBug bug = PlantedBug::none;
  std::size_t journal_lines = 0;  // 0: none is kept
};

struct RunOutcome {
  std::optional<std::string> violation;
  std::string journal;
  std::uint64_t events = 0;
  std::uint64_t calls = 0;  // that engines accepted
};

[[nodiscard]] RunOutcome run(const RunOptions& options);

}  // namespace iii::simulation
