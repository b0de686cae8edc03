// What other threads ask of a driver.
#include "base/id.hpp"
#include "base/time.hpp"
#include "sdk/call_end.hpp"
#include "sdk/conversation.hpp"
#include "sdk/driver.hpp"
#include "sdk/effects.hpp"
#include "sdk/handler_pool.hpp"
#include "sdk/handler_pool_serial_jobs.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_headers.hpp"
#include "sdk/worker_metadata.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/options.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace iii::sdk {

namespace {

// Of what is asked after the end.
constexpr const char* shut_down = "the client has been shut down";

CallEnd refused(
    Admission admission, const std::optional<Rejection>& rejection, std::string reason = shut_down
) {
  return {
      .how =
          admission == Admission::rejected ? EndCall::How::rejected : EndCall::How::not_connected,
      .rejection = rejection,
      .reason = std::move(reason),
      .was_full = admission == Admission::full,
  };
}

}  // namespace

// Nothing of the user's is destroyed under the lock: its destructors may call this client.

Registered Driver::register_function(
    const std::string& id, std::string frame, FunctionEntry&& entry
) {
  const bool is_http_invoked = entry.function == nullptr;
  // The command is posted under the lock, so that two threads cannot leave table and conversation
  // with different functions.
  const std::lock_guard lock(mutex_);
  if (is_over_) {
    return Registered::has_ended;
  }
  if (!functions_.try_emplace(id, std::move(entry)).second) {
    return Registered::id_is_taken;
  }
  post([this, id = std::string(id), frame = std::move(frame), is_http_invoked]() mutable {
    conversation_.register_function(std::move(id), std::move(frame), is_http_invoked, effects_);
  });
  return Registered::accepted;
}

void Driver::unregister_function(const std::string& id, std::uint64_t registration) {
  decltype(functions_)::node_type ended;
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find(id);
  if (found == functions_.end() || found->second.registration != registration) {
    return;
  }
  ended = functions_.extract(found);
  post([this, id] { conversation_.unregister_function(id, effects_); });
}

Registered Driver::register_service(std::string id, std::string frame) {
  const bool is_taken = try_post([this, id = std::move(id), frame = std::move(frame)]() mutable {
    conversation_.register_service(std::move(id), std::move(frame), effects_);
  });
  return is_taken ? Registered::accepted : Registered::has_ended;
}

Registered Driver::register_trigger_type(
    const std::string& id,
    std::string frame,
    std::shared_ptr<TriggerHandler> handler,
    std::uint64_t registration
) {
  // After the swap: what was registered before.
  auto entry = std::make_shared<TriggerTypeEntry>(
      std::move(handler), SerialJobs(pool_, HandlerPool::Fate::may_be_dropped), registration
  );
  const std::lock_guard lock(mutex_);
  if (is_over_) {
    return Registered::has_ended;
  }
  trigger_types_[id].swap(entry);
  post([this, id = std::string(id), frame = std::move(frame)]() mutable {
    conversation_.register_trigger_type(std::move(id), std::move(frame), effects_);
  });
  return Registered::accepted;
}

void Driver::unregister_trigger_type(
    const std::string& id, std::optional<std::uint64_t> registration
) {
  decltype(trigger_types_)::node_type ended;
  const std::lock_guard lock(mutex_);
  const auto found = trigger_types_.find(id);
  if (found == trigger_types_.end() ||
      (registration && found->second->registration != *registration)) {
    return;
  }
  ended = trigger_types_.extract(found);
  post([this, id] { conversation_.unregister_trigger_type(id, effects_); });
}

Registered Driver::register_trigger(std::shared_ptr<TriggerEntry> entry, std::string frame) {
  const std::lock_guard lock(mutex_);
  if (is_over_) {
    return Registered::has_ended;
  }
  post([this, id = entry->id, frame = std::move(frame)]() mutable {
    conversation_.register_trigger(std::move(id), std::move(frame), effects_);
  });
  std::string id = entry->id;
  triggers_.insert_or_assign(std::move(id), std::move(entry));
  return Registered::accepted;
}

void Driver::unregister_trigger(const TriggerEntry& entry) {
  const std::lock_guard lock(mutex_);
  post([this, id = entry.id, type = entry.trigger_type] {
    conversation_.unregister_trigger(id, type, effects_);
  });
  triggers_.erase(entry.id);
}

void Driver::call(
    base::InvocationId id,
    std::string frame,
    std::chrono::milliseconds timeout,
    std::stop_token stop,
    Completion on_ended
) {
  const std::size_t bytes = frame.size();
  if (!takes_post(bytes)) {
    on_ended(end_without_room());
    return;
  }
  const base::MonotonicTime deadline = base::later(now(), timeout);
  // Kept here as well: a driver that has ended gives it back.
  const auto completion = std::make_shared<Completion>(std::move(on_ended));
  const bool is_taken = try_post(
      [this, id, bytes, frame = std::move(frame), deadline, completion, stop = std::move(stop)](
      ) mutable {
        posted_bytes_ -= bytes;
        const auto waiting =
            waiting_.emplace(id, Waiting{.on_ended = std::move(*completion)}).first;
        waiting->second.on_stop = when_stopped(std::move(stop), id);
        const Admission admission = conversation_.call(id, std::move(frame), deadline, effects_);
        waiting->second.was_full = admission == Admission::full;
      }
  );
  if (!is_taken) {
    posted_bytes_ -= bytes;
    (*completion)(end_of_late_call());
  }
}

CallEnd Driver::end_without_room() const {
  const std::string bytes = std::to_string(options_.offline.bytes_max);
  return refused(
      Admission::full,
      std::nullopt,
      "calls are made faster than they are sent: more than " + bytes + " bytes wait"
  );
}

// Of a call that comes when the driver has ended. A completion runs user code: not under the lock.
CallEnd Driver::end_of_late_call() const {
  const std::lock_guard lock(mutex_);
  return refused(rejection_ ? Admission::rejected : Admission::not_connected, rejection_);
}

// Whether there is room for a call before the I/O thread has seen those that wait for it. As on an
// open connection, one that is larger than the bound may come when nothing waits.
bool Driver::takes_post(std::size_t bytes) {
  if (posted_bytes_.fetch_add(bytes) > options_.offline.bytes_max) {
    posted_bytes_ -= bytes;
    return false;
  }
  return true;
}

void Driver::send_void(std::string frame, Completion on_ended) {
  const std::size_t bytes = frame.size();
  if (!takes_post(bytes)) {
    on_ended(end_without_room());
    return;
  }
  const auto completion = std::make_shared<Completion>(std::move(on_ended));
  const bool is_taken = try_post([this, bytes, frame = std::move(frame), completion]() mutable {
    posted_bytes_ -= bytes;
    const Admission admission = conversation_.send_void(std::move(frame), effects_);
    if (admission == Admission::accepted) {
      (*completion)({.how = EndCall::How::result, .result_json = "null"});
    } else {
      (*completion)(
          refused(admission, conversation_.rejection(), conversation_.reason_of(admission))
      );
    }
  });
  if (!is_taken) {
    posted_bytes_ -= bytes;
    (*completion)(end_of_late_call());
  }
}

void Driver::cancel(base::InvocationId id) {
  post([this, id] {
    conversation_.cancel(id);
    waiting_.erase(id);
  });
}

// nullptr: it cannot be stopped. Destroyed on the I/O thread, with what waits for the call.
std::unique_ptr<Driver::OnStop> Driver::when_stopped(std::stop_token stop, base::InvocationId id) {
  if (!stop.stop_possible()) {
    return nullptr;
  }
  return std::make_unique<OnStop>(std::move(stop), [weak = weak_from_this(), id] {
    if (const auto self = weak.lock()) {
      self->post([driver = self.get(), id] { driver->end_cancelled(id); });
    }
  });
}

void Driver::end_cancelled(base::InvocationId id) {
  conversation_.cancel(id);
  const auto waiting = waiting_.find(id);
  if (waiting != waiting_.end()) {
    const Waiting ended = std::move(waiting->second);
    waiting_.erase(waiting);
    ended.on_ended({.how = EndCall::How::cancelled});
  }
}

bool Driver::wait_for_room(base::MonotonicTime deadline) {
  std::unique_lock lock(mutex_);
  // Whoever comes first takes the room, so the others look again before long.
  constexpr auto look_interval = std::chrono::milliseconds(50);
  if (!has_room_ || posted_bytes_ > options_.offline.bytes_max) {
    room_.wait_for(lock, look_interval);
  }
  const ConnectionState state = state_.load();
  return now() < deadline && state != ConnectionState::failed &&
         state != ConnectionState::disconnected;
}

bool Driver::wait_until_registered(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto is_decided = [this] {
    return supports_observe_.has_value() || is_over_ || state_.load() == ConnectionState::failed;
  };
  if (!is_on_io_thread()) {
    registered_.wait_for(lock, base::countable(timeout), is_decided);
  }
  return supports_observe_.has_value();
}

std::optional<bool> Driver::engine_supports_observe() const {
  const std::lock_guard lock(mutex_);
  return supports_observe_;
}

bool Driver::has_ended() {
  const std::lock_guard lock(commands_mutex_);
  return is_closed_;
}

std::string Driver::worker_id() const {
  const std::lock_guard lock(mutex_);
  return worker_id_;
}

std::optional<Error> Driver::fatal_error() const {
  const std::lock_guard lock(mutex_);
  return rejection_ ? std::optional(Error::registration_rejected(*rejection_)) : std::nullopt;
}

std::optional<Error> Driver::last_refusal() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

ClientCounters Driver::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

Headers Driver::headers() const {
  const std::lock_guard lock(mutex_);
  return with_token(headers_, token_);
}

void Driver::set_headers(Headers headers) {
  const std::lock_guard lock(mutex_);
  headers_ = std::move(headers);
}

void Driver::set_metadata(const WorkerMetadata& metadata) {
  post([this, announced = with_framework(metadata)]() mutable {
    metadata_ = std::move(announced);
    conversation_.set_announce(announce_frame(metadata_, namespace_));
  });
}

std::uint64_t Driver::add_state_listener(StateListener listener) {
  auto shared = std::make_shared<StateListener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  if (!is_over_) {
    listeners_.emplace(++last_listener_, std::move(shared));
  }
  return last_listener_;
}

void Driver::remove_state_listener(std::uint64_t listener) {
  decltype(listeners_)::node_type removed;
  const std::lock_guard lock(mutex_);
  removed = listeners_.extract(listener);
}

}  // namespace iii::sdk
