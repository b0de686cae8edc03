// Trigger types of your own, with the types of a trigger's config and of the event that its
// function is called with. Included by client.hpp.
//
//   struct Every { int seconds = 1; };           III_DESCRIBE(Every, seconds)
//   struct Tick { std::int64_t number = 0; };    III_DESCRIBE(Tick, number)
//
//   const auto ticks = client.register_trigger_type(
//       iii::trigger_type<Every, Tick>("tick", "Ticks."),
//       [](const iii::TriggerConfigOf<Every>& every) { start(every.id, every.config.seconds); },
//       [](const std::string& id) { stop(id); });
//   ticks.register_function("clock::on_tick", [](const Tick& tick) { … });
//   ticks.register_trigger("clock::on_tick", {.seconds = 5});
//
// Both types give the trigger type its schemas. A config that is no Every refuses its trigger; a
// function that takes something else than a Tick does not compile. Json, the default of both, is
// everything.
#pragma once

#include <iii/describe.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/registration.hpp>
#include <iii/trigger.hpp>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace iii::inline v0 {

// A trigger type before it is registered, with the name that other SDKs have for it:
// RegisterTriggerType("tick", "Ticks.").trigger_request_format<Every>().call_request_format<Tick>()
template <class Config = Json, class Event = Json>
class RegisterTriggerType {
 public:
  RegisterTriggerType(std::string id, std::string description)
      : message_{.id = std::move(id), .description = std::move(description)} {
    if constexpr (!std::is_same_v<Config, Json>) {
      message_.trigger_request_format = json_schema<Config>();
    }
    if constexpr (!std::is_same_v<Event, Json>) {
      message_.call_request_format = json_schema<Event>();
    }
  }

  template <class OtherConfig>
  [[nodiscard]] RegisterTriggerType<OtherConfig, Event> trigger_request_format() const {
    return {message_.id, message_.description};
  }
  template <class OtherEvent>
  [[nodiscard]] RegisterTriggerType<Config, OtherEvent> call_request_format() const {
    return {message_.id, message_.description};
  }

  [[nodiscard]] const RegisterTriggerTypeMessage& message() const { return message_; }

 private:
  RegisterTriggerTypeMessage message_;
};
// Types that nobody has named are Json.
RegisterTriggerType(std::string, std::string) -> RegisterTriggerType<Json, Json>;

// The same in short.
template <class Config = Json, class Event = Json>
[[nodiscard]] RegisterTriggerType<Config, Event> trigger_type(
    std::string id, std::string description
) {
  return {std::move(id), std::move(description)};
}

namespace detail {

// Makes typed configs of JSON. One that does not fit throws, which refuses the trigger.
template <class Config>
class TypedTriggerHandler final : public TriggerHandler {
 public:
  explicit TypedTriggerHandler(std::shared_ptr<TriggerHandlerOf<Config>> handler)
      : handler_(std::move(handler)) {}

  void register_trigger(const TriggerConfig& trigger) override {
    handler_->register_trigger({
        .id = trigger.id,
        .function_id = trigger.function_id,
        .config = argument<Config>(trigger.config),
        .metadata = trigger.metadata,
        .namespace_name = trigger.namespace_name,
    });
  }
  void unregister_trigger(const std::string& id) override { handler_->unregister_trigger(id); }

 private:
  std::shared_ptr<TriggerHandlerOf<Config>> handler_;
};

// Two callables as a handler.
template <class Config>
class CallableTriggerHandler final : public TriggerHandlerOf<Config> {
 public:
  CallableTriggerHandler(
      std::function<void(const TriggerConfigOf<Config>&)> on_register,
      std::function<void(const std::string&)> on_unregister
  )
      : on_register_(std::move(on_register)), on_unregister_(std::move(on_unregister)) {}

  void register_trigger(const TriggerConfigOf<Config>& trigger) override { on_register_(trigger); }
  void unregister_trigger(const std::string& id) override {
    if (on_unregister_) {
      on_unregister_(id);
    }
  }

 private:
  std::function<void(const TriggerConfigOf<Config>&)> on_register_;
  std::function<void(const std::string&)> on_unregister_;
};

// A function that the events of a trigger type can call: one of Event, of Json, or of nothing.
template <class F, class Event>
consteval bool takes_event() {
  if constexpr (std::is_same_v<F, Function> || std::is_same_v<Event, Json> ||
                !Signature<F>::is_known) {
    return true;  // what is wrong with it, Function says
  } else {
    using First = typename Signature<F>::First;
    return std::is_same_v<First, Event> || std::is_same_v<First, Json> || std::is_void_v<First>;
  }
}

}  // namespace detail
}  // namespace iii::inline v0
