#include "support/scene.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "support/core_texts.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::test {
namespace {

// An arbitrary moment: 2026-11-23 and one hour of uptime.
const base::Now start{
    base::MonotonicTime(std::chrono::hours(1)), base::WallTime(std::chrono::seconds(1'795'392'000))
};

void fail_at(const Where& where, const std::string& message) {
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << message;
}

// What an effect asks of its connection, without naming it.
struct Describer {
  std::string operator()(const core::SendTo& effect) const {
    return protocol::encode(effect.message);
  }
  std::string operator()(const core::SendChannelMessage& effect) const {
    return (effect.is_text ? "text: " : "binary: ") + std::string(effect.bytes);
  }
  std::string operator()(const core::CloseConnection& effect) const {
    std::ostringstream out;
    out << "close " << effect.ending;
    return out.str();
  }
  std::string operator()(const core::PauseReading&) const { return "pause"; }
  std::string operator()(const core::ResumeReading&) const { return "resume"; }
  std::string operator()(const core::Note&) const { return {}; }
};

struct Recipient {
  base::ConnectionId operator()(const core::SendTo& effect) const { return effect.to; }
  base::ConnectionId operator()(const core::SendChannelMessage& effect) const { return effect.to; }
  base::ConnectionId operator()(const core::CloseConnection& effect) const {
    return effect.connection;
  }
  base::ConnectionId operator()(const core::PauseReading& effect) const {
    return effect.connection;
  }
  base::ConnectionId operator()(const core::ResumeReading& effect) const {
    return effect.connection;
  }
  base::ConnectionId operator()(const core::Note&) const { return {}; }
};

std::string member(const boost::json::value& message, std::string_view name) {
  return std::string(std::string_view(message.at(name).as_string()));
}

}  // namespace

std::string data_from(const Peer& caller, std::string_view members) {
  std::string data = R"({"_caller_worker_id":")" + caller.worker_id + "\"";
  if (!members.empty()) {
    data.append(",").append(members);
  }
  return data + "}";
}

Scene::Scene(core::CoreOptions options, std::uint64_t seed)
    : random_(seed), now_(start), core_(std::move(options), random_, now_) {
}

Scene::~Scene() {
  if (!lines_.empty()) {
    expect_nothing_else();
  }
}

Peer Scene::open(std::string name, Where where) {
  const base::ConnectionId id(++connections_);
  Peer peer{.name = name, .connection = id, .worker_id = {}, .token = {}};
  names_.emplace(id, std::move(name));
  begin_event();
  checker_.opened(id);
  core_.on_worker_opened(id, "203.0.113.7", now_, effects_);
  take_effects();
  const boost::json::value greeting = boost::json::parse(expect_any(peer, where));
  peer.worker_id = member(greeting, "worker_id");
  peer.token = member(greeting, "reattach_token");
  return peer;
}

Peer Scene::open_announced(std::string name, std::string_view version, Where where) {
  Peer peer = open(std::move(name), where);
  from(
      peer,
      fire_and_forget(
          "engine::workers::register",
          boost::json::serialize(boost::json::object{
              {"runtime", "node"}, {"version", version}, {"name", peer.name}, {"pid", 4711}
          })
      )
  );
  return peer;
}

Peer Scene::open_local(std::string name, bool runs_functions_of_others) {
  return open_local(core::LocalWorker{
      .name = std::move(name), .runs_functions_of_others = runs_functions_of_others
  });
}

Peer Scene::open_local(const core::LocalWorker& worker) {
  const base::ConnectionId id((std::uint64_t{1} << 63U) | ++connections_);
  names_.emplace(id, worker.name);
  checker_.opened(id);
  core_.on_local_worker_opened(id, worker, now_);
  return {.name = worker.name, .connection = id, .worker_id = {}, .token = {}};
}

void Scene::from(const Peer& peer, std::string_view text) {
  from_local(peer, protocol::decode(text));
}

void Scene::from_local(const Peer& peer, const protocol::from_worker::Message& message) {
  begin_event();
  checker_.before(peer.connection, message);
  core_.on_message(peer.connection, message, now_, effects_);
  take_effects();
}

void Scene::close(const Peer& peer) {
  begin_event();
  checker_.closed(peer.connection);
  core_.on_closed(peer.connection, now_, effects_);
  take_effects();
}

void Scene::congest(const Peer& peer) {
  core_.on_congested(peer.connection);
}

void Scene::relieve(const Peer& peer) {
  begin_event();
  core_.on_relieved(peer.connection, effects_);
  take_effects();
}

void Scene::fire(
    const Peer& provider,
    std::string_view trigger_id,
    std::string_view payload,
    std::optional<base::InvocationId> id
) {
  begin_event();
  if (id) {
    checker_.fired(provider.connection, *id);
  }
  core_.on_fired(provider.connection, trigger_id, payload, now_, effects_, id);
  take_effects();
}

void Scene::end_draining() {
  begin_event();
  core_.on_drain_ended(now_, effects_);
  take_effects();
}

void Scene::stop() {
  begin_event();
  core_.on_stopping(now_, effects_);
  take_effects();
}

void Scene::advance(std::chrono::nanoseconds by) {
  now_.monotonic += by;
  now_.wall += by;
  begin_event();
  if (core_.next_deadline() <= now_.monotonic) {
    core_.on_time(now_, effects_);
  }
  take_effects();
}

bool Scene::pass_deadline() {
  const base::MonotonicTime next = core_.next_deadline();
  if (next == base::never) {
    return false;
  }
  advance(std::max(next - now_.monotonic, std::chrono::nanoseconds(0)));
  return true;
}

void Scene::expect(const Peer& to, std::string_view text, Where where) {
  const auto line = take_next(to, text, where);
  if (line && *line != text) {
    fail_at(where, "expected to " + to.name + ": " + std::string(text) + "\n     got: " + *line);
  }
}

std::string Scene::expect_invocation(
    const Peer& to,
    std::string_view function,
    std::string_view data,
    std::string_view more,
    Where where
) {
  const auto line = take_next(to, invocation("?", function, data, more), where);
  if (!line) {
    return {};
  }
  constexpr std::string_view head = R"({"type":"invokefunction","invocation_id":")";
  const std::string id = line->substr(std::min(head.size(), line->size()), base::Uuid::text_size);
  if (const std::string wanted = invocation(id, function, data, more); *line != wanted) {
    fail_at(where, "expected to " + to.name + ": " + wanted + "\n     got: " + *line);
  }
  return id;
}

std::string Scene::expect_any(const Peer& to, Where where) {
  return take_next(to, "a message", where).value_or("null");
}

void Scene::expect_close(const Peer& peer, core::Ending ending, Where where) {
  expect(peer, Describer{}(core::CloseConnection{peer.connection, ending}), where);
}

void Scene::expect_nothing_else(Where where) {
  for (const Line& line : lines_) {
    fail_at(where, "unexpected to " + name_of(line.to) + ": " + line.text);
  }
  lines_.clear();
}

void Scene::expect_note(
    std::string_view event,
    const std::vector<std::pair<std::string_view, std::string>>& fields,
    Where where
) {
  std::ostringstream seen;
  for (const core::Note& note : notes_) {
    const bool has_fields = std::ranges::all_of(fields, [&note](const auto& field) {
      return std::ranges::find(note.fields, field) != note.fields.end();
    });
    if (note.event == event && has_fields) {
      return;
    }
    seen << "\n  " << core::Effect(note);
  }
  fail_at(where, "no such note: " + std::string(event) + "; there were:" + seen.str());
}

boost::json::value Scene::ask(
    const Peer& caller, std::string_view function, std::string_view data, Where where
) {
  const boost::json::object message = ask_for_message(caller, function, data, where);
  const boost::json::value* result = message.if_contains("result");
  if (result == nullptr) {
    fail_at(where, "no result: " + boost::json::serialize(message));
    return nullptr;
  }
  return *result;
}

std::string Scene::refusal(
    const Peer& caller, std::string_view function, std::string_view data, Where where
) {
  const boost::json::object message = ask_for_message(caller, function, data, where);
  const boost::json::value* error = message.if_contains("error");
  if (error == nullptr) {
    return "no error: " + boost::json::serialize(message);
  }
  return member(*error, "code") + ": " + member(*error, "message");
}

void Scene::serve(const Peer& owner, std::string_view function, Where where) {
  from(owner, register_function(function));
  expect_nothing_else(where);
}

void Scene::begin_event() {
  notes_.clear();
}

void Scene::take_effects() {
  checker_.after(effects_.all());
  for (const core::Effect& effect : effects_.all()) {
    if (const auto* note = std::get_if<core::Note>(&effect)) {
      notes_.push_back(*note);
    } else {
      lines_.push_back({std::visit(Recipient{}, effect), std::visit(Describer{}, effect)});
    }
  }
  effects_.clear();
  checker_.consistent(core_);
  EXPECT_EQ(checker_.problem(), "");
}

std::string Scene::name_of(base::ConnectionId id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? "connection " + std::to_string(id.value()) : found->second;
}

std::optional<std::string> Scene::take_next(
    const Peer& to, std::string_view wanted, const Where& where
) {
  if (lines_.empty()) {
    fail_at(where, "nothing happened, expected to " + to.name + ": " + std::string(wanted));
    return std::nullopt;
  }
  Line line = std::move(lines_.front());
  lines_.pop_front();
  if (line.to != to.connection) {
    fail_at(
        where,
        "expected to " + to.name + ": " + std::string(wanted) + "\n  got to " + name_of(line.to) +
            ": " + line.text
    );
    return std::nullopt;
  }
  return std::move(line.text);
}

boost::json::object Scene::ask_for_message(
    const Peer& caller, std::string_view function, std::string_view data, const Where& where
) {
  constexpr unsigned far_from_the_tests_own = 900'000;
  const std::string id = uuid(far_from_the_tests_own + static_cast<unsigned>(++questions_));
  from(caller, call(id, function, data));
  const std::string head = no_result(id, function);
  const auto found = std::ranges::find_if(lines_, [&](const Line& line) {
    return line.to == caller.connection && line.text.starts_with(head.substr(0, head.size() - 1));
  });
  if (found == lines_.end()) {
    fail_at(where, std::string(function) + " did not answer");
    return {};
  }
  const boost::json::value message = boost::json::parse(found->text);
  lines_.erase(found);
  return message.as_object();
}

}  // namespace iii::test
