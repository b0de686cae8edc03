// The face of the embedded engine: moves what the program says to the engine's thread, and answers
// back.
#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "engine/config.hpp"
#include "engine/embedded_worker.hpp"
#include "engine/environment.hpp"
#include "engine/log.hpp"
#include "engine/server.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "workers/worker.hpp"

#include <iii/engine.hpp>
#include <iii/engine_error.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace iii::inline v0 {

namespace limits = base::limits;
namespace from_worker = protocol::from_worker;
namespace codes = protocol::codes;

namespace {

EngineError not_json(std::string_view what) {
  return {EngineErrorCode::invalid_argument, std::string(what) + " must be well-formed JSON"};
}

EngineError not_an_id(std::string_view what) {
  return {
      EngineErrorCode::invalid_argument,
      "the id of a " + std::string(what) + " is UTF-8, at least 1 and at most " +
          std::to_string(limits::id_bytes_max) + " bytes"
  };
}

// What other workers read must be UTF-8, or their connection ends.
bool is_json(std::string_view text) {
  return base::is_utf8(text) && !json::validate(text);
}
bool is_json_or_empty(std::string_view text) {
  return text.empty() || is_json(text);
}
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= limits::id_bytes_max && base::is_utf8(text);
}

}  // namespace

// What the engine's thread and the program share. Handlers hold it weakly, so that it ends when the
// Engine does.
class Engine::Running : public std::enable_shared_from_this<Engine::Running> {
 public:
  explicit Running(engine::LoggingConfig logging) : log(logging) {}

  engine::Logger log;
  std::unique_ptr<engine::Server> server;
  engine::EmbeddedWorker* worker = nullptr;  // the server owns it
  base::ConnectionId connection;
  std::mutex stopping;  // of two that stop at once
  std::thread thread;

  // Not by the thread's id: the system gives it to another thread once this one has ended.
  [[nodiscard]] bool is_own_thread() const { return served_here == this; }

  void serve() {
    served_here = this;
    server->run();
    worker->fail_awaited();
  }

  EngineStatus submit(workers::Outputs outputs) {
    return server->post(submission(std::move(outputs)));
  }

  std::function<void()> submission(workers::Outputs outputs) {
    return [this, outputs = std::move(outputs)]() mutable {
      server->submit(connection, std::move(outputs));
    };
  }

 private:
  static thread_local const Running* served_here;
};

thread_local const Engine::Running* Engine::Running::served_here = nullptr;

// --- Responder ---

class Responder::State {
 public:
  State(std::weak_ptr<Engine::Running> running, base::InvocationId id)
      : running_(std::move(running)), id_(id) {}

  void answer(std::string result, std::optional<FunctionError> error) {
    if (std::exchange(is_answered_, true)) {
      return;
    }
    workers::Reply reply{id_, std::move(result), {}};
    if (error) {
      reply.error = protocol::ErrorBody{
          base::repaired_utf8(error->code), base::repaired_utf8(error->message), {}
      };
      if (error->stacktrace) {
        reply.error->stacktrace = base::repaired_utf8(*error->stacktrace);
      }
    }
    if (const auto running = running_.lock()) {
      workers::Outputs outputs;
      outputs.replies.push_back(std::move(reply));
      running->server->post_answer(running->submission(std::move(outputs)));
    }
  }

 private:
  std::weak_ptr<Engine::Running> running_;
  base::InvocationId id_;
  bool is_answered_ = false;
};

Responder::Responder(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Responder::Responder(Responder&&) noexcept = default;
Responder& Responder::operator=(Responder&& other) noexcept {
  state_.swap(other.state_);
  return *this;
}

Responder::~Responder() {
  if (state_ != nullptr) {
    error({std::string(codes::invocation_failed), "the function ended without an answer", {}});
  }
}

void Responder::assert_usable() const {
  III_ASSERT(state_ != nullptr, "a Responder that has been moved from must not be used");
}

void Responder::result(std::string json) {
  assert_usable();
  if (is_json_or_empty(json)) {
    state_->answer(std::move(json), std::nullopt);
  } else {
    error(
        {std::string(codes::invocation_failed), "the function's result is not well-formed JSON", {}}
    );
  }
}

void Responder::error(FunctionError error) {
  assert_usable();
  state_->answer({}, std::move(error));
}

// --- Engine ---

EngineResult<Engine> Engine::start(const EngineOptions& options) {
  engine::EngineConfig config = engine::default_config();
  if (!options.config_file.empty()) {
    auto loaded = engine::load_config(options.config_file, engine::environment_variable);
    if (!loaded) {
      return loaded.error();
    }
    config = *std::move(loaded);
  } else {
    config.listeners.front().host = options.host;
    config.listeners.front().port = options.port;
    const auto level = engine::parse_log_level(options.log_level);
    if (!level) {
      return EngineError{EngineErrorCode::invalid_argument, level.error().message};
    }
    config.logging.level = *level;
  }
  auto running = std::make_shared<Running>(config.logging);
  auto server = engine::Server::start(std::move(config), running->log, engine::SignalUse::none);
  if (!server) {
    return server.error();
  }
  running->server = *std::move(server);
  auto worker = std::make_unique<engine::EmbeddedWorker>(
      base::repaired_utf8(options.worker_name),
      [weak = std::weak_ptr<Running>(running)](base::InvocationId id) {
        return Responder(std::make_unique<Responder::State>(weak, id));
      }
  );
  running->worker = worker.get();
  running->connection = running->server->add(std::move(worker));
  running->thread = std::thread([raw = running.get()] { raw->serve(); });
  return Engine(std::move(running));
}

Engine::Engine(std::shared_ptr<Running> running) : running_(std::move(running)) {
}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&& other) noexcept {
  running_.swap(other.running_);
  return *this;
}

Engine::~Engine() {
  if (running_ != nullptr) {
    III_ASSERT(
        !running_->is_own_thread(), "an Engine must not be destroyed by one of its own handlers"
    );
    stop();
  }
}

Engine::Running& Engine::running() const {
  III_ASSERT(running_ != nullptr, "an Engine that has been moved from must not be used");
  return *running_;
}

std::uint16_t Engine::port() const {
  return running().server->port();
}

EngineStatus Engine::register_function(
    std::string id, FunctionHandler handler, FunctionOptions options
) {
  if (!is_id(id)) {
    return not_an_id("function");
  }
  if (!is_json_or_empty(options.request_format) || !is_json_or_empty(options.response_format)) {
    return not_json("the formats of function " + id);
  }
  if (!is_json_or_empty(options.metadata)) {
    return not_json("the metadata of function " + id);
  }
  from_worker::RegisterFunction message;
  message.id = id;
  if (!options.description.empty()) {
    message.description = base::repaired_utf8(options.description);
  }
  message.request_format = std::move(options.request_format);
  message.response_format = std::move(options.response_format);
  message.metadata = std::move(options.metadata);
  return running().server->post([running = &running(),
                                 id = std::move(id),
                                 handler = std::move(handler),
                                 message = std::move(message)]() mutable {
    running->worker->add_function(std::move(id), std::move(handler));
    workers::Outputs outputs;
    outputs.messages.emplace_back(std::move(message));
    running->server->submit(running->connection, std::move(outputs));
  });
}

EngineStatus Engine::unregister_function(std::string id) {
  return running().server->post([running = &running(), id = std::move(id)]() mutable {
    running->worker->remove_function(id);
    workers::Outputs outputs;
    outputs.messages.emplace_back(from_worker::UnregisterFunction{std::move(id)});
    running->server->submit(running->connection, std::move(outputs));
  });
}

EngineStatus Engine::register_trigger_type(std::string id, TriggerTypeOptions options) {
  if (!is_id(id)) {
    return not_an_id("trigger type");
  }
  if (!is_json_or_empty(options.trigger_request_format) ||
      !is_json_or_empty(options.call_request_format)) {
    return not_json("the formats of trigger type " + id);
  }
  from_worker::RegisterTriggerType message{
      id,
      base::repaired_utf8(options.description),
      options.trigger_request_format,
      options.call_request_format
  };
  return running().server->post([running = &running(),
                                 id = std::move(id),
                                 options = std::move(options),
                                 message = std::move(message)]() mutable {
    running->worker->add_trigger_type(std::move(id), std::move(options));
    workers::Outputs outputs;
    outputs.messages.emplace_back(std::move(message));
    running->server->submit(running->connection, std::move(outputs));
  });
}

EngineStatus Engine::fire(std::string trigger_id, std::string payload_json) {
  if (!is_json(payload_json)) {
    return not_json("the event of trigger " + trigger_id);
  }
  workers::Outputs outputs;
  outputs.firings.push_back({std::move(trigger_id), std::move(payload_json)});
  return running().submit(std::move(outputs));
}

std::future<CallOutcome> Engine::invoke(
    std::string function_id, std::string payload_json, InvokeOptions options
) {
  auto promise = std::make_shared<std::promise<CallOutcome>>();
  std::future<CallOutcome> outcome = promise->get_future();
  invoke(
      std::move(function_id),
      std::move(payload_json),
      [promise](CallOutcome ended) { promise->set_value(std::move(ended)); },
      std::move(options)
  );
  return outcome;
}

void Engine::invoke(
    std::string function_id,
    std::string payload_json,
    std::function<void(CallOutcome)> on_ended,
    InvokeOptions options
) {
  if (!is_json(payload_json) || !is_json_or_empty(options.metadata)) {
    on_ended(
        {.result = {},
         .error =
             FunctionError{
                 std::string(codes::invalid_message),
                 "payload and metadata must be well-formed JSON",
                 {}
             }}
    );
    return;
  }
  workers::Call call{
      .id = {},
      .function_id = std::move(function_id),
      .data_json = std::move(payload_json),
      .metadata_json = std::move(options.metadata),
      .timeout_ms = {}
  };
  if (options.timeout) {
    call.timeout_ms = static_cast<std::uint64_t>(std::max(options.timeout->count(), 0L));
  }
  // Kept here too: a task that is not accepted is never run.
  const auto shared_end = std::make_shared<std::function<void(CallOutcome)>>(std::move(on_ended));
  const EngineStatus posted =
      running().server->post([running = &running(), call = std::move(call), shared_end]() mutable {
        call.id = running->server->new_invocation_id();
        running->worker->await(*call.id, *shared_end);
        workers::Outputs outputs;
        outputs.calls.push_back(std::move(call));
        running->server->submit(running->connection, std::move(outputs));
      });
  if (!posted) {
    const bool has_stopped = posted.error().code == EngineErrorCode::closed;
    const std::string_view code = has_stopped ? codes::invocation_stopped : codes::limit_exceeded;
    (*shared_end)(
        {.result = {}, .error = FunctionError{std::string(code), posted.error().message, {}}}
    );
  }
}

EngineStatus Engine::invoke_void(
    std::string function_id, std::string payload_json, InvokeOptions options
) {
  if (!is_json(payload_json) || !is_json_or_empty(options.metadata)) {
    return not_json("payload and metadata of the call of " + function_id);
  }
  workers::Outputs outputs;
  outputs.calls.push_back(
      {.id = {},
       .function_id = std::move(function_id),
       .data_json = std::move(payload_json),
       .metadata_json = std::move(options.metadata),
       .timeout_ms = {}}
  );
  return running().submit(std::move(outputs));
}

void Engine::stop() {
  Running& own = running();
  own.server->stop();
  if (own.is_own_thread()) {
    return;
  }
  const std::lock_guard lock(own.stopping);
  if (own.thread.joinable()) {
    own.thread.join();
  }
}

}  // namespace iii::inline v0
