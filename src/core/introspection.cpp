#include "core/introspection.hpp"

#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/engine_functions.hpp"
#include "core/function_table.hpp"
#include "core/input.hpp"
#include "core/listings.hpp"
#include "core/trigger_table.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

namespace codes = protocol::codes;
using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t details_max = 32;  // spec: engine-core §17

protocol::ErrorBody not_found(std::string message) {
  return protocol::error_body(codes::not_found, std::move(message));
}

protocol::ErrorBody invalid_arguments(std::string message) {
  return protocol::error_body(codes::invalid_arguments, std::move(message));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

bool contains_ignoring_case(std::string_view text, std::string_view term) {
  return lower(text).find(lower(term)) != std::string::npos;
}

// How well a function matches a search term; lower is better, nullopt is no match (spec:
// engine-core §8.2).
std::optional<int> search_rank(
    std::string_view id, std::string_view description, std::string_view term
) {
  const std::string wanted = lower(term);
  const std::string rest = lower(id);
  if (rest.starts_with(wanted)) {
    return 0;
  }
  if (("::" + rest + "::").find("::" + wanted + "::") != std::string::npos) {
    return 0;
  }
  if (rest.find(wanted) != std::string::npos) {
    return 1;
  }
  return contains_ignoring_case(description, term) ? std::optional(2) : std::nullopt;
}

// --- functions ---

constexpr std::array<std::string_view, 5> functions_list_members = {
    "search", "prefix", "worker", "workers", "include_internal"
};
// Line 0.11 knows only this one; an array's first element is read as it.
constexpr std::array<std::string_view, 1> include_internal_member = {"include_internal"};

struct FunctionFilter {
  std::string search;
  std::string prefix;
  std::vector<std::string> workers;
  bool include_internal = false;

  // The rank of a function that passes.
  [[nodiscard]] std::optional<int> rank(const Core& core, const Function& function, Line line)
      const {
    const bool wanted =
        (include_internal || !is_internal_function(function, line)) &&
        function.id.starts_with(prefix) &&
        (workers.empty() ||
         std::ranges::find(workers, owner_name(core, function.id)) != workers.end());
    if (!wanted) {
      return std::nullopt;
    }
    if (search.empty()) {
      return 0;
    }
    return search_rank(
        function.id, function.current().description.description.value_or(""), search
    );
  }
};

EngineAnswer list_functions(Core& core, const EngineCall& call) {
  const Line line = core.line_of(call.caller);
  const bool is_old = line == Line::v0_11;
  Input input(
      call.input,
      is_old ? std::span<const std::string_view>(include_internal_member)
             : std::span<const std::string_view>(functions_list_members)
  );
  FunctionFilter filter{
      .search = input.text("search").value_or(""),
      .prefix = input.text("prefix").value_or(""),
      .workers = input.texts("workers").value_or(std::vector<std::string>{}),
      .include_internal = input.boolean("include_internal").value_or(false)
  };
  if (auto worker = input.text("worker")) {
    filter.workers.push_back(*std::move(worker));
  }
  if (auto error = input.error("engine::functions::list")) {
    return *std::move(error);
  }
  std::vector<std::pair<int, const Function*>> found;
  for (const Function* function : core.functions().sorted()) {
    if (const auto rank = filter.rank(core, *function, line)) {
      found.emplace_back(*rank, function);
    }
  }
  std::ranges::sort(found, {}, [](const auto& each) {
    return std::pair(each.first, std::string_view(each.second->id));
  });
  array rows;
  for (const auto& [rank, function] : found) {
    rows.push_back(function_row(core, *function));
  }
  return value{{"functions", std::move(rows)}};
}

constexpr std::array<std::string_view, 2> function_info_members = {"function_id", "function_ids"};

const Function* find_function(const Core& core, std::string_view id) {
  const Function* function = core.functions().find(id);
  return function != nullptr && function->is_registered() ? function : nullptr;
}

EngineAnswer function_info(Core& core, const EngineCall& call) {
  Input input(call.input, function_info_members);
  const auto id = input.text("function_id");
  const auto ids = input.texts("function_ids");
  if (auto error = input.error("engine::functions::info")) {
    return *std::move(error);
  }
  if (id && ids) {
    return invalid_arguments("Pass either function_id or function_ids, not both");
  }
  if (id) {
    const Function* function = find_function(core, *id);
    if (function == nullptr) {
      return not_found("Function '" + *id + "' is not registered.");
    }
    return value(function_detail(core, *function));
  }
  if (!ids || ids->empty()) {
    return invalid_arguments("Pass function_id, or function_ids with 1 to 32 function ids");
  }
  std::vector<std::string> distinct;
  for (const std::string& each : *ids) {
    if (std::ranges::find(distinct, each) == distinct.end()) {
      distinct.push_back(each);
    }
  }
  if (distinct.size() > details_max) {
    return invalid_arguments("function_ids may name at most 32 functions");
  }
  array rows;
  for (const std::string& each : distinct) {
    if (const Function* function = find_function(core, each)) {
      rows.push_back(function_detail(core, *function));
    } else {
      rows.push_back(object{{"function_id", each}, {"error", "not_found"}});
    }
  }
  return value{{"functions", std::move(rows)}};
}

// --- workers ---

constexpr std::array<std::string_view, 3> workers_list_members = {"search", "runtime", "status"};
constexpr std::array<std::string_view, 1> worker_id_member = {"worker_id"};
constexpr std::array<std::string_view, 1> worker_info_members = {"name"};

// Workers that have not said what they are stay hidden (spec: engine-core §8.2).
bool is_listed(const Connection& worker) {
  return worker.residence == Residence::in_process || worker.pid.has_value();
}

std::string listed_name(const Connection* worker) {
  return worker->name.value_or(worker->worker_id.value().to_string());
}

std::vector<const Connection*> workers_by_name(const Core& core) {
  std::vector<const Connection*> workers = core.connections();
  std::ranges::sort(workers, {}, [](const Connection* worker) {
    return std::pair(listed_name(worker), worker->id);
  });
  return workers;
}

EngineAnswer list_workers(Core& core, const EngineCall& call) {
  const bool is_old = core.line_of(call.caller) == Line::v0_11;
  Input input(
      call.input,
      is_old ? std::span<const std::string_view>(worker_id_member)
             : std::span<const std::string_view>(workers_list_members)
  );
  const auto worker_id = is_old ? input.text("worker_id") : std::nullopt;
  const auto search = input.text("search").value_or("");
  const auto runtime = input.text("runtime");
  const auto status = input.text("status");
  if (auto error = input.error("engine::workers::list")) {
    return *std::move(error);
  }
  array rows;
  for (const Connection* worker : workers_by_name(core)) {
    object row = worker_row(*worker);
    const bool wanted = worker_id ? row["id"] == value(*worker_id)
                                  : is_listed(*worker) &&
                                        contains_ignoring_case(worker->name.value_or(""), search) &&
                                        (!runtime || worker->runtime == *runtime) &&
                                        (!status || row["status"] == value(*status));
    if (wanted) {
      rows.push_back(std::move(row));
    }
  }
  const auto timestamp =
      std::chrono::duration_cast<std::chrono::milliseconds>(call.now.wall.time_since_epoch());
  return value{{"workers", std::move(rows)}, {"timestamp", timestamp.count()}};
}

EngineAnswer worker_info(Core& core, const EngineCall& call) {
  Input input(call.input, worker_info_members);
  const std::string name = input.required_text("name");
  if (auto error = input.error("engine::workers::info")) {
    return *std::move(error);
  }
  const auto workers = workers_by_name(core);
  const auto named = [&name](Residence residence) {
    return [&name, residence](const Connection* worker) {
      return worker->residence == residence && worker->name == name;
    };
  };
  auto found = std::ranges::find_if(workers, named(Residence::in_process));
  if (found == workers.end()) {
    found = std::ranges::find_if(workers, named(Residence::remote));
  }
  if (found == workers.end()) {
    return not_found("Worker '" + name + "' is not connected.");
  }
  array functions;
  array types;
  array triggers;
  for (const Function* function : core.functions().sorted()) {
    if (owner_name(core, function->id) == name) {
      functions.push_back(function_row(core, *function));
    }
  }
  for (const auto& [id, type] : core.triggers().types()) {
    if (provider_name(type) == name) {
      types.push_back(trigger_type_row(type));
    }
  }
  for (const Trigger* trigger : core.triggers().known()) {
    if (owner_name(core, trigger->function_id) == name) {
      triggers.push_back(trigger_row(core, *trigger));
    }
  }
  return value{
      {"worker", worker_row(**found)},
      {"functions", std::move(functions)},
      {"trigger_types", std::move(types)},
      {"registered_triggers", std::move(triggers)}
  };
}

// --- trigger types and triggers ---

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
    return not_found("Trigger type '" + id + "' is not registered.");
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
    return not_found("Registered trigger '" + id + "' was not found.");
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

// --- services ---

EngineAnswer list_services(Core& core, const EngineCall&) {
  array rows;
  for (const auto& [name, service] : core.services().all()) {
    array functions(service.functions.begin(), service.functions.end());
    rows.push_back(object{
        {"name", name},
        {"description", service.description ? value(*service.description) : value(nullptr)},
        {"parent_service_id", service.parent ? value(*service.parent) : value(nullptr)},
        {"functions", std::move(functions)}
    });
  }
  return value{{"services", std::move(rows)}};
}

constexpr std::string_view by_id_schema =
    R"({"type":"object","properties":{"id":{"type":"string"}},"required":["id"]})";
constexpr std::string_view object_schema = R"({"type":"object"})";

constexpr std::array functions = {
    EngineFunction{
        "engine::functions::list",
        "Lists the registered functions, filtered by text, prefix or worker.",
        R"({"type":"object","properties":{"search":{"type":["string","null"]},)"
        R"("prefix":{"type":["string","null"]},"worker":{"type":["string","null"]},)"
        R"("workers":{"type":["array","null"],"items":{"type":"string"}},)"
        R"("include_internal":{"type":["boolean","null"]}}})",
        R"({"type":"object","properties":{"functions":{"type":"array",)"
        R"("items":{"type":"object"}}}})",
        list_functions
    },
    EngineFunction{
        "engine::functions::info",
        "Describes one function, or up to 32, with schemas and registered triggers.",
        R"({"type":"object","properties":{"function_id":{"type":"string"},)"
        R"("function_ids":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":32}}})",
        object_schema,
        function_info
    },
    EngineFunction{
        "engine::workers::list",
        "Lists the connected and the built-in workers.",
        R"({"type":"object","properties":{"search":{"type":["string","null"]},)"
        R"("runtime":{"type":["string","null"]},"status":{"type":["string","null"]},)"
        R"("worker_id":{"type":["string","null"]}}})",
        R"({"type":"object","properties":{"workers":{"type":"array","items":{"type":"object"}},)"
        R"("timestamp":{"type":"integer"}}})",
        list_workers
    },
    EngineFunction{
        "engine::workers::info",
        "Describes one worker by name, with its functions, trigger types and triggers.",
        R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})",
        object_schema,
        worker_info
    },
    EngineFunction{
        "engine::triggers::list",
        "Lists the trigger types (for workers of line 0.11: the registered triggers).",
        R"({"type":"object","properties":{"search":{"type":["string","null"]},)"
        R"("prefix":{"type":["string","null"]},"worker":{"type":["string","null"]},)"
        R"("include_internal":{"type":["boolean","null"]}}})",
        R"({"type":"object","properties":{"triggers":{"type":"array","items":{"type":"object"}}}})",
        list_triggers
    },
    EngineFunction{
        "engine::triggers::info",
        "Describes one trigger type.",
        by_id_schema,
        object_schema,
        trigger_info
    },
    EngineFunction{
        "engine::trigger-types::list",
        "Lists the trigger types with their schemas.",
        R"({"type":"object","properties":{"include_internal":{"type":["boolean","null"]}}})",
        R"({"type":"object","properties":{"trigger_types":{"type":"array",)"
        R"("items":{"type":"object"}}}})",
        list_trigger_types
    },
    EngineFunction{
        "engine::registered-triggers::list",
        "Lists the registered triggers, live and pending.",
        R"({"type":"object","properties":{"search":{"type":["string","null"]},)"
        R"("trigger_type":{"type":["string","null"]},"function_id":{"type":["string","null"]},)"
        R"("worker":{"type":["string","null"]},"include_internal":{"type":["boolean","null"]}}})",
        R"({"type":"object","properties":{"registered_triggers":{"type":"array",)"
        R"("items":{"type":"object"}}}})",
        list_registered_triggers
    },
    EngineFunction{
        "engine::registered-triggers::info",
        "Describes one registered trigger, with its type and its function.",
        by_id_schema,
        object_schema,
        registered_trigger_info
    },
    EngineFunction{
        "engine::services::list",
        "Lists the services: named groups of functions.",
        object_schema,
        R"({"type":"object","properties":{"services":{"type":"array","items":{"type":"object"}}}})",
        list_services
    },
};

}  // namespace

std::span<const EngineFunction> introspection_functions() {
  return functions;
}

}  // namespace iii::core
