// What the program wants: registrations, calls, answers.
#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/time.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"
#include "sdk/offline_messages.hpp"

#include <iii/options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

namespace to_engine = protocol::to_engine;

void Conversation::send_if_open(const std::string& frame, Effects& effects) {
  if (phase_ == Phase::open) {
    send(frame, effects);
  }
}

void Conversation::send(std::string frame, Effects& effects) {
  ++sent_messages_;
  effects.emplace_back(SendText{std::move(frame)});
}

void Conversation::send_kept(std::string frame, Effects& effects) {
  const Unsent& kept = unsent_.emplace_back(++sent_messages_, std::move(frame));
  effects.emplace_back(SendKept{kept.text});
}

void Conversation::on_taken(std::uint64_t messages) {
  while (!unsent_.empty() && unsent_.front().number <= messages) {
    unsent_.pop_front();
  }
}

// Of a broken connection: what it has not taken waits for the next one, before everything else.
void Conversation::keep_unsent(Effects& effects) {
  const std::uint64_t dropped_before = dropped_messages_;
  for (Unsent& unsent : unsent_) {
    if (offline_.has_room(unsent.text.size())) {
      offline_.push({.call = std::nullopt, .text = std::move(unsent.text)});
    } else {
      ++dropped_messages_;
    }
  }
  unsent_.clear();
  if (const std::uint64_t dropped = dropped_messages_ - dropped_before; dropped != 0) {
    effects.emplace_back(Report{
        Report::Level::warn,
        std::to_string(dropped) +
            " void calls and answers that had not left were dropped: the offline queue is full"
    });
  }
}

void Conversation::register_function(
    std::string id, std::string frame, bool is_http_invoked, Effects& effects
) {
  send_if_open(frame, effects);
  functions_.put(std::move(id), {std::move(frame), is_http_invoked});
}

void Conversation::unregister_function(std::string_view id, Effects& effects) {
  functions_.erase(id);
  send_if_open(protocol::encode(to_engine::UnregisterFunction{id}), effects);
}

void Conversation::register_service(std::string id, std::string frame, Effects& effects) {
  send_if_open(frame, effects);
  services_.put(std::move(id), std::move(frame));
}

void Conversation::register_trigger_type(std::string id, std::string frame, Effects& effects) {
  send_if_open(frame, effects);
  trigger_types_.put(std::move(id), std::move(frame));
}

void Conversation::unregister_trigger_type(std::string_view id, Effects& effects) {
  trigger_types_.erase(id);
  send_if_open(protocol::encode(to_engine::UnregisterTriggerType{id}), effects);
}

void Conversation::register_trigger(std::string id, std::string frame, Effects& effects) {
  send_if_open(frame, effects);
  triggers_.put(std::move(id), std::move(frame));
}

void Conversation::unregister_trigger(
    std::string_view id, std::string_view trigger_type, Effects& effects
) {
  triggers_.erase(id);
  send_if_open(
      protocol::encode(to_engine::UnregisterTrigger{.id = id, .trigger_type = trigger_type}),
      effects
  );
}

bool Conversation::has_room(std::size_t bytes) const {
  return phase_ == Phase::open ? backlog_bytes_ <= options_.offline.bytes_max
                               : offline_.has_room(bytes);
}

Admission Conversation::admit(std::size_t bytes, Effects& effects) {
  if (rejection_) {
    return Admission::rejected;
  }
  if (is_stopping_ || phase_ == Phase::closing || phase_ == Phase::ended) {
    return Admission::not_connected;
  }
  if (!has_room(bytes) && phase_ != Phase::open &&
      options_.offline.policy == OfflinePolicy::drop_oldest) {
    drop_oldest(bytes, effects);
  }
  return has_room(bytes) ? Admission::accepted : Admission::full;
}

std::string Conversation::reason_of(Admission admission) const {
  switch (admission) {
    case Admission::accepted:
    case Admission::rejected:
      return {};
    case Admission::not_connected:
      return end_;
    case Admission::full:
      break;
  }
  const OfflineQueue& limits = options_.offline;
  const std::string bytes = std::to_string(limits.bytes_max) + " bytes";
  if (phase_ == Phase::open) {
    return "the connection is too slow: more than " + bytes + " wait for it";
  }
  return "the offline queue is full (" +
         (offline_.size() >= limits.messages_max ? std::to_string(limits.messages_max) + " messages"
                                                 : bytes) +
         ")";
}

// Only calls: they have somebody here who learns of it. Whoever waits for an answer of ours would
// wait for the whole of its timeout.
void Conversation::drop_oldest(std::size_t bytes, Effects& effects) {
  if (!offline_.has_room_without_calls(bytes)) {
    return;
  }
  while (!offline_.has_room(bytes)) {
    const std::optional<base::InvocationId> oldest = offline_.oldest_call();
    III_ASSERT(oldest, "without its calls the queue has room");
    offline_.remove(*oldest);
    pending_.remove(*oldest);
    ++dropped_messages_;
    effects.emplace_back(EndCall{
        .id = *oldest,
        .how = EndCall::How::not_connected,
        .reason = "the offline queue was full, and a newer message took its place",
    });
  }
  if (!std::exchange(has_reported_drops_, true)) {
    effects.emplace_back(Report{
        Report::Level::warn,
        "the offline queue is full: until the engine is there, the oldest calls make room"
    });
  }
}

void Conversation::send_or_keep(OfflineMessages::Message message, Effects& effects) {
  if (phase_ != Phase::open) {
    offline_.push(std::move(message));
    return;
  }
  if (message.call) {
    pending_.mark_carried(*message.call);
    send(std::move(message.text), effects);
  } else {
    send_kept(std::move(message.text), effects);
  }
}

Admission Conversation::call(
    base::InvocationId id, std::string frame, base::MonotonicTime deadline, Effects& effects
) {
  const Admission admission = admit(frame.size(), effects);
  if (admission != Admission::accepted) {
    effects.emplace_back(EndCall{
        .id = id,
        .how =
            admission == Admission::rejected ? EndCall::How::rejected : EndCall::How::not_connected,
        .reason = reason_of(admission),
    });
    return admission;
  }
  // Before anything leaves: no answer comes too early.
  pending_.add(id, deadline);
  send_or_keep({.call = id, .text = std::move(frame)}, effects);
  return admission;
}

Admission Conversation::send_void(std::string frame, Effects& effects) {
  const Admission admission = admit(frame.size(), effects);
  if (admission == Admission::accepted) {
    send_or_keep({.call = std::nullopt, .text = std::move(frame)}, effects);
  }
  return admission;
}

void Conversation::cancel(const base::InvocationId& id) {
  if (pending_.remove(id)) {
    offline_.remove(id);
  }
}

void Conversation::answer(
    const base::InvocationId& id, std::string frame, base::MonotonicTime now, Effects& effects
) {
  if (running_.erase(id) == 0) {
    return;
  }
  lose_if_stalled(now, effects);
  if (phase_ == Phase::open) {
    send_kept(std::move(frame), effects);
  } else if (phase_ == Phase::opening || phase_ == Phase::waiting) {
    if (offline_.has_room(frame.size())) {
      offline_.push({.call = std::nullopt, .text = std::move(frame)});
    } else {
      ++dropped_messages_;
      effects.emplace_back(
          Report{Report::Level::warn, "an answer was dropped: the offline queue is full"}
      );
    }
  }
  settle_shutdown(now, effects);
}

void Conversation::leave(base::MonotonicTime now, Effects& effects) {
  // None is left when this has finished without them.
  if (running_unanswered_ > 0) {
    --running_unanswered_;
    settle_shutdown(now, effects);
  }
}

void Conversation::answer_trigger(const std::string& frame, Effects& effects) {
  // Not kept: the engine asks again on every connection (spec: sdk §8.3).
  send_if_open(frame, effects);
}

}  // namespace iii::sdk
