// Running what the user has written.
#include "base/id.hpp"
#include "base/job.hpp"
#include "protocol/error_body.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/call_end.hpp"
#include "sdk/caller.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_run.hpp"
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

void Driver::perform(RunFunction& effect) {
  auto run = spare_runs_.take(effect);
  std::size_t running_max = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = functions_.find(effect.function_id);
    if (found != functions_.end()) {
      run->function = found->second.function;
      run->captures_payloads = found->second.captures_payloads;
      running_max = found->second.running_max;
    }
  }
  if (!has_room_for(*run)) {
    refuse(*run, {"worker_overloaded", "too many calls wait for this worker", std::nullopt});
    leave(std::move(run));
    return;
  }
  waiting_invocations_bytes_ += run->waiting_bytes();
  run->is_in_gate = true;
  gate_.arrive(effect.function_id, running_max, [this, run = std::move(run)]() mutable {
    pool_.post([self = shared_from_this(), run = std::move(run)]() mutable {
      self->start(std::move(run));
    });
    relieve_soon();
  });
}

bool Driver::has_room_for(const FunctionRun& run) {
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
void Driver::start(std::unique_ptr<FunctionRun> run) {
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
    if (const Function::Coroutine& coroutine = run->function->coroutine()) {
      Task<Json> task = coroutine(std::move(input), call);
      await(std::move(task), std::move(run));
      return;
    }
    answer(*run, serialize(run->function->plain()(input, *call)));
  } catch (...) {
    refuse(*run, current_error_body());
  }
  leave(std::move(run));
}

void Driver::await(Task<Json> task, std::unique_ptr<FunctionRun>&& run) {
  const auto waiting = std::make_shared<std::unique_ptr<FunctionRun>>(std::move(run));
  detail::start(
      std::move(task),
      [self = shared_from_this(), waiting](const Json& result) {
        self->answer(**waiting, serialize(result));
        self->leave(std::move(*waiting));
      },
      [self = shared_from_this(), waiting](const std::exception_ptr& error) {
        try {
          std::rethrow_exception(error);
        } catch (...) {
          self->refuse(**waiting, current_error_body());
        }
        self->leave(std::move(*waiting));
      }
  );
}

void Driver::answer(FunctionRun& run, const std::string& result_json) {
  if (const std::optional<base::InvocationId> id = run.invocation_id) {
    protocol::encode(
        to_engine::InvocationResult{
            .invocation_id = *id,
            .function_id = run.function_id,
            .result_json = result_json,
            .traceparent = run.traceparent,
            .baggage = run.baggage,
        },
        run.answer_frame
    );
    if (const auto refusal =
            refusal_of_frame(run.answer_frame, {"the result of", run.function_id})) {
      // Without trace headers (spec: line-0.25 §8).
      run.traceparent.clear();
      run.baggage.clear();
      refuse(run, error_body(*refusal));
      return;
    }
  }
  if (auto& span = run.span) {
    span->succeed(result_json);
  }
}

void Driver::refuse(FunctionRun& run, const protocol::ErrorBody& error) {
  const std::optional<base::InvocationId> id = run.invocation_id;
  if (auto& span = run.span) {
    span->fail(failure_of(error));
  }
  if (!id) {
    log(LogLevel::warn,
        "function '" + run.function_id + "' failed, and nobody waits for it: " + error.message);
    return;
  }
  protocol::encode(
      to_engine::InvocationResult{
          .invocation_id = *id,
          .function_id = run.function_id,
          .error = &error,
          .traceparent = run.traceparent,
          .baggage = run.baggage,
      },
      run.answer_frame
  );
  if (const auto refusal = refusal_of_frame(run.answer_frame, {"the error of", run.function_id})) {
    const protocol::ErrorBody replacement = error_body(*refusal);
    protocol::encode(
        to_engine::InvocationResult{
            .invocation_id = *id,
            .function_id = run.function_id,
            .error = &replacement,
        },
        run.answer_frame
    );
  }
}

void Driver::leave(std::unique_ptr<FunctionRun> run) {
  run->span.reset();
  // It may be the last that holds what the function captured, which is to go on this thread, when
  // the answer is on its way.
  const auto function = std::move(run->function);
  post([this, run = std::move(run)]() mutable {
    if (const auto id = run->invocation_id) {
      std::string& frame = run->answer_frame;
      // A copy, where that leaves the memory to the next run.
      conversation_.answer(
          *id, SpareRuns::keeps(frame) ? frame : std::move(frame), now(), effects_
      );
    } else {
      conversation_.leave(now(), effects_);
    }
    if (run->is_in_gate) {
      gate_.leave(run->function_id);
    }
    spare_runs_.put(std::move(run));
  });
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
