#include "core/trigger_table.hpp"

#include "core/condition.hpp"
#include "core/connection.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

void drop_provider(TriggerType& type, Connection& connection) {
  std::erase_if(type.providers, [&connection](const Provider& provider) {
    if (provider.connection != &connection) {
      return false;
    }
    connection.registered_bytes -= provider.description.size();
    return true;
  });
}

}  // namespace

TriggerType* TriggerTable::find_type(std::string_view id) {
  const auto found = types_.find(id);
  return found == types_.end() ? nullptr : &found->second;
}

TriggerType& TriggerTable::add_provider(
    Connection& connection, std::string_view id, TriggerTypeDescription description
) {
  TriggerType& type = types_[std::string(id)];
  type.id = id;
  drop_provider(type, connection);
  connection.registered_bytes += description.size();
  type.providers.push_back({&connection, std::move(description)});
  connection.trigger_types.emplace(id);
  return type;
}

TriggerTable::Removal TriggerTable::remove_provider(Connection& connection, std::string_view id) {
  TriggerType* type = find_type(id);
  if (type == nullptr || connection.trigger_types.erase(std::string(id)) == 0) {
    return Removal::none;
  }
  const bool was_current = &type->provider() == &connection;
  drop_provider(*type, connection);
  if (type->providers.empty()) {
    types_.erase(types_.find(id));
    return Removal::orphaned;
  }
  return was_current ? Removal::replaced : Removal::was_spare;
}

Trigger* TriggerTable::find(std::string_view id) {
  const auto found = triggers_.find(id);
  return found == triggers_.end() ? nullptr : &found->second;
}

std::vector<const Trigger*> TriggerTable::known() const {
  std::vector<const Trigger*> known;
  known.reserve(triggers_.size());
  for (const auto& [id, trigger] : triggers_) {
    known.push_back(&trigger);
    if (const auto found = waiting_.find(id); found != waiting_.end()) {
      for (const Trigger& waiting : found->second) {
        known.push_back(&waiting);
      }
    }
  }
  return known;
}

std::vector<Trigger*> TriggerTable::of_type(std::string_view type) {
  std::vector<Trigger*> triggers;
  if (const auto ids = ids_by_type_.find(type); ids != ids_by_type_.end()) {
    triggers.reserve(ids->second.size());
    for (const auto& [sequence, id] : ids->second) {
      triggers.push_back(find(id));
    }
  }
  return triggers;
}

std::size_t TriggerTable::live_count(std::string_view type) const {
  const auto ids = ids_by_type_.find(type);
  if (ids == ids_by_type_.end()) {
    return 0;
  }
  return static_cast<std::size_t>(std::ranges::count_if(ids->second, [this](const auto& entry) {
    return triggers_.find(entry.second)->second.is_live;
  }));
}

Trigger& TriggerTable::put(Trigger trigger) {
  erase(trigger.id);
  trigger.sequence = next_sequence_++;
  trigger.condition_function_id = condition_function(trigger.config_json);
  if (trigger.owner != nullptr) {
    trigger.owner->triggers.insert(trigger.id);
    trigger.owner->registered_bytes += trigger.size();
  } else {
    ++unowned_;
    unowned_bytes_ += trigger.size();
  }
  ids_by_type_[trigger.type].emplace(trigger.sequence, trigger.id);
  std::string id = trigger.id;
  return triggers_.insert_or_assign(std::move(id), std::move(trigger)).first->second;
}

void TriggerTable::erase(std::string_view id) {
  const auto found = triggers_.find(id);
  if (found == triggers_.end()) {
    return;
  }
  const Trigger& trigger = found->second;
  if (trigger.owner != nullptr) {
    trigger.owner->triggers.erase(trigger.id);
    trigger.owner->registered_bytes -= trigger.size();
  } else {
    --unowned_;
    unowned_bytes_ -= trigger.size();
  }
  const auto ids = ids_by_type_.find(trigger.type);
  ids->second.erase(trigger.sequence);
  if (ids->second.empty()) {
    ids_by_type_.erase(ids);
  }
  triggers_.erase(found);
}

void TriggerTable::wait_for_id(Trigger trigger) {
  drop_waiting(*trigger.owner, trigger.id);
  trigger.owner->triggers.insert(trigger.id);
  trigger.owner->registered_bytes += trigger.size();
  waiting_[trigger.id].push_back(std::move(trigger));
}

std::optional<Trigger> TriggerTable::take_waiting(std::string_view id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) {
    return std::nullopt;
  }
  std::optional<Trigger> trigger = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) {
    waiting_.erase(found);
  }
  trigger->owner->registered_bytes -= trigger->size();
  return trigger;
}

bool TriggerTable::drop_waiting(Connection& owner, std::string_view id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) {
    return false;
  }
  const std::size_t dropped = std::erase_if(found->second, [&owner](const Trigger& trigger) {
    if (trigger.owner != &owner) {
      return false;
    }
    owner.registered_bytes -= trigger.size();
    return true;
  });
  if (found->second.empty()) {
    waiting_.erase(found);
  }
  return dropped != 0;
}

}  // namespace iii::core
