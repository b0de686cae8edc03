// Functions and services: who offers what.
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/function_table.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {

namespace limits = base::limits;
namespace from_worker = protocol::from_worker;

namespace {

std::string too_many_services() {
  return "the engine has " + std::to_string(limits::services_max) + " services already";
}

void refuse_service(std::string name, std::string reason, Effects& effects) {
  effects.note(
      Severity::warn,
      "service_refused",
      {{"service", std::move(name)}, {"reason", std::move(reason)}}
  );
}

}  // namespace

void Core::refuse_function(
    const Connection& owner, std::string_view id, std::string reason, Effects& effects
) {
  effects.note(
      Severity::warn,
      "function_refused",
      {{"function_id", std::string(id.substr(0, limits::id_bytes_max))},
       {"worker_id", owner.worker_id.value().to_string()},
       {"reason", std::move(reason)}}
  );
}

void Core::register_function(
    Connection& owner, const from_worker::RegisterFunction& message, Effects& effects
) {
  forget_waiting(owner, message.id);
  if (message.invocation.empty()) {
    add_function(owner, message, {}, effects);
  } else if (executor_ == nullptr) {
    refuse_function(
        owner,
        message.id,
        "it is to be run by HTTP, and this engine has no worker for that; list iii-http-functions "
        "in its configuration",
        effects
    );
  } else {
    const std::uint64_t number = next_registration_++;
    effects.send(
        executor_->id, protocol::to_worker::RegisterFunction{number, message.id, message.invocation}
    );
    function_waits_.emplace(number, FunctionWait{owner.id, message});
  }
}

bool Core::add_function(
    Connection& owner,
    const from_worker::RegisterFunction& message,
    Execution execution,
    Effects& effects
) {
  const auto refuse = [&](std::string reason) {
    refuse_function(owner, message.id, std::move(reason), effects);
    return false;
  };
  if (message.id.size() > limits::id_bytes_max) {
    return refuse("the id is longer than " + std::to_string(limits::id_bytes_max) + " bytes");
  }
  Function* existing = functions_.find(message.id);
  if (owner.functions.size() >= limits::functions_max && !owner.functions.contains(existing)) {
    return refuse("the worker has " + std::to_string(limits::functions_max) + " functions already");
  }
  FunctionDescription description{
      .description = message.description,
      .request_format = message.request_format,
      .response_format = message.response_format,
      .metadata = message.metadata
  };
  if (!owner.has_room_for(description.size() + execution.bytes)) {
    return refuse(too_many_bytes());
  }
  switch (functions_.add(owner, message.id, std::move(description), execution)) {
    case RegisterOutcome::added:
      if (!services_.on_function_added(message.id)) {
        refuse_service(message.id.substr(0, message.id.find("::")), too_many_services(), effects);
      }
      break;
    case RegisterOutcome::replaced:
      break;
    case RegisterOutcome::taken_over: {
      const Connection& previous = *existing->registrations.rbegin()[1].owner;
      effects.note(
          Severity::warn,
          "function_taken_over",
          {{"function_id", message.id},
           {"worker_id", owner.worker_id.value().to_string()},
           {"previous_worker_id", previous.worker_id.value().to_string()}}
      );
      break;
    }
    case RegisterOutcome::refused:
      if (owner.reads_rejections) {
        effects.send(owner.id, protocol::to_worker::RegistrationRejected{message.id, ""});
      } else if (owner.refused_functions.size() < limits::refused_functions_max) {
        owner.refused_functions.push_back(message.id);
      }
      return refuse("a built-in function has this id");
  }
  withdraw_executions(effects);
  return true;
}

void Core::on_executor_answer(
    const Connection& from,
    const from_worker::FunctionRegistrationResult& message,
    base::Now now,
    Effects& effects
) {
  const auto found = function_waits_.find(message.registration);
  if (&from != executor_ || found == function_waits_.end()) {
    return;
  }
  const FunctionWait wait = std::move(found->second);
  function_waits_.erase(found);
  Connection* owner = wait.is_withdrawn ? nullptr : find(wait.owner);
  if (message.error) {
    if (owner != nullptr) {
      const std::string reason = message.error->code + ": " + message.error->message;
      refuse_function(*owner, wait.message.id, reason, effects);
    }
    return;
  }
  const Execution execution{executor_, message.registration, wait.message.invocation.size()};
  if (owner == nullptr || !add_function(*owner, wait.message, execution, effects)) {
    effects.send(executor_->id, protocol::to_worker::UnregisterFunction{message.registration});
  }
  on_functions_changed(now.monotonic);
}

// The last word counts: an answer to an earlier registration changes nothing any more.
void Core::forget_waiting(const Connection& owner, std::string_view function_id) {
  for (auto& [number, wait] : function_waits_) {
    if (wait.owner == owner.id && wait.message.id == function_id) {
      wait.is_withdrawn = true;
    }
  }
}

void Core::withdraw_executions(Effects& effects) {
  for (const Execution& execution : functions_.take_withdrawn()) {
    effects.send(execution.by->id, protocol::to_worker::UnregisterFunction{execution.number});
  }
}

void Core::unregister_function(Connection& owner, std::string_view id, Effects& effects) {
  forget_waiting(owner, id);
  if (functions_.remove(owner, id)) {
    withdraw_executions(effects);
    const Function* function = functions_.find(id);
    if (function == nullptr || !function->is_registered()) {
      services_.on_function_removed(id);
    }
  }
}

void Core::register_service(
    Connection& owner, const from_worker::RegisterService& message, Effects& effects
) {
  const std::size_t bytes = message.name.size() + message.description.value_or("").size() +
                            message.parent_service_id.value_or("").size();
  std::string reason;
  if (bytes > limits::id_bytes_max) {
    reason = "name, description and parent have more than " + std::to_string(limits::id_bytes_max) +
             " bytes";
  } else if (!services_.declare(
                 owner.id, message.name, message.description, message.parent_service_id
             )) {
    reason = too_many_services();
  }
  if (!reason.empty()) {
    refuse_service(message.name, std::move(reason), effects);
  }
}

void Core::on_functions_changed(base::MonotonicTime now) {
  if (functions_.fingerprint() != reported_functions_ && functions_event_at_ == base::never) {
    functions_event_at_ = now + limits::functions_available_delay;
  }
}

}  // namespace iii::core
