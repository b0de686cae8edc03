// What must hold of the core whatever happens to it, watched from outside: nothing goes to a closed
// connection, every awaited call ends exactly once, nobody answers for another, registries name
// only live connections. For the fuzzer and the simulation; the scenario stays elsewhere.
//
// Around each event call before(), then the core, then after() with its effects; consistent() may
// be asked at any time in between. The first violation stays in problem(), empty while all is well.
#pragma once

#include "core/core.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace iii::test {

class CoreChecker {
 public:
  void opened(base::ConnectionId id) { open_.insert(id); }

  // The driver says that the connection has gone, before it tells the core.
  void closed(base::ConnectionId id) { forget(id); }

  // The same for an end of a channel.
  void channel_end_opened(base::ConnectionId id) { channel_ends_.insert(id); }
  void channel_end_closed(base::ConnectionId id) { channel_ends_.erase(id); }

  // A message is about to be given to the core.
  void before(base::ConnectionId from, const protocol::from_worker::Message& message);

  // An event of an in-process provider that waits for its end is about to be given to the core.
  void fired(base::ConnectionId provider, base::InvocationId id);

  // The effects of the event, before the driver executes them.
  void after(std::span<const core::Effect> effects);

  // Whether the registries of the core agree with each other and with the connections that are
  // open.
  void consistent(const core::Core& core);

  // Calls whose caller still waits. Zero once every deadline has passed.
  [[nodiscard]] std::size_t awaited() const { return awaited_.size(); }
  [[nodiscard]] bool is_open(base::ConnectionId id) const { return open_.contains(id); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  using Call = std::pair<base::ConnectionId, base::InvocationId>;

  void violated(const std::string& rule) {
    if (problem_.empty()) {
      problem_ = rule;
    }
  }
  void forget(base::ConnectionId id);
  void hand_over(std::multiset<Call>& calls, base::ConnectionId from, base::ConnectionId to);
  void sent(const core::SendTo& effect);
  void check_channel_end(base::ConnectionId id);
  void check_functions(const core::Core& core);
  void check_triggers(const core::Core& core);

  std::set<base::ConnectionId> open_;
  std::set<base::ConnectionId> channel_ends_;
  std::multiset<Call> awaited_;  // by caller
  std::multiset<Call> asked_;    // by target
  // During one event.
  std::optional<base::ConnectionId> reattaching_;
  bool is_answer_of_stranger_ = false;
  std::string problem_;
};

}  // namespace iii::test
