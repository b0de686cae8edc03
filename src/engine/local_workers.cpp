#include "engine/local_workers.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "json/scan.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "workers/worker.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::engine {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
using json::value_of;

namespace {

constexpr std::uint64_t local_bit = std::uint64_t{1} << 63U;
constexpr std::string_view space = " \t\n\r";  // RFC 8259 §2

// The payload as a remote worker would get it (spec: wire-protocol §8.2).
std::string data_of(const to_worker::InvokeFunction& call) {
  if (!call.caller || !call.data_json.starts_with('{')) {
    return std::string(call.data_json);
  }
  std::string data = "{" + json::quoted(protocol::caller_worker_key) + ":\"" +
                     call.caller->value().to_string() + "\"";
  const std::string_view members =
      call.data_json.substr(call.data_json.find_first_not_of(space, 1));
  data.append(members.front() == '}' ? "" : ",").append(members);
  return data;
}

std::string decoded(std::string_view quoted_json) {
  return quoted_json.empty() ? std::string() : json::decode_string(value_of(quoted_json));
}

}  // namespace

base::ConnectionId LocalWorkers::add(
    std::unique_ptr<workers::Worker> worker, core::Core& core, base::Now now
) {
  const base::ConnectionId id(local_bit | workers_.size());
  core.on_local_worker_opened(id, worker->identity(), now);
  workers::Outputs outputs;
  worker->start(outputs);
  workers_.push_back(std::move(worker));
  submit(id, std::move(outputs));
  return id;
}

void LocalWorkers::deliver(base::ConnectionId to, const to_worker::Message& message) {
  struct Keeper {
    std::optional<Delivery> operator()(const to_worker::InvokeFunction& m) const {
      return workers::Invocation{
          .id = m.invocation_id,
          .function_id = decoded(m.function_id_json),
          .data_json = data_of(m),
          .metadata_json = std::string(m.metadata_json),
          .traceparent = decoded(m.traceparent_json),
          .baggage = decoded(m.baggage_json),
          .registration = m.registration
      };
    }
    std::optional<Delivery> operator()(const to_worker::InvocationResult& m) const {
      return workers::CallResult{m.invocation_id, std::string(m.result_json), m.error};
    }
    std::optional<Delivery> operator()(const to_worker::RegisterFunction& m) const { return m; }
    std::optional<Delivery> operator()(const to_worker::UnregisterFunction& m) const { return m; }
    std::optional<Delivery> operator()(const to_worker::RegisterTrigger& m) const { return m; }
    std::optional<Delivery> operator()(const to_worker::UnregisterTrigger& m) const { return m; }
    std::optional<Delivery> operator()(const to_worker::WorkerRegistered&) const { return {}; }
    std::optional<Delivery> operator()(const to_worker::TriggerRegistrationResult&) const {
      return {};
    }
    std::optional<Delivery> operator()(const to_worker::RegistrationRejected&) const { return {}; }
    std::optional<Delivery> operator()(const to_worker::Pong&) const { return {}; }
  };
  if (auto delivery = std::visit(Keeper{}, message)) {
    steps_.push_back({to, *std::move(delivery)});
  }
}

void LocalWorkers::submit(base::ConnectionId from, workers::Outputs outputs) {
  const auto queue = [this, from](auto& answers) {
    for (auto& answer : answers) {
      steps_.push_back({from, Answer(std::move(answer))});
    }
  };
  queue(outputs.messages);
  queue(outputs.notes);
  queue(outputs.replies);
  queue(outputs.calls);
  queue(outputs.firings);
  queue(outputs.abandoned);
}

struct LocalWorkers::Taker {
  workers::Worker& worker;
  base::Now now;
  workers::Outputs& outputs;

  void operator()(const workers::Invocation& m) const { worker.on_invoked(m, now, outputs); }
  void operator()(const workers::CallResult& m) const { worker.on_result(m, now, outputs); }
  void operator()(const to_worker::RegisterFunction& m) const {
    worker.on_function_registered(m, now, outputs);
  }
  void operator()(const to_worker::UnregisterFunction& m) const {
    worker.on_function_unregistered(m, now, outputs);
  }
  void operator()(const to_worker::RegisterTrigger& m) const {
    worker.on_trigger_registered(m, now, outputs);
  }
  void operator()(const to_worker::UnregisterTrigger& m) const {
    worker.on_trigger_unregistered(m, now, outputs);
  }
};

struct LocalWorkers::Giver {
  base::ConnectionId from;
  core::Core& core;
  base::Now now;
  core::Effects& effects;

  void operator()(const workers::Reply& m) const {
    from_worker::InvocationResult result;
    result.invocation_id = m.id;
    result.result = value_of(m.result_json);
    result.error = m.error;
    core.on_message(from, result, now, effects);
  }
  void operator()(const workers::Call& m) const {
    const std::string function_id_json = json::quoted(m.function_id);
    from_worker::InvokeFunction call;
    call.invocation_id = m.id;
    call.function_id = value_of(effects.keep(function_id_json));
    call.data = value_of(m.data_json.empty() ? std::string_view("null") : m.data_json);
    call.metadata = value_of(m.metadata_json);
    call.timeout_ms = m.timeout_ms;
    if (!m.traceparent.empty()) {
      call.traceparent = value_of(effects.keep(json::quoted(m.traceparent)));
    }
    if (!m.baggage.empty()) {
      call.baggage = value_of(effects.keep(json::quoted(m.baggage)));
    }
    core.on_message(from, call, now, effects);
  }
  void operator()(const workers::Firing& m) const {
    core.on_fired(from, m.trigger_id, m.payload_json, now, effects, m.id);
  }
  void operator()(const from_worker::Message& m) const { core.on_message(from, m, now, effects); }
  void operator()(base::InvocationId m) const { core.on_abandoned(from, m); }
  void operator()(const core::Note& m) const { effects.add(m); }
};

void LocalWorkers::on_time(base::Now now) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i]->next_deadline() <= now.monotonic) {
      workers::Outputs outputs;
      workers_[i]->on_time(now, outputs);
      submit(base::ConnectionId(local_bit | i), std::move(outputs));
    }
  }
}

base::MonotonicTime LocalWorkers::next_deadline() const {
  base::MonotonicTime next = base::never;
  for (const auto& worker : workers_) {
    next = std::min(next, worker->next_deadline());
  }
  return next;
}

bool LocalWorkers::run_next(core::Core& core, base::Now now, core::Effects& effects) {
  if (steps_.empty()) {
    return false;
  }
  current_ = std::move(steps_.front());
  steps_.pop_front();
  if (const auto* answer = std::get_if<Answer>(&current_.content)) {
    std::visit(Giver{current_.worker, core, now, effects}, *answer);
  } else if (workers::Worker* worker = find(current_.worker)) {
    workers::Outputs outputs;
    std::visit(Taker{*worker, now, outputs}, std::get<Delivery>(current_.content));
    submit(current_.worker, std::move(outputs));
  }
  return true;
}

workers::Worker* LocalWorkers::find(base::ConnectionId id) {
  const std::uint64_t index = id.value() & ~local_bit;
  const bool is_known = (id.value() & local_bit) != 0 && index < workers_.size();
  return is_known ? workers_[index].get() : nullptr;
}

}  // namespace iii::engine
