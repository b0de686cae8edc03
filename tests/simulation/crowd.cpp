#include "simulation/crowd.hpp"

#include "core/channels.hpp"
#include "simulation/checks.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/sdk_worker.hpp"
#include "simulation/worker.hpp"
#include "simulation/world.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

namespace iii::simulation {

Crowd::Crowd(World& shared_world, Network& shared_network, Checks& shared_checks, PlantedBug bug)
    : world(shared_world), network(shared_network), checks(shared_checks), bug_(bug) {
}

void Crowd::start() {
  for (std::size_t i = 0; i < world.setting.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, i));
  }
  for (std::size_t i = 0; i < world.setting.sdk_workers; ++i) {
    workers_.push_back(std::make_unique<SdkWorker>(*this, i, bug_));
  }
  for (const auto& worker : workers_) {
    worker->start();
  }
}

void Crowd::become_calm() {
  for (const auto& worker : workers_) {
    worker->become_calm();
  }
  for (const auto& peer : channel_peers_) {
    peer->become_calm();
  }
}

void Crowd::leave() {
  for (const auto& worker : workers_) {
    worker->leave();
  }
  for (const auto& peer : channel_peers_) {
    peer->leave();
  }
}

void Crowd::restart_a_worker() {
  world.chance.pick(workers_)->restart();
}

void Crowd::check_quiet() const {
  for (const auto& worker : workers_) {
    worker->check_quiet();
  }
}

void Crowd::check_left() const {
  for (const auto& worker : workers_) {
    worker->check_left();
  }
}

void Crowd::check_call(const boost::json::object& data, std::string_view text, LinkId at) {
  if (const auto* number = data.if_contains("sdk_call")) {
    require(
        sdk_calls_run_.insert(number->to_number<std::uint64_t>()).second,
        "a call of an SDK runs once"
    );
    return;
  }
  if (!data.contains("from")) {
    return;
  }
  const LinkId from(data.at("from").to_number<std::uint64_t>());
  checks.on_arrived("calls", from, at, data.at("number").to_number<std::uint64_t>());
  constexpr std::string_view key = "_caller_worker_id";
  const auto* caller = data.if_contains(key);
  require(
      caller != nullptr && caller->is_string() &&
          std::string_view(caller->get_string()) == worker_id_of(from),
      "a call names the worker that made it"
  );
  const std::size_t first = text.find(key);
  require(text.find(key, first + 1) == std::string_view::npos, "a call names its caller once");
}

void Crowd::open_channel(const core::ChannelKey& key, std::size_t messages_max) {
  checks.on_channel_created(key, messages_max);
  const auto add = [&](core::ChannelEnd end) {
    Opening opening{.channel = key, .end = end};
    if (world.chance.one_in(20)) {
      opening.channel->access_key = world.chance.uuid();
    }
    channel_peers_.push_back(std::make_unique<ChannelPeer>(world, network, opening));
    channel_peers_.back()->start();
  };
  for (const core::ChannelEnd end : {core::ChannelEnd::writer, core::ChannelEnd::reader}) {
    if (!world.chance.one_in(10)) {
      add(end);
    }
    if (world.chance.one_in(10)) {
      add(end);
    }
  }
}

std::string Crowd::function_id() {
  if (world.chance.one_in(12)) {
    return world.chance.one_in(2) ? "local::echo" : "local::call";
  }
  return "f" + std::to_string(world.chance.below(world.setting.functions));
}

std::string Crowd::service_function_id() {
  return "s" + std::to_string(world.chance.below(3)) + "::f" +
         std::to_string(world.chance.below(3));
}

std::string Crowd::triggered_function_id() {
  if (world.chance.one_in(15)) {
    return world.chance.one_in(2) ? "engine::channels::create" : "engine::unregister_trigger";
  }
  return "f" + std::to_string(world.chance.below(world.setting.functions));
}

std::string Crowd::trigger_id() {
  if (!triggers_.empty() && world.chance.one_in(8)) {
    return world.chance.pick(triggers_);
  }
  return "t" + std::to_string(world.chance.below(6));
}

std::string Crowd::trigger_type() {
  switch (world.chance.below(8)) {
    case 0:
      return "local::event";
    case 1:
      return "engine::workers-available";
    case 2:
      return "engine::functions-available";
    default:
      return "type" + std::to_string(world.chance.below(3));
  }
}

std::string Crowd::overheard_call() {
  return calls_.empty() ? std::string() : world.chance.pick(calls_);
}

std::string Crowd::worker_id_of(LinkId link) const {
  const auto found = worker_ids_.find(link);
  return found == worker_ids_.end() ? std::string() : found->second;
}

std::string Crowd::some_worker_id() {
  auto found = worker_ids_.begin();
  std::advance(found, world.chance.below(worker_ids_.size()));
  return found->second;
}

void Crowd::remember(std::deque<std::string>& heard, const std::string& id) {
  constexpr std::size_t heard_max = 12;
  heard.push_back(id);
  if (heard.size() > heard_max) {
    heard.pop_front();
  }
}

}  // namespace iii::simulation
