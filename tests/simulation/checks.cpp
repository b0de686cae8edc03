#include "simulation/checks.hpp"

#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "engine/local_workers.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace iii::simulation {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
using engine::LocalWorkers;

// --- The engine's life ---

void Checks::on_engine_started(const core::Core& core) {
  live_.clear();
  identities_.clear();
  calls_.start();
  channels_.start();
  registry_.start(core);
  calls_.on_opened(base::ConnectionId(0));
  world_.in_process_calls = 0;
  is_ready_ = false;
}

void Checks::on_engine_ready(const core::Core& core) {
  registry_.start(core);
  is_ready_ = true;
}

void Checks::on_engine_stopped() {
  is_stopping_ = false;
  require(live_.empty(), "a stopped engine has closed every connection");
  require(calls_.open_calls() == 0, "a stopped engine has answered every call");
}

void Checks::on_drain_ended(DrainEnd reason) {
  if (reason == DrainEnd::nothing_left) {
    require(calls_.open_calls() == 0, "a drain waits for the calls in flight");
    require(!channels_.is_reader_owed(), "a drain waits for channels that are read");
  }
  calls_.on_drain_ended();
}

// --- Events ---

void Checks::on_opened(LinkId link, const Opening& opening) {
  calls_.on_other_event();
  live_.emplace(link, !opening.is_channel());
  if (opening.is_channel()) {
    channels_.on_opened(link, opening);
  } else {
    calls_.on_opened(link);
  }
}

void Checks::on_taken(LinkId link, const from_worker::Message& message) {
  if (const auto* call = std::get_if<from_worker::InvokeFunction>(&message)) {
    calls_.on_call_taken(link, *call);
  } else if (const auto* answer = std::get_if<from_worker::InvocationResult>(&message)) {
    calls_.on_answer_taken(link, *answer);
  } else if (const auto* malformed = std::get_if<from_worker::Malformed>(&message)) {
    calls_.on_malformed_taken(link, *malformed);
  } else {
    calls_.on_other_event();
    is_registry_touched_ = true;
    if (const auto* reattach = std::get_if<from_worker::Reattach>(&message)) {
      check_reattach(link, *reattach);
    }
  }
  if (!calls_.is_draining() || !std::holds_alternative<from_worker::InvokeFunction>(message)) {
    registry_.on_taken(link, message);
  }
}

// The previous connection's calls are the successor's from now on; the engine closes it.
void Checks::check_reattach(LinkId from, const from_worker::Reattach& message) {
  const auto previous_id = base::Uuid::parse(message.previous_worker_id);
  const auto token = base::Uuid::parse(message.token.value_or(""));
  if (!previous_id || !token) {
    return;
  }
  const auto previous = identities_.find(base::WorkerId(*previous_id));
  if (previous != identities_.end() && previous->second.link != from &&
      previous->second.token == *token && live_.contains(previous->second.link)) {
    calls_.on_reattached(previous->second.link, from);
  }
}

void Checks::on_channel_message_taken(LinkId link, bool is_text, std::string_view bytes) {
  calls_.on_other_event();
  channels_.on_taken(link, is_text, bytes);
}

void Checks::on_relieved(LinkId link) {
  calls_.on_other_event();
  calls_.on_relieved(link);
}

void Checks::on_time() {
  calls_.on_time();
}

void Checks::on_local_turn() {
  calls_.on_other_event();
  check_outboxes();
}

void Checks::on_given_up(LinkId link) const {
  require(network_.is_severed(link), "only who does not acknowledge is given up for silence");
}

void Checks::on_closed(LinkId link) {
  const auto found = live_.find(link);
  require(found != live_.end(), "a connection is closed once");
  if (found->second) {
    registry_.on_closed(link);
    calls_.on_closed(link);
    is_registry_touched_ = true;
  } else {
    channels_.on_closed(link);
  }
  live_.erase(found);
}

// --- Effects ---

void Checks::on_sent(base::ConnectionId to, const to_worker::Message& message) {
  if (!LocalWorkers::is_local(to)) {
    require(live_.contains(to), "no message to a closed connection");
  }
  if (const auto* call = std::get_if<to_worker::InvokeFunction>(&message)) {
    calls_.on_call_sent(to, *call);
  } else if (const auto* answer = std::get_if<to_worker::InvocationResult>(&message)) {
    calls_.on_answer_sent(to, *answer);
  } else if (const auto* registered = std::get_if<to_worker::WorkerRegistered>(&message)) {
    identities_[registered->worker_id] = {to, registered->reattach_token};
  }
  registry_.on_sent(to, message);
}

void Checks::on_channel_message_sent(LinkId link, bool is_text, std::string_view bytes) {
  require(live_.contains(link), "no channel message to a closed connection");
  require(
      is_stopping_ || !calls_.is_congested(link),
      "a reader whose outbox is full is sent no messages"
  );
  channels_.on_sent(link, is_text, bytes);
}

void Checks::on_settled(core::Core& core) {
  compare_connections(core);
  calls_.on_settled(core);
  channels_.on_settled(core.channels());
  if (is_ready_ && (is_registry_touched_ || world_.chance.one_in(16))) {
    is_registry_touched_ = false;
    registry_.compare(core);
  }
}

void Checks::check_outboxes() const {
  for (const auto& [link, is_worker] : live_) {
    const std::size_t unsent = network_.unsent_bytes(link);
    require(
        unsent - std::min(unsent, network_.largest_bytes(link)) < world_.outbox_close_bytes(),
        "an outbox stays below the limit at which its connection is closed"
    );
  }
}

void Checks::compare_connections(const core::Core& core) const {
  std::size_t workers = 0;
  for (const auto& [link, is_worker] : live_) {
    workers += is_worker ? 1U : 0U;
    require(
        !is_worker || core.find_connection(link) != nullptr, "the engine knows every live worker"
    );
  }
  const auto known = core.connections();
  const auto remote = std::ranges::count(known, core::Residence::remote, [](const auto* each) {
    return each->residence;
  });
  require(static_cast<std::size_t>(remote) == workers, "the engine knows only live workers");
}

void Checks::on_arrived(std::string_view kind, LinkId from, LinkId at, std::uint64_t number) {
  std::uint64_t& last = arrived_[{kind, {from, at}}];
  if (number <= last) {
    violated(std::string(kind) + " between two connections arrive in the order they were sent");
  }
  last = number;
}

// --- The end ---

void Checks::require_registered(LinkId link, RegistryCheck::Kind kind, const std::string& id)
    const {
  if (!registry_.is_registered(link, kind, id)) {
    violated("what an SDK has registered is registered once faults stop, " + id + " too");
  }
}

void Checks::on_quiet(core::Core& core) const {
  require(calls_.open_calls() == 0, "every call ends once faults stop");
  require(core.in_flight() == 0, "nothing is in flight once faults stop");
  require(world_.in_process_calls == 0, "every call of an in-process worker ends");
  require(core.channels().waiting_bytes() == 0, "nothing waits in channels once faults stop");
  require(network_.is_silent(), "every outbox empties once faults stop");
  registry_.compare_providers(core);
}

void Checks::on_empty(core::Core& core) const {
  require(live_.empty(), "every connection is gone when all have left");
  registry_.compare_with_start(core);
  require(core.in_flight() == 0, "no call stays when all workers have left");
  require(core.channels().size() == 0, "no channel stays when all workers have left");
  require(core.channels().waiting_bytes() == 0, "no bytes wait when all workers have left");
}

}  // namespace iii::simulation
