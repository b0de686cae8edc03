// Trigger types and triggers: who fires, who is told, what waits (spec: engine-core §6).
#include "base/limits.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/trigger_table.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {

namespace limits = base::limits;
namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;
using protocol::error_body;

namespace {

// Why a worker may not register this trigger; empty if it may.
std::string problem_of(const Trigger& trigger) {
  const Connection& owner = *trigger.owner;
  for (const std::string_view id : {trigger.id, trigger.type, trigger.function_id}) {
    if (id.size() > limits::id_bytes_max) {
      return "The trigger, its type or its function has an id of more than " +
             std::to_string(limits::id_bytes_max) + " bytes";
    }
  }
  if (owner.triggers.size() >= limits::triggers_max && !owner.triggers.contains(trigger.id)) {
    return "This worker has " + std::to_string(limits::triggers_max) +
           " triggers, which is the limit; unregister some";
  }
  if (!owner.has_room_for(trigger.size())) {
    return "Refused: " + too_many_bytes();
  }
  return {};
}

}  // namespace

void Core::register_trigger_type(
    Connection& provider, const from_worker::RegisterTriggerType& message, Effects& effects
) {
  const auto refuse_type = [&](std::string_view reason) {
    effects.note(
        Severity::warn,
        "trigger_type_refused",
        {{"trigger_type", message.id.substr(0, limits::id_bytes_max)},
         {"worker_id", provider.worker_id.value().to_string()},
         {"reason", std::string(reason)}}
    );
  };
  const TriggerType* existing = triggers_.find_type(message.id);
  if (existing != nullptr && existing->provider().residence == Residence::in_process &&
      provider.residence == Residence::remote) {
    refuse_type("a built-in worker provides this type");
    return;
  }
  if (message.id.size() > limits::id_bytes_max) {
    refuse_type("the id is longer than " + std::to_string(limits::id_bytes_max) + " bytes");
    return;
  }
  if (provider.trigger_types.size() >= limits::trigger_types_max &&
      !provider.trigger_types.contains(message.id)) {
    refuse_type(
        "the worker provides " + std::to_string(limits::trigger_types_max) + " types already"
    );
    return;
  }
  TriggerTypeDescription description{
      .description = message.description,
      .trigger_request_format = message.trigger_request_format,
      .call_request_format = message.call_request_format,
      .response_format = message.response_format
  };
  if (!provider.has_room_for(description.size())) {
    refuse_type(too_many_bytes());
    return;
  }
  triggers_.add_provider(provider, message.id, std::move(description));
  for (Trigger* trigger : triggers_.of_type(message.id)) {
    deliver(*trigger, effects);
  }
}

void Core::unregister_trigger_type(Connection& provider, std::string_view id, Effects& effects) {
  switch (triggers_.remove_provider(provider, id)) {
    case TriggerTable::Removal::none:
    case TriggerTable::Removal::was_spare:
      return;
    case TriggerTable::Removal::replaced:
      for (Trigger* trigger : triggers_.of_type(id)) {
        deliver(*trigger, effects);
      }
      return;
    case TriggerTable::Removal::orphaned:
      for (Trigger* trigger : triggers_.of_type(id)) {
        park(*trigger, "no worker provides the trigger type", effects);
      }
      return;
  }
}

void Core::register_trigger(
    Connection& owner, const from_worker::RegisterTrigger& message, Effects& effects
) {
  Trigger trigger{
      .id = message.id,
      .type = message.trigger_type,
      .function_id = message.function_id,
      .config_json = message.config,
      .metadata_json = message.metadata,
      .owner = &owner
  };
  if (const std::string problem = problem_of(trigger); !problem.empty()) {
    answer_owner(trigger, error_body(codes::limit_exceeded, problem), effects);
    return;
  }
  const Trigger* existing = triggers_.find(message.id);
  if (existing != nullptr && existing->owner != &owner) {
    trigger.pending_reason = "another worker has a trigger with this id";
    answer_owner(
        trigger,
        error_body(
            codes::trigger_id_in_use,
            "Trigger id " + message.id +
                " belongs to another worker; this registration waits until that trigger is removed"
        ),
        effects
    );
    triggers_.wait_for_id(std::move(trigger));
    return;
  }
  if (existing != nullptr && existing->type != message.trigger_type) {
    superseded_.erase(message.id);
    withdraw(*existing, effects);
  } else if (existing != nullptr && existing->is_live && is_provided_in_process(*existing)) {
    superseded_.emplace(existing->id, *existing);
  }
  deliver(triggers_.put(std::move(trigger)), effects);
}

bool Core::is_provided_in_process(const Trigger& trigger) {
  const TriggerType* type = triggers_.find_type(trigger.type);
  return type != nullptr && type->provider().residence == Residence::in_process &&
         &type->provider() != self_;
}

void Core::unregister_trigger(Connection& owner, std::string_view id, Effects& effects) {
  if (triggers_.drop_waiting(owner, id)) {
    owner.triggers.erase(std::string(id));
    return;
  }
  const Trigger* trigger = triggers_.find(id);
  if (trigger == nullptr) {
    return;
  }
  // What has no owner anybody may remove.
  if (trigger->owner != nullptr && trigger->owner != &owner) {
    effects.note(
        Severity::warn,
        "unregister_refused",
        {{"trigger_id", trigger->id},
         {"worker_id", owner.worker_id.value().to_string()},
         {"reason", "the trigger belongs to another worker"}}
    );
    return;
  }
  remove_trigger(*trigger, effects);
}

void Core::remove_trigger(const Trigger& trigger, Effects& effects) {
  const std::string id = trigger.id;
  superseded_.erase(id);
  withdraw(trigger, effects);
  end_provider_wait(id, std::nullopt, effects);
  triggers_.erase(id);
  if (auto successor = triggers_.take_waiting(id)) {
    deliver(triggers_.put(*std::move(successor)), effects);
  }
}

void Core::deliver(Trigger& trigger, Effects& effects) {
  const TriggerType* type = triggers_.find_type(trigger.type);
  if (type == nullptr || type->provider().is_closing) {
    trigger.is_live = false;
    trigger.pending_reason = "no worker provides the trigger type";
    effects.note(
        Severity::info,
        "trigger_waits",
        {{"trigger_id", trigger.id},
         {"trigger_type", trigger.type},
         {"function_id", trigger.function_id},
         {"reason", trigger.pending_reason}}
    );
    return;
  }
  if (!type->provider().can_take(trigger.size())) {
    const std::string reason = "its provider cannot take a configuration of this size";
    trigger.is_live = false;
    trigger.pending_reason = reason;
    answer_owner(
        trigger, error_body(codes::payload_too_large, "The trigger waits: " + reason), effects
    );
    return;
  }
  trigger.is_live = true;
  trigger.pending_reason.clear();
  if (&type->provider() != self_) {
    effects.send(
        type->provider().id,
        to_worker::RegisterTrigger{
            trigger.id,
            trigger.type,
            trigger.function_id,
            trigger.config_json,
            trigger.metadata_json
        }
    );
  }
}

void Core::withdraw(const Trigger& trigger, Effects& effects) {
  const TriggerType* type = triggers_.find_type(trigger.type);
  if (trigger.is_live && type != nullptr && &type->provider() != self_ &&
      !type->provider().is_closing) {
    effects.send(type->provider().id, to_worker::UnregisterTrigger{trigger.id, trigger.type});
  }
}

void Core::park(Trigger& trigger, std::string reason, Effects& effects) {
  superseded_.erase(trigger.id);
  trigger.is_live = false;
  trigger.pending_reason = std::move(reason);
  end_provider_wait(trigger.id, std::nullopt, effects);
}

void Core::answer_owner(const Trigger& trigger, protocol::ErrorBody error, Effects& effects) {
  effects.note(
      Severity::warn,
      "trigger_not_live",
      {{"trigger_id", trigger.id},
       {"trigger_type", trigger.type},
       {"function_id", trigger.function_id},
       {"code", error.code},
       {"reason", error.message}}
  );
  // SDKs of line 0.11 do not know the message (spec: wire-protocol §4.9).
  if (trigger.owner != nullptr && !trigger.owner->is_closing &&
      line_of(*trigger.owner) == Line::v0_22) {
    effects.send(
        trigger.owner->id,
        to_worker::TriggerRegistrationResult{
            trigger.id, trigger.type, trigger.function_id, std::move(error)
        }
    );
  }
}

void Core::on_provider_answer(
    Connection& provider, const from_worker::TriggerRegistrationResult& message, Effects& effects
) {
  Trigger* trigger = triggers_.find(message.id);
  const TriggerType* type = trigger == nullptr ? nullptr : triggers_.find_type(trigger->type);
  if (type == nullptr || &type->provider() != &provider) {
    return;
  }
  auto superseded = superseded_.extract(message.id);
  if (!message.error) {
    end_provider_wait(message.id, std::nullopt, effects);
    return;
  }
  if (provider_waits_.contains(message.id)) {
    end_provider_wait(
        message.id,
        error_body(
            codes::trigger_registration_failed, message.error->code + ": " + message.error->message
        ),
        effects
    );
    trigger->is_live = false;  // its provider need not be told
    remove_trigger(*trigger, effects);
    return;
  }
  answer_owner(*trigger, *message.error, effects);
  if (!superseded.empty()) {
    // An in-process provider that rejects a change keeps what it had (spec: engine-core §6.4).
    triggers_.put(std::move(superseded.mapped()));
    return;
  }
  park(
      *trigger,
      "rejected by its provider: " +
          message.error->message.substr(0, limits::pending_reason_bytes_max),
      effects
  );
}

void Core::end_provider_wait(
    std::string_view trigger_id, std::optional<protocol::ErrorBody> error, Effects& effects
) {
  const auto found = provider_waits_.find(trigger_id);
  if (found == provider_waits_.end()) {
    return;
  }
  const ProviderWait wait = std::move(found->second);
  provider_waits_.erase(found);
  provider_deadlines_.erase({wait.deadline, std::string(trigger_id)});
  const Connection* caller = find(wait.caller);
  if (caller == nullptr || caller->is_closing || !wait.invocation_id) {
    return;
  }
  to_worker::InvocationResult out{
      .invocation_id = *wait.invocation_id,
      .function_id_json = R"("engine::register_trigger")",
      .result_json = {},
      .error = std::move(error),
      .traceparent_json = effects.keep(wait.traceparent_json),
      .baggage_json = effects.keep(wait.baggage_json)
  };
  if (!out.error) {
    out.result_json = effects.keep(R"({"id":)" + json::quoted(trigger_id) + "}");
  }
  effects.send(caller->id, std::move(out));
}

}  // namespace iii::core
