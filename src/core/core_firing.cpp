// What fires: triggers of the engine and of in-process providers, their conditions, and the
// engine's own calls.
#include "base/id.hpp"
#include "base/time.hpp"
#include "core/condition.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/function_table.hpp"
#include "core/invocation_table.hpp"
#include "core/listings.hpp"
#include "core/trigger_table.hpp"
#include "protocol/to_worker.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace iii::core {

namespace to_worker = protocol::to_worker;

void Core::fire(
    std::string_view trigger_type, std::string_view payload_json, base::Now now, Effects& effects
) {
  for (const Trigger* trigger : triggers_.of_type(trigger_type)) {
    if (trigger->is_live) {
      dispatch(
          trigger->function_id, payload_json, effects.keep(trigger->metadata_json), now, effects
      );
    }
  }
}

void Core::fire_functions_event(base::Now now, Effects& effects) {
  constexpr std::string_view type = "engine::functions-available";
  if (triggers_.live_count(type) != 0) {
    const boost::json::object payload{
        {"event", "functions_changed"}, {"functions", all_functions(*this)}
    };
    fire(type, effects.keep(boost::json::serialize(payload)), now, effects);
  }
}

void Core::fire_worker_event(
    std::string_view event, base::WorkerId worker, base::Now now, Effects& effects
) {
  constexpr std::string_view type = "engine::workers-available";
  if (triggers_.live_count(type) != 0) {
    std::string payload = R"({"event":")" + std::string(event);
    payload.append(R"(","worker_id":")").append(worker.value().to_string()).append("\"}");
    fire(type, effects.keep(std::move(payload)), now, effects);
  }
}

bool Core::dispatch(
    std::string_view function_id,
    std::string_view payload_json,
    std::string_view metadata_json,
    base::Now now,
    Effects& effects
) {
  Function* function = functions_.find(function_id);
  if (function != nullptr && function->is_registered() && function->owner().is_closing) {
    return false;  // the engine is stopping
  }
  if (function == nullptr || !function->is_registered() || function->owner().is_congested ||
      !function->owner().can_take(payload_json.size() + metadata_json.size())) {
    ++counters_.dropped_fire_and_forget;
    effects.note(
        Severity::warn, "trigger_target_unavailable", {{"function_id", std::string(function_id)}}
    );
    return false;
  }
  ++counters_.invocations;
  ++counters_.fire_and_forget;
  if (function->engine_function != nullptr && &function->owner() == self_) {
    boost::system::error_code error;
    const boost::json::value input = boost::json::parse(payload_json, error);
    function->engine_function->run(*this, {*self_, input, {}, {}, {}, now, effects});
    return true;
  }
  effects.send(
      function->owner().id,
      to_worker::InvokeFunction{
          .invocation_id = base::InvocationId(base::Uuid::random(random_)),
          .function_id_json = function->id_json,
          .data_json = payload_json,
          .metadata_json = metadata_json
      }
  );
  return true;
}

void Core::on_fired(
    base::ConnectionId provider,
    std::string_view trigger_id,
    std::string_view payload_json,
    base::Now now,
    Effects& effects
) {
  start_event();
  const Trigger* trigger = triggers_.find(trigger_id);
  const TriggerType* type = trigger == nullptr ? nullptr : triggers_.find_type(trigger->type);
  if (type == nullptr || type->provider().id != provider || !trigger->is_live) {
    return;
  }
  const std::string_view payload = effects.keep(std::string(payload_json));
  const std::string_view metadata = effects.keep(trigger->metadata_json);
  const auto condition_id = condition_function(trigger->config_json);
  if (!condition_id) {
    dispatch(trigger->function_id, payload, metadata, now, effects);
    return;
  }
  Function* condition = functions_.find(*condition_id);
  if (condition == nullptr || !condition->is_registered() ||
      condition->engine_function != nullptr) {
    effects.note(
        Severity::warn,
        "condition_failed",
        {{"trigger_id", trigger->id}, {"reason", "Function " + *condition_id + " not found"}}
    );
    return;
  }
  if (condition->owner().is_congested) {
    effects.note(
        Severity::warn,
        "condition_failed",
        {{"trigger_id", trigger->id},
         {"reason", "the worker of " + condition->id + " does not keep up with what it is sent"}}
    );
    return;
  }
  const std::uint64_t fire = next_fire_++;
  pending_fires_.emplace(
      fire, PendingFire{trigger->function_id, std::string(payload_json), trigger->metadata_json}
  );
  Invocation& invocation = invocations_.open(
      {.id = base::InvocationId(base::Uuid::random(random_)),
       .caller = nullptr,
       .target = &condition->owner(),
       .function = condition,
       .deadline = now.monotonic + options_.invocation_deadline,
       .is_aging = true}
  );
  invocation.purpose = Purpose::condition;
  invocation.continuation = fire;
  effects.send(
      condition->owner().id,
      to_worker::InvokeFunction{
          .invocation_id = invocation.id,
          .function_id_json = condition->id_json,
          .data_json = payload
      }
  );
}

void Core::on_condition(
    std::uint64_t fire, const Outcome& outcome, base::Now now, Effects& effects
) {
  const auto found = pending_fires_.find(fire);
  PendingFire pending = std::move(found->second);
  pending_fires_.erase(found);
  if (outcome.error) {
    effects.note(
        Severity::warn,
        "condition_failed",
        {{"function_id", pending.function_id}, {"reason", outcome.error->message}}
    );
    return;
  }
  if (condition_allows(outcome.result_json)) {
    const std::string_view payload = effects.keep(std::move(pending.payload_json));
    const std::string_view metadata = effects.keep(std::move(pending.metadata_json));
    dispatch(pending.function_id, payload, metadata, now, effects);
  }
}

}  // namespace iii::core
