// What a scripted worker does of its own will.
#include "base/id.hpp"
#include "base/uuid.hpp"
#include "simulation/chance.hpp"
#include "simulation/crowd.hpp"
#include "simulation/texts.hpp"
#include "simulation/worker.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace iii::simulation {

using texts::Delivery;

void Worker::act() {
  if (actions_left_ == 0 || has_left_) {
    return;
  }
  later(crowd_.world.setting.action_interval_max, [this] { act(); });
  if (!is_connected()) {
    return;
  }
  --actions_left_;
  Chance& chance = crowd_.world.chance;
  const Setting& setting = crowd_.world.setting;
  if (chance.percent(setting.forgery_percent + setting.malformed_percent)) {
    misbehave();
  } else if (chance.percent(setting.channel_percent)) {
    create_channel();
  } else {
    const std::size_t choice = chance.below(100);
    if (choice < 62) {
      act_on_calls(choice);
    } else if (choice < 78) {
      act_on_registrations(choice);
    } else if (choice < 92) {
      act_on_triggers(choice);
    } else {
      act_on_engine(choice);
    }
  }
}

void Worker::act_on_calls(std::size_t choice) {
  // Bursts fill outboxes.
  const std::size_t burst = crowd_.world.chance.one_in(6) ? 8 : 1;
  const std::string function =
      crowd_.world.chance.one_in(5) ? crowd_.service_function_id() : crowd_.function_id();
  const Delivery delivery = choice < 44   ? Delivery::awaited
                            : choice < 54 ? Delivery::fire_and_forget
                                          : Delivery::enqueued;
  for (std::size_t i = 0; i < burst; ++i) {
    call(function, delivery);
  }
}

void Worker::act_on_registrations(std::size_t choice) {
  if (choice < 71) {
    register_one_function();
  } else if (choice < 75 && !functions_.empty()) {
    const std::string id = *functions_.begin();
    functions_.erase(id);
    send(texts::about("unregisterfunction", id));
  } else {
    const std::string id = "s" + std::to_string(crowd_.world.chance.below(4));
    services_.insert(id);
    send(texts::about("registerservice", id));
  }
}

void Worker::register_one_function() {
  Chance& chance = crowd_.world.chance;
  std::string id = chance.one_in(4) ? crowd_.service_function_id() : crowd_.function_id();
  if (chance.one_in(12)) {
    id = chance.one_in(2) ? "engine::queue::enqueue" : "engine::functions::list";
  }
  functions_.insert(id);
  send(texts::about("registerfunction", id));
}

void Worker::act_on_triggers(std::size_t choice) {
  if (choice < 83) {
    register_one_trigger();
  } else if (choice < 85) {
    // Its own, or somebody else's.
    const std::string id = crowd_.trigger_id();
    triggers_.erase(id);
    send(texts::about("unregistertrigger", id));
  } else if (choice < 87) {
    const std::string type = crowd_.trigger_type();
    types_.insert(type);
    send(texts::about("registertriggertype", type));
  } else if (choice < 88 && !types_.empty()) {
    const std::string type = *types_.begin();
    types_.erase(type);
    send(texts::about("unregistertriggertype", type));
  } else if (!provided_triggers_.empty()) {
    call(provided_triggers_.begin()->second, Delivery::fire_and_forget);
  } else {
    call("local::fire", Delivery::awaited);
  }
}

void Worker::register_one_trigger() {
  const std::string id = crowd_.trigger_id();
  triggers_[id] = {
      .type = crowd_.trigger_type(),
      .function = crowd_.triggered_function_id(),
      .condition = crowd_.world.chance.one_in(2) ? crowd_.function_id() : ""
  };
  send_trigger(id);
}

void Worker::send_trigger(const std::string& id) {
  const Trigger& trigger = triggers_.at(id);
  send(texts::register_trigger({id, trigger.type, trigger.function, trigger.condition}));
}

void Worker::act_on_engine(std::size_t choice) {
  static constexpr std::array listings = {
      "engine::functions::list",
      "engine::workers::list",
      "engine::registered-triggers::list",
      "engine::triggers::list",
      "engine::services::list"
  };
  if (choice < 93) {
    call_engine(crowd_.world.chance.pick(listings), "{}", nullptr);
  } else if (choice < 97) {
    const std::string type = crowd_.trigger_type();
    call_engine(
        "engine::register_trigger",
        R"({"trigger_type":")" + type + R"(","function_id":"f0"})",
        [this](const Message& message) {
          if (const auto* result = message.if_contains("result")) {
            crowd_.hear_trigger(std::string(result->at("id").as_string()));
          }
        }
    );
  } else if (choice < 99) {
    call_engine("engine::unregister_trigger", R"({"id":")" + crowd_.trigger_id() + "\"}", nullptr);
  } else if (crowd_.world.chance.one_in(2)) {
    send(R"({"type":"ping"})");
  } else {
    crowd_.network.close_from_peer(*link_);
    on_ended(*link_);
  }
}

void Worker::create_channel() {
  const std::size_t messages_max = crowd_.world.chance.between(0, 6);
  call_engine(
      "engine::channels::create",
      R"({"buffer_size":)" + std::to_string(messages_max) + "}",
      [this, messages_max](const Message& message) {
        if (const auto* result = message.if_contains("result")) {
          const auto& writer = result->at("writer").as_object();
          const auto id = base::Uuid::parse(std::string_view(writer.at("channel_id").as_string()));
          const auto key = base::Uuid::parse(std::string_view(writer.at("access_key").as_string()));
          crowd_.open_channel({base::ChannelId(*id), *key}, messages_max);
        }
      }
  );
}

void Worker::misbehave() {
  Chance& chance = crowd_.world.chance;
  const Setting& setting = crowd_.world.setting;
  const std::string overheard = crowd_.overheard_call();
  if (chance.below(setting.forgery_percent + setting.malformed_percent) >=
      setting.forgery_percent) {
    const std::string id = chance.uuid().to_string();
    await(id, nullptr);
    send(texts::malformed(chance.below(texts::malformed_kinds), id));
  } else if (overheard.empty()) {
    return;
  } else if (chance.one_in(6)) {
    send(texts::reattach(crowd_.worker_id_of(*link_), chance.uuid().to_string()));
    send(texts::reattach(crowd_.some_worker_id(), token_));
  } else if (chance.one_in(3)) {
    // The same id for another call.
    await(overheard, nullptr);
    send(texts::invoke({.id = overheard, .function = crowd_.function_id(), .data = "{}"}));
  } else {
    send(texts::result(overheard, "f0", R"({"forged":true})"));
  }
}

// --- Calls ---

void Worker::call(const std::string& function, Delivery delivery, Continuation continuation) {
  Chance& chance = crowd_.world.chance;
  const std::string id = chance.uuid().to_string();
  const std::string spelling =
      chance.one_in(25) ? "\\u00" + texts::hex(function.front()) + function.substr(1) : function;
  texts::Invoke invoke{.id = id, .function = spelling, .data = {}, .delivery = delivery};
  const std::string data = call_data();
  invoke.data = data;
  invoke.has_trace = chance.one_in(4);
  if (chance.one_in(3)) {
    invoke.timeout_ms = chance.below(5'000);
  }
  if (delivery != Delivery::fire_and_forget) {
    await(id, std::move(continuation));
    crowd_.hear_call(id);
  }
  send(texts::invoke(invoke));
}

std::string Worker::call_data() {
  Chance& chance = crowd_.world.chance;
  if (chance.one_in(20)) {
    return chance.one_in(2) ? "[1,2,3]" : R"("text")";
  }
  std::string data = R"({"from":)" + std::to_string(link_->value()) + R"(,"number":)" +
                     std::to_string(next_call_++);
  if (chance.one_in(12)) {
    data.append(R"(,"_caller_worker_id":"somebody else")");
  }
  data.append(R"(,"padding":")");
  data.append(chance.below(chance.one_in(8) ? 600 : 30), 'p');
  return data.append("\"}");
}

void Worker::call_engine(
    const std::string& function, const std::string& data, Continuation continuation
) {
  const std::string id = crowd_.world.chance.uuid().to_string();
  await(id, std::move(continuation));
  send(texts::invoke({.id = id, .function = function, .data = data}));
}

void Worker::await(const std::string& id, Continuation continuation) {
  Pending& pending = pending_[id];
  ++pending.count;
  pending.continuation = std::move(continuation);
}

}  // namespace iii::simulation
