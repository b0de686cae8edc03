// The face of the test kit.
#include "testing/running.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::inline v0::testing {

Engine::Engine() : running_(std::make_shared<Running>()) {
}

Engine::~Engine() {
  running_->stop();
}

Client Engine::connect(InitOptions options) {
  return running_->connect(std::move(options));
}

bool Engine::settle(std::chrono::milliseconds timeout) {
  return running_->settle(timeout);
}

void Engine::advance(std::chrono::nanoseconds time) {
  running_->advance(time);
}

std::vector<TriggerConfig> Engine::triggers(std::string_view trigger_type) {
  static_cast<void>(settle(patience));
  std::vector<TriggerConfig> triggers;
  for (auto& known : running_->triggers_of(trigger_type)) {
    triggers.push_back(std::move(known.config));
  }
  return triggers;
}

std::vector<Result<Json>> Engine::fire(std::string_view trigger_type, const Json& event) {
  return fire(trigger_type, event, [](const TriggerConfig&) { return true; });
}

std::vector<Result<Json>> Engine::fire(
    std::string_view trigger_type,
    const Json& event,
    const std::function<bool(const TriggerConfig& trigger)>& is_meant
) {
  static_cast<void>(settle(patience));
  std::vector<Result<Json>> answers;
  for (const Running::KnownTrigger& trigger : running_->triggers_of(trigger_type)) {
    if (is_meant(trigger.config) && running_->lets_through(trigger, event)) {
      answers.push_back(running_->call(trigger.config.function_id, event, trigger.config.metadata));
    }
  }
  return answers;
}

Result<Json> Engine::fire(const Trigger& trigger, const Json& event) {
  static_cast<void>(settle(patience));
  const auto known = running_->find_trigger(trigger.id());
  if (!known) {
    return Error::remote("not_found", "the engine knows no trigger " + trigger.id());
  }
  if (!running_->lets_through(*known, event)) {
    return Error::remote("condition_false", "the condition did not let the event through");
  }
  return running_->call(known->config.function_id, event, known->config.metadata);
}

std::vector<Call> Engine::calls() const {
  return running_->calls();
}

std::vector<Call> Engine::calls(std::string_view function_id) const {
  std::vector<Call> calls = running_->calls();
  std::erase_if(calls, [&](const Call& call) { return call.function_id != function_id; });
  return calls;
}

void Engine::forget_calls() {
  running_->forget_calls();
}

void Engine::drop_connections() {
  running_->drop_connections();
}

void Engine::refuse_connections(bool refuses) {
  running_->refuse_connections(refuses);
}

}  // namespace iii::inline v0::testing
