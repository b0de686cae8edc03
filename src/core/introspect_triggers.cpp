// What trigger types and triggers there are.
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/engine_functions.hpp"
#include "core/function_table.hpp"
#include "core/input.hpp"
#include "core/introspection.hpp"
#include "core/listings.hpp"
#include "core/search.hpp"
#include "core/trigger_table.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {
namespace {

namespace codes = protocol::codes;
using boost::json::array;
using boost::json::object;
using boost::json::value;
using protocol::error_body;

constexpr std::array<std::string_view, 4> triggers_list_members = {
    "search", "prefix", "worker", "include_internal"
};
constexpr std::array<std::string_view, 5> registered_triggers_members = {
    "search", "trigger_type", "function_id", "worker", "include_internal"
};
constexpr std::array<std::string_view, 1> id_member = {"id"};

// What line 0.11 calls triggers: the instances.
EngineAnswer list_trigger_instances(Core& core, const EngineCall& call) {
  Input input(call.input, include_internal_member);
  const bool include_internal = input.boolean("include_internal").value_or(false);
  if (auto error = input.error("engine::triggers::list")) {
    return *std::move(error);
  }
  array rows;
  for (const Trigger* trigger : core.triggers().known()) {
    if (include_internal || !is_internal_id(trigger->function_id)) {
      rows.push_back(trigger_row(core, *trigger));
    }
  }
  return value{{"triggers", std::move(rows)}};
}

}  // namespace

EngineAnswer list_triggers(Core& core, const EngineCall& call) {
  if (core.line_of(call.caller) == Line::v0_11) {
    return list_trigger_instances(core, call);
  }
  Input input(call.input, triggers_list_members);
  const auto search = input.text("search").value_or("");
  const auto prefix = input.text("prefix").value_or("");
  const auto worker = input.text("worker");
  const bool include_internal = input.boolean("include_internal").value_or(false);
  if (auto error = input.error("engine::triggers::list")) {
    return *std::move(error);
  }
  array rows;
  for (const auto& [id, type] : core.triggers().types()) {
    const bool wanted = (include_internal || !is_internal_id(id)) && id.starts_with(prefix) &&
                        (!worker || provider_name(type) == *worker) &&
                        (contains_ignoring_case(id, search) ||
                         contains_ignoring_case(type.description().description, search));
    if (wanted) {
      rows.push_back(trigger_type_row(type));
    }
  }
  return value{{"triggers", std::move(rows)}};
}

EngineAnswer trigger_info(Core& core, const EngineCall& call) {
  Input input(call.input, id_member);
  const std::string id = input.required_text("id");
  if (auto error = input.error("engine::triggers::info")) {
    return *std::move(error);
  }
  const auto found = core.triggers().types().find(id);
  if (found == core.triggers().types().end()) {
    return error_body(codes::not_found, "Trigger type '" + id + "' is not registered.");
  }
  return value(trigger_type_detail(core, found->second));
}

EngineAnswer list_trigger_types(Core& core, const EngineCall& call) {
  Input input(call.input, include_internal_member);
  const bool include_internal = input.boolean("include_internal").value_or(false);
  if (auto error = input.error("engine::trigger-types::list")) {
    return *std::move(error);
  }
  array rows;
  for (const auto& [id, type] : core.triggers().types()) {
    if (!include_internal && is_internal_id(id)) {
      continue;
    }
    const TriggerTypeDescription& description = type.description();
    object row{{"id", id}, {"description", description.description}};
    if (!description.trigger_request_format.empty()) {
      row["trigger_request_format"] = parsed(description.trigger_request_format);
    }
    if (!description.call_request_format.empty()) {
      row["call_request_format"] = parsed(description.call_request_format);
    }
    rows.push_back(std::move(row));
  }
  return value{{"trigger_types", std::move(rows)}};
}

EngineAnswer list_registered_triggers(Core& core, const EngineCall& call) {
  Input input(call.input, registered_triggers_members);
  const auto search = input.text("search").value_or("");
  const auto trigger_type = input.text("trigger_type");
  const auto function_id = input.text("function_id");
  const auto worker = input.text("worker");
  const bool include_internal = input.boolean("include_internal").value_or(false);
  if (auto error = input.error("engine::registered-triggers::list")) {
    return *std::move(error);
  }
  array rows;
  for (const Trigger* trigger : core.triggers().known()) {
    const bool wanted = (include_internal || !is_internal_id(trigger->function_id)) &&
                        (!trigger_type || trigger->type == *trigger_type) &&
                        (!function_id || trigger->function_id == *function_id) &&
                        (!worker || owner_name(core, trigger->function_id) == *worker) &&
                        (contains_ignoring_case(trigger->id, search) ||
                         contains_ignoring_case(trigger->type, search) ||
                         contains_ignoring_case(trigger->function_id, search));
    if (wanted) {
      rows.push_back(trigger_row(core, *trigger));
    }
  }
  return value{{"registered_triggers", std::move(rows)}};
}

EngineAnswer registered_trigger_info(Core& core, const EngineCall& call) {
  Input input(call.input, id_member);
  const std::string id = input.required_text("id");
  if (auto error = input.error("engine::registered-triggers::info")) {
    return *std::move(error);
  }
  const auto found = core.triggers().all().find(id);
  if (found == core.triggers().all().end()) {
    return error_body(codes::not_found, "Registered trigger '" + id + "' was not found.");
  }
  const Trigger& trigger = found->second;
  object row = trigger_row(core, trigger);
  const auto type = core.triggers().types().find(trigger.type);
  row["trigger"] = type == core.triggers().types().end()
                       ? value(nullptr)
                       : value(trigger_type_detail(core, type->second));
  const Function* function = find_function(core, trigger.function_id);
  row["function"] = function == nullptr ? value(nullptr) : value(function_detail(core, *function));
  return row;
}

}  // namespace iii::core
