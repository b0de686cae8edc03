// What other threads ask of a driver.
#include "base/id.hpp"
#include "base/time.hpp"
#include "sdk/call_end.hpp"
#include "sdk/conversation.hpp"
#include "sdk/driver.hpp"
#include "sdk/effects.hpp"
#include "sdk/handler_pool.hpp"
#include "sdk/transport.hpp"
#include "sdk/worker_metadata.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/options.hpp>
#include <iii/trigger.hpp>

#include <chrono>
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

bool Driver::register_function(const std::string& id, std::string frame, FunctionEntry entry) {
  const bool is_http_invoked = entry.function == nullptr;
  // The command is posted under the lock, so that two threads cannot leave table and conversation
  // with different functions.
  const std::lock_guard lock(mutex_);
  if (!functions_.emplace(id, std::move(entry)).second) {
    return false;
  }
  post([this, id = std::string(id), frame = std::move(frame), is_http_invoked]() mutable {
    conversation_.register_function(std::move(id), std::move(frame), is_http_invoked, effects_);
  });
  return true;
}

void Driver::unregister_function(const std::string& id) {
  const std::lock_guard lock(mutex_);
  functions_.erase(id);
  post([this, id] { conversation_.unregister_function(id, effects_); });
}

void Driver::register_service(std::string id, std::string frame) {
  post([this, id = std::move(id), frame = std::move(frame)]() mutable {
    conversation_.register_service(std::move(id), std::move(frame), effects_);
  });
}

void Driver::register_trigger_type(
    std::string id, std::string frame, std::shared_ptr<TriggerHandler> handler
) {
  const std::lock_guard lock(mutex_);
  trigger_types_.insert_or_assign(
      id, std::make_shared<TriggerTypeEntry>(std::move(handler), SerialJobs(pool_))
  );
  post([this, id = std::move(id), frame = std::move(frame)]() mutable {
    conversation_.register_trigger_type(std::move(id), std::move(frame), effects_);
  });
}

void Driver::unregister_trigger_type(const std::string& id) {
  const std::lock_guard lock(mutex_);
  trigger_types_.erase(id);
  post([this, id] { conversation_.unregister_trigger_type(id, effects_); });
}

void Driver::register_trigger(std::shared_ptr<TriggerEntry> entry, std::string frame) {
  const std::lock_guard lock(mutex_);
  post([this, id = entry->id, frame = std::move(frame)]() mutable {
    conversation_.register_trigger(std::move(id), std::move(frame), effects_);
  });
  std::string id = entry->id;
  triggers_.insert_or_assign(std::move(id), std::move(entry));
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
  const base::MonotonicTime deadline = now() + timeout;
  // Kept here as well: a driver that has ended gives it back.
  const auto completion = std::make_shared<Completion>(std::move(on_ended));
  const bool is_taken = try_post(
      [this, id, frame = std::move(frame), deadline, completion, stop = std::move(stop)]() mutable {
        const auto waiting =
            waiting_.emplace(id, Waiting{.on_ended = std::move(*completion)}).first;
        waiting->second.on_stop = when_stopped(std::move(stop), id);
        const Admission admission = conversation_.call(id, std::move(frame), deadline, effects_);
        waiting->second.was_full = admission == Admission::full;
      }
  );
  if (!is_taken) {
    const std::unique_lock lock(mutex_);
    CallEnd end = refused(rejection_ ? Admission::rejected : Admission::not_connected, rejection_);
    (*completion)(std::move(end));
  }
}

void Driver::send_void(std::string frame, Completion on_ended) {
  const auto completion = std::make_shared<Completion>(std::move(on_ended));
  const bool is_taken = try_post([this, frame = std::move(frame), completion]() mutable {
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
    (*completion)(refused(Admission::not_connected, std::nullopt));
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
  if (!has_room_) {
    room_.wait_for(lock, look_interval);
  }
  const ConnectionState state = state_.load();
  return now() < deadline && state != ConnectionState::failed &&
         state != ConnectionState::disconnected;
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
  return headers_;
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
  const std::lock_guard lock(mutex_);
  listeners_.emplace(++last_listener_, std::make_shared<StateListener>(std::move(listener)));
  return last_listener_;
}

void Driver::remove_state_listener(std::uint64_t listener) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(listener);
}

}  // namespace iii::sdk
