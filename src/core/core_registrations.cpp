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
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {

namespace limits = base::limits;
namespace from_worker = protocol::from_worker;

namespace {

// Enough to tell a worker about every mistake that is not an attack.
constexpr std::size_t refused_functions_max = 64;

}  // namespace

void Core::register_function(
    Connection& owner, const from_worker::RegisterFunction& message, Effects& effects
) {
  const auto refuse = [&](std::string_view reason) {
    effects.note(
        Severity::warn,
        "function_refused",
        {{"function_id", std::string(message.id.substr(0, limits::id_bytes_max))},
         {"worker_id", owner.worker_id.value().to_string()},
         {"reason", std::string(reason)}}
    );
  };
  if (message.is_http_invoked) {
    refuse("functions behind a URL are not supported yet; register a function that calls the URL");
    return;
  }
  if (message.id.size() > limits::id_bytes_max) {
    refuse("the id is longer than " + std::to_string(limits::id_bytes_max) + " bytes");
    return;
  }
  Function* existing = functions_.find(message.id);
  if (owner.functions.size() >= limits::functions_max && !owner.functions.contains(existing)) {
    refuse("the worker has " + std::to_string(limits::functions_max) + " functions already");
    return;
  }
  FunctionDescription description{
      .description = message.description,
      .request_format = message.request_format,
      .response_format = message.response_format,
      .metadata = message.metadata
  };
  if (!owner.has_room_for(description.size())) {
    refuse(too_many_bytes());
    return;
  }
  const RegisterOutcome outcome = functions_.add(owner, message.id, std::move(description));
  switch (outcome) {
    case RegisterOutcome::added:
      services_.on_function_added(message.id);
      break;
    case RegisterOutcome::replaced:
      break;
    case RegisterOutcome::taken_over:
      effects.note(
          Severity::warn,
          "function_taken_over",
          {{"function_id", message.id}, {"worker_id", owner.worker_id.value().to_string()}}
      );
      break;
    case RegisterOutcome::refused:
      refuse("a built-in function has this id");
      if (owner.reads_rejections) {
        effects.send(owner.id, protocol::to_worker::RegistrationRejected{message.id, ""});
      } else if (owner.refused_functions.size() < refused_functions_max) {
        owner.refused_functions.push_back(message.id);
      }
      break;
  }
}

void Core::unregister_function(Connection& owner, std::string_view id) {
  if (functions_.remove(owner, id)) {
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
    reason = "the engine has " + std::to_string(limits::services_max) + " services already";
  }
  if (!reason.empty()) {
    effects.note(
        Severity::warn, "service_refused", {{"service", message.name}, {"reason", reason}}
    );
  }
}

void Core::on_functions_changed(base::MonotonicTime now) {
  if (functions_.fingerprint() != reported_functions_ && functions_event_at_ == base::never) {
    functions_event_at_ = now + limits::functions_available_delay;
  }
}

}  // namespace iii::core
