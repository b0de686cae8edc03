#include "testing/running.hpp"

#include "base/id.hpp"
#include "base/job.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/trigger_table.hpp"
#include "engine/local_workers.hpp"
#include "engine/route.hpp"
#include "engine/version.hpp"
#include "http/head.hpp"
#include "json/scan.hpp"
#include "net/clock.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "sdk/address.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_handle.hpp"
#include "sdk/transport_in_process.hpp"
#include "testing/firing_worker.hpp"
#include "websocket/handshake.hpp"
#include "workers/observability/log_functions.hpp"
#include "workers/worker.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::inline v0::testing {

namespace from_worker = protocol::from_worker;

namespace {

constexpr std::uint16_t no_close_frame = 1006;
constexpr std::uint16_t going_away = 1001;

// Lets the thread of a test wait for those of the clients.
class Barrier {
 public:
  explicit Barrier(std::size_t missing) : missing_(missing) {}
  void arrive() {
    const std::lock_guard lock(mutex_);
    if (--missing_ == 0) {
      all_there_.notify_all();
    }
  }
  // False: not in time.
  [[nodiscard]] bool wait(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    return all_there_.wait_for(lock, timeout, [this] { return missing_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_there_;
  std::size_t missing_;
};

// The same path and query that a socket would ask for, and so the same answer.
engine::Route route_of(const sdk::Address& address, const core::Channels& channels) {
  const std::string request = websocket::upgrade_request({
      .host = address.authority(),
      .target = address.target(),
      .key = "dGhlIHNhbXBsZSBub25jZQ==",  // RFC 6455 §1.3
      .extra_headers = {},
  });
  const auto parsed = http::parse_request_head(request, base::limits::request_head_bytes_max);
  if (parsed) {
    if (const auto& complete = *parsed) {
      return engine::route(complete->head, channels);
    }
  }
  return engine::Refusal{};
}

std::optional<Json> json_or_nothing(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(parse_json(text).value());
}

TriggerAction::Kind action_of(from_worker::Action action) {
  switch (action) {
    case from_worker::Action::call:
      return TriggerAction::Kind::call;
    case from_worker::Action::fire_and_forget:
      return TriggerAction::Kind::fire_and_forget;
    case from_worker::Action::enqueue:
      return TriggerAction::Kind::enqueue;
  }
  return TriggerAction::Kind::call;
}

std::string decoded(const json::Value& value) {
  return value.text.empty() || value.is_null() ? std::string() : json::decode_string(value);
}

}  // namespace

Engine::Running::Running()
    : core_({.engine_version = std::string(engine::engine_version())}, random_, net::now()) {
  local_workers_.add(std::make_unique<workers::LogFunctions>(), core_, now());
  auto firing = std::make_unique<FiringWorker>();
  firing_ = firing.get();
  firing_connection_ = local_workers_.add(std::move(firing), core_, now());
  settle_effects();
}

base::Now Engine::Running::now() const {
  const base::Now real = net::now();
  return {.monotonic = real.monotonic + ahead_, .wall = real.wall + ahead_};
}

// --- Clients ---

Client Engine::Running::connect(InitOptions options) {
  // No network can be silent or slow here, and time may jump.
  options.ping_interval = std::chrono::milliseconds(0);
  options.idle_timeout = std::chrono::milliseconds(0);
  options.connect_timeout = std::chrono::milliseconds::max();
  options.otel.enabled = false;  // its time and its socket would be real
  if (!options.log) {
    options.log = [](LogLevel, const std::string&) {};
  }
  sdk::Address address{.host = "in-process"};
  address.in_process = shared_from_this();
  auto driver = std::make_shared<sdk::Driver>(std::move(address), std::move(options));
  bool refuses = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(drivers_, [](const auto& weak) { return weak.expired(); });
    drivers_.push_back(driver);
    refuses = refuses_;
  }
  Client client(std::make_shared<Client::Handle>(std::move(driver)));
  if (!settle(patience) || (!refuses && client.worker_id().empty())) {
    throw Error::timeout();
  }
  return client;
}

std::vector<std::shared_ptr<sdk::Driver>> Engine::Running::drivers() {
  std::vector<std::shared_ptr<sdk::Driver>> alive;
  const std::lock_guard lock(mutex_);
  for (const auto& weak : drivers_) {
    if (auto driver = weak.lock()) {
      alive.push_back(std::move(driver));
    }
  }
  return alive;
}

std::uint64_t Engine::Running::messages() const {
  const std::lock_guard lock(mutex_);
  return taken_messages_ + delivered();
}

bool Engine::Running::settle(std::chrono::nanoseconds timeout) {
  return settle(timeout, [](sdk::Driver& client, base::Job on_done) {
    client.when_idle(std::move(on_done));
  });
}

// At rest: every client has made its visit since the last message has moved.
bool Engine::Running::settle(std::chrono::nanoseconds timeout, const Visit& visit) {
  const base::MonotonicTime deadline = net::now().monotonic + timeout;
  for (;;) {
    const std::uint64_t before = messages();
    if (!visit_all(visit, deadline)) {
      return false;
    }
    if (undelivered() == 0 && messages() == before) {
      return true;
    }
  }
}

// False: not all of them until the deadline.
bool Engine::Running::visit_all(const Visit& visit, base::MonotonicTime deadline) {
  const auto clients = drivers();
  const auto barrier = std::make_shared<Barrier>(clients.size() + 1);
  for (const auto& client : clients) {
    visit(*client, [barrier] { barrier->arrive(); });
  }
  barrier->arrive();
  return barrier->wait(deadline - net::now().monotonic);
}

void Engine::Running::advance(std::chrono::nanoseconds time) {
  {
    const std::lock_guard lock(mutex_);
    ahead_ += time;
    core_.on_time(now(), effects_);
    settle_effects();
  }
  const auto jump = [](std::chrono::nanoseconds by) {
    return [by](sdk::Driver& client, base::Job on_done) { client.advance(by, std::move(on_done)); };
  };
  static_cast<void>(visit_all(jump(time), net::now().monotonic + patience));
  // Functions may go on: only messages are waited for.
  static_cast<void>(settle(patience, jump(std::chrono::nanoseconds::zero())));
}

void Engine::Running::stop() {
  {
    const std::lock_guard lock(mutex_);
    has_stopped_ = true;
  }
  drop_connections();
}

void Engine::Running::drop_connections() {
  const std::lock_guard lock(mutex_);
  while (!sessions_.empty()) {
    const auto [connection, session] = *sessions_.begin();
    close(connection, no_close_frame, "dropped by the test");
    tell_core_closed(connection, session.kind);
    settle_effects();
  }
}

void Engine::Running::refuse_connections(bool refuses) {
  const std::lock_guard lock(mutex_);
  refuses_ = refuses;
}

// --- Connections ---

std::uint64_t Engine::Running::on_connected(
    const sdk::Address& address, std::shared_ptr<sdk::InProcessLine> line, unsigned& status
) {
  const std::lock_guard lock(mutex_);
  if (refuses_ || has_stopped_) {
    status = 0;
    return 0;
  }
  const engine::Route wanted = route_of(address, core_.channels());
  if (std::holds_alternative<engine::Refusal>(wanted)) {
    status = 404;
    return 0;
  }
  const base::ConnectionId id(++last_connection_);
  Session& session = sessions_[id];
  session.line = std::move(line);
  if (const auto* channel = std::get_if<engine::ChannelRoute>(&wanted)) {
    session.kind = Kind::channel;
    core_.channels().on_opened(id, channel->key, channel->end, effects_);
  } else if (std::holds_alternative<engine::TelemetryRoute>(wanted)) {
    session.kind = Kind::telemetry;
  } else {
    core_.on_worker_opened(id, "127.0.0.1", now(), effects_);
  }
  settle_effects();
  return id.value();
}

void Engine::Running::on_message(std::uint64_t connection, bool is_text, std::string_view message) {
  const std::lock_guard lock(mutex_);
  const base::ConnectionId from(connection);
  const auto session = sessions_.find(from);
  if (session == sessions_.end()) {
    return;
  }
  ++taken_messages_;
  if (session->second.kind == Kind::channel) {
    core_.channels().on_message(from, is_text, message, effects_);
  } else if (session->second.kind == Kind::worker && is_text) {
    const from_worker::Message decoded_message = protocol::decode(message);
    note_call(from, decoded_message);
    core_.on_message(from, decoded_message, now(), effects_);
  }
  settle_effects();
}

void Engine::Running::on_closed(std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  const base::ConnectionId id(connection);
  const auto session = sessions_.find(id);
  if (session == sessions_.end()) {
    return;
  }
  const Kind kind = session->second.kind;
  sessions_.erase(session);
  tell_core_closed(id, kind);
  settle_effects();
}

void Engine::Running::tell_core_closed(base::ConnectionId connection, Kind kind) {
  if (kind == Kind::worker) {
    core_.on_closed(connection, now(), effects_);
  } else if (kind == Kind::channel) {
    core_.channels().on_closed(connection, effects_);
  }
}

void Engine::Running::close(
    base::ConnectionId connection, std::uint16_t code, const std::string& reason
) {
  if (auto session = sessions_.extract(connection)) {
    session.mapped().line->close(code, reason);
  }
}

// --- Effects ---

struct Engine::Running::Executor {
  Running& self;

  void operator()(const core::SendTo& effect) const {
    if (engine::LocalWorkers::is_local(effect.to)) {
      self.local_workers_.deliver(effect.to, effect.message);
    } else if (const auto to = self.sessions_.find(effect.to); to != self.sessions_.end()) {
      to->second.line->send(true, protocol::encode(effect.message));
    }
  }
  void operator()(const core::SendChannelMessage& effect) const {
    if (const auto to = self.sessions_.find(effect.to); to != self.sessions_.end()) {
      to->second.line->send(effect.is_text, std::string(effect.bytes));
    }
  }
  void operator()(const core::CloseConnection& effect) const {
    constexpr std::uint16_t no_code = 1005;
    constexpr std::uint16_t service_restart = 1012;
    switch (effect.ending) {
      case core::Ending::dropped:
        self.close(effect.connection, no_close_frame, "");
        return;
      case core::Ending::without_code:
      case core::Ending::cut_off:
        self.close(effect.connection, no_code, "");
        return;
      case core::Ending::going_away:
        self.close(effect.connection, going_away, "");
        return;
      case core::Ending::restarting:
        self.close(effect.connection, service_restart, "");
        return;
    }
  }
  // Memory is not slow: nobody is ever paused for long, and what a test sends is small.
  void operator()(const core::PauseReading&) const {}
  void operator()(const core::ResumeReading&) const {}
  void operator()(const core::Note&) const {}
};

void Engine::Running::settle_effects() {
  do {
    for (const core::Effect& effect : effects_.all()) {
      std::visit(Executor{*this}, effect);
    }
    effects_.clear();
  } while (local_workers_.run_next(core_, now(), effects_));
}

void Engine::Running::note_call(base::ConnectionId from, const from_worker::Message& message) {
  const auto* invoke = std::get_if<from_worker::InvokeFunction>(&message);
  const core::Connection* caller = core_.find_connection(from);
  if (invoke == nullptr || caller == nullptr) {
    return;
  }
  Call call{
      .function_id = decoded(invoke->function_id),
      .payload = parse_json(invoke->data.text).value(),
      .action = action_of(invoke->action),
      .queue = decoded(invoke->queue),
      .metadata = json_or_nothing(invoke->metadata.text),
      .caller = caller->worker_id.value().to_string(),
  };
  if (call.function_id != "engine::workers::register") {
    calls_.push_back(std::move(call));
  }
}

// --- What a test asks ---

std::vector<Call> Engine::Running::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void Engine::Running::forget_calls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

std::vector<Engine::Running::KnownTrigger> Engine::Running::triggers_of(
    std::string_view trigger_type
) {
  std::vector<const core::Trigger*> found;
  std::vector<KnownTrigger> triggers;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, trigger] : core_.triggers().all()) {
    if (trigger_type.empty() || trigger.type == trigger_type) {
      found.push_back(&trigger);
    }
  }
  std::ranges::sort(found, {}, &core::Trigger::sequence);
  triggers.reserve(found.size());
  for (const core::Trigger* trigger : found) {
    triggers.push_back({
        .config =
            {.id = trigger->id,
             .function_id = trigger->function_id,
             .config = parse_json(trigger->config_json).value(),
             .metadata = json_or_nothing(trigger->metadata_json),
             .namespace_name = {}},
        .condition_function_id = trigger->condition_function_id,
    });
  }
  return triggers;
}

std::optional<Engine::Running::KnownTrigger> Engine::Running::find_trigger(std::string_view id) {
  for (auto& trigger : triggers_of("")) {
    if (trigger.config.id == id) {
      return std::move(trigger);
    }
  }
  return std::nullopt;
}

// Exactly false, or a failure, holds an event back (spec: state §7).
bool Engine::Running::lets_through(const KnownTrigger& trigger, const Json& event) {
  if (!trigger.condition_function_id) {
    return true;
  }
  const Result<Json> answer = call(*trigger.condition_function_id, event, std::nullopt);
  return answer && *answer != Json(false);
}

Result<Json> Engine::Running::call(
    const std::string& function_id, const Json& data, const std::optional<Json>& metadata
) {
  const auto answer = std::make_shared<std::promise<Result<Json>>>();
  std::future<Result<Json>> answered = answer->get_future();
  {
    const std::lock_guard lock(mutex_);
    const base::InvocationId id(base::Uuid::random(random_));
    firing_->await(id, [answer](const workers::CallResult& result) {
      if (const auto& error = result.error) {
        answer->set_value(Error::remote(error->code, error->message, error->stacktrace));
      } else {
        answer->set_value(
            result.result_json.empty() ? Result<Json>(Json()) : parse_json(result.result_json)
        );
      }
    });
    workers::Outputs outputs;
    outputs.calls.push_back({
        .id = id,
        .function_id = function_id,
        .data_json = serialize(data),
        .metadata_json = metadata ? serialize(*metadata) : std::string(),
        .timeout_ms = {},
    });
    local_workers_.submit(firing_connection_, std::move(outputs));
    settle_effects();
  }
  if (answered.wait_for(patience) != std::future_status::ready) {
    return Error::timeout();
  }
  return answered.get();
}

}  // namespace iii::inline v0::testing
