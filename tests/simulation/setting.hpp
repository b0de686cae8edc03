// What is drawn once per run: how much load, which faults, how small the engine's limits. Each
// fault is off in some runs, so that one does not hide another.
#pragma once

#include "core/core.hpp"
#include "simulation/chance.hpp"

#include <cstddef>

namespace iii::simulation {

struct Setting {
  // Load
  std::size_t workers = 0;
  std::size_t sdk_workers = 0;
  std::size_t actions = 0;  // of each worker
  milliseconds action_interval_max{0};
  std::size_t functions = 0;  // different ids; fewer ids collide more
  unsigned channel_percent = 0;
  bool has_in_process_worker = false;  // an echo, a trigger type with conditions, its own calls
  bool has_in_process_queue = false;   // serves engine::queue::enqueue

  // Network. Counts are per run, at random moments.
  milliseconds delay_max{0};
  std::size_t cuts = 0;
  std::size_t half_opens = 0;
  std::size_t worker_restarts = 0;
  std::size_t engine_crashes = 0;
  std::size_t engine_stops = 0;  // graceful
  unsigned slow_reader_percent = 0;
  unsigned reattach_percent = 0;  // of the workers

  // Handlers, in percent of the calls
  unsigned late_percent = 0;
  unsigned never_percent = 0;
  unsigned twice_percent = 0;
  unsigned garbage_percent = 0;
  unsigned nested_percent = 0;
  // In percent of the actions
  unsigned forgery_percent = 0;    // answers to calls of others, and their ids used again
  unsigned malformed_percent = 0;  // texts that are no messages

  // The engine. In the product the first three are constants of many megabytes.
  std::size_t outbox_refuse_bytes = 0;
  std::size_t outbox_close_bytes = 0;
  std::size_t channel_outbox_bytes = 0;
  core::CoreOptions options;

  [[nodiscard]] milliseconds activity() const {
    return action_interval_max * static_cast<int>(actions) / 2;
  }
};

[[nodiscard]] Setting draw_setting(Chance& chance);

}  // namespace iii::simulation
