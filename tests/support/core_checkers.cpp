#include "support/core_checkers.hpp"

#include "base/id.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/function_table.hpp"
#include "core/trigger_table.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace iii::test {

void CoreChecker::before(base::ConnectionId from, const protocol::from_worker::Message& message) {
  using namespace protocol::from_worker;
  reattaching_.reset();
  is_answer_of_stranger_ = false;
  if (!open_.contains(from)) {
    return;
  }
  if (const auto* invoke = std::get_if<InvokeFunction>(&message)) {
    if (invoke->invocation_id && invoke->action != Action::fire_and_forget) {
      awaited_.emplace(from, *invoke->invocation_id);
    }
  } else if (const auto* result = std::get_if<InvocationResult>(&message)) {
    const auto asked = asked_.find({from, result->invocation_id});
    is_answer_of_stranger_ = asked == asked_.end();
    if (asked != asked_.end()) {
      asked_.erase(asked);
    }
  } else if (const auto* malformed = std::get_if<Malformed>(&message)) {
    if (malformed->type == "invokefunction" && malformed->invocation_id) {
      awaited_.emplace(from, *malformed->invocation_id);
    }
  } else if (std::holds_alternative<Reattach>(message)) {
    reattaching_ = from;
  }
}

void CoreChecker::fired(base::ConnectionId provider, base::InvocationId id) {
  if (open_.contains(provider)) {
    awaited_.emplace(provider, id);
  }
}

void CoreChecker::after(std::span<const core::Effect> effects) {
  for (const core::Effect& effect : effects) {
    if (const auto* send = std::get_if<core::SendTo>(&effect)) {
      sent(*send);
    } else if (const auto* close = std::get_if<core::CloseConnection>(&effect)) {
      if (reattaching_ && open_.contains(close->connection)) {
        hand_over(awaited_, close->connection, *reattaching_);
        hand_over(asked_, close->connection, *reattaching_);
      }
      forget(close->connection);
      channel_ends_.erase(close->connection);
    } else if (const auto* message = std::get_if<core::SendChannelMessage>(&effect)) {
      check_channel_end(message->to);
    } else if (const auto* pause = std::get_if<core::PauseReading>(&effect)) {
      check_channel_end(pause->connection);
    } else if (const auto* resume = std::get_if<core::ResumeReading>(&effect)) {
      check_channel_end(resume->connection);
    }
  }
  reattaching_.reset();
  is_answer_of_stranger_ = false;
}

void CoreChecker::sent(const core::SendTo& effect) {
  if (!open_.contains(effect.to)) {
    violated("a message to a connection that is not open: " + protocol::encode(effect.message));
  }
  if (const auto* invoke = std::get_if<protocol::to_worker::InvokeFunction>(&effect.message)) {
    asked_.emplace(effect.to, invoke->invocation_id);
  }
  if (const auto* result = std::get_if<protocol::to_worker::InvocationResult>(&effect.message)) {
    const auto call = awaited_.find({effect.to, result->invocation_id});
    if (call == awaited_.end()) {
      violated("a result that nobody waits for: " + protocol::encode(effect.message));
    } else {
      awaited_.erase(call);
    }
    if (is_answer_of_stranger_) {
      violated("a call ended by a worker that was not asked: " + protocol::encode(effect.message));
    }
  }
}

void CoreChecker::check_channel_end(base::ConnectionId id) {
  if (!channel_ends_.contains(id)) {
    violated("an order for a channel's end that is not open");
  }
}

void CoreChecker::forget(base::ConnectionId id) {
  open_.erase(id);
  const auto is_of_it = [id](const Call& call) { return call.first == id; };
  std::erase_if(awaited_, is_of_it);
  std::erase_if(asked_, is_of_it);
}

void CoreChecker::hand_over(
    std::multiset<Call>& calls, base::ConnectionId from, base::ConnectionId to
) {
  std::multiset<Call> moved;
  for (const auto& [connection, id] : calls) {
    moved.emplace(connection == from ? to : connection, id);
  }
  calls = std::move(moved);
}

void CoreChecker::consistent(const core::Core& core) {
  std::size_t executing = 0;
  std::size_t listed = 0;
  for (const core::Connection* connection : core.connections()) {
    listed += open_.contains(connection->id) ? 1U : 0U;
    executing += connection->executing.size;
    const bool is_engine = connection->id.value() == 0;
    if (!is_engine && !open_.contains(connection->id)) {
      violated("the core knows a connection that is closed");
    }
  }
  if (listed != open_.size()) {
    violated("the core has forgotten an open connection");
  }
  if (executing != core.in_flight()) {
    violated("calls in flight that no connection executes");
  }
  check_functions(core);
  check_triggers(core);
  for (const auto& [name, service] : core.services().all()) {
    if (service.functions.empty() &&
        (!service.declared_by || !open_.contains(*service.declared_by))) {
      violated("service " + name + " has neither functions nor somebody who declared it");
    }
  }
}

void CoreChecker::check_functions(const core::Core& core) {
  std::map<const core::Function*, std::size_t> owners;
  for (const core::Connection* connection : core.connections()) {
    for (const core::Function* function : connection->functions) {
      ++owners[function];
    }
  }
  for (const core::Function* function : core.functions().sorted()) {
    for (const core::Registration& registration : function->registrations) {
      if (core.find_connection(registration.owner->id) != registration.owner) {
        violated("function " + function->id + " has an owner that is not open");
      } else if (!registration.owner->functions.contains(core.functions().find(function->id))) {
        violated("function " + function->id + " is not among those of its owner");
      }
    }
    if (owners[function] != function->registrations.size()) {
      violated("function " + function->id + " is listed by a connection that did not register it");
    }
    owners.erase(function);
  }
  if (!owners.empty()) {
    violated("a connection lists a function that is not registered");
  }
}

void CoreChecker::check_triggers(const core::Core& core) {
  for (const auto& [id, type] : core.triggers().types()) {
    for (const core::Provider& provider : type.providers) {
      if (core.find_connection(provider.connection->id) != provider.connection) {
        violated("trigger type " + id + " has a provider that is not open");
      }
    }
    if (type.providers.empty()) {
      violated("trigger type " + id + " has no provider");
    }
  }
  const auto check_owner = [&core, this](const core::Trigger& trigger) {
    if (trigger.owner != nullptr && (core.find_connection(trigger.owner->id) != trigger.owner ||
                                     !trigger.owner->triggers.contains(trigger.id))) {
      violated("trigger " + trigger.id + " has an owner that is not open or does not know it");
    }
  };
  for (const auto& [id, trigger] : core.triggers().all()) {
    check_owner(trigger);
    if (trigger.is_live && !core.triggers().types().contains(trigger.type)) {
      violated("trigger " + id + " is live without a provider");
    }
    if (trigger.is_live == !trigger.pending_reason.empty()) {
      violated("trigger " + id + " is pending without a reason, or live with one");
    }
  }
  for (const auto& [id, waiting] : core.triggers().waiting()) {
    for (const core::Trigger& trigger : waiting) {
      check_owner(trigger);
    }
    if (!core.triggers().all().contains(id)) {
      violated("trigger id " + id + " is free, but somebody waits for it");
    }
  }
}

}  // namespace iii::test
