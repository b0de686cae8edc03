// A built-in worker: part of the engine process, behind the same door as remote ones. It registers
// functions and trigger types with messages, is told about calls, triggers and the time, and
// answers; it never sees the core, a socket or a clock.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers {

// A call of one of the worker's functions. Texts are decoded; an empty JSON text is absent.
struct Invocation {
  base::InvocationId id;
  std::string function_id;
  std::string data_json;
  std::string metadata_json;
  std::string traceparent;
  std::string baggage;
  std::uint64_t registration = 0;  // of a function that it runs for another worker
};

// Empty `result_json` without error: no result.
struct Reply {
  base::InvocationId id;
  std::string result_json;
  std::optional<protocol::ErrorBody> error;
};

// A trigger's event: the trigger's function is to be called with it, if its condition allows. With
// an id the worker learns through on_result() how that ended: as any call of its own, or with code
// `CONDITION_NOT_MET` or `condition_failed`, and the function was not called.
struct Firing {
  std::string trigger_id;
  std::string payload_json;
  std::optional<base::InvocationId> id = {};
};

// A call that the worker makes itself. Without an id nobody waits for the result.
struct Call {
  std::optional<base::InvocationId> id;
  std::string function_id;
  std::string data_json;
  std::string metadata_json;
  std::optional<std::uint64_t> timeout_ms;
  // Of the trace that the call belongs to; empty: none.
  std::string traceparent;
  std::string baggage;
};

// How such a call ended.
struct CallResult {
  base::InvocationId id;
  std::string result_json;
  std::optional<protocol::ErrorBody> error;
};

struct Outputs {
  std::vector<Reply> replies;
  std::vector<Call> calls;
  std::vector<Firing> firings;
  std::vector<protocol::from_worker::Message> messages;  // registrations and answers to triggers
  std::vector<base::InvocationId> abandoned;  // own calls whose results nobody waits for any more
  std::vector<core::Note> notes;
};

class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  [[nodiscard]] virtual core::LocalWorker identity() const = 0;
  // Registers what the worker offers.
  virtual void start(Outputs& outputs) = 0;
  virtual void on_invoked(const Invocation& invocation, base::Now now, Outputs& outputs) = 0;
  // A function that it is to run for another worker, if it says so in its identity: answered with a
  // FunctionRegistrationResult.
  virtual void on_function_registered(
      const protocol::to_worker::RegisterFunction& function, base::Now now, Outputs& outputs
  );
  virtual void on_function_unregistered(
      const protocol::to_worker::UnregisterFunction& function, base::Now now, Outputs& outputs
  );
  virtual void on_trigger_registered(
      const protocol::to_worker::RegisterTrigger& trigger, base::Now now, Outputs& outputs
  );
  virtual void on_trigger_unregistered(
      const protocol::to_worker::UnregisterTrigger& trigger, base::Now now, Outputs& outputs
  );
  virtual void on_result(const CallResult& result, base::Now now, Outputs& outputs);
  // Called once next_deadline() has come.
  virtual void on_time(base::Now now, Outputs& outputs);
  [[nodiscard]] virtual base::MonotonicTime next_deadline() const { return base::never; }
};

}  // namespace iii::workers
