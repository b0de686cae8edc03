// The engine functions that only look: listings and details of functions, workers, trigger types,
// triggers and services.
#pragma once

#include "core/engine_functions.hpp"

#include <span>

namespace iii::core {

[[nodiscard]] std::span<const EngineFunction> introspection_functions();

}  // namespace iii::core
