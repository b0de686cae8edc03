// Calls: from the message that asks to the one result that answers.
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/engine_functions.hpp"
#include "core/function_table.hpp"
#include "core/invocation_table.hpp"
#include "core/listings.hpp"
#include "core/trace_context.hpp"
#include "json/scan.hpp"
#include "protocol/decode.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/member.hpp"
#include "protocol/to_worker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::core {

namespace limits = base::limits;
namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;
using from_worker::Action;
using from_worker::is_present;
using protocol::error_body;

namespace {

protocol::ErrorBody not_found(std::string_view function_id) {
  return error_body(
      codes::function_not_found, "Function " + std::string(function_id) + " not found"
  );
}

std::size_t size_of(const std::optional<protocol::ErrorBody>& error) {
  if (!error) {
    return 0;
  }
  const std::string_view stacktrace = error->stacktrace ? *error->stacktrace : std::string_view();
  return json::quoted(error->code).size() + json::quoted(error->message).size() +
         json::quoted(stacktrace).size();
}

protocol::ErrorBody too_large(std::size_t payload_bytes, const Connection& receiver) {
  return error_body(
      codes::payload_too_large,
      "A payload of " + std::to_string(payload_bytes) + " bytes is more than worker " +
          receiver.name.value_or(receiver.worker_id.value().to_string()) + " can take (" +
          std::to_string(receiver.payload_bytes_max()) + " bytes, beside " +
          std::to_string(limits::envelope_bytes) +
          " for the rest of the message); send it through a channel"
  );
}

// Calls `use` with the characters of a string value, decoded only where it has escapes.
template <class Use>
auto with_text(const json::Value& string, Use use) {
  if (string.has_escapes) {
    return use(std::string_view(json::decode_string(string)));
  }
  return use(string.body());
}

// Fills in what the target may see of the caller's trace (spec: wire-protocol §13).
void forward_trace(
    const from_worker::InvokeFunction& message,
    const Function& function,
    to_worker::InvokeFunction& out,
    Effects& effects
) {
  if (is_present(message.traceparent) && is_valid_traceparent(message.traceparent.body())) {
    out.traceparent_json = message.traceparent.text;
  }
  if (is_present(message.baggage) && message.baggage.body() != "") {
    out.baggage_json =
        effects.keep(json::quoted(baggage_for(json::decode_string(message.baggage), function.id)));
  } else if (is_present(message.baggage) || is_present(message.traceparent)) {
    out.baggage_json = function.baggage_json;
  }
}

// `caller` as workers of line 0.25 read it: what the sender asserted, with the identity that the
// engine knows (spec: line-0.25 §3.1).
std::string stamped_caller(const json::Value& asserted, const Connection& caller) {
  boost::json::object stamped;
  if (boost::json::value value = parsed(asserted.text); value.is_object()) {
    stamped = std::move(value.get_object());
  }
  stamped["worker_id"] = caller.worker_id.value().to_string();
  stamped.stable_erase("worker_name");
  if (caller.name) {
    stamped["worker_name"] = *caller.name;
  }
  return boost::json::serialize(stamped);
}

// What the queue is asked to keep.
std::string queue_request(
    const from_worker::InvokeFunction& message,
    const base::Uuid& receipt,
    std::string_view baggage_json
) {
  std::string data = R"({"queue":)" + std::string(message.queue.text);
  data.append(R"(,"function_id":)").append(message.function_id.text);
  data.append(R"(,"data":)").append(message.data.text);
  data.append(R"(,"messageReceiptId":")").append(receipt.to_string());
  data.append(R"(","traceparent":)");
  data.append(is_present(message.traceparent) ? message.traceparent.text : "null");
  return data.append(R"(,"baggage":)").append(baggage_json).append("}");
}

}  // namespace

void Core::invoke(Connection& caller, const Invoke& message, base::Now now, Effects& effects) {
  if (is_draining_ && !caller.calls_while_draining) {
    refuse(
        caller,
        message,
        error_body(
            codes::engine_stopping,
            "The engine is shutting down and takes no new calls; call again after it has restarted"
        ),
        effects
    );
    return;
  }
  if (message.action == Action::enqueue) {
    enqueue(caller, message, now, effects);
    return;
  }
  Function* function =
      with_text(message.function_id, [this](std::string_view id) { return functions_.find(id); });
  if (function == nullptr || !function->is_registered()) {
    refuse(caller, message, with_text(message.function_id, not_found), effects);
  } else if (is_own(*function)) {
    call_engine_function(caller, message, *function, now, effects);
  } else {
    call_worker(caller, message, *function, now, effects);
  }
}

void Core::call_worker(
    Connection& caller, const Invoke& message, Function& function, base::Now now, Effects& effects
) {
  const Connection& target = function.target();
  if (target.is_congested) {
    refuse(
        caller,
        message,
        error_body(
            codes::worker_overloaded,
            "Worker " + target.name.value_or(target.worker_id.value().to_string()) +
                " does not keep up with what it is sent; call " + function.id + " again later"
        ),
        effects
    );
    return;
  }
  const std::size_t payload_bytes = message.data.text.size() + message.metadata.text.size() +
                                    message.traceparent.text.size() + message.baggage.text.size();
  if (!target.can_take(payload_bytes)) {
    refuse(caller, message, too_large(payload_bytes, target), effects);
    return;
  }
  const bool is_awaited = message.action == Action::call && message.invocation_id;
  to_worker::InvokeFunction out{
      .invocation_id =
          is_awaited ? *message.invocation_id : base::InvocationId(base::Uuid::random(random_)),
      .function_id_json = function.id_json,
      .data_json = message.data.text,
      .metadata_json = message.metadata.text,
      .registration = function.current().execution.number
  };
  if (is_awaited) {
    // Filed before the message leaves: no answer can be too early (spec: engine-core §20.1).
    if (open_invocation(caller, message, function, out.invocation_id, now, effects) == nullptr) {
      return;
    }
  } else {
    ++counters_.fire_and_forget;
  }
  ++counters_.invocations;

  if (caller.residence == Residence::remote) {
    out.caller = caller.worker_id;
    if (message.data.has_watched_key) {
      out.data_json = effects.keep(json::without_member(message.data, protocol::caller_worker_key));
    }
  }
  if (is_present(message.traceparent) || is_present(message.baggage)) {
    forward_trace(message, function, out, effects);
  }
  if (target.declares_observe) {
    if (is_present(message.caller)) {
      out.caller_json = effects.keep(stamped_caller(message.caller, caller));
    }
    out.observe_depth_json = message.observe_depth.text;
  }
  effects.send(target.id, out);
}

Invocation* Core::open_invocation(
    Connection& caller,
    const Invoke& message,
    Function& function,
    base::InvocationId id,
    base::Now now,
    Effects& effects
) {
  if (caller.issued.size >= options_.invocations_max) {
    refuse(
        caller,
        message,
        error_body(
            codes::limit_exceeded,
            "This worker has " + std::to_string(caller.issued.size) +
                " calls in flight, which is the limit; wait for some to end"
        ),
        effects
    );
    return nullptr;
  }
  // The newcomer takes the id over (spec: wire-protocol §8.2).
  if (Invocation* previous = invocations_.find(id)) {
    fail(*previous, codes::invocation_error, "channel closed", now, effects);
  }
  base::MonotonicTime deadline = now.monotonic + options_.invocation_deadline;
  bool is_aging = true;
  if (message.timeout_ms &&
      *message.timeout_ms < static_cast<std::uint64_t>(options_.invocation_deadline.count())) {
    deadline = now.monotonic + std::chrono::milliseconds(*message.timeout_ms);
    is_aging = false;
  }
  Invocation& invocation = invocations_.open(
      {.id = id,
       .caller = &caller,
       .target = &function.target(),
       .function = &function,
       .deadline = deadline,
       .is_aging = is_aging}
  );
  invocation.traceparent_json.assign(message.traceparent.text);
  invocation.baggage_json.assign(message.baggage.text);
  return &invocation;
}

void Core::call_engine_function(
    Connection& caller, const Invoke& message, Function& function, base::Now now, Effects& effects
) {
  if (message.data.text.size() > limits::engine_input_bytes_max) {
    refuse(
        caller,
        message,
        error_body(
            codes::payload_too_large,
            "Functions of the engine take at most " +
                std::to_string(limits::engine_input_bytes_max) + " bytes; " + function.id +
                " was given " + std::to_string(message.data.text.size())
        ),
        effects
    );
    return;
  }
  ++counters_.invocations;
  const boost::json::value input = parsed(message.data.text);
  const bool is_awaited = message.action == Action::call && message.invocation_id;
  const EngineCall call{
      .caller = caller,
      .input = input,
      .invocation_id = is_awaited ? message.invocation_id : std::nullopt,
      .traceparent_json = message.traceparent.text,
      .baggage_json = message.baggage.text,
      .now = now,
      .effects = effects
  };
  // The caller counts its own call while it runs, as the reference system does.
  caller.issued.size += is_awaited ? 1 : 0;
  EngineAnswer answer = function.engine_function->run(*this, call);
  caller.issued.size -= is_awaited ? 1 : 0;
  if (std::holds_alternative<AnsweredLater>(answer)) {
    return;
  }
  auto* refusal = std::get_if<protocol::ErrorBody>(&answer);
  ++(refusal != nullptr ? counters_.failures : counters_.results);
  if (!is_awaited) {
    return;
  }
  to_worker::InvocationResult out{
      .invocation_id = *message.invocation_id,
      .function_id_json = function.id_json,
      .traceparent_json = message.traceparent.text,
      .baggage_json = message.baggage.text
  };
  if (refusal != nullptr) {
    out.error = std::move(*refusal);
  } else {
    out.result_json = effects.keep(boost::json::serialize(std::get<boost::json::value>(answer)));
    if (!caller.can_take(out.result_json.size())) {
      out.error = error_body(
          codes::payload_too_large,
          "The answer of " + function.id + " has " + std::to_string(out.result_json.size()) +
              " bytes, more than this worker can take; narrow it with search, prefix or worker"
      );
    }
  }
  effects.send(caller.id, std::move(out));
}

// The queue is whoever serves this function (spec: wire-protocol §8.5).
void Core::enqueue(Connection& caller, const Invoke& message, base::Now now, Effects& effects) {
  constexpr std::string_view port = "engine::queue::enqueue";
  const auto refuse_with = [&](protocol::ErrorBody error) {
    refuse(caller, message, std::move(error), effects);
  };
  Function* function = functions_.find(port);
  if (function == nullptr || !function->is_registered()) {
    refuse_with(error_body(
        codes::enqueue_error,
        line_of(caller) == Line::v0_11
            ? "QueueModule not loaded"
            : "No queue is available: no worker serves " + std::string(port) +
                  ". Start one (in the reference system: iii worker add queue) and call again"
    ));
    return;
  }
  if (function->target().is_congested) {
    refuse_with(error_body(
        codes::enqueue_error, "The queue does not keep up with what it is sent; enqueue again later"
    ));
    return;
  }
  const std::size_t payload_bytes =
      message.data.text.size() + message.queue.text.size() + message.function_id.text.size() +
      message.traceparent.text.size() + 2 * message.baggage.text.size();
  if (!function->target().can_take(payload_bytes)) {
    refuse_with(too_large(payload_bytes, function->target()));
    return;
  }
  const base::Uuid receipt = base::Uuid::random(random_);
  const std::string target = json::decode_string(message.function_id);
  const std::string baggage = json::quoted(
      baggage_for(is_present(message.baggage) ? json::decode_string(message.baggage) : "", target)
  );
  to_worker::InvokeFunction out{
      .invocation_id = base::InvocationId(base::Uuid::random(random_)),
      .function_id_json = function->id_json,
      .data_json = effects.keep(queue_request(message, receipt, baggage)),
      .baggage_json = effects.keep(std::string(baggage)),
      .registration = function->current().execution.number
  };
  if (is_present(message.traceparent) && is_valid_traceparent(message.traceparent.body())) {
    out.traceparent_json = message.traceparent.text;
  }
  if (message.invocation_id) {
    Invocation* invocation =
        open_invocation(caller, message, *function, out.invocation_id, now, effects);
    if (invocation == nullptr) {
      return;
    }
    invocation->purpose = Purpose::enqueue;
    invocation->receipt = receipt;
    invocation->answered_id = *message.invocation_id;
    invocation->answered_function_json.assign(message.function_id.text);
  }
  ++counters_.invocations;
  effects.send(function->target().id, out);
}

void Core::refuse(
    Connection& caller, const Invoke& message, protocol::ErrorBody error, Effects& effects
) {
  ++counters_.failures;
  if (message.invocation_id && message.action != Action::fire_and_forget) {
    effects.send(
        caller.id,
        to_worker::InvocationResult{
            .invocation_id = *message.invocation_id,
            .function_id_json = message.function_id.text,
            .error = std::move(error),
            .traceparent_json = message.traceparent.text,
            .baggage_json = message.baggage.text
        }
    );
    return;
  }
  ++counters_.dropped_fire_and_forget;
  effects.note(
      Severity::warn,
      "call_dropped",
      {{"function_id", std::string(message.function_id.body())}, {"reason", error.message}}
  );
}

void Core::on_result(
    Connection& from, const from_worker::InvocationResult& message, base::Now now, Effects& effects
) {
  Invocation* invocation = invocations_.find(message.invocation_id);
  if (invocation == nullptr || invocation->target != &from) {
    // The answer of a void call, one that came too late, or one from a worker that was not asked.
    ++counters_.unexpected_results;
    return;
  }
  ++counters_.results;
  end(*invocation, {message.result.text, message.error}, now, effects);
}

void Core::end(Invocation& invocation, Outcome outcome, base::Now now, Effects& effects) {
  invocations_.close(invocation);
  switch (invocation.purpose) {
    case Purpose::call:
      if (const std::size_t bytes = outcome.result_json.size() + size_of(outcome.error) +
                                    invocation.traceparent_json.size() +
                                    invocation.baggage_json.size();
          !invocation.caller->can_take(bytes)) {
        outcome.error = too_large(bytes, *invocation.caller);
      }
      effects.send(
          invocation.caller->id,
          to_worker::InvocationResult{
              .invocation_id = invocation.id,
              .function_id_json = invocation.function->id_json,
              .result_json = outcome.result_json,
              .error = std::move(outcome.error),
              .traceparent_json = invocation.traceparent_json,
              .baggage_json = invocation.baggage_json
          }
      );
      break;
    case Purpose::enqueue:
      answer_enqueue(invocation, std::move(outcome), effects);
      break;
    case Purpose::condition:
      on_condition(invocation.continuation, outcome, now, effects);
      break;
  }
  functions_.release(*invocation.function);
}

void Core::answer_enqueue(const Invocation& invocation, Outcome outcome, Effects& effects) {
  to_worker::InvocationResult out{
      .invocation_id = invocation.answered_id,
      .function_id_json = invocation.answered_function_json,
      .traceparent_json = invocation.traceparent_json,
      .baggage_json = invocation.baggage_json
  };
  if (outcome.error && outcome.error->code == codes::timeout) {
    out.error = error_body(
        codes::timeout,
        "The queue did not answer before the deadline of the call; it may still take the message"
    );
  } else if (outcome.error) {
    out.error =
        error_body(codes::enqueue_error, outcome.error->code + ": " + outcome.error->message);
  } else {
    out.result_json =
        effects.keep(R"({"messageReceiptId":")" + invocation.receipt.to_string() + "\"}");
  }
  effects.send(invocation.caller->id, std::move(out));
}

void Core::fail(
    Invocation& invocation,
    std::string_view code,
    std::string message,
    base::Now now,
    Effects& effects
) {
  ++counters_.failures;
  end(invocation, {{}, error_body(code, std::move(message))}, now, effects);
}

void Core::on_abandoned(base::ConnectionId caller, base::InvocationId call) {
  start_event();
  Invocation* invocation = invocations_.find(call);
  if (invocation != nullptr && invocation->caller != nullptr && invocation->caller->id == caller &&
      invocation->purpose == Purpose::call) {
    invocations_.close(*invocation);
    functions_.release(*invocation->function);
  }
}

void Core::forget_issued(const Connection& caller) {
  while (Invocation* invocation = invocations_.first_of(caller.issued)) {
    invocations_.close(*invocation);
    functions_.release(*invocation->function);
  }
}

}  // namespace iii::core
