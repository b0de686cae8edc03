#include "engine/embedded_worker.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "workers/worker.hpp"

#include <iii/engine.hpp>
#include <iii/engine_error.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::engine {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;

namespace {

FunctionError stopped() {
  return {std::string(codes::invocation_stopped), "Invocation stopped", {}};
}

// What a piece of the program threw, as a text: it must not end the engine's thread.
template <class Piece>
std::optional<std::string> thrown_by(Piece piece) {
  try {
    piece();
    return std::nullopt;
  } catch (const std::exception& thrown) {
    return base::repaired_utf8(thrown.what());
  } catch (...) {
    return "something was thrown that is no std::exception";
  }
}

void note_thrown(
    std::string_view callback, std::optional<std::string> thrown, workers::Outputs& outputs
) {
  if (thrown) {
    outputs.notes.push_back(
        {core::Severity::error,
         "callback_threw",
         {{"callback", std::string(callback)}, {"reason", *std::move(thrown)}}}
    );
  }
}

}  // namespace

EmbeddedWorker::EmbeddedWorker(std::string name, MakeResponder make_responder)
    : name_(std::move(name)), make_responder_(std::move(make_responder)) {
}

void EmbeddedWorker::add_function(std::string id, FunctionHandler handler) {
  functions_.insert_or_assign(std::move(id), std::make_shared<FunctionHandler>(std::move(handler)));
}

void EmbeddedWorker::remove_function(std::string_view id) {
  if (const auto found = functions_.find(id); found != functions_.end()) {
    functions_.erase(found);
  }
}

void EmbeddedWorker::add_trigger_type(std::string id, TriggerTypeOptions options) {
  trigger_types_.insert_or_assign(
      std::move(id), std::make_shared<TriggerTypeOptions>(std::move(options))
  );
}

void EmbeddedWorker::await(base::InvocationId id, std::function<void(CallOutcome)> on_ended) {
  awaited_.emplace(id, std::move(on_ended));
}

void EmbeddedWorker::fail_awaited() {
  for (auto& [id, on_ended] : std::exchange(awaited_, {})) {
    (void)thrown_by([&] { on_ended({.result = {}, .error = stopped()}); });
  }
}

core::LocalWorker EmbeddedWorker::identity() const {
  return {.name = name_, .description = "Functions of the program that embeds the engine."};
}

void EmbeddedWorker::start(workers::Outputs&) {
}

void EmbeddedWorker::on_invoked(
    const workers::Invocation& invocation, base::Now, workers::Outputs& outputs
) {
  const auto found = functions_.find(invocation.function_id);
  if (found == functions_.end()) {
    outputs.replies.push_back(
        {invocation.id,
         {},
         protocol::ErrorBody{std::string(codes::function_not_found), "Function not found", {}}}
    );
    return;
  }
  const std::shared_ptr<FunctionHandler> handler = found->second;
  const EngineInvocation call{
      .function_id = invocation.function_id,
      .payload = invocation.data_json,
      .metadata = invocation.metadata_json,
      .traceparent = invocation.traceparent,
      .baggage = invocation.baggage
  };
  // If the handler throws, its Responder answers as well; the second answer finds no call any more.
  if (auto thrown = thrown_by([&] { (*handler)(call, make_responder_(invocation.id)); })) {
    outputs.replies.push_back(
        {invocation.id,
         {},
         protocol::ErrorBody{std::string(codes::invocation_failed), *std::move(thrown), {}}}
    );
  }
}

void EmbeddedWorker::on_trigger_registered(
    const to_worker::RegisterTrigger& trigger, base::Now, workers::Outputs& outputs
) {
  from_worker::TriggerRegistrationResult answer{
      trigger.id, trigger.trigger_type, trigger.function_id, {}
  };
  const auto found = trigger_types_.find(trigger.trigger_type);
  if (found != trigger_types_.end() && found->second->on_registered) {
    const std::shared_ptr<TriggerTypeOptions> type = found->second;
    EngineStatus accepted;
    auto thrown = thrown_by([&] {
      accepted = type->on_registered(
          {trigger.id, trigger.function_id, trigger.config_json, trigger.metadata_json}
      );
    });
    if (thrown || !accepted) {
      answer.error = protocol::ErrorBody{
          std::string(codes::trigger_registration_failed),
          thrown ? *std::move(thrown) : base::repaired_utf8(accepted.error().message),
          {}
      };
    }
  }
  outputs.messages.emplace_back(std::move(answer));
}

void EmbeddedWorker::on_trigger_unregistered(
    const to_worker::UnregisterTrigger& trigger, base::Now, workers::Outputs& outputs
) {
  const auto found = trigger_types_.find(trigger.trigger_type);
  if (found != trigger_types_.end() && found->second->on_unregistered) {
    const std::shared_ptr<TriggerTypeOptions> type = found->second;
    note_thrown("on_unregistered", thrown_by([&] { type->on_unregistered(trigger.id); }), outputs);
  }
}

void EmbeddedWorker::on_result(
    const workers::CallResult& result, base::Now, workers::Outputs& outputs
) {
  const auto found = awaited_.find(result.id);
  if (found == awaited_.end()) {
    return;
  }
  const auto on_ended = std::move(found->second);
  awaited_.erase(found);
  CallOutcome outcome{.result = result.result_json, .error = {}};
  if (result.error) {
    outcome.error =
        FunctionError{result.error->code, result.error->message, result.error->stacktrace};
  }
  note_thrown("on_ended", thrown_by([&] { on_ended(std::move(outcome)); }), outputs);
}

}  // namespace iii::engine
