// Triggers of our types, and what becomes of the triggers that we register.
#include "base/time.hpp"
#include "protocol/error_body.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/call_end.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_callback.hpp"
#include "sdk/effects.hpp"
#include "sdk/frames.hpp"
#include "sdk/handler_pool_serial_jobs.hpp"
#include "sdk/telemetry/user_span.hpp"

#include <iii/context.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <coroutine>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace iii::sdk {

namespace to_engine = protocol::to_engine;

// nullptr: unregistered a moment ago.
std::shared_ptr<TriggerTypeEntry> Driver::begin_callback(const std::string& trigger_type) {
  ++running_callbacks_;
  const std::lock_guard lock(mutex_);
  const auto found = trigger_types_.find(trigger_type);
  return found == trigger_types_.end() ? nullptr : found->second;
}

void Driver::perform(ConfigureTrigger& effect) {
  std::shared_ptr<TriggerTypeEntry> type = begin_callback(effect.trigger_type);
  if (!type) {
    post([this] { leave_callback(); });
    return;
  }
  // A copy: the job owns the type, perhaps alone, and may be over before post() returns.
  SerialJobs jobs = type->jobs;
  jobs.post([self = shared_from_this(),
             type = std::move(type),
             id = std::move(effect.id),
             trigger_type = std::move(effect.trigger_type),
             function_id = std::move(effect.function_id),
             config_json = std::string(effect.config_json),
             metadata_json = std::string(effect.metadata_json),
             target_namespace = std::move(effect.target_namespace)] {
    std::optional<protocol::ErrorBody> error;
    const telemetry::UserSpan span(
        self->telemetry_ ? self->telemetry_->recorder() : nullptr,
        "register trigger " + trigger_type,
        {{"iii.trigger.id", Json(id)}, {"iii.function.id", Json(function_id)}}
    );
    try {
      const ContextScope scope(span.context());
      type->handler->register_trigger({
          .id = id,
          .function_id = function_id,
          .config = parse_json(config_json).value(),
          .metadata = metadata_json.empty() ? std::nullopt
                                            : std::optional(parse_json(metadata_json).value()),
          .namespace_name = target_namespace,
      });
      span.succeed();
    } catch (...) {
      error = current_error_body();
      span.fail(failure_of(*error));
      error->code = "trigger_registration_failed";
      error->stacktrace.reset();
    }
    std::string frame = protocol::encode(to_engine::TriggerRegistrationResult{
        .id = id,
        .trigger_type = trigger_type,
        .function_id = function_id,
        .error = error ? &*error : nullptr,
    });
    self->post([driver = self.get(), frame = std::move(frame)] {
      if (problem_of_frame(frame).empty()) {
        driver->conversation_.answer_trigger(frame, driver->effects_);
      }
      driver->leave_callback();
    });
  });
  relieve_soon();
}

void Driver::perform(RemoveTrigger& effect) {
  std::shared_ptr<TriggerTypeEntry> type = begin_callback(effect.trigger_type);
  if (!type) {
    post([this] { leave_callback(); });
    return;
  }
  SerialJobs jobs = type->jobs;  // likewise
  jobs.post([self = shared_from_this(),
             type = std::move(type),
             id = std::move(effect.id),
             trigger_type = std::move(effect.trigger_type)] {
    const telemetry::UserSpan span(
        self->telemetry_ ? self->telemetry_->recorder() : nullptr,
        "unregister trigger " + trigger_type,
        {{"iii.trigger.id", Json(id)}}
    );
    try {
      const ContextScope scope(span.context());
      type->handler->unregister_trigger(id);
      span.succeed();
    } catch (...) {
      const protocol::ErrorBody error = current_error_body();
      span.fail(failure_of(error));
      self->log(LogLevel::warn, "removing trigger " + id + ": " + error.message);
    }
    self->post([driver = self.get()] { driver->leave_callback(); });
  });
  relieve_soon();
}

void Driver::leave_callback() {
  conversation_.leave(now(), effects_);
  --running_callbacks_;
}

// One who waits; on the I/O thread.
struct Driver::RefusalWait {
  std::shared_ptr<TriggerEntry> entry;
  boost::asio::steady_timer timer;
  Trigger::OnRefusal on_refusal;
};

void Driver::perform(AnswerTrigger& effect) {
  std::shared_ptr<TriggerEntry> entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = triggers_.find(effect.id);
    if (found == triggers_.end()) {
      return;
    }
    entry = found->second;
  }
  {
    const std::lock_guard lock(entry->mutex);
    entry->refusal.reset();
    if (effect.error) {
      entry->refusal =
          Error::remote(effect.error->code, effect.error->message, effect.error->stacktrace);
    }
  }
  end_refusal_waits(entry.get());
}

void Driver::when_refused(
    const std::shared_ptr<TriggerEntry>& entry,
    std::chrono::milliseconds timeout,
    Trigger::OnRefusal on_refusal
) {
  // Kept here as well: a driver that has ended gives it back.
  const auto callback = std::make_shared<Trigger::OnRefusal>(std::move(on_refusal));
  const bool is_taken = try_post([this, entry, timeout, callback] {
    if (entry->status() || has_ended_) {
      (*callback)(entry->status());
      return;
    }
    const auto wait = refusal_waits_.insert(
        refusal_waits_.end(),
        std::make_shared<RefusalWait>(RefusalWait{
            .entry = entry,
            .timer = boost::asio::steady_timer(executor_, base::countable(timeout)),
            .on_refusal = *callback
        })
    );
    (*wait)->timer.async_wait([self = shared_from_this(),
                               wait](const boost::system::error_code& error) {
      if (!error) {
        const std::shared_ptr<RefusalWait> ended = std::move(*wait);
        self->refusal_waits_.erase(wait);
        ended->on_refusal(ended->entry->status());
      }
    });
  });
  if (!is_taken) {
    (*callback)(entry->status());
  }
}

// nullptr: all of them.
void Driver::end_refusal_waits(const TriggerEntry* entry) {
  std::list<std::shared_ptr<RefusalWait>> ended;
  for (auto wait = refusal_waits_.begin(); wait != refusal_waits_.end();) {
    const auto next = std::next(wait);
    // A timer that has fired already ends its wait itself.
    const bool is_meant = entry == nullptr || (*wait)->entry.get() == entry;
    if (is_meant && (*wait)->timer.cancel() > 0) {
      ended.splice(ended.end(), refusal_waits_, wait);
    }
    wait = next;
  }
  for (const auto& wait : ended) {
    wait->on_refusal(wait->entry->status());
  }
}

}  // namespace iii::sdk

namespace iii::inline v0 {

std::optional<Error> Trigger::status() const {
  return entry_->status();
}

std::optional<Error> Trigger::wait_for_refusal(std::chrono::milliseconds timeout) const {
  const auto driver = driver_.lock();
  if (!driver || driver->is_on_io_thread()) {
    return status();  // there, nothing could come while it waits
  }
  detail::Latch latch;
  driver->when_refused(entry_, timeout, [latch = &latch](const auto&) { latch->open(); });
  latch.wait();
  return status();
}

void Trigger::refusal(std::chrono::milliseconds timeout, OnRefusal on_refusal) const {
  const auto driver = driver_.lock();
  if (!driver) {
    on_refusal(status());
    return;
  }
  driver->when_refused(
      entry_,
      timeout,
      [weak = driver_,
       callback = std::make_shared<sdk::SingleCallback<std::optional<Error>>>(std::move(on_refusal)
       )](std::optional<Error> refusal) {
        if (const auto strong = weak.lock()) {
          strong->run_user_code([callback, refusal = std::move(refusal)]() mutable {
            callback->run(std::move(refusal));
          });
        } else {
          callback->run(std::move(refusal));
        }
      }
  );
}

RefusalAwaiter Trigger::refusal(std::chrono::milliseconds timeout) const {
  return {*this, timeout};
}

bool RefusalAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  // Copied: the coroutine, and this with it, may be gone on another thread before it returns.
  const Trigger trigger = trigger_;
  const sdk::Resumption resumption(awaiting);
  trigger.refusal(timeout_, [this, resumption](std::optional<Error> refusal) {
    refusal_ = std::move(refusal);
    resumption.resume();
  });
  return resumption.is_suspended();
}

}  // namespace iii::inline v0
