// What everything in a run shares.
#pragma once

#include "simulation/agenda.hpp"
#include "simulation/chance.hpp"
#include "simulation/journal.hpp"
#include "simulation/setting.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace iii::simulation {

struct World {
  World(std::uint64_t seed, std::size_t journal_lines)
      : chance(seed), setting(draw_setting(chance)), journal(journal_lines) {}

  Chance chance;
  Setting setting;
  Agenda agenda;
  Journal journal;
  // Faults have stopped, nobody starts anything new, and everybody answers.
  bool is_calm = false;
  std::size_t in_process_calls = 0;  // made by in-process workers and not yet answered

  // Far below the product's, so that workers can be closed for what they are sent all at once; not
  // any more in the calm.
  [[nodiscard]] std::size_t outbox_close_bytes() const {
    return is_calm ? SIZE_MAX : setting.outbox_close_bytes;
  }
  void note(std::string line) { journal.add(agenda, std::move(line)); }
};

}  // namespace iii::simulation
