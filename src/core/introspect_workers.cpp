// What workers there are.
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

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
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
using protocol::error_body;

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

}  // namespace

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
    object row = worker_row(*worker, call.now.monotonic);
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
    return error_body(codes::not_found, "Worker '" + name + "' is not connected.");
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
      {"worker", worker_row(**found, call.now.monotonic)},
      {"functions", std::move(functions)},
      {"trigger_types", std::move(types)},
      {"registered_triggers", std::move(triggers)}
  };
}

}  // namespace iii::core
