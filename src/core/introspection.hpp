// The engine functions that only look: listings and details of functions, workers, trigger types,
// triggers and services. One noun a file: introspect_functions.cpp and its kin.
#pragma once

#include "core/engine_functions.hpp"
#include "core/function_table.hpp"

#include <array>
#include <span>
#include <string_view>

namespace iii::core {

// All of them, services included.
[[nodiscard]] std::span<const EngineFunction> introspection_functions();

EngineAnswer list_functions(Core& core, const EngineCall& call);
EngineAnswer function_info(Core& core, const EngineCall& call);
EngineAnswer list_workers(Core& core, const EngineCall& call);
EngineAnswer worker_info(Core& core, const EngineCall& call);
EngineAnswer list_triggers(Core& core, const EngineCall& call);
EngineAnswer trigger_info(Core& core, const EngineCall& call);
EngineAnswer list_trigger_types(Core& core, const EngineCall& call);
EngineAnswer list_registered_triggers(Core& core, const EngineCall& call);
EngineAnswer registered_trigger_info(Core& core, const EngineCall& call);

// Input of the listings of line 0.11, which know only this member.
inline constexpr std::array<std::string_view, 1> include_internal_member = {"include_internal"};

// null: nobody serves it.
[[nodiscard]] const Function* find_function(const Core& core, std::string_view id);

}  // namespace iii::core
