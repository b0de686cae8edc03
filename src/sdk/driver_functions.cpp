// Running what the user has written.
#include "base/id.hpp"
#include "base/job.hpp"
#include "protocol/error_body.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/call_end.hpp"
#include "sdk/caller.hpp"
#include "sdk/driver.hpp"
#include "sdk/effects.hpp"
#include "sdk/frames.hpp"
#include "sdk/telemetry/invocation_span.hpp"

#include <iii/context.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace iii::sdk {

namespace to_engine = protocol::to_engine;

// One run of a function, from its message to its answer.
struct Driver::Run {
  std::optional<base::InvocationId> invocation_id;
  std::string function_id;
  std::string data_json;
  std::string metadata_json;
  std::string traceparent;
  std::string baggage;
  std::string caller_json;
  std::shared_ptr<const Function> function;
  std::optional<bool> captures_payloads;
  std::optional<telemetry::InvocationSpan> span = {};
  bool is_in_gate = false;

  [[nodiscard]] std::size_t waiting_bytes() const {
    constexpr std::size_t overhead_bytes = 256;
    return overhead_bytes + data_json.size() + metadata_json.size() + caller_json.size();
  }
};

void Driver::perform(RunFunction& effect) {
  FunctionEntry entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = functions_.find(effect.function_id);
    if (found != functions_.end()) {
      entry = found->second;
    }
  }
  auto run = std::make_shared<Run>(Run{
      .invocation_id = effect.invocation_id,
      .function_id = std::move(effect.function_id),
      .data_json = std::string(effect.data_json),
      .metadata_json = std::string(effect.metadata_json),
      .traceparent = std::move(effect.traceparent),
      .baggage = std::move(effect.baggage),
      .caller_json = std::string(effect.caller_json),
      .function = std::move(entry.function),
      .captures_payloads = entry.captures_payloads,
  });
  if (!has_room_for(*run)) {
    refuse(run, {"worker_overloaded", "too many calls wait for this worker", std::nullopt});
    return;
  }
  waiting_invocations_bytes_ += run->waiting_bytes();
  run->is_in_gate = true;
  gate_.arrive(run->function_id, entry.running_max, [this, run] {
    pool_.post([self = shared_from_this(), run] { self->start(run); });
    relieve_soon();
  });
}

bool Driver::has_room_for(const Run& run) {
  const std::size_t waiting = waiting_invocations_bytes_;
  const bool has_room =
      waiting == 0 || waiting + run.waiting_bytes() <= options_.waiting_invocations_bytes_max;
  if (!has_room && !is_overloaded_) {
    log(LogLevel::warn,
        "calls are refused: those that wait already hold " + std::to_string(waiting) +
            " bytes, of waiting_invocations_bytes_max = " +
            std::to_string(options_.waiting_invocations_bytes_max));
  }
  is_overloaded_ = !has_room;
  return has_room;
}

// On a thread of the pool.
void Driver::start(const std::shared_ptr<Run>& run) {
  waiting_invocations_bytes_ -= run->waiting_bytes();
  try {
    const telemetry::InvocationSpan& span = run->span.emplace(
        telemetry_ ? telemetry_->recorder() : nullptr,
        telemetry::InvocationOrigin{run->function_id, run->traceparent, run->baggage},
        run->data_json,
        run->captures_payloads
    );
    if (run->function == nullptr) {
      // Unregistered a moment ago.
      throw Error::remote("function_not_found", "Function not found");
    }
    Json input = parse_json(run->data_json).value();
    const std::optional<base::InvocationId> id = run->invocation_id;
    // Shared: what the function starts may ask for it later.
    const auto call = std::make_shared<const Invocation>(Invocation{
        .id = id ? id->value().to_string() : std::string(),
        .function_id = run->function_id,
        .metadata = run->metadata_json.empty()
                        ? std::nullopt
                        : std::optional(parse_json(run->metadata_json).value()),
        .traceparent = run->traceparent,
        .baggage = run->baggage,
        .caller = read_caller(run->caller_json),
        .stop = stop_.get_token(),
    });
    const ContextScope scope(span.context().with_invocation(call));
    if (const Function::Plain& plain = run->function->plain()) {
      answer(run, serialize(plain(input, *call)));
      return;
    }
    const auto self = shared_from_this();
    detail::start(
        run->function->coroutine()(std::move(input), call),
        [self, run](const Json& result) { self->answer(run, serialize(result)); },
        [self, run](const std::exception_ptr& error) {
          try {
            std::rethrow_exception(error);
          } catch (...) {
            self->refuse(run, current_error_body());
          }
        }
    );
  } catch (...) {
    refuse(run, current_error_body());
  }
}

void Driver::answer(const std::shared_ptr<Run>& run, const std::string& result_json) {
  std::string frame;
  if (const std::optional<base::InvocationId> id = run->invocation_id) {
    frame = protocol::encode(to_engine::InvocationResult{
        .invocation_id = *id,
        .function_id = run->function_id,
        .result_json = result_json,
        .traceparent = run->traceparent,
        .baggage = run->baggage,
    });
    if (const auto refusal = refusal_of_frame(frame, "the result of", run->function_id)) {
      // Without trace headers (spec: line-0.25 §8).
      run->traceparent.clear();
      run->baggage.clear();
      refuse(run, error_body(*refusal));
      return;
    }
  }
  if (auto& span = run->span) {
    span->succeed(result_json);
  }
  leave(run, std::move(frame));
}

void Driver::refuse(const std::shared_ptr<Run>& run, const protocol::ErrorBody& error) {
  const std::optional<base::InvocationId> id = run->invocation_id;
  if (auto& span = run->span) {
    span->fail(failure_of(error));
  }
  if (!id) {
    log(LogLevel::warn,
        "function '" + run->function_id + "' failed, and nobody waits for it: " + error.message);
    leave(run, {});
    return;
  }
  std::string frame = protocol::encode(to_engine::InvocationResult{
      .invocation_id = *id,
      .function_id = run->function_id,
      .error = &error,
      .traceparent = run->traceparent,
      .baggage = run->baggage,
  });
  if (const auto refusal = refusal_of_frame(frame, "the error of", run->function_id)) {
    const protocol::ErrorBody replacement = error_body(*refusal);
    frame = protocol::encode(to_engine::InvocationResult{
        .invocation_id = *id,
        .function_id = run->function_id,
        .error = &replacement,
    });
  }
  leave(run, std::move(frame));
}

void Driver::leave(const std::shared_ptr<Run>& run, std::string frame) {
  post([this, run, frame = std::move(frame)]() mutable {
    if (const auto id = run->invocation_id) {
      conversation_.answer(*id, std::move(frame), now(), effects_);
    } else {
      conversation_.leave(now(), effects_);
    }
    if (run->is_in_gate) {
      gate_.leave(run->function_id);
    }
  });
  // It may be the last that holds what the function captured, which is to go on this thread.
  run->function.reset();
}

// While functions wait for a thread, more of them are added step by step.
void Driver::relieve_soon() {
  if (is_relief_armed_ || has_ended_) {
    return;
  }
  is_relief_armed_ = true;
  constexpr auto relief_interval = std::chrono::milliseconds(5);
  relief_timer_.expires_after(relief_interval);
  relief_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->is_relief_armed_ = false;
    if (!error && self->pool_.relieve()) {
      self->relieve_soon();
    }
    if (!self->has_reported_refusal_ && self->pool_.has_been_refused()) {
      self->has_reported_refusal_ = true;
      self->log(
          LogLevel::warn, "the system gives no more threads: functions wait for those there are"
      );
    }
  });
}

void Driver::run_user_code(base::Job job) {
  // Shared, since a pool that has stopped gives nothing back.
  auto shared = std::make_shared<base::Job>(std::move(job));
  if (!pool_.post([shared] { (*shared)(); }, HandlerPool::Fate::must_run)) {
    (*shared)();
    return;
  }
  if (is_on_io_thread()) {
    relieve_soon();
  }
}

}  // namespace iii::sdk
