#include "support/conversation_checker.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "json/scan.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_engine.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"

#include <iii/options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::test {

namespace from_engine = protocol::from_engine;
using sdk::Admission;

namespace {

std::string member(std::string_view name, std::string_view text) {
  return "\"" + std::string(name) + "\":\"" + std::string(text) + "\"";
}

}  // namespace

void ConversationChecker::violated(std::string rule) {
  if (problem_.empty()) {
    problem_ = std::move(rule);
  }
}

void ConversationChecker::require(bool holds, std::string_view rule) {
  if (!holds) {
    violated(std::string(rule));
  }
}

void ConversationChecker::begin(Event event) {
  event_ = event;
  has_lost_ = false;
  sends_.clear();
  refusal_.reset();
  ends_.reset();
  result_.clear();
  dropped_.clear();
  refused_.reset();
  admission_ = Admission::accepted;
  runs_ = provides_ = 0;
}

// --- Events ---

void ConversationChecker::started(base::MonotonicTime now) {
  begin(Event::other);
  is_started_ = true;
  apart_since_ = now;
}

void ConversationChecker::opened(base::MonotonicTime now) {
  begin(Event::opened);
  require(link_ == Link::opening, "only what the conversation asked for opens");
  link_ = Link::open;
  last_heard_ = now;
  backlog_bytes_ = 0;
  if (!worker_id_.empty()) {
    const std::string token = token_.empty() ? "" : "," + member("reattach_token", token_);
    sends_.push_back(
        R"({"type":"reattach",)" + member("previous_worker_id", worker_id_) + token + "}"
    );
  }
  sends_.push_back(options_.announce);
  for (const Entries& entries : registered_) {
    for (const auto& [id, frame] : entries) {
      sends_.push_back(frame);
    }
  }
  for (const Waiting& message : waiting_) {
    if (message.call) {
      calls_.at(*message.call).is_sent = true;
    }
    sends_.push_back(message.frame);
  }
  waiting_.clear();
}

void ConversationChecker::closed(base::MonotonicTime now) {
  begin(Event::closed);
  apart_since_ = now;
  lose();
}

void ConversationChecker::lose() {
  has_lost_ = has_lost_ || link_ == Link::open;
  losses_ += link_ == Link::none ? 0 : 1;
  link_ = Link::none;
}

// What one message of the engine must lead to.
struct ConversationChecker::Hearing {
  ConversationChecker& self;

  void refused(const std::optional<base::InvocationId>& id) const {
    if (id) {
      self.refusal_ =
          R"({"type":"invocationresult",)" + member("invocation_id", id->value().to_string());
    }
  }
  void ended(const base::InvocationId& id, std::string result) const {
    if (self.calls_.contains(id)) {
      self.ends_ = id;
      self.result_ = std::move(result);
    }
  }

  void operator()(const from_engine::InvokeFunction& message) const {
    const std::string id = json::decode_string(message.function_id);
    if (self.is_stopping_ || !self.is_registered(Registered::function, id) ||
        self.http_functions_.contains(id)) {
      refused(message.invocation_id);
    } else if (!message.invocation_id || self.running_.insert(*message.invocation_id).second) {
      self.runs_ = 1;
    }
  }
  void operator()(const from_engine::InvocationResult& message) const {
    const bool has_result = !message.error && from_engine::is_present(message.result);
    ended(message.invocation_id, has_result ? std::string(message.result.text) : "");
  }
  void operator()(const from_engine::WorkerRegistered& message) const {
    self.worker_id_ = message.worker_id;
    self.token_ = message.reattach_token.value_or("");
    self.losses_ = 0;
  }
  void operator()(const from_engine::RegisterTrigger& message) const {
    if (self.is_registered(Registered::trigger_type, message.trigger_type)) {
      self.provides_ = 1;
    } else {
      self.refusal_ = R"({"type":"triggerregistrationresult",)";
    }
  }
  void operator()(const from_engine::UnregisterTrigger& message) const {
    self.provides_ = self.is_registered(Registered::trigger_type, message.trigger_type) ? 1 : 0;
  }
  void operator()(const from_engine::RegistrationRejected& message) const {
    if (message.code != protocol::codes::function_namespace_conflict) {
      self.is_rejected_ = true;
      self.waiting_.clear();
    }
  }
  void operator()(const from_engine::Ping&) const { self.refusal_ = R"({"type":"pong"})"; }
  void operator()(const from_engine::Malformed& message) const {
    if (message.type == "invokefunction") {
      refused(message.invocation_id);
    } else if (message.type == "invocationresult" && message.invocation_id) {
      ended(*message.invocation_id, "");
    }
  }
  void operator()(const from_engine::TriggerRegistrationResult&) const {}
  void operator()(const from_engine::Refusal&) const {}
  void operator()(const from_engine::Ignored&) const {}
};

void ConversationChecker::heard(std::string_view text, base::MonotonicTime now) {
  begin(Event::heard);
  last_heard_ = now;
  if (link_ == Link::open) {
    std::visit(Hearing{*this}, protocol::decode_from_engine(text));
  }
}

void ConversationChecker::time_passed(base::MonotonicTime now) {
  begin(Event::time);
  // A call ends before a connection that opens now could carry it.
  for (const auto& [id, call] : calls_) {
    if (call.deadline <= now) {
      forget_waiting(id);
    }
  }
}

// --- What the program wants ---

bool ConversationChecker::is_registered(Registered kind, std::string_view id) {
  return std::ranges::any_of(entries(kind), [&](const auto& entry) { return entry.first == id; });
}

void ConversationChecker::registered(
    Registered kind, const std::string& id, const std::string& frame
) {
  begin(Event::other);
  std::erase_if(entries(kind), [&](const auto& entry) { return entry.first == id; });
  entries(kind).emplace_back(id, frame);
  if (kind == Registered::function) {
    http_functions_.erase(id);
  }
  if (link_ == Link::open) {
    sends_.push_back(frame);
  }
}

void ConversationChecker::registered_http_function(
    const std::string& id, const std::string& frame
) {
  registered(Registered::function, id, frame);
  http_functions_.insert(id);
}

void ConversationChecker::unregistered(
    Registered kind, const std::string& id, const std::string& frame
) {
  begin(Event::other);
  std::erase_if(entries(kind), [&](const auto& entry) { return entry.first == id; });
  if (link_ == Link::open) {
    sends_.push_back(frame);
  }
}

std::size_t ConversationChecker::waiting_bytes() const {
  return std::accumulate(
      waiting_.begin(),
      waiting_.end(),
      std::size_t{0},
      [](std::size_t sum, const Waiting& message) { return sum + message.frame.size(); }
  );
}

bool ConversationChecker::has_room(std::size_t bytes) const {
  if (link_ == Link::open) {
    return backlog_bytes_ <= options_.offline.bytes_max;
  }
  return waiting_.size() < options_.offline.messages_max &&
         waiting_bytes() + bytes <= options_.offline.bytes_max;
}

Admission ConversationChecker::admission(std::size_t bytes) {
  if (is_rejected_) {
    return Admission::rejected;
  }
  if (is_stopping_ || is_finished_ || state_ == ConnectionState::failed) {
    return Admission::not_connected;
  }
  if (link_ != Link::open && options_.offline.policy == OfflinePolicy::drop_oldest) {
    drop_calls(bytes);
  }
  return has_room(bytes) ? Admission::accepted : Admission::full;
}

// As many as it takes; none, if all would be too few.
void ConversationChecker::drop_calls(std::size_t bytes) {
  const std::deque<Waiting> before = waiting_;
  std::set<base::InvocationId> dropped;
  while (!has_room(bytes)) {
    const auto oldest = std::ranges::find_if(waiting_, [](const Waiting& waiting) {
      return waiting.call.has_value();
    });
    if (oldest == waiting_.end()) {
      waiting_ = before;
      return;
    }
    dropped.insert(*oldest->call);
    waiting_.erase(oldest);
  }
  dropped_.merge(dropped);
}

void ConversationChecker::send_or_wait(Waiting message) {
  if (link_ != Link::open) {
    waiting_.push_back(std::move(message));
    return;
  }
  if (message.call) {
    calls_.at(*message.call).is_sent = true;
  }
  sends_.push_back(std::move(message.frame));
}

void ConversationChecker::called(
    base::InvocationId id, const std::string& frame, base::MonotonicTime deadline
) {
  begin(Event::other);
  require(calls_.emplace(id, Call{.deadline = deadline}).second, "the scenario uses an id once");
  admission_ = admission(frame.size());
  if (admission_ == Admission::accepted) {
    send_or_wait({.call = id, .frame = frame});
  } else {
    event_ = Event::refused;
    refused_ = id;
  }
}

void ConversationChecker::sent_void(const std::string& frame) {
  begin(Event::other);
  admission_ = admission(frame.size());
  if (admission_ == Admission::accepted) {
    send_or_wait({.call = std::nullopt, .frame = frame});
  }
}

void ConversationChecker::admitted(Admission admission) {
  require(admission == admission_, "what finds room is taken, and nothing else");
}

void ConversationChecker::forget_waiting(const base::InvocationId& id) {
  std::erase_if(waiting_, [&](const Waiting& message) { return message.call == id; });
}

void ConversationChecker::cancelled(const base::InvocationId& id) {
  begin(Event::other);
  calls_.erase(id);
  forget_waiting(id);
}

void ConversationChecker::answered(const base::InvocationId& id, const std::string& frame) {
  begin(Event::other);
  if (running_.erase(id) == 0 || link_ == Link::closing || is_finished_ ||
      state_ == ConnectionState::failed) {
    return;
  }
  if (link_ == Link::open || has_room(frame.size())) {
    send_or_wait({.call = std::nullopt, .frame = frame});
  }
}

void ConversationChecker::answered_trigger(const std::string& frame) {
  begin(Event::other);
  if (link_ == Link::open) {
    sends_.push_back(frame);
  }
}

void ConversationChecker::shut_down(base::MonotonicTime now) {
  begin(Event::shutdown);
  if (!is_stopping_) {
    is_stopping_ = true;
    stop_deadline_ = now + options_.shutdown_timeout;
    std::erase_if(waiting_, [](const Waiting& message) { return message.call.has_value(); });
  }
}

// --- Effects ---

struct ConversationChecker::Judge {
  ConversationChecker& self;
  base::MonotonicTime now;

  void operator()(const sdk::OpenConnection&) const {
    self.require(self.link_ == Link::none, "there is one connection at a time");
    self.require(self.is_started_, "nothing opens before the start");
    self.link_ = Link::opening;
    self.opening_since_ = now;
  }
  void operator()(const sdk::DropConnection&) const {
    self.require(self.link_ != Link::none, "only a connection that there is can be dropped");
    self.lose();
    self.apart_since_ = now;
  }
  void operator()(const sdk::CloseConnection&) const {
    self.require(self.link_ == Link::open, "only an open connection is closed");
    self.has_lost_ = true;
    self.link_ = Link::closing;
  }
  void operator()(const sdk::SendText& effect) const { self.judge_text(effect.text); }
  void operator()(const sdk::SendKept& effect) const { self.judge_text(std::string(effect.text)); }
  void operator()(const sdk::SendPing&) const {
    self.require(self.link_ == Link::open, "pings need a connection");
  }
  void operator()(const sdk::ChangeState& effect) const { self.judge_state(effect.state); }
  void operator()(const sdk::Finish&) const {
    self.require(self.is_stopping_, "nothing finishes before the shutdown");
    self.require(self.link_ == Link::none, "no connection outlives the end");
    self.is_finished_ = true;
    self.waiting_.clear();
    self.running_.clear();
  }
  void operator()(const sdk::RunFunction&) const {
    self.require(self.runs_-- == 1, "a function runs once for each invocation that can run");
  }
  void operator()(const sdk::ConfigureTrigger&) const {
    self.require(self.provides_-- == 1, "a provider is told of each trigger of its type once");
  }
  void operator()(const sdk::RemoveTrigger&) const {
    self.require(self.provides_-- == 1, "a provider is told once that a trigger has gone");
  }
  void operator()(const sdk::EndCall& effect) const { self.judge_end(effect, now); }
  void operator()(const sdk::AnswerTrigger&) const {}
  void operator()(const sdk::FunctionRejected&) const {}
  void operator()(const sdk::Report&) const {}
};

void ConversationChecker::judge_text(const std::string& text) {
  require(link_ == Link::open, "nothing is sent without a connection");
  if (refusal_ && text.starts_with(*refusal_)) {
    refusal_.reset();
    return;
  }
  if (sends_.empty() || sends_.front() != text) {
    violated(
        "what is registered and what waits is sent once and in order: got " + text +
        (sends_.empty() ? "" : ", expected " + sends_.front())
    );
    return;
  }
  sends_.pop_front();
}

void ConversationChecker::judge_state(ConnectionState state) {
  require(state != state_, "a change changes something");
  require(!is_finished_, "the last state is the one before the end");
  require(
      state != ConnectionState::connecting || state_ == ConnectionState::disconnected,
      "connecting is the first state"
  );
  require(
      state_ != ConnectionState::failed || state == ConnectionState::disconnected,
      "what has failed does not come back"
  );
  require(
      (state == ConnectionState::connected) == (event_ == Event::opened && link_ == Link::open),
      "connected is who has a connection"
  );
  state_ = state;
  if (state == ConnectionState::failed) {
    const auto& retries_max = options_.reconnection.max_retries;
    require(
        is_rejected_ || (retries_max && losses_ > *retries_max), "failed is who has tried enough"
    );
    waiting_.clear();
  }
}

void ConversationChecker::judge_end(const sdk::EndCall& effect, base::MonotonicTime now) {
  const auto call = calls_.find(effect.id);
  if (call == calls_.end()) {
    violated("a call ends once");
    return;
  }
  if (!is_justified(call->second, effect, now)) {
    std::ostringstream text;
    text << "a call ends for a reason: " << sdk::Effect(effect);
    violated(text.str());
  }
  calls_.erase(call);
  forget_waiting(effect.id);
  if (ends_ == effect.id) {
    ends_.reset();
  }
}

bool ConversationChecker::is_justified(
    const Call& call, const sdk::EndCall& effect, base::MonotonicTime now
) const {
  switch (effect.how) {
    case sdk::EndCall::How::result:
      return ends_ == effect.id && call.is_sent &&
             effect.result_json == (result_.empty() ? "null" : result_);
    case sdk::EndCall::How::remote_error:
      return ends_ == effect.id && call.is_sent && result_.empty() && effect.error;
    case sdk::EndCall::How::timeout:
      return event_ == Event::time && call.deadline <= now;
    case sdk::EndCall::How::rejected:
      return is_rejected_;
    case sdk::EndCall::How::cancelled:
      return false;  // whoever gives a call up ends it, not the conversation
    case sdk::EndCall::How::not_connected: {
      const bool was_carried =
          has_lost_ && call.is_sent && options_.fails_calls_on_disconnect && !is_rejected_;
      return was_carried || event_ == Event::shutdown || dropped_.contains(effect.id) ||
             (refused_ == effect.id && admission_ != Admission::rejected) ||
             (link_ == Link::none && options_.reconnection.max_retries.has_value());
    }
  }
  return false;
}

void ConversationChecker::after(
    const sdk::Effects& effects, const sdk::Conversation& conversation, base::MonotonicTime now
) {
  const bool was_finished = is_finished_;
  for (const sdk::Effect& effect : effects) {
    std::visit(Judge{*this, now}, effect);
  }
  require(
      !was_finished ||
          std::ranges::all_of(
              effects,
              [](const sdk::Effect& effect) { return std::holds_alternative<sdk::EndCall>(effect); }
          ),
      "nothing happens after the end"
  );
  require(sends_.empty(), "everything that is registered and that waits is sent");
  require(!refusal_, "whoever asks gets an answer");
  require(!ends_, "an answered call ends");
  require(runs_ == 0, "an invocation that can run runs");
  require(provides_ == 0, "a provider is told of its triggers");
  for (const base::InvocationId& id : dropped_) {
    require(!calls_.contains(id), "a call that is pushed out ends");
  }
  compare(conversation);
  if (event_ == Event::time && conversation.next_deadline() > now) {
    compare_time(now);
  } else if (event_ == Event::time) {
    // After a long sleep one deadline leads to the next.
    require(!effects.empty(), "a deadline that has passed leads to something");
  }
}

void ConversationChecker::compare(const sdk::Conversation& conversation) {
  const bool must_have_ended = is_stopping_ || state_ == ConnectionState::failed;
  require(!must_have_ended || calls_.empty(), "no call outlives the conversation");
  if (has_lost_ && options_.fails_calls_on_disconnect) {
    require(
        std::ranges::none_of(calls_, [](const auto& entry) { return entry.second.is_sent; }),
        "a call ends with the connection that carried it"
    );
  }
  require(conversation.pending_calls() == calls_.size(), "who waits is known");
  require(conversation.running_functions() == running_.size(), "what runs is known");
  require(
      conversation.offline().size() == waiting_.size() &&
          conversation.offline().bytes() == waiting_bytes(),
      "what can be sent later waits, and nothing else"
  );
  require(
      waiting_.size() <= options_.offline.messages_max &&
          waiting_bytes() <= options_.offline.bytes_max,
      "the offline queue stays within its bounds"
  );
  require(conversation.state() == state_, "every change of the state is told");
  require(conversation.worker_id() == worker_id_, "the engine names the worker");
  require(!is_finished_ || state_ == ConnectionState::disconnected, "the end is disconnected");
}

void ConversationChecker::compare_time(base::MonotonicTime now) {
  for (const auto& [id, call] : calls_) {
    require(call.deadline > now, "no call outlives its deadline");
  }
  require(
      link_ != Link::open || now - last_heard_ < options_.idle_timeout,
      "a silent connection is given up"
  );
  require(
      link_ != Link::opening || now - opening_since_ < options_.connect_timeout,
      "an attempt that takes too long is given up"
  );
  require(is_finished_ || now < stop_deadline_, "shutdown ends in time");
  const std::chrono::milliseconds longest(
      static_cast<std::int64_t>(options_.reconnection.max_delay_ms) * 2
  );
  require(
      link_ != Link::none || !is_started_ || is_stopping_ || is_finished_ ||
          state_ == ConnectionState::failed || now - apart_since_ <= longest,
      "a lost connection is replaced"
  );
}

}  // namespace iii::test
