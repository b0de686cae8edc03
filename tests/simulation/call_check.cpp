#include "simulation/call_check.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "engine/local_workers.hpp"
#include "json/scan.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/chance.hpp"
#include "simulation/journal.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::simulation {

namespace limits = base::limits;
namespace codes = protocol::codes;
namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
using engine::LocalWorkers;

namespace {

constexpr std::string_view queue_function = "engine::queue::enqueue";
constexpr std::string_view slow_function = "engine::register_trigger";

}  // namespace

void CallCheck::start() {
  live_.clear();
  congested_since_.clear();
  open_.clear();
  current_ = {};
  is_draining_ = false;
}

void CallCheck::on_closed(base::ConnectionId link) {
  live_.erase(link);
  congested_since_.erase(link);
  std::erase_if(open_, [link](const Call& call) { return call.caller == link; });
}

void CallCheck::on_reattached(base::ConnectionId previous, base::ConnectionId successor) {
  for (Call& call : open_) {
    if (call.caller == previous) {
      call.caller = successor;
    }
    if (call.asked == previous) {
      call.asked = successor;
      // A second reattach does not begin the time anew.
      call.stopped_at = std::min(call.stopped_at, world_.agenda.time() + limits::reattach_grace);
    }
  }
}

// --- Events ---

void CallCheck::begin(Event event) {
  ++event_;
  current_ = std::move(event);
}

void CallCheck::on_drain_ended() {
  begin({.cause = Cause::drain_ended});
}

void CallCheck::on_time() {
  begin({.cause = Cause::time});
}

void CallCheck::on_other_event() {
  begin({});
}

CallCheck::Call& CallCheck::open(base::ConnectionId from, base::InvocationId id, Kind kind) {
  return open_.emplace_back(
      Call{.number = next_call_++, .id = id, .caller = from, .kind = kind, .deadline = base::never}
  );
}

void CallCheck::on_call_taken(base::ConnectionId from, const from_worker::InvokeFunction& message) {
  begin({});
  if (!message.invocation_id || message.action == from_worker::Action::fire_and_forget) {
    return;
  }
  const bool is_enqueue = message.action == from_worker::Action::enqueue;
  Call& call = open(from, *message.invocation_id, is_enqueue ? Kind::enqueue : Kind::call);
  call.function = json::decode_string(message.function_id);
  auto patience = world_.setting.options.invocation_deadline;
  if (message.timeout_ms && *message.timeout_ms < static_cast<std::uint64_t>(patience.count())) {
    patience = milliseconds(*message.timeout_ms);
  }
  if (registry_.owner(asked_function(call)) == base::ConnectionId(0)) {
    patience = limits::provider_answer_timeout;
  }
  call.deadline = world_.agenda.time() + patience;
  current_ = {.cause = Cause::call, .call = call.number, .id = call.id};
}

void CallCheck::on_answer_taken(
    base::ConnectionId from, const from_worker::InvocationResult& message
) {
  begin({});
  if (const Call* call = find_asked(from, message.invocation_id)) {
    current_ = {
        .cause = Cause::answer,
        .call = call->number,
        .id = call->id,
        .result = message.error ? "" : std::string(message.result.text),
        .error_code = message.error ? message.error->code : ""
    };
  }
}

void CallCheck::on_malformed_taken(base::ConnectionId from, const from_worker::Malformed& message) {
  begin({});
  if (!message.invocation_id) {
    return;
  }
  if (message.type == "invokefunction") {
    const Call& call = open(from, *message.invocation_id, Kind::malformed);
    current_ = {.cause = Cause::call, .call = call.number, .id = call.id};
  } else if (message.type == "invocationresult") {
    if (const Call* call = find_asked(from, *message.invocation_id)) {
      current_ = {.cause = Cause::garbage, .call = call->number, .id = call->id};
    }
  }
}

// --- Effects ---

void CallCheck::on_call_sent(base::ConnectionId to, const to_worker::InvokeFunction& message) {
  const std::string_view quoted = message.function_id_json;
  const std::string_view function = quoted.substr(1, quoted.size() - 2);
  if (registry_.owner(function) != to) {
    violated("a call of " + std::string(function) + " goes to the worker that serves it");
  }
  require(!is_congested(to), "a worker whose outbox is full is sent no calls");
  const auto call = std::ranges::find(open_, current_.call, &Call::number);
  if (current_.cause != Cause::call || call == open_.end() || call->asked ||
      asked_function(*call) != function) {
    return;
  }
  require(
      call->kind == Kind::enqueue || message.invocation_id == call->id,
      "a call keeps the id that its caller gave it"
  );
  call->asked = to;
  call->asked_as = message.invocation_id;
  require(
      asked_by(call->caller) <= world_.setting.options.invocations_max,
      "a caller has no more calls in flight than allowed"
  );
}

void CallCheck::on_answer_sent(base::ConnectionId to, const to_worker::InvocationResult& message) {
  if (LocalWorkers::is_local(to)) {
    return;  // those count their own calls
  }
  // An id that is used again while its first call is in flight makes two calls of one id.
  bool is_known = false;
  for (auto call = open_.begin(); call != open_.end(); ++call) {
    if (call->caller == to && call->id == message.invocation_id) {
      is_known = true;
      if (is_justified(*call, message)) {
        open_.erase(call);
        return;
      }
    }
  }
  const std::string answer = message.error ? message.error->code + ", " + message.error->message
                                           : std::string(message.result_json);
  violated(
      (is_known ? "the answer to a call is true: " : "a call ends once: ") +
      message.invocation_id.value().to_string() + " " + answer
  );
}

// --- What is a true answer ---

bool CallCheck::is_justified(const Call& call, const to_worker::InvocationResult& message) const {
  if (call.asked && LocalWorkers::is_local(*call.asked) && current_.cause == Cause::other) {
    return true;  // what in-process workers answer does not pass the network
  }
  if (!message.error) {
    return is_justified_result(call, message.result_json);
  }
  if (call.kind == Kind::enqueue && message.error->code == codes::enqueue_error) {
    return is_justified_enqueue_error(call, message.error->message);
  }
  if (call.kind == Kind::enqueue && call.asked && message.error->code != codes::timeout) {
    return false;  // the answer to another call of this id: what the queue fails with is wrapped
  }
  return is_justified_error(call, message.error->code);
}

bool CallCheck::is_justified_result(const Call& call, std::string_view result) const {
  switch (call.kind) {
    case Kind::call:
      if (!call.asked) {
        return registry_.owner(call.function) == base::ConnectionId(0);
      }
      return current_.cause == Cause::answer && current_.call == call.number &&
             current_.error_code.empty() && current_.result == result;
    case Kind::enqueue:
      return current_.cause == Cause::answer && current_.call == call.number &&
             current_.error_code.empty() && result.starts_with(R"({"messageReceiptId":")");
    case Kind::malformed:
      return false;
  }
  return false;
}

bool CallCheck::is_justified_enqueue_error(const Call& call, std::string_view message) const {
  if (!call.asked) {
    const auto owner = registry_.owner(queue_function);
    return !owner || is_congested(*owner);
  }
  return is_justified_error(call, message.substr(0, message.find(':')));
}

bool CallCheck::is_justified_error(const Call& call, std::string_view code) const {
  const bool is_answer = current_.cause == Cause::answer && current_.call == call.number;
  if (is_answer && current_.error_code == code) {
    return true;
  }
  if (code == codes::timeout) {
    return call.asked && call.deadline <= world_.agenda.time();
  }
  if (code == codes::invocation_stopped) {
    return call.asked && (!live_.contains(*call.asked) || current_.cause == Cause::drain_ended ||
                          call.stopped_at <= world_.agenda.time());
  }
  if (code == codes::invalid_result) {
    return current_.cause == Cause::garbage && current_.call == call.number;
  }
  if (code == codes::invocation_error) {
    const base::InvocationId id = call.asked ? call.asked_as : call.id;
    return current_.cause == Cause::call && current_.id == id && current_.call != call.number;
  }
  return is_justified_refusal(call, code);
}

bool CallCheck::is_justified_refusal(const Call& call, std::string_view code) const {
  const auto owner = registry_.owner(asked_function(call));
  if (call.asked) {
    return false;
  }
  if (code == codes::invalid_message) {
    return call.kind == Kind::malformed;
  }
  if (code == codes::function_not_found) {
    return call.kind == Kind::call && !owner;
  }
  if (code == codes::worker_overloaded) {
    return owner && is_congested(*owner);
  }
  if (code == codes::engine_stopping) {
    return is_draining_;
  }
  if (code == codes::limit_exceeded) {
    return asked_by(call.caller) >= world_.setting.options.invocations_max;
  }
  return owner == base::ConnectionId(0);  // the engine's own functions have reasons of their own
}

std::string_view CallCheck::asked_function(const Call& call) {
  return call.kind == Kind::enqueue ? queue_function : std::string_view(call.function);
}

CallCheck::Call* CallCheck::find_asked(base::ConnectionId target, base::InvocationId id) {
  const auto found = std::ranges::find_if(open_, [&](const Call& call) {
    return call.asked == target && call.asked_as == id;
  });
  return found == open_.end() ? nullptr : &*found;
}

bool CallCheck::is_congested(base::ConnectionId link) const {
  const auto found = congested_since_.find(link);
  return found != congested_since_.end() && found->second < event_;
}

std::size_t CallCheck::asked_by(base::ConnectionId caller) const {
  return static_cast<std::size_t>(std::ranges::count_if(open_, [caller](const Call& call) {
    return call.caller == caller && call.asked;
  }));
}

// --- After each event ---

void CallCheck::on_settled(const core::Core& core) const {
  std::size_t asked = 0;
  for (const Call& call : open_) {
    asked += call.asked ? 1U : 0U;
    require(
        !call.asked || live_.contains(*call.asked), "no call outlives the worker that was asked"
    );
    require(call.asked || call.function == slow_function, "a call has been passed on, or answered");
    const bool is_over = current_.call == call.number &&
                         (current_.cause == Cause::answer || current_.cause == Cause::garbage);
    require(!is_over, "an answered call ends");
    if (current_.cause == Cause::time) {
      require(
          call.deadline > world_.agenda.time() && call.stopped_at > world_.agenda.time(),
          "no call outlives its deadline"
      );
    }
    require(current_.cause != Cause::drain_ended, "a drain ends every call");
  }
  // In-process workers and conditions have calls of their own.
  require(
      world_.setting.has_in_process_worker ? core.in_flight() >= asked : core.in_flight() == asked,
      "the engine has those calls in flight that somebody waits for"
  );
}

}  // namespace iii::simulation
