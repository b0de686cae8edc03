// The engine, put together: configuration to loop, gateway, core and built-in workers; start,
// turns, graceful stop.
//
//   starting -> serving --stop()/signal--> draining (calls and channels end) -> closing (outboxes
//   empty) -> stopped
//
// Everything runs on the thread that calls run(), except stop() and post().
#pragma once

#include "base/system_random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "engine/config.hpp"
#include "engine/gateway.hpp"
#include "engine/http_functions.hpp"
#include "engine/http_gateway.hpp"
#include "engine/local_workers.hpp"
#include "engine/log.hpp"
#include "engine/mailbox.hpp"
#include "net/loop.hpp"
#include "workers/http_functions/worker.hpp"

#include <iii/engine_error.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iii::engine {

enum class SignalUse : std::uint8_t {
  none,                 // an embedding program keeps its own handling
  stop_on_termination,  // SIGTERM and SIGINT stop gracefully; a second one at once
};

class Server {
 public:
  // Binds every listener before it returns: a port in use is reported here. The logger must outlive
  // the server.
  [[nodiscard]] static EngineResult<std::unique_ptr<Server>> start(
      EngineConfig config, Logger& log, SignalUse signals = SignalUse::stop_on_termination
  );
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // The real port of a listener, also when the configuration asked for any.
  [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const { return loop_.port(listener); }

  // Adds an in-process worker. Before run(), or from a task given to post().
  base::ConnectionId add(std::unique_ptr<workers::Worker> worker);
  // Its answers outside of its own turn; likewise.
  void submit(base::ConnectionId worker, workers::Outputs outputs);

  // Serves until a stop is complete. The exit status of a program: 0.
  int run();

  // For a call of an in-process worker; likewise.
  [[nodiscard]] base::InvocationId new_invocation_id();

  // Starts the graceful stop. Any thread.
  void stop();
  // Runs the task on the engine's thread. Errors: `closed` once the engine has stopped,
  // `limit_exceeded` when 65,536 tasks wait already. Any thread.
  EngineStatus post(std::function<void()> task);
  // The same for answers, which the calls in flight bound: they find room always, and are lost only
  // with the engine. Any thread.
  void post_answer(std::function<void()> task);

 private:
  enum class Stage : std::uint8_t { serving, draining, closing, stopped };
  using Tasks = Mailbox<std::function<void()>>;

  Server(EngineConfig config, Logger& log);
  // `serves`: what the log calls those who connect there.
  EngineStatus listen(
      std::string_view serves,
      const std::string& host,
      std::uint16_t port,
      std::size_t connections_max = SIZE_MAX
  );
  EngineStatus start_http(const HttpConfig& config);
  void start_http_functions(const HttpFunctionsConfig& config);
  void turn();
  void advance_stop();
  void run_tasks();

  EngineConfig config_;
  Logger& log_;
  base::SystemRandom random_;
  core::Core core_;
  LocalWorkers local_workers_;
  Gateway gateway_;
  net::Loop loop_;
  std::unique_ptr<HttpGateway> http_;
  Tasks mailbox_;
  Stage stage_ = Stage::serving;
  std::atomic<bool> stop_requested_ = false;
  std::unique_ptr<HttpFunctionsSender> http_functions_sender_;              // puts into the mailbox
  workers::http_functions::HttpFunctionsWorker* http_functions_ = nullptr;  // local_workers_ has it
  base::ConnectionId http_functions_connection_;
  base::MonotonicTime stage_deadline_ = base::never;
};

}  // namespace iii::engine
