#include "core/introspection.hpp"

#include "core/core.hpp"
#include "core/engine_functions.hpp"
#include "core/services.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace iii::core {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

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
