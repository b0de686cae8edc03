// Every call ends exactly once, and for a reason: follows each call that somebody waits for from
// the moment the engine takes it until the engine answers, or until the caller's connection is
// gone. Each answer must have come from the worker that was asked, or be an error that is true at
// that moment.
#pragma once

#include "core/core.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/registry_check.hpp"
#include "simulation/world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace iii::simulation {

class CallCheck {
 public:
  CallCheck(const World& world, const RegistryCheck& registry)
      : world_(world), registry_(registry) {}

  void start();
  void on_opened(base::ConnectionId link) { live_.insert(link); }
  void on_closed(base::ConnectionId link);
  void on_reattached(base::ConnectionId previous, base::ConnectionId successor);
  void on_congested(base::ConnectionId link) { congested_since_.emplace(link, event_); }
  void on_relieved(base::ConnectionId link) { congested_since_.erase(link); }

  // Each event of the core begins with one of these.
  void on_call_taken(base::ConnectionId from, const protocol::from_worker::InvokeFunction& message);
  void on_answer_taken(
      base::ConnectionId from, const protocol::from_worker::InvocationResult& message
  );
  void on_malformed_taken(base::ConnectionId from, const protocol::from_worker::Malformed& message);
  void on_drain_started() { is_draining_ = true; }
  void on_drain_ended();
  void on_time();
  void on_other_event();

  void on_call_sent(base::ConnectionId to, const protocol::to_worker::InvokeFunction& message);
  void on_answer_sent(base::ConnectionId to, const protocol::to_worker::InvocationResult& message);
  // The event and its effects are over.
  void on_settled(const core::Core& core) const;

  // Since before the event that the core is working on.
  [[nodiscard]] bool is_congested(base::ConnectionId link) const;
  [[nodiscard]] bool is_draining() const { return is_draining_; }
  [[nodiscard]] std::size_t open_calls() const { return open_.size(); }

 private:
  enum class Kind : std::uint8_t { call, enqueue, malformed };
  struct Call {
    std::uint64_t number = 0;
    base::InvocationId id;
    base::ConnectionId caller;
    Kind kind = Kind::call;
    std::string function;
    base::MonotonicTime deadline;
    std::optional<base::ConnectionId> asked;
    base::InvocationId asked_as;
    base::MonotonicTime stopped_at = base::never;  // set when the asked worker reattached
  };
  enum class Cause : std::uint8_t { other, call, answer, garbage, time, drain_ended };
  // The event that the core is working on.
  struct Event {
    Cause cause = Cause::other;
    std::uint64_t call = 0;  // the number of the call that was made, or answered
    base::InvocationId id;
    std::string result;
    std::string error_code;
  };

  void begin(Event event);
  Call& open(base::ConnectionId from, base::InvocationId id, Kind kind);
  [[nodiscard]] Call* find_asked(base::ConnectionId target, base::InvocationId id);
  [[nodiscard]] std::size_t asked_by(base::ConnectionId caller) const;
  [[nodiscard]] bool is_justified(
      const Call& call, const protocol::to_worker::InvocationResult& message
  ) const;
  [[nodiscard]] bool is_justified_error(const Call& call, std::string_view code) const;
  [[nodiscard]] bool is_justified_refusal(const Call& call, std::string_view code) const;
  [[nodiscard]] bool is_justified_enqueue_error(const Call& call, std::string_view message) const;
  [[nodiscard]] bool is_justified_result(const Call& call, std::string_view result) const;
  // What decides whom the engine asks: the function itself, or the queue.
  [[nodiscard]] static std::string_view asked_function(const Call& call);

  const World& world_;
  const RegistryCheck& registry_;
  std::set<base::ConnectionId> live_;
  std::map<base::ConnectionId, std::uint64_t> congested_since_;
  std::vector<Call> open_;  // oldest first
  Event current_;
  std::uint64_t event_ = 0;
  std::uint64_t next_call_ = 1;
  bool is_draining_ = false;
};

}  // namespace iii::simulation
