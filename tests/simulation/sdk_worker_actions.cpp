// What the program does that uses the SDK.
#include "base/id.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"
#include "simulation/chance.hpp"
#include "simulation/crowd.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/sdk_worker.hpp"
#include "simulation/setting.hpp"
#include "simulation/texts.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace iii::simulation {

using texts::Delivery;

void SdkWorker::act() {
  if (actions_left_ == 0 || has_left_) {
    return;
  }
  --actions_left_;
  later(crowd_.world.setting.action_interval_max, [this] { act(); });
  Chance& chance = crowd_.world.chance;
  // A connection that takes nothing, now and then.
  const std::size_t backlog = chance.one_in(10) ? chance.below(10'000) : 0;
  life_->checker.backlog(backlog);
  life_->conversation.set_backlog(backlog);
  const std::size_t choice = chance.below(100);
  if (choice < 60) {
    act_on_calls();
  } else if (choice < 80) {
    act_on_registrations();
  } else if (choice < 98) {
    act_on_triggers();
  } else if (!crowd_.world.is_calm && chance.one_in(2)) {
    shut_down();
  }
}

void SdkWorker::act_on_calls() {
  Chance& chance = crowd_.world.chance;
  const std::size_t burst = chance.one_in(6) ? 8 : 1;
  const std::string function =
      chance.one_in(5) ? crowd_.service_function_id() : crowd_.function_id();
  for (std::size_t i = 0; i < burst; ++i) {
    if (chance.one_in(5)) {
      send_void(function);
    } else {
      call(function);
    }
  }
  if (chance.one_in(5)) {
    give_up_a_call();
  }
}

void SdkWorker::act_on_registrations() {
  Chance& chance = crowd_.world.chance;
  if (chance.one_in(4) && !functions_.empty()) {
    const std::string id = functions_.begin()->first;
    functions_.erase(id);
    take(Registered::function, id);
  } else if (chance.one_in(6)) {
    const std::string id = "s" + std::to_string(chance.below(4));
    put(Registered::service, id, services_[id] = texts::about("registerservice", id));
  } else {
    const std::string id = chance.one_in(4) ? crowd_.service_function_id() : crowd_.function_id();
    put(Registered::function, id, functions_[id] = texts::about("registerfunction", id));
  }
}

void SdkWorker::act_on_triggers() {
  Chance& chance = crowd_.world.chance;
  if (chance.one_in(5) && !triggers_.empty()) {
    const auto [id, trigger] = *triggers_.begin();
    triggers_.erase(id);
    take(Registered::trigger, id, trigger.second);
  } else if (chance.one_in(4) && !types_.empty()) {
    const std::string id = types_.begin()->first;
    types_.erase(id);
    take(Registered::trigger_type, id);
  } else if (chance.one_in(3)) {
    const std::string id = crowd_.trigger_type();
    put(Registered::trigger_type, id, types_[id] = texts::about("registertriggertype", id));
  } else {
    const std::string id = crowd_.trigger_id();
    const std::string type = crowd_.trigger_type();
    const std::string frame =
        texts::register_trigger({id, type, crowd_.triggered_function_id(), ""});
    triggers_[id] = {frame, type};
    put(Registered::trigger, id, frame);
  }
}

// --- Registrations ---

void SdkWorker::put(Registered kind, const std::string& id, const std::string& frame) {
  life_->checker.registered(kind, id, frame);
  switch (kind) {
    case Registered::trigger_type:
      life_->conversation.register_trigger_type(id, frame, effects_);
      break;
    case Registered::service:
      life_->conversation.register_service(id, frame, effects_);
      break;
    case Registered::function:
      life_->conversation.register_function(id, frame, false, effects_);
      break;
    case Registered::trigger:
      life_->conversation.register_trigger(id, frame, effects_);
      break;
  }
  settle();
}

void SdkWorker::take(Registered kind, const std::string& id, const std::string& trigger_type) {
  const auto frame = [&](const std::string& type, const std::string& more = "") {
    return R"({"type":")" + type + R"(","id":")" + id + "\"" + more + "}";
  };
  switch (kind) {
    case Registered::trigger_type:
      life_->checker.unregistered(kind, id, frame("unregistertriggertype"));
      life_->conversation.unregister_trigger_type(id, effects_);
      break;
    case Registered::function:
      life_->checker.unregistered(kind, id, frame("unregisterfunction"));
      life_->conversation.unregister_function(id, effects_);
      break;
    case Registered::trigger:
      life_->checker.unregistered(
          kind, id, frame("unregistertrigger", R"(,"trigger_type":")" + trigger_type + "\"")
      );
      life_->conversation.unregister_trigger(id, trigger_type, effects_);
      break;
    case Registered::service:
      break;  // the SDK does not offer it
  }
  settle();
}

// --- Calls ---

std::string SdkWorker::call_frame(const std::string& id, const std::string& function) {
  Chance& chance = crowd_.world.chance;
  std::string data = R"({"sdk_call":)" + std::to_string(crowd_.next_sdk_call()) + R"(,"padding":")";
  data.append(chance.below(chance.one_in(8) ? 600 : 30), 'p').append("\"}");
  return texts::invoke({
      .id = id,
      .function = function,
      .data = data,
      .delivery = id.empty() ? Delivery::fire_and_forget : Delivery::awaited,
      .timeout_ms = {},
      .has_trace = chance.one_in(4),
  });
}

void SdkWorker::call(const std::string& function, std::function<void()> continuation) {
  Chance& chance = crowd_.world.chance;
  const base::InvocationId id(chance.uuid());
  const std::string text = id.value().to_string();
  const std::string frame = call_frame(text, function);
  const auto deadline = now() + chance.between(milliseconds(0), milliseconds(30'000));
  crowd_.hear_call(text);
  calls_[id] = std::move(continuation);
  life_->checker.called(id, frame, deadline);
  life_->checker.admitted(life_->conversation.call(id, frame, deadline, effects_));
  settle();
}

void SdkWorker::send_void(const std::string& function) {
  const std::string frame = call_frame("", function);
  life_->checker.sent_void(frame);
  life_->checker.admitted(life_->conversation.send_void(frame, effects_));
  settle();
}

void SdkWorker::give_up_a_call() {
  if (calls_.empty()) {
    return;
  }
  const base::InvocationId id =
      std::next(
          calls_.begin(), static_cast<std::ptrdiff_t>(crowd_.world.chance.below(calls_.size()))
      )
          ->first;
  if (const std::function<void()> continuation = std::move(calls_.at(id))) {
    later(milliseconds(0), continuation);
  }
  calls_.erase(id);
  life_->checker.cancelled(id);
  if (!strikes(PlantedBug::sdk_cancel_forgotten, 1)) {
    life_->conversation.cancel(id);
  }
  settle();
}

void SdkWorker::on_call_ended(const sdk::EndCall& effect) {
  const auto call = calls_.find(effect.id);
  if (call == calls_.end()) {
    violated(name_ + " is told once that a call has ended, and not when it has given it up");
  }
  const std::function<void()> continuation = std::move(call->second);
  calls_.erase(call);
  if (effect.how == sdk::EndCall::How::result && effect.result_json.starts_with(R"({"by":)")) {
    const auto result = boost::json::parse(effect.result_json);
    crowd_.checks.on_arrived(
        "results",
        LinkId(result.at("by").to_number<std::uint64_t>()),
        *link_,
        result.at("answer").to_number<std::uint64_t>()
    );
  }
  if (continuation) {
    later(milliseconds(0), continuation);
  }
}

// --- Answers ---

void SdkWorker::on_run(const sdk::RunFunction& effect) {
  if (!functions_.contains(effect.function_id)) {
    violated(name_ + " runs only what it has registered, not " + effect.function_id);
  }
  const auto data = boost::json::parse(effect.data_json);
  if (const auto* object = data.if_object()) {
    crowd_.check_call(*object, effect.data_json, *link_);
  }
  if (!effect.invocation_id) {
    later(milliseconds(crowd_.world.chance.one_in(8) ? 10'000 : 0), [this] { end_unawaited(); });
    return;
  }
  crowd_.hear_call(effect.invocation_id->value().to_string());
  later(milliseconds(0), [this, execution = Execution{*effect.invocation_id, effect.function_id}] {
    execute(execution);
  });
}

void SdkWorker::execute(const Execution& execution) {
  Chance& chance = crowd_.world.chance;
  const Setting& setting = crowd_.world.setting;
  if (crowd_.world.is_calm) {
    answer(execution);
  } else if (chance.percent(setting.never_percent)) {
    unanswered_.push_back(execution);
  } else if (chance.percent(setting.late_percent)) {
    later(milliseconds(10'000), [this, execution] { answer(execution); });
  } else if (chance.percent(setting.nested_percent)) {
    call(crowd_.function_id(), [this, execution] { answer(execution); });
  } else {
    answer(execution);
    if (chance.percent(setting.twice_percent)) {
      answer(execution);
    }
  }
}

void SdkWorker::answer(const Execution& execution) {
  Chance& chance = crowd_.world.chance;
  const std::string id = execution.id.value().to_string();
  std::string json = R"({"padding":")";
  json.append(chance.below(chance.one_in(8) ? 600 : 30), 'r').append("\"}");
  const std::string frame = chance.one_in(5) ? texts::failure(id, execution.function)
                                             : texts::result(id, execution.function, json);
  life_->checker.answered(execution.id, frame);
  life_->conversation.answer(execution.id, frame, now(), effects_);
  settle();
}

void SdkWorker::on_configure(const sdk::ConfigureTrigger& effect) {
  crowd_.hear_trigger(effect.id);
  const bool is_accepted = !crowd_.world.chance.one_in(6);
  const std::string frame =
      texts::trigger_answer({effect.id, effect.trigger_type, effect.function_id, ""}, is_accepted);
  later(milliseconds(crowd_.world.chance.one_in(3) ? 12'000 : 100), [this, frame] {
    life_->checker.answered_trigger(frame);
    life_->conversation.answer_trigger(frame, effects_);
    settle();
    end_unawaited();
  });
}

void SdkWorker::on_remove() {
  later(milliseconds(0), [this] { end_unawaited(); });
}

void SdkWorker::end_unawaited() {
  if (life_) {
    life_->checker.left();
    life_->conversation.leave(now(), effects_);
    settle();
  }
}

// --- The end ---

void SdkWorker::become_calm() {
  actions_left_ = 0;
  if (!life_) {
    return;
  }
  for (const Execution& execution : std::exchange(unanswered_, {})) {
    answer(execution);
  }
}

void SdkWorker::shut_down() {
  life_->checker.shut_down(now());
  life_->conversation.shutdown(now(), effects_);
  settle();
}

void SdkWorker::leave() {
  has_left_ = true;
  shut_down();
}

}  // namespace iii::simulation
