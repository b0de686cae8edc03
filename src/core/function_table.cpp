#include "core/function_table.hpp"

#include "base/assert.hpp"
#include "core/connection.hpp"
#include "core/trace_context.hpp"
#include "json/scan.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {

RegisterOutcome FunctionTable::add(
    Connection& owner, std::string_view id, FunctionDescription description, Execution execution
) {
  Function* function = find(id);
  if (function == nullptr) {
    auto created = std::make_unique<Function>();
    created->id = id;
    created->id_json = json::quoted(id);
    created->baggage_json = json::quoted(baggage_for({}, id));
    function = created.get();
    by_id_.emplace(std::string_view(function->id), std::move(created));
  }
  const bool is_new = !function->is_registered();
  const bool is_own = !is_new && &function->owner() == &owner;
  if (!is_new && !is_own && function->owner().residence == Residence::in_process &&
      owner.residence == Residence::remote) {
    return RegisterOutcome::refused;
  }
  drop_registration(*function, owner);
  function->registrations.push_back({&owner, std::move(description), execution});
  owner.registered_bytes += function->current().size();
  owner.functions.insert(function);
  if (is_new) {
    count_registration(*function, true);
    return RegisterOutcome::added;
  }
  return is_own ? RegisterOutcome::replaced : RegisterOutcome::taken_over;
}

bool FunctionTable::remove(Connection& owner, std::string_view id) {
  Function* function = find(id);
  if (function == nullptr || owner.functions.erase(function) == 0) {
    return false;
  }
  remove_registration(*function, owner);
  return true;
}

void FunctionTable::remove_all(Connection& owner) {
  const auto functions = std::exchange(owner.functions, {});
  for (Function* function : functions) {
    remove_registration(*function, owner);
  }
}

void FunctionTable::release(Function& function) {
  III_ASSERT(function.in_flight > 0, "a call ends once");
  --function.in_flight;
  forget_if_unused(function);
}

std::vector<const Function*> FunctionTable::sorted() const {
  std::vector<const Function*> functions;
  functions.reserve(registered_);
  for (const auto& [id, function] : by_id_) {
    if (function->is_registered()) {
      functions.push_back(function.get());
    }
  }
  std::ranges::sort(functions, {}, [](const Function* function) -> const std::string& {
    return function->id;
  });
  return functions;
}

void FunctionTable::count_registration(const Function& function, bool appeared) {
  registered_ = appeared ? registered_ + 1 : registered_ - 1;
  // Addition undoes itself and does not depend on order.
  const std::uint64_t hash = (std::hash<std::string>{}(function.id) | 1U) * 0x9e3779b97f4a7c15U;
  fingerprint_ = appeared ? fingerprint_ + hash : fingerprint_ - hash;
}

void FunctionTable::drop_registration(Function& function, Connection& owner) {
  std::erase_if(function.registrations, [&](const Registration& registration) {
    if (registration.owner != &owner) {
      return false;
    }
    owner.registered_bytes -= registration.size();
    if (registration.execution.by != nullptr) {
      withdrawn_.push_back(registration.execution);
    }
    return true;
  });
}

void FunctionTable::remove_registration(Function& function, Connection& owner) {
  drop_registration(function, owner);
  if (!function.is_registered()) {
    count_registration(function, false);
  }
  forget_if_unused(function);
}

void FunctionTable::forget_if_unused(Function& function) {
  if (!function.is_registered() && function.in_flight == 0) {
    const auto found = by_id_.find(std::string_view(function.id));
    retired_.push_back(std::move(found->second));
    by_id_.erase(found);
  }
}

}  // namespace iii::core
