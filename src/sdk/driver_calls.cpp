// The faces of one call: blocking, awaited, with a callback, as a future.
#include "base/id.hpp"
#include "base/system_random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/call_end.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_callback.hpp"
#include "sdk/driver_handle.hpp"
#include "sdk/frames.hpp"
#include "sdk/worker_metadata.hpp"

#include <iii/client.hpp>
#include <iii/context.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace iii::sdk {

namespace to_engine = protocol::to_engine;

namespace {

// When the engine may forget a call: a while after nobody waits for it here, so that its end is our
// `timeout`, and not the engine's.
std::uint64_t engine_timeout_ms(std::chrono::milliseconds timeout) {
  constexpr std::chrono::milliseconds margin = std::chrono::seconds(1);
  return static_cast<std::uint64_t>((base::countable(timeout) + margin).count());
}

}  // namespace

base::Uuid new_uuid() {
  thread_local base::SystemRandom random;
  return base::Uuid::random(random);
}

Result<StartedCall> start_call(Driver& driver, const TriggerRequest& request, Completion on_ended) {
  if (request.stop.stop_requested()) {
    return Error::cancelled();
  }
  if (request.namespace_name && is_blank_namespace(*request.namespace_name)) {
    return Error::handler("the namespace of the call of '" + request.function_id + "' is blank");
  }
  const bool is_engines_own = request.function_id.starts_with("engine::") ||
                              request.function_id.starts_with("configuration::");
  const std::string inherited =
      driver.namespace_name().empty() || !is_engines_own ? driver.namespace_name() : "default";
  const auto kind = request.action.kind();
  const StartedCall call{base::InvocationId(new_uuid())};
  const std::string traceparent =
      request.traceparent.empty() ? inject_traceparent().value_or("") : request.traceparent;
  const std::string baggage =
      request.baggage.empty() ? inject_baggage().value_or("") : request.baggage;
  to_engine::InvokeFunction message{
      .function_id = request.function_id,
      .queue = request.action.queue(),
      .traceparent = traceparent,
      .baggage = baggage,
      .name_space = request.namespace_name ? *request.namespace_name : inherited,
  };
  const std::string data = serialize(request.payload);
  const std::string metadata = request.metadata ? serialize(*request.metadata) : std::string();
  message.data_json = data;
  message.metadata_json = metadata;
  if (kind == TriggerAction::Kind::fire_and_forget) {
    message.action = to_engine::Action::fire_and_forget;
  } else {
    message.invocation_id = call.id;
    message.action =
        kind == TriggerAction::Kind::enqueue ? to_engine::Action::enqueue : to_engine::Action::call;
  }
  const std::chrono::milliseconds timeout =
      request.timeout.value_or(driver.options().invocation_timeout);
  if (kind == TriggerAction::Kind::call) {
    message.timeout_ms = engine_timeout_ms(timeout);
  }
  std::string frame = protocol::encode(message);
  if (auto refusal = refusal_of_frame(frame, {"the call of", request.function_id})) {
    return *std::move(refusal);
  }
  if (kind == TriggerAction::Kind::fire_and_forget) {
    driver.send_void(std::move(frame), std::move(on_ended));
  } else {
    driver.call(call.id, std::move(frame), timeout, request.stop, std::move(on_ended));
  }
  return call;
}

namespace {

// How a call ended that this thread waits for; an error: it could not be sent.
Result<CallEnd> wait_for_call(Driver& driver, const TriggerRequest& request) {
  if (driver.is_on_io_thread()) {
    return Error::runtime(
        "the call of '" + request.function_id +
        "' would wait on the thread that its answer comes in on"
    );
  }
  // Shared: the I/O thread may still be inside open() when this function has returned.
  struct State {
    detail::Latch latch;
    CallEnd end;
  };
  const auto state = std::make_shared<State>();
  auto started = start_call(driver, request, [state](CallEnd end) {
    state->end = std::move(end);
    state->latch.open();
  });
  if (!started) {
    return started.error();
  }
  state->latch.wait();
  return std::move(state->end);
}

}  // namespace

}  // namespace iii::sdk

namespace iii::inline v0 {

Result<Json> Client::try_trigger(const TriggerRequest& request) noexcept {
  try {
    const base::MonotonicTime deadline = base::later(
        driver().now(), request.timeout.value_or(driver().options().invocation_timeout)
    );
    const bool may_block = driver().options().offline.policy == OfflinePolicy::block;
    for (;;) {
      auto end = sdk::wait_for_call(driver(), request);
      if (!end) {
        return end.error();
      }
      const bool tries_again = end->was_full && may_block && driver().wait_for_room(deadline);
      if (!tries_again) {
        return sdk::result_of(*std::move(end));
      }
    }
  } catch (...) {
    return sdk::current_error();
  }
}

Json Client::trigger(const TriggerRequest& request) {
  return try_trigger(request).value();
}

PendingCall Client::trigger(
    const TriggerRequest& request, std::function<void(Result<Json> result)> on_ended
) {
  const std::weak_ptr<sdk::Driver> weak = handle_->driver;
  const auto callback = std::make_shared<sdk::SingleCallback<Result<Json>>>(std::move(on_ended));
  auto started = sdk::start_call(driver(), request, [weak, callback](sdk::CallEnd end) {
    auto run = [callback, end = std::move(end)]() mutable {
      callback->run(sdk::result_of(std::move(end)));
    };
    if (const auto strong = weak.lock()) {
      strong->run_user_code(std::move(run));
    } else {
      run();
    }
  });
  if (!started) {
    driver().run_user_code([callback, error = started.error()] { callback->run(error); });
    return PendingCall([callback] { callback->cancel(); });
  }
  return PendingCall([weak, callback, id = started->id] {
    // At once: the answer may be on its way to the pool.
    callback->cancel();
    if (const auto strong = weak.lock()) {
      strong->cancel(id);
    }
  });
}

std::future<Json> Client::trigger_future(const TriggerRequest& request) {
  const auto promise = std::make_shared<std::promise<Json>>();
  const auto fulfil = [promise](Result<Json> result) {
    if (result) {
      promise->set_value(*std::move(result));
    } else {
      promise->set_exception(std::make_exception_ptr(result.error()));
    }
  };
  trigger(request, fulfil);
  return promise->get_future();
}

TriggerAwaiter Client::trigger_async(TriggerRequest request) {
  return {handle_->driver, std::move(request)};
}

void detail::throw_unreadable_answer(const std::string& function_id, const Error& error) {
  throw Error::serde("the answer of '" + function_id + "': " + error.message());
}

bool TriggerAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  // Whatever is needed afterwards is copied: the coroutine, and this with it, may be gone on
  // another thread before start_call() returns.
  const std::shared_ptr<sdk::Driver> driver = driver_;
  const sdk::Resumption resumption(awaiting);
  const auto resume = [this, resumption](Result<Json> result) {
    result_.emplace(std::move(result));
    resumption.resume();
  };
  auto started = sdk::start_call(*driver, request_, [driver, resume](sdk::CallEnd end) {
    driver->run_user_code([resume, end = std::move(end)]() mutable {
      resume(sdk::result_of(std::move(end)));
    });
  });
  if (!started) {
    driver->run_user_code([resume, error = started.error()] { resume(error); });
  }
  return resumption.is_suspended();
}

Json TriggerAwaiter::await_resume() {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): it resumes only with a result
  return std::move(*result_).value();
}

}  // namespace iii::inline v0
