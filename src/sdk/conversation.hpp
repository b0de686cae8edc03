// What a worker says to its engine (spec: sdk §4-§9, §25): the engine's core seen from the other
// end. Events and time in, effects out; frames come encoded, since whoever calls has the time.
//
//            start            on_opened
//   idle ------------> opening --------> open ----.
//                       ^  |                |     | shutdown, fatal rejection
//             retry     |  | failure        | loss|
//                       |  v                |     v
//                      waiting <------------'   closing ---> ended
//
// Every connection begins with one burst: reattach, announce, trigger types, services, functions,
// triggers, then what has waited. Registrations are never queued: the tables are replayed. A call
// ends exactly once: with its answer, at its deadline, or (unless told otherwise) when the
// connection that carried it is lost. Answers of functions and void calls survive a reconnect: what
// the broken connection had not taken whole waits with the others, because nobody can have read it,
// and an engine that knows reattaching still waits for answers. What it had taken is not repeated.
// One thread; views in effects live until the next call.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "protocol/from_engine.hpp"
#include "sdk/effects.hpp"
#include "sdk/offline_messages.hpp"
#include "sdk/pending_calls.hpp"
#include "sdk/registry.hpp"

#include <iii/error.hpp>
#include <iii/options.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::sdk {

struct ConversationOptions {
  std::string announce;  // the frame
  ReconnectionConfig reconnection;
  OfflineQueue offline;
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(10);
  // Zero: off. So too the next.
  std::chrono::nanoseconds ping_interval = std::chrono::seconds(20);
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  std::chrono::nanoseconds shutdown_timeout = std::chrono::seconds(2);
  bool fails_calls_on_disconnect = true;
};

// What becomes of a message that is to be sent.
enum class Admission : std::uint8_t {
  accepted,       // sent, or waiting for a connection
  full,           // no room in the offline queue, or the connection is too slow
  not_connected,  // after shutdown, or in state failed
  rejected,       // see rejection()
};

class Conversation {
 public:
  // `random`, for the jitter, must outlive the conversation.
  Conversation(ConversationOptions options, base::Random& random);

  // --- Events ---
  void start(base::MonotonicTime now, Effects& effects);
  void on_opened(base::MonotonicTime now, Effects& effects);
  // Also when it could not be opened.
  void on_closed(std::string_view reason, base::MonotonicTime now, Effects& effects);
  void on_text(std::string_view text, base::MonotonicTime now, Effects& effects);
  // Anything at all has arrived, pongs included.
  void on_heard(base::MonotonicTime now) { last_heard_ = now; }
  void on_time(base::MonotonicTime now, Effects& effects);
  [[nodiscard]] base::MonotonicTime next_deadline() const;
  // Bytes that the connection has not taken yet. Before each event that may add to them.
  void set_backlog(std::size_t bytes) { backlog_bytes_ = bytes; }
  // How many messages this connection has taken whole. The last time before on_closed().
  void on_taken(std::uint64_t messages);

  // --- Registrations: `frame` is what registers ---
  void register_function(std::string id, std::string frame, bool is_http_invoked, Effects& effects);
  void unregister_function(std::string_view id, Effects& effects);
  void register_service(std::string id, std::string frame, Effects& effects);
  void register_trigger_type(std::string id, std::string frame, Effects& effects);
  void unregister_trigger_type(std::string_view id, Effects& effects);
  void register_trigger(std::string id, std::string frame, Effects& effects);
  void unregister_trigger(std::string_view id, std::string_view trigger_type, Effects& effects);
  // The frame of the next announce.
  void set_announce(std::string frame) { options_.announce = std::move(frame); }

  // --- Calls ---
  // Anything but `accepted` has also ended the call.
  Admission call(
      base::InvocationId id, std::string frame, base::MonotonicTime deadline, Effects& effects
  );
  [[nodiscard]] Admission send_void(std::string frame, Effects& effects);
  // Why it is not accepted, for people; empty for `rejected`.
  [[nodiscard]] std::string reason_of(Admission admission) const;
  // Nobody waits for it any more. No effect follows for it.
  void cancel(const base::InvocationId& id);

  // --- Answers of user code ---
  // The second answer to an id, and one that nobody asked for, goes nowhere.
  void answer(
      const base::InvocationId& id, std::string frame, base::MonotonicTime now, Effects& effects
  );
  void answer_trigger(const std::string& frame, Effects& effects);
  // Of what is never answered, or not only: each RunFunction without an id, each ConfigureTrigger
  // and each RemoveTrigger ends with one of these.
  void leave(base::MonotonicTime now, Effects& effects);

  // Takes no new calls, ends the pending ones, lets running functions and handlers end, closes;
  // Finish comes within shutdown_timeout.
  void shutdown(base::MonotonicTime now, Effects& effects);

  [[nodiscard]] ConnectionState state() const { return state_; }
  [[nodiscard]] const std::string& worker_id() const { return worker_id_; }
  // What the engine of this connection announced; nothing before it has named this worker.
  [[nodiscard]] std::optional<bool> engine_supports_observe() const {
    return phase_ == Phase::open && is_welcome_ ? std::optional(supports_observe_) : std::nullopt;
  }
  [[nodiscard]] const std::optional<Rejection>& rejection() const { return rejection_; }
  // The last {"type":"error"} of the engine.
  [[nodiscard]] const std::optional<protocol::ErrorBody>& refusal() const { return refusal_; }
  [[nodiscard]] const OfflineMessages& offline() const { return offline_; }
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  [[nodiscard]] std::size_t pending_calls() const { return pending_.size(); }
  [[nodiscard]] std::size_t running_functions() const { return running_.size(); }
  // Void calls and answers that found no room to wait in, and calls that made room, so far.
  [[nodiscard]] std::uint64_t dropped_messages() const { return dropped_messages_; }

 private:
  enum class Phase : std::uint8_t { idle, opening, open, waiting, closing, ended };
  struct Function {
    std::string frame;
    bool is_http_invoked = false;
  };

  // Connection (conversation.cpp)
  void open(base::MonotonicTime now, Effects& effects);
  void replay(Effects& effects);
  void lose(std::string_view reason, base::MonotonicTime now, Effects& effects);
  void lose_if_stalled(base::MonotonicTime now, Effects& effects);
  void wait_for_retry(base::MonotonicTime now, Effects& effects);
  void fail_for_good(Effects& effects);
  void finish(Effects& effects);
  void settle_shutdown(base::MonotonicTime now, Effects& effects);
  [[nodiscard]] bool is_anything_running() const {
    return !running_.empty() || running_unanswered_ > 0;
  }
  [[nodiscard]] bool has_finished() const {
    return phase_ == Phase::ended && state_ == ConnectionState::disconnected;
  }
  [[nodiscard]] base::MonotonicTime next_ping(base::MonotonicTime now) const;
  [[nodiscard]] base::MonotonicTime idle_at() const;
  void change_state(ConnectionState state, Effects& effects);
  void end_calls(
      const std::vector<base::InvocationId>& calls,
      EndCall::How how,
      std::string_view reason,
      Effects& effects
  );

  // Sending (conversation_commands.cpp)
  [[nodiscard]] Admission admit(std::size_t bytes, Effects& effects);
  void send_or_keep(OfflineMessages::Message message, Effects& effects);
  void send_if_open(const std::string& frame, Effects& effects);
  void send(std::string frame, Effects& effects);
  void send_kept(std::string frame, Effects& effects);
  void keep_unsent(Effects& effects);
  void drop_oldest(std::size_t bytes, Effects& effects);

  // Messages (conversation_messages.cpp)
  struct Visitor;
  void refuse_invocation(
      const base::InvocationId& id,
      std::string_view function_id,
      std::string_view code,
      std::string message,
      Effects& effects
  );

  ConversationOptions options_;
  base::Random& random_;
  Phase phase_ = Phase::idle;
  ConnectionState state_ = ConnectionState::disconnected;
  bool is_stopping_ = false;
  bool was_ever_open_ = false;
  bool is_welcome_ = false;        // this connection: the engine has answered with our id
  bool supports_observe_ = false;  // likewise: it has the feature observe.v1
  std::string failure_;            // why there is no connection; empty while there is one
  std::string end_;                // why there will be none any more; empty as long as there may be
  std::uint64_t attempt_ = 0;

  base::MonotonicTime opened_at_{};
  base::MonotonicTime last_heard_{};
  base::MonotonicTime ping_at_ = base::never;         // while open
  base::MonotonicTime give_up_at_ = base::never;      // while opening
  base::MonotonicTime retry_at_ = base::never;        // while waiting
  base::MonotonicTime drain_deadline_ = base::never;  // while stopping
  base::MonotonicTime stop_deadline_ = base::never;   // likewise

  Registry<std::string> trigger_types_;
  Registry<std::string> services_;
  Registry<Function> functions_;
  Registry<std::string> triggers_;

  PendingCalls pending_;
  OfflineMessages offline_;
  // Invocations that user code has not answered yet. Apart from pending_: an id can be in both
  // (spec: sdk §27, item 6).
  boost::unordered_flat_set<base::InvocationId, std::hash<base::InvocationId>> running_;
  std::size_t running_unanswered_ = 0;  // see leave()
  std::size_t backlog_bytes_ = 0;
  std::uint64_t sent_messages_ = 0;  // over this connection
  // Void calls and answers that the connection has not taken whole, with their place among all
  // messages. As bounded as the connection's own outbox.
  struct Unsent {
    std::uint64_t number;
    std::string text;
  };
  std::deque<Unsent> unsent_;
  std::uint64_t dropped_messages_ = 0;
  bool has_reported_drops_ = false;  // since the last connection

  std::string worker_id_;
  std::optional<std::string> reattach_token_;  // authorises evicting this worker: never logged
  std::optional<Rejection> rejection_;         // fatal
  std::optional<protocol::ErrorBody> refusal_;
};

}  // namespace iii::sdk
