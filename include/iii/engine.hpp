// The engine as a library: a program that embeds it is engine and worker at once. Workers connect
// to it over WebSocket as they do to `iiid`; functions registered here are called by them, and by
// this program, without crossing a socket.
//
//   auto engine = iii::Engine::start({.port = 0});
//   if (!engine) {
//     return fail(engine.error().message);
//   }
//   const iii::EngineStatus registered = engine->register_function(
//       "math::double",
//       [](const iii::EngineInvocation& call, iii::Responder respond) {
//         respond.result(twice(call.payload));  // JSON in, JSON out
//       }
//   );
//   if (!registered) {
//     return fail(registered.error().message);
//   }
//   const iii::CallOutcome outcome = engine->invoke("math::double", R"({"n":21})").get();
//   engine->stop();
//
// Order: start(), then anything, then stop() or the destructor. Every member function may be called
// from any thread; none of them from an object that has been moved from. Handlers run on the
// engine's own thread, one at a time: they must not block, must not wait for an invoke() of their
// own, and must not destroy the Engine. What a function throws becomes the error
// `invocation_failed`; what other callbacks throw is logged. Work that takes time belongs on a
// thread of yours: move the Responder there. Payloads, results, configs and metadata are JSON
// texts; this header needs no JSON library.
#pragma once

#include <iii/engine_error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace iii::inline v0 {

struct EngineOptions {
  std::string host = "127.0.0.1";  // an address or name of this machine
  std::uint16_t port = 49134;      // 0: any free port, see Engine::port()
  // A YAML file as `iiid --config` reads it. When given, what it says of listeners and of the log
  // counts instead of host, port and log_level, which are ignored.
  std::string config_file = {};
  std::string log_level =
      "warn";  // trace, debug, info, warn, error, off; lines go to standard error
  // What listings call the in-process worker that has this program's functions.
  std::string worker_name = "embedded";
};

// The error of a function, as it travels: a code for programs, a message for people.
struct FunctionError {
  std::string code;
  std::string message;
  std::optional<std::string> stacktrace = {};
};

// A call of a function of this program. Views live until the handler returns.
struct EngineInvocation {
  std::string_view function_id;
  std::string_view payload;      // JSON; from a remote worker, objects contain `_caller_worker_id`
  std::string_view metadata;     // JSON, or empty
  std::string_view traceparent;  // W3C, or empty
  std::string_view baggage;      // W3C, or empty
};

// The one answer to a call. Move it to another thread to answer later; dropping it unanswered
// answers `invocation_failed`.
class Responder {
 public:
  class State;
  explicit Responder(std::unique_ptr<State> state);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();

  // `json` must be well-formed JSON, or empty for no result; anything else answers
  // `invocation_failed`.
  void result(std::string json);
  // The call fails with exactly this code and message.
  void error(FunctionError error);

 private:
  void assert_usable() const;

  std::unique_ptr<State> state_;
};

using FunctionHandler = std::function<void(const EngineInvocation& call, Responder respond)>;

struct FunctionOptions {
  std::string description = {};
  std::string request_format = {};   // JSON Schema, or empty
  std::string response_format = {};  // likewise
  std::string metadata = {};         // JSON, or empty
};

// How a call ended: a result (JSON, empty when the function returned nothing) or an error.
struct CallOutcome {
  std::string result;
  std::optional<FunctionError> error;

  [[nodiscard]] bool is_ok() const noexcept { return !error.has_value(); }
};

struct InvokeOptions {
  std::string metadata = {};  // JSON, or empty
  // The call ends with the error TIMEOUT after this long. At most the engine's own maximum (one
  // hour unless configured).
  std::optional<std::chrono::milliseconds> timeout = {};
};

// A trigger that some worker registered for a trigger type of this program.
struct TriggerBinding {
  std::string id;
  std::string function_id;
  std::string config;    // JSON
  std::string metadata;  // JSON, or empty
};

struct TriggerTypeOptions {
  std::string description = {};
  std::string trigger_request_format = {};  // JSON Schema of a trigger's config, or empty
  std::string call_request_format = {};     // JSON Schema of the event, or empty
  // A trigger appeared or changed; an EngineError or exception refuses it, and its owner is told
  // why.
  std::function<EngineStatus(const TriggerBinding& trigger)> on_registered = {};
  std::function<void(std::string_view trigger_id)> on_unregistered = {};
};

class Engine {
 public:
  // Listens before it returns. Errors: `address_in_use`, `permission_denied`, `invalid_config` (all
  // mistakes, one a line), `not_found` (file, libcurl), `invalid_argument`, `io_error`.
  [[nodiscard]] static EngineResult<Engine> start(const EngineOptions& options = {});

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  // Stops.
  ~Engine();

  // The port of the first listener.
  [[nodiscard]] std::uint16_t port() const;

  // Registering an id again replaces the handler. Remote workers cannot take the id over.
  //
  // "ok", here and below, means that the request is on its way to the engine's thread, in the order
  // in which this thread asked. There it can still be refused: when a built-in has the id, and when
  // a limit of what a worker may register is reached. Such a refusal is a line in the log
  // (`function_refused`, `trigger_type_refused`), as it is for remote workers, and the function is
  // not found when it is called. Requests that are on their way when the engine stops have no
  // effect. Errors:
  // `closed` after stop(), `limit_exceeded` when 65,536 requests of this program wait for the
  // engine's thread already, `invalid_argument` for an id that is empty, longer than 4 KiB or not
  // UTF-8, and for formats or metadata that are not JSON.
  EngineStatus register_function(
      std::string id, FunctionHandler handler, FunctionOptions options = {}
  );
  // Calls of it end with `function_not_found` from now on. Not an error if there is none.
  EngineStatus unregister_function(std::string id);

  // Errors as above.
  EngineStatus register_trigger_type(std::string id, TriggerTypeOptions options);
  // An event: calls the trigger's function with `payload_json`, if the condition in its config
  // allows. Nobody waits for it; one for a trigger that does not exist, or no longer, is dropped.
  EngineStatus fire(std::string trigger_id, std::string payload_json);

  // Calls any function of the system. The future is always fulfilled, at the latest when the engine
  // stops.
  [[nodiscard]] std::future<CallOutcome> invoke(
      std::string function_id, std::string payload_json, InvokeOptions options = {}
  );
  // The same; `on_ended` runs on the engine's thread, or before invoke() returns if the call cannot
  // even begin.
  void invoke(
      std::string function_id,
      std::string payload_json,
      std::function<void(CallOutcome)> on_ended,
      InvokeOptions options = {}
  );
  // Nobody waits for the result: a function that does not exist, or fails, is not reported.
  EngineStatus invoke_void(
      std::string function_id, std::string payload_json, InvokeOptions options = {}
  );

  // Graceful: calls in flight may end, outboxes empty, connections close. Returns when the engine's
  // thread has ended, within the configured drain time plus two seconds. From a handler it only
  // asks for the stop and returns at once. Calling it twice is harmless.
  void stop();

 private:
  friend class Responder;
  class Running;
  explicit Engine(std::shared_ptr<Running> running);
  [[nodiscard]] Running& running() const;

  std::shared_ptr<Running> running_;
};

}  // namespace iii::inline v0
