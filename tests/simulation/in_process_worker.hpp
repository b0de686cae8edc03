// Scripted workers inside the engine's process, behind the product's own door for them.
#pragma once

#include "simulation/world.hpp"
#include "workers/worker.hpp"

#include <memory>
#include <vector>

namespace iii::simulation {

// Those that the run's setting asks for:
//   local::echo, local::call (makes a call itself), local::fire (fires each trigger of the type
//   local::event), and engine::queue::enqueue.
[[nodiscard]] std::vector<std::unique_ptr<workers::Worker>> in_process_workers(World& world);

}  // namespace iii::simulation
