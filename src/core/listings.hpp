// What the core has, as the rows that engine::* functions return. One row serves both lines of
// SDKs: members of either stand side by side (docs/compatibility.md). Read-only.
#pragma once

#include "base/time.hpp"
#include "core/core.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace iii::core {

// The text must have been validated; empty becomes null.
[[nodiscard]] boost::json::value parsed(std::string_view json);

// In-process workers by their name, remote ones by the name they announced, else the first part of
// the id.
[[nodiscard]] std::string owner_name(const Core& core, std::string_view function_id);
[[nodiscard]] std::string provider_name(const TriggerType& type);

[[nodiscard]] bool is_internal_function(const Function& function, Line line);
[[nodiscard]] bool is_internal_id(std::string_view id);

[[nodiscard]] boost::json::object function_row(const Core& core, const Function& function);
[[nodiscard]] boost::json::object function_detail(const Core& core, const Function& function);
// Every registered function, internal ones included.
[[nodiscard]] boost::json::array all_functions(const Core& core);

[[nodiscard]] boost::json::object worker_row(const Connection& worker, base::MonotonicTime now);
[[nodiscard]] boost::json::object trigger_type_row(const TriggerType& type);
[[nodiscard]] boost::json::object trigger_type_detail(const Core& core, const TriggerType& type);
[[nodiscard]] boost::json::object trigger_row(const Core& core, const Trigger& trigger);

}  // namespace iii::core
