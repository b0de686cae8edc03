// What a scripted worker does when it is asked.
#include "simulation/chance.hpp"
#include "simulation/crowd.hpp"
#include "simulation/network.hpp"
#include "simulation/setting.hpp"
#include "simulation/texts.hpp"
#include "simulation/worker.hpp"

#include <string>

namespace iii::simulation {

using texts::Delivery;

void Worker::on_invoked(const Message& message, const std::string& text) {
  const Execution execution{
      .id = std::string(message.at("invocation_id").as_string()),
      .function = std::string(message.at("function_id").as_string())
  };
  crowd_.hear_call(execution.id);
  if (const auto* data = message.at("data").if_object()) {
    crowd_.check_call(*data, text, *link_);
  }
  execute(execution);
}

void Worker::execute(const Execution& execution) {
  Chance& chance = crowd_.world.chance;
  const Setting& setting = crowd_.world.setting;
  if (crowd_.world.is_calm) {
    answer(execution);
  } else if (chance.percent(setting.never_percent)) {
    unanswered_.push_back(execution);
  } else if (chance.percent(setting.late_percent)) {
    later(milliseconds(10'000), [this, execution] { answer(execution); });
  } else if (chance.percent(setting.garbage_percent)) {
    send(texts::garbage_result(chance.below(texts::garbage_kinds), execution.id));
  } else if (chance.percent(setting.nested_percent) && is_connected()) {
    call(crowd_.function_id(), Delivery::awaited, [this, execution](const Message&) {
      answer(execution);
    });
  } else {
    answer(execution);
    if (chance.percent(setting.twice_percent)) {
      answer(execution);
    }
  }
}

void Worker::answer(const Execution& execution) {
  Chance& chance = crowd_.world.chance;
  if (!is_connected()) {
    return;
  }
  switch (chance.below(10)) {
    case 0:
      send(texts::failure(execution.id, execution.function));
      break;
    case 1:
      send(texts::result(execution.id, execution.function, chance.one_in(2) ? "false" : "null"));
      break;
    default: {
      std::string json = R"({"by":)" + std::to_string(link_->value()) + R"(,"answer":)" +
                         std::to_string(next_answer_++) + R"(,"padding":")";
      json.append(chance.below(chance.one_in(8) ? 600 : 30), 'r');
      send(texts::result(execution.id, execution.function, json.append("\"}")));
    }
  }
}

void Worker::on_trigger_registered(const Message& message) {
  const std::string id(message.at("id").as_string());
  const std::string type(message.at("trigger_type").as_string());
  const std::string function(message.at("function_id").as_string());
  provided_triggers_[id] = function;
  crowd_.hear_trigger(id);
  if (crowd_.world.chance.one_in(4)) {
    return;  // line 0.11 answers nothing
  }
  later(milliseconds(crowd_.world.chance.one_in(3) ? 12'000 : 100), [this, id, type, function] {
    const bool is_accepted = !crowd_.world.chance.one_in(6);
    if (!is_accepted) {
      provided_triggers_.erase(id);
    }
    send(texts::trigger_answer({id, type, function, ""}, is_accepted));
  });
}

void Worker::on_trigger_unregistered(const Message& message) {
  provided_triggers_.erase(std::string(message.at("id").as_string()));
}

}  // namespace iii::simulation
