#include "simulation/worker.hpp"

#include "simulation/chance.hpp"
#include "simulation/crowd.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"
#include "simulation/texts.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::simulation {
namespace {

std::string text_of(const boost::json::object& message, std::string_view name) {
  const auto* value = message.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Worker::Worker(Crowd& crowd, std::size_t index)
    : crowd_(crowd),
      name_("w" + std::to_string(index)),
      reattaches_(crowd.world.chance.percent(crowd.world.setting.reattach_percent)),
      actions_left_(crowd.world.setting.actions) {
  Chance& chance = crowd_.world.chance;
  for (std::size_t i = chance.below(crowd_.world.setting.functions); i > 0; --i) {
    functions_.insert(chance.one_in(4) ? crowd_.service_function_id() : crowd_.function_id());
  }
  for (std::size_t i = chance.below(3); i > 0; --i) {
    types_.insert(crowd_.trigger_type());
  }
}

void Worker::start() {
  later(milliseconds(500), [this] { connect(); });
  act();
}

void Worker::become_calm() {
  actions_left_ = 0;
  for (const Execution& execution : std::exchange(unanswered_, {})) {
    if (crowd_.world.chance.one_in(2)) {
      answer(execution);
    }
  }
}

void Worker::leave() {
  has_left_ = true;
  if (link_) {
    crowd_.network.close_from_peer(*link_);
    link_.reset();
  }
}

void Worker::restart() {
  if (has_left_) {
    return;
  }
  if (link_) {
    crowd_.network.abandon_from_peer(*link_);
    link_.reset();
  }
  ++life_;
  is_registered_ = false;
  worker_id_.clear();
  token_.clear();
  pending_.clear();
  unanswered_.clear();
  provided_triggers_.clear();
  reconnect_later();
  act();
}

// --- Its connection ---

void Worker::connect() {
  if (!link_ && !has_left_) {
    link_ = crowd_.network.connect(*this, {});
  }
}

void Worker::reconnect_later() {
  later(milliseconds(3'000), [this] { connect(); });
}

void Worker::on_packet(LinkId link, const Packet& packet) {
  if (link != link_) {
    return;
  }
  if (crowd_.world.journal.is_kept()) {
    crowd_.world.note(name_ + " <- " + packet.bytes);
  }
  const auto value = boost::json::parse(packet.bytes);
  const Message& message = value.get_object();
  const std::string type = text_of(message, "type");
  if (type == "invokefunction") {
    on_invoked(message, packet.bytes);
  } else if (type == "invocationresult") {
    on_result(message);
  } else if (type == "workerregistered") {
    on_registered(message);
  } else if (type == "registertrigger") {
    on_trigger_registered(message);
  } else if (type == "unregistertrigger") {
    on_trigger_unregistered(message);
  }
}

void Worker::on_ended(LinkId link) {
  if (link != link_) {
    return;
  }
  if (crowd_.world.journal.is_kept()) {
    crowd_.world.note(name_ + " lost its connection " + std::to_string(link.value()));
  }
  link_.reset();
  is_registered_ = false;
  provided_triggers_.clear();
  if (!reattaches_) {
    pending_.clear();
  }
  reconnect_later();
}

void Worker::on_registered(const Message& message) {
  is_registered_ = true;
  const std::string previous_id = std::exchange(worker_id_, text_of(message, "worker_id"));
  const std::string previous_token = std::exchange(token_, text_of(message, "reattach_token"));
  crowd_.introduce(*link_, worker_id_);
  if (reattaches_ && !previous_id.empty()) {
    send(texts::reattach(previous_id, previous_token));
  }
  announce();
}

// Everything that the process offers, as SDKs send it after each connect.
void Worker::announce() {
  for (const std::string& id : types_) {
    send(texts::about("registertriggertype", id));
  }
  for (const std::string& id : functions_) {
    send(texts::about("registerfunction", id));
  }
  for (const auto& [id, trigger] : triggers_) {
    send_trigger(id);
  }
  for (const std::string& id : services_) {
    send(texts::about("registerservice", id));
  }
  if (crowd_.world.chance.one_in(2)) {
    const std::string version = crowd_.world.chance.one_in(3) ? "0.11.6" : "0.22.1";
    call_engine(
        "engine::workers::register",
        R"({"runtime":"node","version":")" + version + R"(","name":")" + name_ + R"(","pid":1})",
        nullptr
    );
  }
}

void Worker::on_result(const Message& message) {
  const std::string id = text_of(message, "invocation_id");
  const auto found = pending_.find(id);
  if (found == pending_.end()) {
    violated(name_ + " gets one result for each call that it made, not another one for " + id);
  }
  const Continuation continuation = found->second.continuation;
  if (--found->second.count == 0) {
    pending_.erase(found);
  }
  if (const auto* result = message.if_contains("result"); result != nullptr) {
    const Message* object = result->if_object();
    const auto* by = object == nullptr ? nullptr : object->if_contains("by");
    if (by != nullptr) {
      crowd_.checks.on_arrived(
          "results",
          LinkId(by->to_number<std::uint64_t>()),
          *link_,
          object->at("answer").to_number<std::uint64_t>()
      );
    }
  }
  if (continuation) {
    continuation(message);
  }
}

void Worker::send(std::string text) {
  if (link_) {
    if (crowd_.world.journal.is_kept()) {
      crowd_.world.note(name_ + " on " + std::to_string(link_->value()) + " -> " + text);
    }
    crowd_.network.send_from_peer(*link_, {Packet::Kind::text, std::move(text)});
  }
}

void Worker::later(milliseconds most, std::function<void()> action) {
  crowd_.world.agenda.after(
      crowd_.world.chance.between(milliseconds(0), most),
      [this, life = life_, action = std::move(action)] {
        if (life == life_) {
          action();
        }
      }
  );
}

}  // namespace iii::simulation
