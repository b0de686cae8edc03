#include "simulation/registry_check.hpp"

#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "core/function_table.hpp"
#include "engine/local_workers.hpp"
#include "json/scan.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/journal.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::simulation {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
using engine::LocalWorkers;

void RegistryCheck::start(const core::Core& core) {
  *this = RegistryCheck();
  for (const core::Function* function : core.functions().sorted()) {
    functions_[function->id] = {function->owner().id};
    functions_at_start_.insert(function->id);
  }
  for (const auto& [id, type] : core.triggers().types()) {
    types_[id] = {type.provider().id};
    types_at_start_.insert(id);
  }
  for (const auto& [name, service] : core.services().all()) {
    services_at_start_.insert(name);
  }
}

std::optional<base::ConnectionId> RegistryCheck::owner(std::string_view function) const {
  const auto found = functions_.find(function);
  if (found == functions_.end()) {
    return std::nullopt;
  }
  return found->second.back();
}

// --- What happens ---

struct RegistryCheck::Taker {
  RegistryCheck& check;
  base::ConnectionId from;

  void operator()(const from_worker::RegisterFunction& m) const {
    check.functions_ever_.insert(m.id);
    put(check.functions_, m.id, from);
  }
  void operator()(const from_worker::UnregisterFunction& m) const {
    take(check.functions_, m.id, from);
  }
  void operator()(const from_worker::RegisterTriggerType& m) const {
    const auto existing = check.types_.find(m.id);
    const bool is_on_top = existing != check.types_.end() && existing->second.back() == from;
    if (!is_on_top && existing != check.types_.end() &&
        !LocalWorkers::is_local(existing->second.back())) {
      std::erase(existing->second, from);
    }
    put(check.types_, m.id, from);
  }
  void operator()(const from_worker::UnregisterTriggerType& m) const {
    take(check.types_, m.id, from);
    std::erase_if(check.told_[from], [&m](const auto& entry) { return entry.second == m.id; });
  }
  void operator()(const from_worker::RegisterTrigger& m) const { check.register_trigger(from, m); }
  void operator()(const from_worker::UnregisterTrigger& m) const {
    check.unregister_trigger(from, m.id);
  }
  void operator()(const from_worker::TriggerRegistrationResult& m) const {
    if (m.error) {
      check.told_[from].erase(m.id);
    }
  }
  void operator()(const from_worker::RegisterService& m) const {
    check.declared_services_[m.name] = from;
  }
  void operator()(const from_worker::InvokeFunction& m) const { check.unregister_by_call(from, m); }
  void operator()(const auto&) const {}
};

void RegistryCheck::on_taken(base::ConnectionId from, const from_worker::Message& message) {
  std::visit(Taker{*this, from}, message);
}

void RegistryCheck::on_sent(base::ConnectionId to, const to_worker::Message& message) {
  if (const auto* registered = std::get_if<to_worker::RegisterTrigger>(&message)) {
    const auto type = types_.find(registered->trigger_type);
    require(
        type != types_.end() && type->second.back() == to, "only its provider is told of a trigger"
    );
    if (!LocalWorkers::is_local(to)) {
      told_[to][registered->id] = registered->trigger_type;
    }
    if (!triggers_.contains(registered->id)) {
      unowned_.insert(registered->id);
    }
  } else if (const auto* gone = std::get_if<to_worker::UnregisterTrigger>(&message)) {
    require(
        LocalWorkers::is_local(to) || told_[to].erase(gone->id) == 1,
        "a provider is told that a trigger has gone only if it knew it"
    );
  } else if (const auto* answer = std::get_if<to_worker::InvocationResult>(&message)) {
    constexpr std::string_view before = R"({"id":")";
    if (answer->function_id_json == R"("engine::register_trigger")" && !answer->error) {
      unowned_.emplace(answer->result_json.substr(before.size(), base::Uuid::text_size));
    }
  }
}

void RegistryCheck::on_closed(base::ConnectionId connection) {
  take_all(functions_, connection);
  take_all(types_, connection);
  for (auto& [id, queue] : waiting_) {
    std::erase_if(queue, [&](const Trigger& trigger) { return trigger.owner == connection; });
  }
  std::vector<std::string> owned;
  for (const auto& [id, trigger] : triggers_) {
    if (trigger.owner == connection) {
      owned.push_back(id);
    }
  }
  for (const std::string& id : owned) {
    free_trigger_id(id);
  }
  std::erase_if(declared_services_, [&](const auto& entry) { return entry.second == connection; });
  told_.erase(connection);
}

// --- The rules ---

void RegistryCheck::put(Stacks& stacks, const std::string& id, base::ConnectionId connection) {
  Stack& stack = stacks[id];
  if (!stack.empty() && (stack.back() == connection || LocalWorkers::is_local(stack.back()))) {
    return;
  }
  std::erase(stack, connection);
  stack.push_back(connection);
}

void RegistryCheck::take(Stacks& stacks, const std::string& id, base::ConnectionId connection) {
  const auto found = stacks.find(id);
  if (found != stacks.end()) {
    std::erase(found->second, connection);
    if (found->second.empty()) {
      stacks.erase(found);
    }
  }
}

void RegistryCheck::take_all(Stacks& stacks, base::ConnectionId connection) {
  for (auto& [id, stack] : stacks) {
    std::erase(stack, connection);
  }
  std::erase_if(stacks, [](const auto& entry) { return entry.second.empty(); });
}

void RegistryCheck::register_trigger(
    base::ConnectionId from, const from_worker::RegisterTrigger& message
) {
  const auto existing = triggers_.find(message.id);
  const bool is_taken = unowned_.contains(message.id) ||
                        (existing != triggers_.end() && existing->second.owner != from);
  if (is_taken) {
    drop_waiting(from, message.id);
    waiting_[message.id].push_back({from, message.trigger_type});
  } else {
    triggers_[message.id] = {from, message.trigger_type};
  }
}

void RegistryCheck::unregister_trigger(base::ConnectionId from, const std::string& id) {
  if (drop_waiting(from, id)) {
    return;
  }
  const auto existing = triggers_.find(id);
  if (existing != triggers_.end() && existing->second.owner == from) {
    free_trigger_id(id);
  }
}

void RegistryCheck::unregister_by_call(
    base::ConnectionId from, const from_worker::InvokeFunction& message
) {
  if (message.action == from_worker::Action::enqueue ||
      message.function_id.body() != "engine::unregister_trigger") {
    return;
  }
  boost::system::error_code ignored;
  const auto data = boost::json::parse(message.data.text, ignored);
  const auto* object = data.if_object();
  const auto* id = object == nullptr ? nullptr : object->if_contains("id");
  if (id == nullptr || !id->is_string()) {
    return;
  }
  unregister_trigger(from, std::string(id->get_string()));
}

bool RegistryCheck::drop_waiting(base::ConnectionId from, const std::string& id) {
  const auto found = waiting_.find(id);
  return found != waiting_.end() && std::erase_if(found->second, [&](const Trigger& trigger) {
                                      return trigger.owner == from;
                                    }) != 0;
}

void RegistryCheck::free_trigger_id(const std::string& id) {
  triggers_.erase(id);
  const auto found = waiting_.find(id);
  if (found != waiting_.end() && !found->second.empty()) {
    triggers_[id] = std::move(found->second.front());
    found->second.pop_front();
  }
}

// Nobody but the core knows when these go: workers remove them by a call, providers by refusing.
void RegistryCheck::forget_unowned(const core::Core& core) {
  std::vector<std::string> gone;
  for (const std::string& id : unowned_) {
    const auto found = core.triggers().all().find(id);
    if (found == core.triggers().all().end() || found->second.owner != nullptr) {
      gone.push_back(id);
    }
  }
  for (const std::string& id : gone) {
    unowned_.erase(id);
    free_trigger_id(id);
  }
}

// --- Comparisons ---

bool RegistryCheck::is_registered(base::ConnectionId from, Kind kind, const std::string& id) const {
  const auto stands_in = [&](const Stacks& stacks) {
    const auto found = stacks.find(id);
    return found != stacks.end() &&
           (std::ranges::find(found->second, from) != found->second.end() ||
            LocalWorkers::is_local(found->second.back()));
  };
  switch (kind) {
    case Kind::function:
      return stands_in(functions_);
    case Kind::trigger_type:
      return stands_in(types_);
    case Kind::trigger: {
      const auto found = triggers_.find(id);
      const auto waiting = waiting_.find(id);
      return (found != triggers_.end() && found->second.owner == from) ||
             (waiting != waiting_.end() &&
              std::ranges::any_of(waiting->second, [from](const Trigger& trigger) {
                return trigger.owner == from;
              }));
    }
  }
  return false;
}

void RegistryCheck::compare(const core::Core& core) {
  forget_unowned(core);
  compare_functions(core);
  compare_types(core);
  compare_triggers(core);
  compare_services(core);
}

void RegistryCheck::compare_functions(const core::Core& core) const {
  const auto all = core.functions().sorted();
  require(
      all.size() == functions_.size() && all.size() == core.functions().size(),
      "there are as many functions as live workers have registered"
  );
  for (const core::Function* function : all) {
    if (owner(function->id) != function->owner().id) {
      violated("function " + function->id + " belongs to the worker that registered it last");
    }
  }
}

void RegistryCheck::compare_types(const core::Core& core) const {
  require(
      core.triggers().types().size() == types_.size(),
      "there are as many trigger types as live workers have registered"
  );
  for (const auto& [id, type] : core.triggers().types()) {
    const auto found = types_.find(id);
    if (found == types_.end() || found->second.back() != type.provider().id) {
      violated("trigger type " + id + " is provided by the worker that registered it last");
    }
  }
}

void RegistryCheck::compare_triggers(const core::Core& core) const {
  std::size_t owned = 0;
  for (const auto& [id, trigger] : core.triggers().all()) {
    if (trigger.owner == nullptr) {
      continue;
    }
    ++owned;
    const auto found = triggers_.find(id);
    if (found == triggers_.end() || found->second.owner != trigger.owner->id ||
        found->second.type != trigger.type) {
      violated("trigger " + id + " belongs to the live worker that registered it first");
    }
    const bool has_provider = types_.contains(trigger.type);
    require(!trigger.is_live || has_provider, "a trigger without a provider is not live");
  }
  require(owned == triggers_.size(), "every trigger of a live worker is kept");
  std::size_t waiting = 0;
  for (const auto& [id, queue] : core.triggers().waiting()) {
    waiting += queue.size();
    const auto found = waiting_.find(id);
    if (found == waiting_.end() || found->second.size() != queue.size()) {
      violated("trigger id " + id + " is waited for by live workers");
    }
  }
  for (const auto& [id, queue] : waiting_) {
    waiting -= std::min(waiting, queue.size());
    require(queue.empty() || core.triggers().waiting().contains(id), "who waits is not forgotten");
  }
  require(waiting == 0, "only live workers wait for trigger ids");
}

void RegistryCheck::compare_services(const core::Core& core) const {
  std::set<std::string> expected = services_at_start_;
  for (const auto& [id, stack] : functions_) {
    const std::size_t colons = id.find("::");
    if (colons != std::string::npos && !LocalWorkers::is_local(stack.back())) {
      expected.insert(id.substr(0, colons));
    }
  }
  for (const auto& [name, connection] : declared_services_) {
    expected.insert(name);
  }
  require(
      std::ranges::equal(
          core.services().all(), expected, {}, [](const auto& entry) { return entry.first; }
      ),
      "services are those of live functions and live workers"
  );
}

// A provider that is replaced is told nothing, so it may believe in more.
void RegistryCheck::compare_providers(const core::Core& core) const {
  for (const auto& [id, trigger] : core.triggers().all()) {
    const auto type = types_.find(trigger.type);
    if (type == types_.end() || LocalWorkers::is_local(type->second.back()) || !trigger.is_live) {
      continue;
    }
    const auto told = told_.find(type->second.back());
    if (told == told_.end() || !told->second.contains(id)) {
      violated("the provider of " + trigger.type + " knows the live trigger " + id);
    }
  }
}

void RegistryCheck::compare_with_start(const core::Core& core) const {
  const auto names = [](const auto& entry) { return entry.first; };
  require(
      std::ranges::equal(functions_, functions_at_start_, {}, names) &&
          core.functions().size() == functions_at_start_.size(),
      "no function stays when all workers have left"
  );
  for (const std::string& id : functions_ever_) {
    const core::Function* function = core.functions().find(id);
    require(
        function == nullptr || (function->is_registered() && function->in_flight == 0),
        "no function is kept for a call when no call is in flight"
    );
  }
  require(
      std::ranges::equal(core.triggers().types(), types_at_start_, {}, names),
      "no trigger type stays when all workers have left"
  );
  require(
      core.triggers().all().size() == core.triggers().unowned() &&
          core.triggers().waiting().empty(),
      "no worker's trigger stays when all workers have left"
  );
  require(
      std::ranges::equal(core.services().all(), services_at_start_, {}, names),
      "no service stays when all workers have left"
  );
}

}  // namespace iii::simulation
