#include "sdk/conversation.hpp"

#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/unhurried.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/effects.hpp"
#include "sdk/telemetry/reconnect_delay.hpp"

#include <iii/options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::sdk {

namespace {

// A connection that lasted this long was a good one, even if the engine never sent our id.
constexpr auto stable_after = std::chrono::seconds(5);
constexpr std::uint32_t attempts_per_warning = 10;

}  // namespace

Conversation::Conversation(ConversationOptions options, base::Random& random)
    : options_(std::move(options)),
      random_(random),
      offline_(options_.offline.messages_max, options_.offline.bytes_max) {
}

void Conversation::start(base::MonotonicTime now, Effects& effects) {
  if (phase_ == Phase::idle && !is_stopping_) {
    change_state(ConnectionState::connecting, effects);
    open(now, effects);
  }
}

void Conversation::open(base::MonotonicTime now, Effects& effects) {
  phase_ = Phase::opening;
  retry_at_ = base::never;
  give_up_at_ = now + options_.connect_timeout;
  effects.emplace_back(OpenConnection{});
}

void Conversation::on_opened(base::MonotonicTime now, Effects& effects) {
  III_ASSERT(phase_ == Phase::opening, "only what was asked for opens");
  phase_ = Phase::open;
  was_ever_open_ = true;
  has_reported_drops_ = false;
  if (!std::exchange(failure_, "").empty()) {
    effects.emplace_back(Report{Report::Level::warn, "connected"});
  }
  is_welcome_ = false;
  give_up_at_ = base::never;
  opened_at_ = last_heard_ = now;
  ping_at_ = next_ping(now);
  backlog_bytes_ = 0;
  sent_messages_ = 0;
  change_state(ConnectionState::connected, effects);
  replay(effects);
  settle_shutdown(now, effects);
}

void Conversation::replay(Effects& effects) {
  if (!worker_id_.empty()) {
    send(
        protocol::encode(protocol::to_engine::Reattach{
            .previous_worker_id = worker_id_, .token = reattach_token_ ? *reattach_token_ : ""
        }),
        effects
    );
  }
  send(options_.announce, effects);
  for (const auto& [id, frame] : trigger_types_.entries()) {
    send(frame, effects);
  }
  for (const auto& [id, frame] : services_.entries()) {
    send(frame, effects);
  }
  for (const auto& [id, function] : functions_.entries()) {
    send(function.frame, effects);
  }
  for (const auto& [id, frame] : triggers_.entries()) {
    send(frame, effects);
  }
  while (!offline_.empty()) {
    OfflineMessages::Message message = offline_.pop();
    if (message.call) {
      pending_.mark_carried(*message.call);
      send(std::move(message.text), effects);
    } else {
      send_kept(std::move(message.text), effects);
    }
  }
}

void Conversation::on_closed(std::string_view reason, base::MonotonicTime now, Effects& effects) {
  switch (phase_) {
    case Phase::idle:
    case Phase::waiting:
    case Phase::ended:
      return;  // of a connection that has been dropped
    case Phase::opening:
    case Phase::open:
      lose(reason, now, effects);
      return;
    case Phase::closing:
      phase_ = Phase::ended;
      settle_shutdown(now, effects);
      return;
  }
}

void Conversation::lose(std::string_view reason, base::MonotonicTime now, Effects& effects) {
  const bool was_open = phase_ == Phase::open;
  ping_at_ = give_up_at_ = base::never;
  if (was_open && (is_welcome_ || now - opened_at_ >= stable_after)) {
    attempt_ = 0;
  }
  failure_ = was_open ? "the connection is lost: " : "the engine cannot be reached: ";
  failure_.append(reason);
  // Said once in a while, not at every attempt.
  const bool is_news = was_open || attempt_ % attempts_per_warning == 0;
  effects.emplace_back(Report{is_news ? Report::Level::warn : Report::Level::info, failure_});
  if (options_.fails_calls_on_disconnect) {
    end_calls(
        pending_.take_carried(),
        EndCall::How::not_connected,
        "the connection broke while the call was on its way",
        effects
    );
  }
  keep_unsent(effects);
  if (is_stopping_ && offline_.empty() && !is_anything_running()) {
    finish(effects);
    return;
  }
  const auto& retries_max = options_.reconnection.max_retries;
  if (retries_max && attempt_ >= *retries_max) {
    fail_for_good(effects);
    settle_shutdown(now, effects);
    return;
  }
  wait_for_retry(now, effects);
}

// Calls are refused long before; answers and pongs have nobody to refuse them to.
void Conversation::lose_if_stalled(base::MonotonicTime now, Effects& effects) {
  const std::size_t bytes_max =
      std::max(base::limits::sdk_outbox_close_bytes, options_.offline.bytes_max);
  if (phase_ == Phase::open && backlog_bytes_ > bytes_max) {
    effects.emplace_back(DropConnection{});
    lose("the engine does not take what it is sent", now, effects);
  }
}

void Conversation::wait_for_retry(base::MonotonicTime now, Effects& effects) {
  phase_ = Phase::waiting;
  retry_at_ = now + telemetry::reconnect_delay(options_.reconnection, attempt_, random_.next());
  ++attempt_;
  change_state(
      was_ever_open_ ? ConnectionState::reconnecting : ConnectionState::connecting, effects
  );
}

// No attempt follows. Calls end now, and later ones at once.
void Conversation::fail_for_good(Effects& effects) {
  phase_ = Phase::ended;
  offline_.clear();
  unsent_.clear();
  if (!rejection_) {
    end_ = "gave up after " + std::to_string(attempt_) + " retries: " + failure_;
  }
  end_calls(
      pending_.take_all(),
      rejection_ ? EndCall::How::rejected : EndCall::How::not_connected,
      end_,
      effects
  );
  change_state(ConnectionState::failed, effects);
}

void Conversation::on_time(base::MonotonicTime now, Effects& effects) {
  for (const base::InvocationId& id : pending_.take_due(now)) {
    const bool was_never_sent = offline_.remove(id);
    effects.emplace_back(
        EndCall{.id = id, .how = EndCall::How::timeout, .reason = was_never_sent ? failure_ : ""}
    );
  }
  if (phase_ == Phase::opening && now >= give_up_at_) {
    effects.emplace_back(DropConnection{});
    lose("no answer in time", now, effects);
  } else if (phase_ == Phase::open && now >= idle_at()) {
    effects.emplace_back(DropConnection{});
    lose("nothing has come for too long", now, effects);
  } else if (phase_ == Phase::open && now >= ping_at_) {
    effects.emplace_back(SendPing{});
    ping_at_ = next_ping(now);
  } else if (phase_ == Phase::waiting && now >= retry_at_) {
    open(now, effects);
  }
  settle_shutdown(now, effects);
}

base::MonotonicTime Conversation::next_deadline() const {
  base::MonotonicTime next = std::min({pending_.next_deadline(), give_up_at_, retry_at_, ping_at_});
  if (phase_ == Phase::open) {
    next = std::min(next, idle_at());
  }
  if (is_stopping_ && !has_finished()) {
    next = std::min(next, phase_ == Phase::closing ? stop_deadline_ : drain_deadline_);
  }
  return next;
}

base::MonotonicTime Conversation::next_ping(base::MonotonicTime now) const {
  const auto interval = options_.ping_interval;
  return interval == std::chrono::nanoseconds(0) ? base::never : base::unhurried(now, interval);
}

base::MonotonicTime Conversation::idle_at() const {
  const auto timeout = options_.idle_timeout;
  return timeout == std::chrono::nanoseconds(0) ? base::never : last_heard_ + timeout;
}

void Conversation::shutdown(base::MonotonicTime now, Effects& effects) {
  if (is_stopping_) {
    return;
  }
  is_stopping_ = true;
  stop_deadline_ = now + options_.shutdown_timeout;
  // The rest is for the Close frames.
  drain_deadline_ = now + options_.shutdown_timeout * 3 / 4;
  end_ = "the client has been shut down";
  end_calls(pending_.take_all(), EndCall::How::not_connected, end_, effects);
  settle_shutdown(now, effects);
}

// While stopping: the next step towards the end, if it is time for it.
void Conversation::settle_shutdown(base::MonotonicTime now, Effects& effects) {
  if (!is_stopping_) {
    return;
  }
  const bool is_late = now >= drain_deadline_;
  const bool is_done = is_late || !is_anything_running();
  switch (phase_) {
    case Phase::open:
      if (is_done) {
        phase_ = Phase::closing;
        ping_at_ = base::never;
        effects.emplace_back(CloseConnection{.code = close_normal, .reason = "shutting down"});
      }
      return;
    case Phase::opening:
      if (is_late || (is_done && offline_.empty())) {
        effects.emplace_back(DropConnection{});
        finish(effects);
      }
      return;
    case Phase::waiting:
      if (is_late || (is_done && offline_.empty())) {
        finish(effects);
      }
      return;
    case Phase::closing:
      if (now >= stop_deadline_) {
        effects.emplace_back(DropConnection{});
        finish(effects);
      }
      return;
    case Phase::idle:
    case Phase::ended:
      if (is_done) {
        finish(effects);
      }
      return;
  }
}

void Conversation::finish(Effects& effects) {
  if (has_finished()) {
    return;
  }
  phase_ = Phase::ended;
  retry_at_ = give_up_at_ = ping_at_ = base::never;
  offline_.clear();
  unsent_.clear();
  running_.clear();
  running_unanswered_ = 0;
  change_state(ConnectionState::disconnected, effects);
  effects.emplace_back(Finish{});
}

void Conversation::change_state(ConnectionState state, Effects& effects) {
  if (state_ != state) {
    state_ = state;
    effects.emplace_back(ChangeState{state});
  }
}

void Conversation::end_calls(
    const std::vector<base::InvocationId>& calls,
    EndCall::How how,
    std::string_view reason,
    Effects& effects
) {
  for (const base::InvocationId& id : calls) {
    offline_.remove(id);
    effects.emplace_back(EndCall{.id = id, .how = how, .reason = std::string(reason)});
  }
}

}  // namespace iii::sdk
