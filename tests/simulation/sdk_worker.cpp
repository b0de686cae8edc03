#include "simulation/sdk_worker.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"
#include "simulation/chance.hpp"
#include "simulation/crowd.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/registry_check.hpp"
#include "simulation/texts.hpp"

#include <iii/options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::simulation {

using std::chrono::seconds;

SdkWorker::SdkWorker(Crowd& crowd, std::size_t index, PlantedBug bug)
    : crowd_(crowd),
      name_("sdk" + std::to_string(index)),
      bug_(bug),
      actions_left_(crowd.world.setting.actions) {
}

sdk::ConversationOptions SdkWorker::draw_options() const {
  Chance& chance = crowd_.world.chance;
  sdk::ConversationOptions options;
  options.announce = texts::invoke(
      {.id = "",
       .function = "engine::workers::register",
       .data = R"({"runtime":"cpp","version":"0.22.1","name":")" + name_ + R"(","pid":1})",
       .delivery = texts::Delivery::fire_and_forget}
  );
  options.reconnection = {
      .initial_delay_ms = chance.between(1, 500),
      .max_delay_ms = chance.between(500, 4'000),
  };
  if (chance.one_in(12)) {
    options.reconnection.max_retries = chance.below(3);
  }
  options.offline.messages_max = chance.one_in(3) ? 1'000 : chance.between(0, 6);
  options.offline.bytes_max = chance.one_in(3) ? 1'000'000 : chance.between(100, 3'000);
  options.offline.policy = chance.one_in(2) ? OfflinePolicy::fail : OfflinePolicy::drop_oldest;
  options.ping_interval = seconds(chance.between(10, 60));
  options.idle_timeout = options.ping_interval + seconds(chance.between(10, 40));
  options.fails_calls_on_disconnect = !chance.one_in(4);
  return options;
}

void SdkWorker::begin_life() {
  ++life_number_;
  life_.emplace(draw_options(), crowd_.world.chance.next());
  wake_at_ = base::never;
  unanswered_.clear();
  calls_.clear();
  // A program registers before it connects, most of the time.
  for (const auto& [id, frame] : types_) {
    put(Registered::trigger_type, id, frame);
  }
  for (const auto& [id, frame] : services_) {
    put(Registered::service, id, frame);
  }
  for (const auto& [id, frame] : functions_) {
    put(Registered::function, id, frame);
  }
  for (const auto& [id, trigger] : triggers_) {
    put(Registered::trigger, id, trigger.first);
  }
  life_->checker.started(now());
  life_->conversation.start(now(), effects_);
  settle();
}

void SdkWorker::start() {
  later(milliseconds(500), [this] {
    begin_life();
    act();
  });
}

void SdkWorker::restart() {
  if (has_left_ || !life_) {
    return;
  }
  if (link_) {
    crowd_.network.abandon_from_peer(*link_);
    link_.reset();
  }
  begin_life();
  act();
}

// --- Events ---

void SdkWorker::on_packet(LinkId link, const Packet& packet) {
  if (link != link_) {
    return;
  }
  note("<-", packet.bytes);
  life_->checker.heard(packet.bytes, now());
  life_->conversation.on_text(packet.bytes, now(), effects_);
  if (const std::string& id = life_->conversation.worker_id(); !id.empty()) {
    crowd_.introduce(link, id);
  }
  settle();
}

void SdkWorker::on_control(LinkId link, Packet::Kind kind) {
  if (link != link_) {
    return;
  }
  if (kind == Packet::Kind::opened) {
    life_->checker.opened(now());
    life_->conversation.on_opened(now(), effects_);
    settle();
  } else {
    life_->checker.heard_anything(now());
    life_->conversation.on_heard(now());
  }
}

void SdkWorker::on_ended(LinkId link) {
  if (link == link_) {
    note("lost", "its connection");
    lose_link();
  }
}

void SdkWorker::lose_link() {
  link_.reset();
  life_->checker.closed(now());
  if (!strikes(PlantedBug::sdk_loss_forgotten, 2)) {
    life_->conversation.on_closed("cut", now(), effects_);
  }
  settle();
}

void SdkWorker::wake_up() {
  const base::MonotonicTime deadline = life_->conversation.next_deadline();
  if (deadline >= wake_at_) {
    return;
  }
  wake_at_ = deadline;
  crowd_.world.agenda.at(deadline, [this, life = life_number_, deadline] {
    if (life != life_number_ || deadline != wake_at_) {
      return;
    }
    wake_at_ = base::never;
    life_->checker.time_passed(now());
    life_->conversation.on_time(now(), effects_);
    settle();
  });
}

// --- Effects ---

struct SdkWorker::Executor {
  SdkWorker& self;

  void operator()(const sdk::OpenConnection&) const {
    Opening opening;
    opening.wants_control = true;
    self.link_ = self.crowd_.network.connect(self, opening);
  }
  void operator()(const sdk::DropConnection&) const {
    if (self.link_) {
      self.crowd_.network.abandon_from_peer(*self.link_);
      self.link_.reset();
    }
  }
  // The engine's Close frame comes after a while, or too late.
  void operator()(const sdk::CloseConnection&) const {
    if (!self.link_) {
      return;
    }
    self.crowd_.network.close_from_peer(*self.link_);
    self.later(milliseconds(3'000), [&worker = self, link = self.link_] {
      if (worker.link_ == link) {
        worker.lose_link();
      }
    });
  }
  void operator()(const sdk::SendText& effect) const { send(effect.text); }
  void operator()(const sdk::SendKept& effect) const { send(std::string(effect.text)); }
  void send(const std::string& text) const {
    self.note("->", text);
    if (self.link_) {
      self.crowd_.network.send_from_peer(*self.link_, {Packet::Kind::text, text});
    }
  }
  void operator()(const sdk::SendPing&) const {
    if (self.link_) {
      self.crowd_.network.send_from_peer(*self.link_, {Packet::Kind::ping, {}});
    }
  }
  void operator()(const sdk::ChangeState& effect) const {
    self.note("is", to_string(effect.state));
  }
  void operator()(const sdk::Finish&) const {
    if (!self.has_left_) {
      self.later(milliseconds(3'000), [&worker = self] {
        worker.begin_life();
        worker.act();
      });
    }
  }
  void operator()(const sdk::RunFunction& effect) const { self.on_run(effect); }
  void operator()(const sdk::ConfigureTrigger& effect) const { self.on_configure(effect); }
  void operator()(const sdk::EndCall& effect) const { self.on_call_ended(effect); }
  void operator()(const sdk::RemoveTrigger&) const { self.on_remove(); }
  void operator()(const sdk::AnswerTrigger&) const {}
  void operator()(const sdk::FunctionRejected&) const {}
  void operator()(const sdk::Report& effect) const { self.note("reports", effect.text); }
};

void SdkWorker::settle() {
  plant(effects_);
  life_->checker.after(effects_, life_->conversation, now());
  if (!life_->checker.problem().empty()) {
    violated(name_ + ": " + life_->checker.problem());
  }
  // Nothing that an effect leads to happens now: user code runs later.
  for (const sdk::Effect& effect : effects_) {
    std::visit(Executor{*this}, effect);
  }
  effects_.clear();
  // What is lost, is lost on the way: the link takes everything at once.
  life_->conversation.on_taken(UINT64_MAX);
  wake_up();
}

void SdkWorker::plant(sdk::Effects& effects) {
  const auto is_registration = [](const sdk::Effect& effect) {
    const auto* send = std::get_if<sdk::SendText>(&effect);
    return send != nullptr && send->text.starts_with(R"({"type":"register)");
  };
  const auto registration = std::ranges::find_if(effects, is_registration);
  if (registration != effects.end() && strikes(PlantedBug::sdk_registration_lost, 4)) {
    effects.erase(registration);
  }
  const auto ends = [](const sdk::Effect& effect) {
    return std::holds_alternative<sdk::EndCall>(effect);
  };
  const auto end = std::ranges::find_if(effects, ends);
  if (end != effects.end() && strikes(PlantedBug::sdk_call_ends_twice, 4)) {
    effects.push_back(*end);
  }
}

// --- The end ---

void SdkWorker::check_quiet() const {
  require(life_.has_value(), "every program has started");
  const ConnectionState state = life_->conversation.state();
  require(calls_.empty(), "every call of an SDK ends once faults stop");
  require(life_->conversation.offline().empty(), "nothing waits in an SDK once faults stop");
  if (state == ConnectionState::failed) {
    return;  // after its last retry
  }
  require(state == ConnectionState::connected, "every SDK is connected once faults stop");
  require(
      life_->conversation.running_functions() == 0,
      "every function of an SDK has answered once faults stop"
  );
  for (const auto& [id, frame] : functions_) {
    crowd_.checks.require_registered(*link_, RegistryCheck::Kind::function, id);
  }
  for (const auto& [id, frame] : types_) {
    crowd_.checks.require_registered(*link_, RegistryCheck::Kind::trigger_type, id);
  }
  for (const auto& [id, trigger] : triggers_) {
    crowd_.checks.require_registered(*link_, RegistryCheck::Kind::trigger, id);
  }
}

void SdkWorker::check_left() const {
  require(life_->checker.is_finished(), "every SDK finishes after its shutdown");
}

// --- Small things ---

base::MonotonicTime SdkWorker::now() const {
  return crowd_.world.agenda.time();
}

void SdkWorker::later(milliseconds most, std::function<void()> action) {
  crowd_.world.agenda.after(
      crowd_.world.chance.between(milliseconds(0), most),
      [this, life = life_number_, action = std::move(action)] {
        if (life == life_number_) {
          action();
        }
      }
  );
}

void SdkWorker::note(std::string_view what, std::string_view text) const {
  if (crowd_.world.journal.is_kept()) {
    const std::string on = link_ ? " on " + std::to_string(link_->value()) : "";
    crowd_.world.note(name_ + on + " " + std::string(what) + " " + std::string(text));
  }
}

bool SdkWorker::strikes(PlantedBug bug, std::size_t one_in) const {
  return bug_ == bug && crowd_.world.chance.one_in(one_in);
}

}  // namespace iii::simulation
