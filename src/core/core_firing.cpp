// What fires: triggers of the engine and of in-process providers, their conditions, and the
// engine's own calls.
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/condition.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/engine_functions.hpp"
#include "core/function_table.hpp"
#include "core/invocation_table.hpp"
#include "core/listings.hpp"
#include "core/trigger_table.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/to_worker.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::core {

namespace limits = base::limits;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;

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

std::string Core::problem_of_target(std::string_view function_id, std::size_t payload_bytes) {
  const std::string id(function_id);
  const Function* function = functions_.find(function_id);
  if (function == nullptr || !function->is_registered()) {
    return "Function " + id + " not found";
  }
  if (function->target().is_congested) {
    return "the worker of " + id + " does not keep up with what it is sent";
  }
  if (!function->target().can_take(payload_bytes)) {
    return "the worker of " + id + " cannot take " + std::to_string(payload_bytes) + " bytes";
  }
  return {};
}

EngineAnswer Core::run_own(
    const Function& function, std::string_view payload_json, base::Now now, Effects& effects
) {
  const boost::json::value input = parsed(payload_json);
  return function.engine_function->run(*this, {*self_, input, {}, {}, {}, now, effects});
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
  const std::string problem =
      problem_of_target(function_id, payload_json.size() + metadata_json.size());
  if (!problem.empty()) {
    ++counters_.dropped_fire_and_forget;
    effects.note(
        Severity::warn,
        "trigger_target_unavailable",
        {{"function_id", std::string(function_id)}, {"reason", problem}}
    );
    return false;
  }
  ++counters_.invocations;
  ++counters_.fire_and_forget;
  if (is_own(*function)) {
    const EngineAnswer answer = run_own(*function, payload_json, now, effects);
    if (const auto* refusal = std::get_if<protocol::ErrorBody>(&answer)) {
      effects.note(
          Severity::warn,
          "trigger_target_failed",
          {{"function_id", function->id}, {"reason", refusal->message}}
      );
    }
    return true;
  }
  effects.send(
      function->target().id,
      to_worker::InvokeFunction{
          .invocation_id = base::InvocationId(base::Uuid::random(random_)),
          .function_id_json = function->id_json,
          .data_json = payload_json,
          .metadata_json = metadata_json,
          .registration = function->current().execution.number
      }
  );
  return true;
}

void Core::on_fired(
    base::ConnectionId provider,
    std::string_view trigger_id,
    std::string_view payload_json,
    base::Now now,
    Effects& effects,
    std::optional<base::InvocationId> id
) {
  start_event();
  PendingFire fire{
      .trigger_id = std::string(trigger_id),
      .payload_json = std::string(payload_json),
      .provider = provider,
      .id = id
  };
  const Trigger* trigger = triggers_.find(trigger_id);
  const TriggerType* type = trigger == nullptr ? nullptr : triggers_.find_type(trigger->type);
  if (type == nullptr || type->provider().id != provider || !trigger->is_live) {
    end_fire(fire, codes::not_found, "the trigger has been removed", effects);
    return;
  }
  fire.function_id = trigger->function_id;
  fire.metadata_json = trigger->metadata_json;
  if (trigger->condition_function_id) {
    const std::string condition = *trigger->condition_function_id;
    ask_condition(condition, std::move(fire), now, effects);
  } else {
    run(std::move(fire), now, effects);
  }
}

void Core::run(PendingFire fire, base::Now now, Effects& effects) {
  const std::string_view payload = effects.keep(std::move(fire.payload_json));
  const std::string_view metadata = effects.keep(std::move(fire.metadata_json));
  if (!fire.id) {
    dispatch(fire.function_id, payload, metadata, now, effects);
    return;
  }
  // From here on it is a call of the provider's own.
  if (Connection* provider = find(fire.provider)) {
    Invoke call;
    call.invocation_id = fire.id;
    call.function_id = json::value_of(effects.keep(json::quoted(fire.function_id)));
    call.data = json::value_of(payload);
    call.metadata = json::value_of(metadata);
    invoke(*provider, call, now, effects);
  }
}

void Core::end_fire(
    const PendingFire& fire, std::string_view code, std::string reason, Effects& effects
) {
  const Connection* provider = find(fire.provider);
  if (fire.id && provider != nullptr && !provider->is_closing) {
    effects.send(
        fire.provider,
        to_worker::InvocationResult{
            .invocation_id = *fire.id,
            .function_id_json = effects.keep(json::quoted(fire.function_id)),
            .error = protocol::error_body(code, std::move(reason))
        }
    );
  }
}

void Core::ask_condition(
    std::string_view condition_id, PendingFire fire, base::Now now, Effects& effects
) {
  const std::size_t bytes = fire.payload_json.size();
  std::string problem = problem_of_target(condition_id, bytes);
  if (pending_fires_.size() >= limits::conditions_max ||
      pending_fire_bytes_ + bytes > limits::conditions_bytes_max) {
    problem = "too many events wait for conditions that do not answer";
  }
  if (!problem.empty()) {
    refuse_condition(fire, std::move(problem), effects);
    return;
  }
  Function* condition = functions_.find(condition_id);
  if (is_own(*condition)) {
    const EngineAnswer answer = run_own(*condition, fire.payload_json, now, effects);
    if (const auto* refusal = std::get_if<protocol::ErrorBody>(&answer)) {
      refuse_condition(fire, refusal->message, effects);
    } else {
      run(std::move(fire), now, effects);  // none of them answers `false`
    }
    return;
  }
  Invocation& invocation = invocations_.open(
      {.id = base::InvocationId(base::Uuid::random(random_)),
       .caller = nullptr,
       .target = &condition->target(),
       .function = condition,
       .deadline = now.monotonic + std::min<std::chrono::nanoseconds>(
                                       options_.invocation_deadline, limits::condition_deadline
                                   ),
       .is_aging = false}
  );
  invocation.purpose = Purpose::condition;
  invocation.continuation = next_fire_++;
  effects.send(
      condition->target().id,
      to_worker::InvokeFunction{
          .invocation_id = invocation.id,
          .function_id_json = condition->id_json,
          .data_json = effects.keep(fire.payload_json),
          .registration = condition->current().execution.number
      }
  );
  pending_fire_bytes_ += bytes;
  pending_fires_.emplace(invocation.continuation, std::move(fire));
}

void Core::on_condition(
    std::uint64_t continuation, const Outcome& outcome, base::Now now, Effects& effects
) {
  const auto found = pending_fires_.find(continuation);
  PendingFire fire = std::move(found->second);
  pending_fires_.erase(found);
  pending_fire_bytes_ -= fire.payload_json.size();
  if (outcome.error) {
    refuse_condition(fire, outcome.error->message, effects);
  } else if (!condition_allows(outcome.result_json)) {
    end_fire(fire, codes::condition_not_met, "The condition was not met", effects);
  } else if (triggers_.find(fire.trigger_id) == nullptr) {
    end_fire(fire, codes::not_found, "the trigger has been removed", effects);
  } else {
    run(std::move(fire), now, effects);
  }
}

void Core::refuse_condition(const PendingFire& fire, std::string reason, Effects& effects) {
  effects.note(
      Severity::warn,
      "condition_failed",
      {{"trigger_id", fire.trigger_id}, {"function_id", fire.function_id}, {"reason", reason}}
  );
  end_fire(fire, codes::condition_failed, std::move(reason), effects);
}

}  // namespace iii::core
