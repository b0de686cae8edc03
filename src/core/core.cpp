#include "core/core.hpp"

#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"
#include "core/effects.hpp"
#include "core/engine_functions.hpp"
#include "core/invocation_table.hpp"
#include "core/worker_metrics.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace iii::core {

namespace limits = base::limits;
namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;

namespace {

// Connections are numbered by the driver from 1 on; this one is the engine's own.
const base::ConnectionId self_id{0};

}  // namespace

Core::Core(CoreOptions options, base::Random& random, base::Now now)
    : options_(std::move(options)), random_(random), invocations_(random.next()) {
  on_local_worker_opened(
      self_id,
      {.name = "iii-engine-functions",
       .description = "The engine's own functions: listings, registration, channels.",
       .is_mandatory = true},
      now
  );
  self_ = find(self_id);
  for (const EngineFunction& function : engine_functions()) {
    functions_.add(
        *self_,
        function.id,
        {.description = std::string(function.description),
         .request_format = std::string(function.request_schema),
         .response_format = std::string(function.response_schema)}
    );
    functions_.find(function.id)->engine_function = &function;
  }
  reported_functions_ = functions_.fingerprint();
  for (const std::string_view id : {"engine::functions-available", "engine::workers-available"}) {
    triggers_.add_provider(
        *self_,
        id,
        {.description = id.ends_with("functions-available")
                            ? "Fires when functions appear or disappear."
                            : "Fires when a worker connects, announces itself or leaves."}
    );
  }
}

void Core::on_worker_opened(
    base::ConnectionId id, std::string_view ip_address, base::Now now, Effects& effects
) {
  start_event();
  Connection& connection = open(id, now);
  connection.ip_address = ip_address;
  connection.reattach_token = base::Uuid::random(random_);
  effects.send(id, to_worker::WorkerRegistered{connection.worker_id, connection.reattach_token});
  effects.note(
      Severity::debug,
      "worker_connected",
      {{"worker_id", connection.worker_id.value().to_string()}, {"ip", connection.ip_address}}
  );
  fire_worker_event("worker_connected", connection.worker_id, now, effects);
}

void Core::on_local_worker_opened(base::ConnectionId id, LocalWorker worker, base::Now now) {
  Connection& connection = open(id, now);
  connection.residence = Residence::in_process;
  connection.is_mandatory = worker.is_mandatory;
  connection.calls_while_draining = worker.calls_while_draining;
  if (worker.runs_functions_of_others) {
    executor_ = &connection;
  }
  connection.name = std::move(worker.name);
  connection.description = std::move(worker.description);
  connection.runtime = "engine";
  connection.version = options_.engine_version;
  connection.isolation = "in-process";
}

void Core::on_message(
    base::ConnectionId from, const from_worker::Message& message, base::Now now, Effects& effects
) {
  start_event();
  Connection* connection = find(from);
  if (connection == nullptr) {
    return;
  }
  struct Dispatcher {
    Core& core;
    Connection& from;
    base::Now now;
    Effects& effects;

    void operator()(const from_worker::InvokeFunction& m) { core.invoke(from, m, now, effects); }
    void operator()(const from_worker::InvocationResult& m) {
      core.on_result(from, m, now, effects);
    }
    void operator()(const from_worker::RegisterFunction& m) {
      core.register_function(from, m, effects);
      core.on_functions_changed(now.monotonic);
    }
    void operator()(const from_worker::UnregisterFunction& m) {
      core.unregister_function(from, m.id, effects);
      core.on_functions_changed(now.monotonic);
    }
    void operator()(const from_worker::FunctionRegistrationResult& m) {
      core.on_executor_answer(from, m, now, effects);
    }
    void operator()(const from_worker::RegisterTriggerType& m) {
      core.register_trigger_type(from, m, effects);
    }
    void operator()(const from_worker::UnregisterTriggerType& m) {
      core.unregister_trigger_type(from, m.id, effects);
    }
    void operator()(const from_worker::RegisterTrigger& m) {
      core.register_trigger(from, m, effects);
    }
    void operator()(const from_worker::UnregisterTrigger& m) {
      core.unregister_trigger(from, m.id, effects);
    }
    void operator()(const from_worker::TriggerRegistrationResult& m) {
      core.on_provider_answer(from, m, effects);
    }
    void operator()(const from_worker::RegisterService& m) {
      core.register_service(from, m, effects);
    }
    void operator()(const from_worker::Reattach& m) { core.reattach(from, m, now, effects); }
    void operator()(const from_worker::Ping&) { effects.send(from.id, to_worker::Pong{}); }
    void operator()(const from_worker::Ignored& m) {
      if (!m.type.empty()) {
        effects.note(Severity::debug, "message_ignored", {{"type", m.type}});
      }
    }
    void operator()(const from_worker::Malformed& m) {
      core.answer_malformed(from, m, now, effects);
    }
  };
  std::visit(Dispatcher{*this, *connection, now, effects}, message);
}

void Core::on_closed(base::ConnectionId id, base::Now now, Effects& effects) {
  start_event();
  if (Connection* connection = find(id)) {
    remove(*connection, now, effects);
  }
}

void Core::on_congested(base::ConnectionId id) {
  if (Connection* connection = find(id)) {
    connection->is_congested = true;
  }
  channels_.on_congested(id);
}

void Core::on_relieved(base::ConnectionId id, Effects& effects) {
  start_event();
  if (Connection* connection = find(id)) {
    connection->is_congested = false;
  }
  channels_.on_relieved(id, effects);
}

void Core::on_worker_metric(base::WorkerId worker, const WorkerMetric& metric, base::Now now) {
  if (const auto found = by_worker_id_.find(worker); found != by_worker_id_.end()) {
    found->second->metrics.set(metric, now.monotonic);
  }
}

void Core::on_time(base::Now now, Effects& effects) {
  start_event();
  while (Invocation* expired = invocations_.first_expired(now.monotonic)) {
    const bool was_reattached = expired->deadline_code == DeadlineCode::stopped;
    fail(
        *expired,
        was_reattached ? codes::invocation_stopped : codes::timeout,
        was_reattached ? "Invocation stopped"
                       : "Function " + expired->function->id +
                             " did not answer before the deadline of the call; the worker may "
                             "still be running it",
        now,
        effects
    );
  }
  while (!provider_deadlines_.empty() && provider_deadlines_.begin()->first <= now.monotonic) {
    const std::string trigger_id = provider_deadlines_.begin()->second;
    end_provider_wait(trigger_id, std::nullopt, effects);
  }
  if (functions_event_at_ <= now.monotonic) {
    functions_event_at_ = base::never;
    if (reported_functions_ != functions_.fingerprint()) {
      reported_functions_ = functions_.fingerprint();
      fire_functions_event(now, effects);
    }
  }
  channels_.on_time(now.monotonic, effects);
}

void Core::on_drain_started() {
  is_draining_ = true;
}

void Core::on_drain_ended(base::Now now, Effects& effects) {
  start_event();
  while (Invocation* invocation = invocations_.any()) {
    fail(*invocation, codes::invocation_stopped, "Invocation stopped", now, effects);
  }
  while (!provider_waits_.empty()) {
    const std::string trigger_id = provider_waits_.begin()->first;
    end_provider_wait(trigger_id, std::nullopt, effects);
  }
}

void Core::on_stopping(base::Now now, Effects& effects) {
  start_event();
  std::vector<Connection*> remote;
  for (const Connection* each : connections()) {
    if (each->residence == Residence::remote) {
      // Python workers up to 0.24.3 never come back after 1001 (spec: wire-protocol §21 T3).
      const bool is_python = each->runtime == "python";
      effects.add(CloseConnection{each->id, is_python ? Ending::restarting : Ending::going_away});
      remote.push_back(find(each->id));
      remote.back()->is_closing = true;
    }
  }
  // First what they asked for: nobody is left to answer.
  for (Connection* connection : remote) {
    forget_issued(*connection);
  }
  for (Connection* connection : remote) {
    remove(*connection, now, effects);
  }
}

base::MonotonicTime Core::next_deadline() const {
  base::MonotonicTime next = std::min(invocations_.next_deadline(), channels_.next_deadline());
  if (!provider_deadlines_.empty()) {
    next = std::min(next, provider_deadlines_.begin()->first);
  }
  return std::min(next, functions_event_at_);
}

const Connection* Core::find_connection(base::ConnectionId id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

std::vector<const Connection*> Core::connections() const {
  std::vector<const Connection*> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) {
    all.push_back(connection.get());
  }
  std::ranges::sort(all, {}, [](const Connection* connection) { return connection->id; });
  return all;
}

void Core::start_event() {
  invocations_.recycle();
  functions_.recycle();
}

Connection& Core::open(base::ConnectionId id, base::Now now) {
  auto connection = std::make_unique<Connection>();
  connection->id = id;
  connection->worker_id = base::WorkerId(base::Uuid::random(random_));
  connection->connected_at = now.wall;
  Connection& opened = *connection;
  by_worker_id_.emplace(opened.worker_id, &opened);
  const bool is_new = connections_.emplace(id, std::move(connection)).second;
  III_ASSERT(is_new, "a connection opens once");
  return opened;
}

Connection* Core::find(base::ConnectionId id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

// The order is that of the reference system (spec: wire-protocol §5.5).
void Core::remove(Connection& connection, base::Now now, Effects& effects) {
  III_ASSERT(&connection != executor_, "it ends with the engine");
  connection.is_closing = true;
  for (const Function* function : connection.functions) {
    if (function->registrations.size() == 1) {
      services_.on_function_removed(function->id);
    }
  }
  functions_.remove_all(connection);
  withdraw_executions(effects);
  services_.on_closed(connection.id);
  // First what it asked for itself, which may be its own functions: nobody is left to answer.
  forget_issued(connection);
  while (Invocation* invocation = invocations_.first_of(connection.executing)) {
    fail(*invocation, codes::invocation_stopped, "Invocation stopped", now, effects);
  }
  const auto triggers = connection.triggers;
  for (const std::string& id : triggers) {
    unregister_trigger(connection, id, effects);
  }
  const auto trigger_types = connection.trigger_types;
  for (const std::string& id : trigger_types) {
    unregister_trigger_type(connection, id, effects);
  }
  on_functions_changed(now.monotonic);

  const base::WorkerId worker_id = connection.worker_id;
  effects.note(
      connection.runtime ? Severity::info : Severity::debug,
      "worker_disconnected",
      {{"worker_id", worker_id.value().to_string()}}
  );
  by_worker_id_.erase(worker_id);
  connections_.erase(base::ConnectionId(connection.id));
  fire_worker_event("worker_disconnected", worker_id, now, effects);
}

void Core::reattach(
    Connection& successor, const from_worker::Reattach& message, base::Now now, Effects& effects
) {
  const auto previous_id = base::Uuid::parse(message.previous_worker_id);
  const auto token = base::Uuid::parse(message.token.value_or(""));
  if (!previous_id || base::WorkerId(*previous_id) == successor.worker_id) {
    return;
  }
  const auto found = by_worker_id_.find(base::WorkerId(*previous_id));
  if (found == by_worker_id_.end() || found->second->residence == Residence::in_process) {
    return;
  }
  Connection& previous = *found->second;
  if (token != previous.reattach_token) {
    effects.note(
        Severity::warn,
        "reattach_refused",
        {{"previous_worker_id", message.previous_worker_id},
         {"reason", message.token ? "the token is not that worker's" : "the token is missing"}}
    );
    return;
  }
  // The process behind both connections is the same: what it was doing and waiting for goes on
  // (spec: wire-protocol §22 W7).
  const base::MonotonicTime grace = now.monotonic + limits::reattach_grace;
  while (Invocation* invocation = invocations_.first_of(previous.executing)) {
    invocations_.move_to_target(*invocation, successor);
    if (grace < invocation->deadline) {
      invocations_.set_deadline(*invocation, grace);
      invocation->deadline_code = DeadlineCode::stopped;
    }
  }
  while (Invocation* invocation = invocations_.first_of(previous.issued)) {
    invocations_.move_to_caller(*invocation, successor);
  }
  // Most SDKs announce themselves last; until then the successor is what its predecessor was.
  if (!successor.runtime) {
    static_cast<Announcement&>(successor) = previous;
  }
  for (auto& [trigger_id, wait] : provider_waits_) {
    if (wait.caller == previous.id) {
      wait.caller = successor.id;
    }
  }
  effects.note(
      Severity::info,
      "worker_reattached",
      {{"previous_worker_id", message.previous_worker_id},
       {"worker_id", successor.worker_id.value().to_string()}}
  );
  effects.add(CloseConnection{previous.id, Ending::dropped});
  remove(previous, now, effects);
}

void Core::answer_malformed(
    Connection& from, const from_worker::Malformed& message, base::Now now, Effects& effects
) {
  ++counters_.malformed_messages;
  effects.note(
      Severity::warn,
      "message_refused",
      {{"worker_id", from.worker_id.value().to_string()},
       {"type", message.type},
       {"reason", message.reason}}
  );
  protocol::ErrorBody error =
      protocol::error_body(codes::invalid_message, "The message was refused: " + message.reason);
  if (message.type == "invokefunction" && message.invocation_id) {
    effects.send(
        from.id,
        to_worker::InvocationResult{
            .invocation_id = *message.invocation_id,
            .function_id_json = effects.keep(json::quoted(message.function_id)),
            .error = std::move(error)
        }
    );
  } else if (message.type == "invocationresult" && message.invocation_id) {
    Invocation* invocation = invocations_.find(*message.invocation_id);
    if (invocation != nullptr && invocation->target == &from) {
      fail(
          *invocation,
          codes::invalid_result,
          "The worker's answer was refused: " + message.reason,
          now,
          effects
      );
    }
  } else if (message.type == "triggerregistrationresult" && !message.trigger_id.empty()) {
    // Whatever the provider meant, it has not said that it accepted the trigger.
    on_provider_answer(
        from,
        {.id = message.trigger_id,
         .trigger_type = message.trigger_type,
         .function_id = message.function_id,
         .error = std::move(error)},
        effects
    );
  } else if (message.type == "registertrigger" && !message.trigger_id.empty() &&
             line_of(from) == Line::v0_22) {
    effects.send(
        from.id,
        to_worker::TriggerRegistrationResult{
            message.trigger_id, message.trigger_type, message.function_id, std::move(error)
        }
    );
  }
}

}  // namespace iii::core
