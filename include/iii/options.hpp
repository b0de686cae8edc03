// How a client behaves: what iii::register_worker() takes. Every member has a default; an empty
// InitOptions is a good one. Plain values, copied when the client is made.
#pragma once

#include <iii/otel_config.hpp>
#include <iii/reconnection.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

enum class ConnectionState {
  disconnected,  // before the first attempt, and after shutdown
  connecting,    // until the first connection stands
  connected,     // messages flow
  reconnecting,  // lost: waiting or trying again
  failed,        // for good: too many attempts, or the engine refused this worker
};
[[nodiscard]] const char* to_string(ConnectionState state) noexcept;

// What happens to a call while there is no connection and the queue is full.
enum class OfflinePolicy {
  fail,  // it ends with not_connected at once
  // The call that has waited longest ends with not_connected instead. Answers of functions and void
  // calls are never dropped for it; where only they wait, and while there is a connection: `fail`.
  drop_oldest,
  block,  // a blocking trigger() waits for room, at most for its timeout; others as `fail`
};

// What waits for a connection: calls, answers and void calls, but not registrations, which are
// replayed from the client's own tables. `bytes_max` also bounds the calls that a slow connection
// has not taken yet; one that takes no answers for long is given up.
struct OfflineQueue {
  std::size_t messages_max = 1'000;
  std::size_t bytes_max = std::size_t{16} * 1024 * 1024;
  OfflinePolicy policy = OfflinePolicy::fail;
};

struct WorkerTelemetry {
  std::optional<std::string> language = {};      // a locale, such as de_DE
  std::optional<std::string> project_name = {};  // what the worker belongs to
  std::optional<std::string> framework = {};     // "iii-cpp" if blank
  std::optional<std::string> amplitude_api_key = {};
};

// What the engine shows of this worker.
struct WorkerMetadata {
  std::string runtime = "cpp";
  std::string version = {};  // of the SDK, when detected
  std::string name = {};     // among workers; not necessarily the only one of that name
  std::string os = {};       // "linux x86_64 (unix)"
  std::optional<std::string> description = {};
  std::optional<std::uint32_t> pid = {};      // engines of line 0.11 do not list workers without
  std::optional<std::string> isolation = {};  // III_ISOLATION, what the worker runs in
  std::optional<WorkerTelemetry> telemetry = {};
};

// Whose word counts for the name of a worker.
enum class WorkerIdentity {
  managed,  // III_WORKER_NAME, where it is set: whoever starts the process names it
  given,    // InitOptions::worker_name, where it is set
};

enum class LogLevel { debug, info, warn, error };

struct InitOptions {
  // III_WORKER_NAME goes before it, unless `identity` says otherwise. Neither of them: "<host
  // name>:<process id>".
  std::string worker_name = {};
  WorkerIdentity identity = WorkerIdentity::managed;
  std::optional<std::string> worker_description = {};
  // Replaces everything that would be detected; only a blank `framework` is filled in.
  std::optional<WorkerMetadata> metadata = {};
  // Engines of line 0.23. Empty: III_NAMESPACE, or none. White space alone is refused with
  // std::invalid_argument.
  std::string namespace_name = {};

  // For the upgrade requests of all sockets to this engine, to authenticate for example. Pairs that
  // are not legal HTTP are skipped. III_TOKEN, where it is set, is sent as `Authorization: Bearer`,
  // unless there is an `Authorization` here.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // For wss://: trusted certificates in PEM. Empty: the system's.
  std::string ca_file = {};

  // Durations are at least zero; what is longer than a year means a year.
  // Of a call that names none.
  std::chrono::milliseconds invocation_timeout{30'000};
  std::chrono::milliseconds connect_timeout{10'000};  // above zero
  // A ping after this long, from 10 s on at a whole second of the clock; and a new connection when
  // nothing has come for idle_timeout. Zero: off.
  std::chrono::milliseconds ping_interval{20'000};
  std::chrono::milliseconds idle_timeout{60'000};
  // How long shutdown() waits for messages to leave and for running functions, all in all.
  std::chrono::milliseconds shutdown_timeout{2'000};
  // The first retry comes soon: most drops are restarts.
  ReconnectionConfig reconnection{.initial_delay_ms = 200};
  OfflineQueue offline = {};
  // Calls that were on their way when the connection broke end with not_connected at once. False:
  // they wait for their timeout, since an engine that knows reattaching may still answer.
  bool fails_calls_on_disconnect = true;

  // Threads that run functions; 0: as many as the machine has processors. When all of them are busy
  // and work waits, more are started, up to handler_threads_max.
  std::size_t handler_threads = 0;
  std::size_t handler_threads_max = 512;
  // Functions running at once, the others wait in order; 0: no limit.
  std::size_t max_concurrent_invocations = 0;
  // Payloads of calls that wait to run, with 256 bytes for each; at least one may wait. Further
  // ones end with the remote error `worker_overloaded`.
  std::size_t waiting_invocations_bytes_max = std::size_t{256} * 1024 * 1024;

  // What this client tells the engine of its calls, logs and metrics, and how (iii/otel.hpp).
  OtelConfig otel = {};

  // Lines about what happens to the connection, on a thread of the pool. None: warnings and errors
  // go to standard error.
  std::function<void(LogLevel level, const std::string& line)> log = {};
};

}  // namespace iii::inline v0
