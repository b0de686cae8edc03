// One per client: feeds the transport's events to the conversation and carries out its effects, on
// one I/O thread, and hands user code to the handler pool.
//
// Order: make it shared, run(), anything, begin_shutdown(); the thread that run() returned ends
// within the shutdown timeout. Everything public may be called from any thread. The thread and the
// jobs of the pool own the driver, so that it outlives the last handle of the user.
#pragma once

#include "base/id.hpp"
#include "base/job.hpp"
#include "base/system_random.hpp"
#include "base/time.hpp"
#include "sdk/address.hpp"
#include "sdk/call_end.hpp"
#include "sdk/conversation.hpp"
#include "sdk/driver_run.hpp"
#include "sdk/driver_strand.hpp"
#include "sdk/driver_telemetry.hpp"
#include "sdk/effects.hpp"
#include "sdk/handler_pool.hpp"
#include "sdk/handler_pool_serial_jobs.hpp"
#include "sdk/invocation_gate.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_turns.hpp"
#include "sdk/worker_metadata.hpp"

#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace iii::sdk {

class ChannelEnd;

// What the engine said of one of our functions.
struct FunctionStatus {
  mutable std::mutex mutex;
  std::optional<Error> rejection;

  [[nodiscard]] std::optional<Error> get() const {
    const std::lock_guard lock(mutex);
    return rejection;
  }
  void set(std::optional<Error> said) {
    const std::lock_guard lock(mutex);
    rejection = std::move(said);
  }
};

// What is registered under a function id. Null function: HTTP-invoked.
struct FunctionEntry {
  std::shared_ptr<const Function> function;
  std::size_t running_max = 0;
  std::uint64_t registration = 0;              // Driver::new_registration()
  std::optional<bool> captures_payloads = {};  // none: as the client does
  std::shared_ptr<FunctionStatus> status = std::make_shared<FunctionStatus>();
};

struct TriggerTypeEntry {
  std::shared_ptr<TriggerHandler> handler;
  SerialJobs jobs;
  std::uint64_t registration = 0;  // likewise
};

// What became of a registration.
enum class Registered : std::uint8_t {
  accepted,
  id_is_taken,
  has_ended,  // the client has been shut down
};

// What the engine said of one of our triggers.
struct TriggerEntry {
  std::string id;
  std::string trigger_type;
  mutable std::mutex mutex;
  std::optional<Error> refusal;

  [[nodiscard]] std::optional<Error> status() const {
    const std::lock_guard lock(mutex);
    return refusal;
  }
};

class Driver final : public std::enable_shared_from_this<Driver>, private TransportEvents {
 public:
  using StateListener = std::function<void(ConnectionState state)>;

  // `executor`: where the I/O happens instead of on a thread of the driver's own.
  Driver(
      Address address,
      InitOptions options,
      const std::optional<boost::asio::any_io_executor>& executor = std::nullopt
  );
  ~Driver();

  // No thread when there is an executor: then wait_until_ended() takes the place of join().
  [[nodiscard]] std::thread run();
  // Bounded, since an executor may have stopped.
  void wait_until_ended();
  void begin_shutdown();
  // Whether the calling thread must not wait for this driver.
  [[nodiscard]] bool is_own_thread() const;
  // Where nothing may wait for what this driver does.
  [[nodiscard]] bool is_on_io_thread() const;

  // --- Registrations. Frames are encoded already ---
  // Tells registrations of one id apart.
  [[nodiscard]] std::uint64_t new_registration() { return ++last_registration_; }
  [[nodiscard]] Registered register_function(
      const std::string& id, std::string frame, FunctionEntry&& entry
  );
  // Nothing, if the id is registered anew since.
  void unregister_function(const std::string& id, std::uint64_t registration);
  [[nodiscard]] Registered register_service(std::string id, std::string frame);
  // Replaces.
  [[nodiscard]] Registered register_trigger_type(
      const std::string& id,
      std::string frame,
      std::shared_ptr<TriggerHandler> handler,
      std::uint64_t registration
  );
  // As above; without a number, whichever is registered.
  void unregister_trigger_type(
      const std::string& id, std::optional<std::uint64_t> registration = std::nullopt
  );
  [[nodiscard]] Registered register_trigger(std::shared_ptr<TriggerEntry> entry, std::string frame);
  void unregister_trigger(const TriggerEntry& entry);
  // Calls `on_refusal` once: when the trigger is refused, after `timeout`, or when this ends. On
  // the I/O thread, or before it returns; must be quick and not throw.
  void when_refused(
      const std::shared_ptr<TriggerEntry>& entry,
      std::chrono::milliseconds timeout,
      Trigger::OnRefusal on_refusal
  );

  // --- Calls ---
  void call(
      base::InvocationId id,
      std::string frame,
      std::chrono::milliseconds timeout,
      std::stop_token stop,
      Completion on_ended
  );
  void send_void(std::string frame, Completion on_ended);
  // The completion may still run, if the call has ended meanwhile.
  void cancel(base::InvocationId id);
  // False: no room before the deadline.
  bool wait_for_room(base::MonotonicTime deadline);
  // User code that somebody waits for, on the pool; here if the pool has stopped.
  void run_user_code(base::Job job);
  void log(LogLevel level, const std::string& line);
  // The system's time, and what advance() has added.
  [[nodiscard]] base::MonotonicTime now() const;

  // --- For tests ---
  // `on_idle` runs on the I/O thread when no function and no callback of a trigger type runs or
  // waits; at once when this has ended.
  void when_idle(base::Job on_idle);
  // Makes this driver's time jump; `on_done` runs on the I/O thread.
  void advance(std::chrono::nanoseconds time, base::Job on_done);

  // --- Channel ends (driver_channels.cpp) ---
  // False: the client is gone, and with it the sockets of all ends.
  bool post_for_channel(base::Job command);
  // Both on the I/O thread. The driver owns the end until it is forgotten. nullptr: too late.
  [[nodiscard]] std::unique_ptr<Transport> open_channel(
      const std::shared_ptr<ChannelEnd>& end, const Address& address, TransportEvents& events
  );
  void forget_channel(const std::shared_ptr<ChannelEnd>& end);

  [[nodiscard]] const InitOptions& options() const { return options_; }
  [[nodiscard]] const std::string& address() const { return address_text_; }
  [[nodiscard]] const Address& parsed_address() const { return address_; }
  [[nodiscard]] const std::string& namespace_name() const { return namespace_; }
  [[nodiscard]] ConnectionState state() const { return state_.load(); }
  // Nothing is taken any more.
  [[nodiscard]] bool has_ended();
  // At once on the I/O thread.
  [[nodiscard]] bool wait_until_registered(std::chrono::milliseconds timeout);
  [[nodiscard]] std::string worker_id() const;
  [[nodiscard]] std::optional<bool> engine_supports_observe() const;
  [[nodiscard]] std::optional<Error> fatal_error() const;
  [[nodiscard]] std::optional<Error> last_refusal() const;
  [[nodiscard]] ClientCounters counters() const;
  // For the next handshake, with the token.
  [[nodiscard]] Headers headers() const;
  void set_headers(Headers headers);
  void set_metadata(const WorkerMetadata& metadata);
  std::uint64_t add_state_listener(StateListener listener);
  void remove_state_listener(std::uint64_t listener);

 private:
  Driver(
      Address address,
      InitOptions options,
      const std::optional<boost::asio::any_io_executor>& executor,
      const SystemFacts& facts
  );

  // --- The I/O thread (driver.cpp) ---
  void post(base::Job command);
  // False: the driver has ended and has not taken it.
  bool try_post(base::Job command);
  // Under the lock of the commands.
  void enqueue(base::Job command);
  [[nodiscard]] CallEnd end_without_room() const;
  [[nodiscard]] CallEnd end_of_late_call() const;
  [[nodiscard]] bool takes_post(std::size_t bytes);
  void run_until_ended();
  base::MonotonicTime stop_channels();
  void fail_channels();
  [[nodiscard]] std::vector<std::shared_ptr<ChannelEnd>> open_channel_ends() const;
  void drain_commands();
  void look_at_backlog();
  void carry_out();
  void begin_telemetry();
  void end_telemetry();
  void end();
  void await_channels();
  void arm_timer();
  void let_time_pass();
  void publish();
  void publish_registration();

  void on_opened() override;
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_read() override;
  void on_written() override;
  void on_closed(const Closing& closing) override;

  void perform(OpenConnection& effect);
  void perform(DropConnection& effect);
  void perform(CloseConnection& effect);
  void perform(SendText& effect);
  void perform(SendKept& effect);
  void perform(SendPing& effect);
  void perform(ChangeState& effect);
  void perform(Finish& effect);
  void perform(RunFunction& effect);
  void perform(ConfigureTrigger& effect);
  void perform(RemoveTrigger& effect);
  void perform(EndCall& effect);
  void perform(AnswerTrigger& effect);
  void perform(FunctionRejected& effect);
  void perform(Report& effect);

  // --- Who waits for the refusal of a trigger (driver_triggers.cpp) ---
  struct RefusalWait;
  void end_refusal_waits(const TriggerEntry* entry);

  // --- User code (driver_functions.cpp) ---
  [[nodiscard]] bool has_room_for(const FunctionRun& run);
  void start(std::unique_ptr<FunctionRun> run);
  void await(Task<Json> task, std::unique_ptr<FunctionRun>&& run);
  // Both leave the frame in the run.
  void answer(FunctionRun& run, const std::string& result_json);
  void refuse(FunctionRun& run, const protocol::ErrorBody& error);
  void leave(std::unique_ptr<FunctionRun> run);
  void relieve_soon();

  const Address address_;
  const std::string address_text_;
  using Log = std::function<void(LogLevel level, const std::string& line)>;
  std::shared_ptr<const Log> log_;  // the user's, under mutex_; null at the end
  const bool has_own_log_;
  const InitOptions options_;  // without the log
  const std::string namespace_;
  const std::optional<std::string> token_;  // III_TOKEN: authenticates, never logged
  WorkerMetadata metadata_;                 // as announced next; the I/O thread's once it runs

  [[nodiscard]] bool is_on_thread_of_executor() const;
  void wind_up();
  void release_user_code();
  void look_for_idleness();
  [[nodiscard]] std::shared_ptr<TriggerTypeEntry> begin_callback(const std::string& trigger_type);
  void leave_callback();

  // Only the I/O thread, or the strand that takes its place.
  boost::asio::io_context io_{1};
  std::optional<DriverStrand> strand_;  // of a user's executor
  boost::asio::any_io_executor executor_;
  std::shared_ptr<TransportTurns> channel_turns_ = std::make_shared<TransportTurns>(executor_);
  boost::asio::steady_timer timer_{executor_};
  boost::asio::steady_timer relief_timer_{executor_};
  // With a user's executor: its operation owns this, until the end or the end of the executor.
  boost::asio::steady_timer life_{executor_};
  base::MonotonicTime armed_for_ = base::never;
  bool is_relief_armed_ = false;
  bool has_reported_refusal_ = false;  // of threads
  base::SystemRandom random_;
  Conversation conversation_;
  Effects effects_;
  std::vector<base::Job> drained_;  // empty but for its memory
  std::unique_ptr<Transport> transport_;
  InvocationGate gate_;
  SpareRuns spare_runs_;
  bool is_overloaded_ = false;  // a call has been refused, and none has been taken since
  using OnStop = std::stop_callback<base::Job>;
  struct Waiting {
    Completion on_ended;
    bool was_full = false;
    std::unique_ptr<OnStop> on_stop = nullptr;  // nullptr: it cannot be stopped
  };
  [[nodiscard]] std::unique_ptr<OnStop> when_stopped(std::stop_token stop, base::InvocationId id);
  void end_cancelled(base::InvocationId id);
  boost::unordered_flat_map<base::InvocationId, Waiting, std::hash<base::InvocationId>> waiting_;
  std::list<std::shared_ptr<RefusalWait>> refusal_waits_;
  std::size_t running_callbacks_ = 0;  // of trigger types
  std::vector<base::Job> when_idle_;
  bool has_ended_ = false;
  base::MonotonicTime shutdown_deadline_ = base::MonotonicTime::min();
  std::unordered_set<std::shared_ptr<ChannelEnd>> channel_ends_;  // those with a socket

  // Any thread.
  std::shared_ptr<TelemetryDriver> telemetry_;  // set by run(); nullptr: off
  HandlerPool pool_;
  SerialJobs notices_{pool_, HandlerPool::Fate::must_run};  // state changes and log lines, in order
  std::stop_source stop_;
  std::atomic<ConnectionState> state_{ConnectionState::disconnected};
  std::atomic<std::thread::id> io_thread_{};
  std::atomic<std::int64_t> ahead_ns_{0};  // of the system's time
  std::atomic<std::uint64_t> last_registration_{0};
  std::atomic<std::size_t> waiting_invocations_bytes_{0};

  std::mutex commands_mutex_;
  std::vector<base::Job> commands_;
  // Of calls in commands_, which the conversation has not admitted yet.
  std::atomic<std::size_t> posted_bytes_{0};
  bool is_closed_ = false;
  bool are_channels_closed_ = false;

  mutable std::mutex mutex_;  // everything below
  std::condition_variable room_;
  std::condition_variable ended_;
  std::condition_variable registered_;
  bool is_over_ = false;  // nothing is registered any more
  bool has_wound_up_ = false;
  bool has_room_ = true;
  ClientCounters counters_;
  std::string worker_id_;
  std::optional<bool> supports_observe_;  // once the engine has named this worker
  std::optional<Rejection> rejection_;
  std::optional<Error> refusal_;
  Headers headers_;
  std::unordered_map<std::string, FunctionEntry> functions_;
  std::unordered_map<std::string, std::shared_ptr<TriggerTypeEntry>> trigger_types_;
  std::unordered_map<std::string, std::shared_ptr<TriggerEntry>> triggers_;
  std::map<std::uint64_t, std::shared_ptr<StateListener>> listeners_;
  std::uint64_t last_listener_ = 0;
};

}  // namespace iii::sdk
