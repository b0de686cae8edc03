// What functions there are.
#include "base/limits.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/engine_functions.hpp"
#include "core/function_table.hpp"
#include "core/input.hpp"
#include "core/introspection.hpp"
#include "core/listings.hpp"
#include "core/search.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
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

constexpr std::array<std::string_view, 5> functions_list_members = {
    "search", "prefix", "worker", "workers", "include_internal"
};

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

constexpr std::array<std::string_view, 2> function_info_members = {"function_id", "function_ids"};

}  // namespace

const Function* find_function(const Core& core, std::string_view id) {
  const Function* function = core.functions().find(id);
  return function != nullptr && function->is_registered() ? function : nullptr;
}

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

EngineAnswer function_info(Core& core, const EngineCall& call) {
  Input input(call.input, function_info_members);
  const auto id = input.text("function_id");
  const auto ids = input.texts("function_ids");
  if (auto error = input.error("engine::functions::info")) {
    return *std::move(error);
  }
  if (id && ids) {
    return error_body(
        codes::invalid_arguments, "Pass either function_id or function_ids, not both"
    );
  }
  if (id) {
    const Function* function = find_function(core, *id);
    if (function == nullptr) {
      return error_body(codes::not_found, "Function '" + *id + "' is not registered.");
    }
    return value(function_detail(core, *function));
  }
  if (!ids || ids->empty()) {
    return error_body(
        codes::invalid_arguments, "Pass function_id, or function_ids with 1 to 32 function ids"
    );
  }
  std::vector<std::string> distinct;
  for (const std::string& each : *ids) {
    if (std::ranges::find(distinct, each) == distinct.end()) {
      distinct.push_back(each);
    }
  }
  if (distinct.size() > base::limits::function_details_max) {
    return error_body(
        codes::invalid_arguments,
        "function_ids may name at most " + std::to_string(base::limits::function_details_max) +
            " functions"
    );
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

}  // namespace iii::core
