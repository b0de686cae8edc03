// The brain of the engine: connections, functions, triggers, invocations, services. Events go in,
// effects come out; it owns no socket, clock, thread or chance.
//
// The driver calls one on_…() per event with the current time and executes the appended effects
// before the next call. Texts that an event refers to must live until then. A connection exists
// from on_…_opened() to on_closed(), or until an effect closed it: later events of that connection
// are ignored. One thread.
//
// clang-format off
//   worker:  (opened) -> connected -> gone (closed, evicted by a reattach, or slow)
//   call:    (invoked) -> waiting -> ended, exactly once: result, target or caller gone, deadline
//   trigger: (registered) -> live <-> pending (no provider, or rejected)
//            (registered) -> waiting, while another worker has its id -> live
// clang-format on
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "core/connection.hpp"
#include "core/effects.hpp"
#include "core/engine_functions.hpp"
#include "core/function_table.hpp"
#include "core/invocation_table.hpp"
#include "core/services.hpp"
#include "core/trigger_table.hpp"
#include "core/worker_metrics.hpp"
#include "protocol/from_worker.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {

struct CoreOptions {
  // What a connection is taken for until it announces a version.
  Line default_line = Line::v0_22;
  std::string engine_version;
  std::chrono::milliseconds invocation_deadline = base::limits::invocation_deadline_default;
  std::size_t invocations_max = base::limits::invocations_max;  // per caller
};

// What has happened so far, for metrics and tests.
struct Counters {
  std::uint64_t invocations = 0;  // accepted calls of every kind
  std::uint64_t results = 0;      // calls that ended with the target's answer
  std::uint64_t failures = 0;     // calls that the engine ended with an error
  std::uint64_t fire_and_forget = 0;
  std::uint64_t dropped_fire_and_forget = 0;  // no such function, or the target was overloaded
  std::uint64_t unexpected_results = 0;  // void calls' answers, late ones, and those of strangers
  std::uint64_t malformed_messages = 0;
};

// An in-process worker: part of this process, never refused, its functions and trigger types
// protected from remote workers.
struct LocalWorker {
  std::string name;
  std::string description;
  bool is_mandatory = false;
  // It is given the functions that remote workers register with an `invocation`, and their calls.
  bool runs_functions_of_others = false;
  // Its calls belong to requests of others that it has taken: they are made in a graceful stop,
  // too.
  bool calls_while_draining = false;
};

class Core {
 public:
  Core(CoreOptions options, base::Random& random, base::Now now);

  // --- Events ---

  void on_worker_opened(
      base::ConnectionId id, std::string_view ip_address, base::Now now, Effects& effects
  );
  void on_local_worker_opened(base::ConnectionId id, LocalWorker worker, base::Now now);
  void on_message(
      base::ConnectionId from,
      const protocol::from_worker::Message& message,
      base::Now now,
      Effects& effects
  );
  // An in-process provider's event: runs the trigger's condition, if its config names one, and then
  // its function. With an id of the provider's choice, it is told how that ended by the result of a
  // call with this id; in any case, and once.
  void on_fired(
      base::ConnectionId provider,
      std::string_view trigger_id,
      std::string_view payload_json,
      base::Now now,
      Effects& effects,
      std::optional<base::InvocationId> id = {}
  );
  // An in-process caller does not wait for its call any more: no result will come.
  void on_abandoned(base::ConnectionId caller, base::InvocationId call);
  void on_closed(base::ConnectionId id, base::Now now, Effects& effects);
  // The connection's outbox has passed limits::outbox_refuse_bytes, or has emptied again.
  void on_congested(base::ConnectionId id);
  void on_relieved(base::ConnectionId id, Effects& effects);
  // A worker has said something of its resources. One that is not connected is passed over.
  void on_worker_metric(base::WorkerId worker, const WorkerMetric& metric, base::Now now);
  void on_time(base::Now now, Effects& effects);

  // Graceful stop: from now on calls are refused; those in flight go on. `on_drain_ended` fails
  // what is left.
  void on_drain_started();
  void on_drain_ended(base::Now now, Effects& effects);
  // Closes every remote worker, with a code that it comes back after.
  void on_stopping(base::Now now, Effects& effects);

  // --- Channels have connections of their own; the driver brings their events here. ---
  [[nodiscard]] Channels& channels() { return channels_; }

  // --- Getters ---

  [[nodiscard]] base::MonotonicTime next_deadline() const;
  [[nodiscard]] std::size_t in_flight() const { return invocations_.size(); }
  // Calls in flight, and those that wait for a trigger's provider.
  [[nodiscard]] bool owes_answers() const {
    return invocations_.size() != 0 || !provider_waits_.empty();
  }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const FunctionTable& functions() const { return functions_; }
  [[nodiscard]] const TriggerTable& triggers() const { return triggers_; }
  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] const Connection* find_connection(base::ConnectionId id) const;
  // In the order in which they opened.
  [[nodiscard]] std::vector<const Connection*> connections() const;
  [[nodiscard]] const CoreOptions& options() const { return options_; }
  [[nodiscard]] Line line_of(const Connection& connection) const {
    return connection.line.value_or(options_.default_line);
  }

 private:
  friend struct EngineFunctionCalls;

  struct PendingFire {  // an event on its way to a trigger's function
    std::string trigger_id;
    std::string function_id;
    std::string payload_json;
    std::string metadata_json;
    base::ConnectionId provider;
    std::optional<base::InvocationId> id;  // the provider waits for the end
  };
  struct FunctionWait {  // a function waits for the answer of the one who is to run it
    base::ConnectionId owner;
    protocol::from_worker::RegisterFunction message;
    bool is_withdrawn = false;
  };
  struct ProviderWait {  // engine::register_trigger waits for the provider's answer
    base::ConnectionId caller;
    std::optional<base::InvocationId> invocation_id;
    base::MonotonicTime deadline;
    std::string traceparent_json;
    std::string baggage_json;
  };
  // An outcome on its way to whoever waits for it.
  struct Outcome {
    std::string_view result_json;
    std::optional<protocol::ErrorBody> error;
  };
  using Invoke = protocol::from_worker::InvokeFunction;

  // core.cpp: the life of a connection
  void start_event();
  Connection& open(base::ConnectionId id, base::Now now);
  [[nodiscard]] Connection* find(base::ConnectionId id);
  void remove(Connection& connection, base::Now now, Effects& effects);
  void reattach(
      Connection& successor,
      const protocol::from_worker::Reattach& message,
      base::Now now,
      Effects& effects
  );
  void answer_malformed(
      Connection& from,
      const protocol::from_worker::Malformed& message,
      base::Now now,
      Effects& effects
  );

  // core_invocations.cpp: calls
  void invoke(Connection& caller, const Invoke& message, base::Now now, Effects& effects);
  void call_worker(
      Connection& caller, const Invoke& message, Function& function, base::Now now, Effects& effects
  );
  void call_engine_function(
      Connection& caller, const Invoke& message, Function& function, base::Now now, Effects& effects
  );
  void enqueue(Connection& caller, const Invoke& message, base::Now now, Effects& effects);
  void refuse(
      Connection& caller, const Invoke& message, protocol::ErrorBody error, Effects& effects
  );
  Invocation* open_invocation(
      Connection& caller,
      const Invoke& message,
      Function& function,
      base::InvocationId id,
      base::Now now,
      Effects& effects
  );
  void on_result(
      Connection& from,
      const protocol::from_worker::InvocationResult& message,
      base::Now now,
      Effects& effects
  );
  void end(Invocation& invocation, Outcome outcome, base::Now now, Effects& effects);
  void fail(
      Invocation& invocation,
      std::string_view code,
      std::string message,
      base::Now now,
      Effects& effects
  );
  void answer_enqueue(const Invocation& invocation, Outcome outcome, Effects& effects);
  // Ends the calls of a caller that has gone.
  void forget_issued(const Connection& caller);

  // core_registrations.cpp: functions and services
  void register_function(
      Connection& owner, const protocol::from_worker::RegisterFunction& message, Effects& effects
  );
  // False: refused.
  bool add_function(
      Connection& owner,
      const protocol::from_worker::RegisterFunction& message,
      Execution execution,
      Effects& effects
  );
  void refuse_function(
      const Connection& owner, std::string_view id, std::string reason, Effects& effects
  );
  void on_executor_answer(
      const Connection& from,
      const protocol::from_worker::FunctionRegistrationResult& message,
      base::Now now,
      Effects& effects
  );
  void forget_waiting(const Connection& owner, std::string_view function_id);
  // Tells who executed them of functions that are no more.
  void withdraw_executions(Effects& effects);
  void unregister_function(Connection& owner, std::string_view id, Effects& effects);
  void register_service(
      Connection& owner, const protocol::from_worker::RegisterService& message, Effects& effects
  );
  void on_functions_changed(base::MonotonicTime now);

  // core_triggers.cpp: trigger types and triggers
  void register_trigger_type(
      Connection& provider,
      const protocol::from_worker::RegisterTriggerType& message,
      Effects& effects
  );
  void unregister_trigger_type(Connection& provider, std::string_view id, Effects& effects);
  void register_trigger(
      Connection& owner, const protocol::from_worker::RegisterTrigger& message, Effects& effects
  );
  void unregister_trigger(Connection& owner, std::string_view id, Effects& effects);
  void remove_trigger(const Trigger& trigger, Effects& effects);
  // Tells the type's provider, or parks the trigger.
  void deliver(Trigger& trigger, Effects& effects);
  void withdraw(const Trigger& trigger, Effects& effects);
  void park(Trigger& trigger, std::string reason, Effects& effects);
  [[nodiscard]] bool is_provided_in_process(const Trigger& trigger);
  void answer_owner(const Trigger& trigger, protocol::ErrorBody error, Effects& effects);
  void on_provider_answer(
      Connection& provider,
      const protocol::from_worker::TriggerRegistrationResult& message,
      Effects& effects
  );
  void end_provider_wait(
      std::string_view trigger_id, std::optional<protocol::ErrorBody> error, Effects& effects
  );

  // core_firing.cpp: what fires, and the calls of the engine itself
  void fire(
      std::string_view trigger_type, std::string_view payload_json, base::Now now, Effects& effects
  );
  void fire_functions_event(base::Now now, Effects& effects);
  void fire_worker_event(
      std::string_view event, base::WorkerId worker, base::Now now, Effects& effects
  );
  void run(PendingFire fire, base::Now now, Effects& effects);
  void ask_condition(
      std::string_view condition_id, PendingFire fire, base::Now now, Effects& effects
  );
  void on_condition(
      std::uint64_t continuation, const Outcome& outcome, base::Now now, Effects& effects
  );
  // Tells the provider, if it waits, why the function was not called.
  void end_fire(
      const PendingFire& fire, std::string_view code, std::string reason, Effects& effects
  );
  void refuse_condition(const PendingFire& fire, std::string reason, Effects& effects);
  // Why the engine cannot call the function now; empty if it can.
  [[nodiscard]] std::string problem_of_target(
      std::string_view function_id, std::size_t payload_bytes
  );
  [[nodiscard]] bool is_own(const Function& function) const {
    return function.engine_function != nullptr && &function.owner() == self_;
  }
  EngineAnswer run_own(
      const Function& function, std::string_view payload_json, base::Now now, Effects& effects
  );
  // The engine's own call: nobody waits for the result. False: nobody could be called.
  bool dispatch(
      std::string_view function_id,
      std::string_view payload_json,
      std::string_view metadata_json,
      base::Now now,
      Effects& effects
  );

  CoreOptions options_;
  base::Random& random_;
  bool is_draining_ = false;
  boost::unordered_flat_map<
      base::ConnectionId,
      std::unique_ptr<Connection>,
      std::hash<base::ConnectionId>>
      connections_;
  boost::unordered_flat_map<base::WorkerId, Connection*, std::hash<base::WorkerId>> by_worker_id_;
  Connection* self_ = nullptr;      // the in-process worker that has the engine's own functions
  Connection* executor_ = nullptr;  // the in-process worker that runs functions of others
  FunctionTable functions_;
  std::map<std::uint64_t, FunctionWait> function_waits_;  // by the registration's number
  std::uint64_t next_registration_ = 1;
  InvocationTable invocations_;
  TriggerTable triggers_;
  // What a trigger was before its change, until an in-process provider has answered.
  std::map<std::string, Trigger, std::less<>> superseded_;
  Services services_;
  Channels channels_;
  std::map<std::uint64_t, PendingFire> pending_fires_;  // that wait for their condition
  std::size_t pending_fire_bytes_ = 0;
  std::uint64_t next_fire_ = 1;
  std::map<std::string, ProviderWait, std::less<>> provider_waits_;  // by the trigger's id
  std::set<std::pair<base::MonotonicTime, std::string>> provider_deadlines_;
  base::MonotonicTime functions_event_at_ = base::never;
  std::uint64_t reported_functions_ = 0;
  Counters counters_;
};

}  // namespace iii::core
