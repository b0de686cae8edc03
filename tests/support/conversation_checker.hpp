// What must hold of the SDK's conversation whatever happens to it: a second, obvious book-keeping
// of one client, kept by what it is told and compared with every effect. Each call ends exactly
// once for its caller; every connection begins with one burst of everything that is registered, in
// order, and of what has waited; a call that nobody waits for is never sent; the queue stays within
// its bounds; a silent connection is given up; shutdown ends in time. For the fuzzer and the
// simulation; the scenario stays elsewhere.
//
// Tell it of each event before the conversation gets it, then give it the effects with after(). The
// first violation stays in problem(), empty while all is well.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "protocol/from_engine.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

class ConversationChecker {
 public:
  enum class Registered : std::uint8_t { trigger_type, service, function, trigger };

  explicit ConversationChecker(const sdk::ConversationOptions& options) : options_(options) {}

  // --- Events ---
  void started(base::MonotonicTime now);
  void opened(base::MonotonicTime now);
  void closed(base::MonotonicTime now);
  void heard(std::string_view text, base::MonotonicTime now);
  void heard_anything(base::MonotonicTime now) { last_heard_ = now; }
  void time_passed(base::MonotonicTime now);
  void backlog(std::size_t bytes) { backlog_bytes_ = bytes; }

  // --- What the program wants ---
  void registered(Registered kind, const std::string& id, const std::string& frame);
  void registered_http_function(const std::string& id, const std::string& frame);
  void unregistered(Registered kind, const std::string& id, const std::string& frame);
  void announces(const std::string& frame) { options_.announce = frame; }
  void called(base::InvocationId id, const std::string& frame, base::MonotonicTime deadline);
  void sent_void(const std::string& frame);
  // What call() or send_void() returned.
  void admitted(sdk::Admission admission);
  void cancelled(const base::InvocationId& id);
  void answered(const base::InvocationId& id, const std::string& frame);
  void answered_trigger(const std::string& frame);
  // What nobody awaits has ended.
  void left() { begin(Event::other); }
  void shut_down(base::MonotonicTime now);

  void after(
      const sdk::Effects& effects, const sdk::Conversation& conversation, base::MonotonicTime now
  );

  [[nodiscard]] std::size_t open_calls() const { return calls_.size(); }
  [[nodiscard]] bool is_opening() const { return link_ == Link::opening; }
  [[nodiscard]] bool has_link() const { return link_ != Link::none; }
  [[nodiscard]] bool is_finished() const { return is_finished_; }
  [[nodiscard]] const std::set<base::InvocationId>& running() const { return running_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  enum class Event : std::uint8_t { other, opened, closed, heard, time, refused, shutdown };
  enum class Link : std::uint8_t { none, opening, open, closing };
  struct Call {
    base::MonotonicTime deadline;
    bool is_sent = false;
  };
  struct Waiting {
    std::optional<base::InvocationId> call;
    std::string frame;
  };
  struct Judge;
  struct Hearing;
  using Entries = std::vector<std::pair<std::string, std::string>>;  // id to frame

  void begin(Event event);
  void require(bool holds, std::string_view rule);
  void violated(std::string rule);
  void lose();
  [[nodiscard]] Entries& entries(Registered kind) {
    return registered_.at(static_cast<std::size_t>(kind));
  }
  [[nodiscard]] bool is_registered(Registered kind, std::string_view id);
  [[nodiscard]] std::size_t waiting_bytes() const;
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  [[nodiscard]] sdk::Admission admission(std::size_t bytes);
  void send_or_wait(Waiting message);
  void forget_waiting(const base::InvocationId& id);
  void drop_calls(std::size_t bytes);
  void judge_end(const sdk::EndCall& effect, base::MonotonicTime now);
  [[nodiscard]] bool is_justified(
      const Call& call, const sdk::EndCall& effect, base::MonotonicTime now
  ) const;
  void judge_text(const std::string& text);
  void judge_state(ConnectionState state);
  void compare(const sdk::Conversation& conversation);
  void compare_time(base::MonotonicTime now);

  sdk::ConversationOptions options_;

  Link link_ = Link::none;
  ConnectionState state_ = ConnectionState::disconnected;
  bool is_started_ = false;
  bool is_stopping_ = false;
  bool is_finished_ = false;
  bool is_rejected_ = false;
  std::uint64_t losses_ = 0;  // of connections and attempts, since the last welcome
  std::string worker_id_;
  std::string token_;
  std::size_t backlog_bytes_ = 0;
  base::MonotonicTime last_heard_{};
  base::MonotonicTime opening_since_{};
  base::MonotonicTime apart_since_{};  // without a connection
  base::MonotonicTime stop_deadline_ = base::never;

  std::array<Entries, 4> registered_;  // by Registered, in the order of the burst
  std::set<std::string, std::less<>> http_functions_;
  std::map<base::InvocationId, Call> calls_;
  std::deque<Waiting> waiting_;
  std::set<base::InvocationId> running_;

  // Of the event that the conversation is working on.
  Event event_ = Event::other;
  bool has_lost_ = false;
  std::deque<std::string> sends_;       // that must follow, in order, nothing else
  std::optional<std::string> refusal_;  // how the one answer begins that must follow
  std::optional<base::InvocationId> ends_;
  std::string result_;  // with ends_: what the engine said
  std::set<base::InvocationId> dropped_;
  std::optional<base::InvocationId> refused_;
  sdk::Admission admission_ = sdk::Admission::accepted;
  std::size_t runs_ = 0;      // RunFunction that must follow
  std::size_t provides_ = 0;  // ConfigureTrigger and RemoveTrigger likewise

  std::string problem_;
};

}  // namespace iii::test
