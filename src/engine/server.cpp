#include "engine/server.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "engine/config.hpp"
#include "engine/environment.hpp"
#include "engine/http_functions.hpp"
#include "engine/http_gateway.hpp"
#include "engine/log.hpp"
#include "engine/static_folder.hpp"
#include "engine/time_zones.hpp"
#include "engine/version.hpp"
#include "http/server_connection.hpp"
#include "libcurl/libcurl.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "workers/cron/worker.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/worker.hpp"
#include "workers/observability/log_functions.hpp"
#include "workers/worker.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace iii::engine {

namespace limits = base::limits;

namespace {

// The listeners, as listings of workers show them.
class ListenersWorker final : public workers::Worker {
 public:
  [[nodiscard]] core::LocalWorker identity() const override {
    return {
        .name = "iii-worker-manager", .description = "Listens for workers.", .is_mandatory = true
    };
  }
  void start(workers::Outputs&) override {}
  void on_invoked(const workers::Invocation&, base::Now, workers::Outputs&) override {}
};

core::CoreOptions core_options(const EngineConfig& config) {
  return {
      .default_line = config.compat == CompatLine::v0_11 ? core::Line::v0_11 : core::Line::v0_22,
      .engine_version = std::string(engine_version()),
      .invocation_deadline = config.invocation_deadline_max
  };
}

workers::http_worker::Options http_options(const HttpConfig& config, CompatLine compat) {
  using namespace workers::http_worker;
  Options options;
  options.default_timeout = config.default_timeout;
  options.requests_max = config.requests_max;
  options.body_bytes_max = config.body_bytes_max;
  if (config.cors) {
    options.cors = CorsOptions{config.cors->allowed_origins, config.cors->allowed_methods};
  }
  options.middleware = config.middleware;
  options.compresses = config.compresses;
  options.logs_access = config.logs_access;
  options.counts_routes = config.counts_routes;
  for (const HttpFolderConfig& folder : config.folders) {
    options.folders.push_back({folder.path, folder.index, folder.max_age});
  }
  if (config.openapi) {
    options.openapi = OpenapiOptions{
        config.openapi->path,
        config.openapi->page_path,
        {config.openapi->title, config.openapi->version}
    };
  }
  options.errors = compat == CompatLine::v0_11 ? ErrorStyle::flat : ErrorStyle::envelope;
  return options;
}

http::ServerLimits http_limits(const HttpConfig& config) {
  return {
      .head = {.bytes_max = config.head_bytes_max, .headers_max = config.headers_max},
      .discarded_bytes_max = limits::http_discarded_bytes_max,
      .head_timeout = config.head_timeout,
      .body_timeout = config.body_timeout,
      .idle_timeout = config.idle_timeout,
      .write_timeout = limits::http_write_timeout
  };
}

}  // namespace

EngineResult<std::unique_ptr<Server>> Server::start(
    EngineConfig config, Logger& log, SignalUse signals
) {
  if (config.http_functions && !libcurl::problem().empty()) {
    return EngineError{
        EngineErrorCode::not_found,
        "iii-http-functions needs libcurl (package libcurl4): " + libcurl::problem()
    };
  }
  std::unique_ptr<Server> server(new Server(std::move(config), log));
  if (signals == SignalUse::stop_on_termination) {
    constexpr std::array numbers = {SIGTERM, SIGINT};
    if (const EngineStatus watched = server->loop_.watch_signals(numbers); !watched) {
      return watched.error();
    }
  }
  for (const ListenerConfig& listener : server->config_.listeners) {
    if (const EngineStatus listens = server->listen("workers", listener.host, listener.port);
        !listens) {
      return listens.error();
    }
  }
  server->add(std::make_unique<ListenersWorker>());
  server->add(std::make_unique<workers::LogFunctions>());
  if (server->config_.has_cron) {
    server->add(std::make_unique<workers::cron::CronWorker>(
        workers::cron::Ports{server->random_, std::make_unique<TimeZones>()}
    ));
  }
  if (const auto& http = server->config_.http) {
    if (const EngineStatus started = server->start_http(*http); !started) {
      return started.error();
    }
  }
  if (const auto& http_functions = server->config_.http_functions) {
    server->start_http_functions(*http_functions);
  }
  server->gateway_.settle();
  return server;
}

Server::Server(EngineConfig config, Logger& log)
    : config_(std::move(config)),
      log_(log),
      core_(core_options(config_), random_, net::now()),
      gateway_(config_, core_, local_workers_, log),
      loop_(gateway_),
      mailbox_(limits::mailbox_tasks_max) {
  gateway_.use(loop_);
  gateway_.on_turn();
}

Server::~Server() = default;

EngineStatus Server::listen(
    std::string_view serves,
    const std::string& host,
    std::uint16_t port,
    std::size_t connections_max
) {
  const auto index = loop_.listen(host, port, connections_max);
  if (!index) {
    return index.error();
  }
  log_.log(
      LogLevel::info,
      "listening",
      {{"host", host}, {"port", loop_.port(*index)}, {"serves", serves}}
  );
  return {};
}

EngineStatus Server::start_http(const HttpConfig& config) {
  if (const EngineStatus listens = listen("http", config.host, config.port, config.connections_max);
      !listens) {
    return listens;
  }
  std::vector<StaticFolder> folders;
  for (const HttpFolderConfig& each : config.folders) {
    auto folder = StaticFolder::open(each.folder);
    if (!folder) {
      return folder.error();
    }
    folders.push_back(*std::move(folder));
  }
  auto worker = std::make_unique<workers::http_worker::HttpWorker>(
      http_options(config, config_.compat), random_
  );
  auto& http_worker = *worker;
  const base::ConnectionId connection = add(std::move(worker));
  http_ = std::make_unique<HttpGateway>(
      http_limits(config), core_, local_workers_, loop_, http_worker, connection, std::move(folders)
  );
  http_->on_turn(gateway_.now());
  gateway_.use(*http_);
  return {};
}

void Server::start_http_functions(const HttpFunctionsConfig& config) {
  using namespace workers::http_functions;
  http_functions_sender_ = std::make_unique<HttpFunctionsSender>(config, [this](Outcome outcome) {
    post_answer([this, outcome = std::make_shared<Outcome>(std::move(outcome))] {
      workers::Outputs outputs;
      http_functions_->on_outcome(std::move(*outcome), gateway_.now(), outputs);
      submit(http_functions_connection_, std::move(outputs));
    });
  });
  auto worker = std::make_unique<HttpFunctionsWorker>(
      http_functions_options(config, config_.compat),
      Ports{random_, *http_functions_sender_, environment_variable, net::parse_ip_address}
  );
  http_functions_ = worker.get();
  http_functions_connection_ = add(std::move(worker));
}

base::ConnectionId Server::add(std::unique_ptr<workers::Worker> worker) {
  return local_workers_.add(std::move(worker), core_, gateway_.now());
}

void Server::submit(base::ConnectionId worker, workers::Outputs outputs) {
  local_workers_.submit(worker, std::move(outputs));
}

base::InvocationId Server::new_invocation_id() {
  return base::InvocationId(base::Uuid::random(random_));
}

int Server::run() {
  while (stage_ != Stage::stopped) {
    turn();
  }
  mailbox_.close();
  run_tasks();
  log_.log(LogLevel::info, "stopped");
  return 0;
}

void Server::stop() {
  stop_requested_ = true;
  loop_.wake();
}

EngineStatus Server::post(std::function<void()> task) {
  switch (mailbox_.put(std::move(task))) {
    case Tasks::Outcome::first:
      loop_.wake();
      return {};
    case Tasks::Outcome::queued:
      return {};
    case Tasks::Outcome::full:
      return EngineError{
          EngineErrorCode::limit_exceeded,
          std::to_string(base::limits::mailbox_tasks_max) +
              " requests wait for the engine's thread already; wait for answers before asking more"
      };
    case Tasks::Outcome::closed:
      break;
  }
  return EngineError{EngineErrorCode::closed, "the engine has been stopped"};
}

void Server::post_answer(std::function<void()> task) {
  if (mailbox_.put_always(std::move(task)) == Tasks::Outcome::first) {
    loop_.wake();
  }
}

void Server::turn() {
  loop_.run_turn(std::min(gateway_.next_deadline(), stage_deadline_));
  run_tasks();
  gateway_.on_time();
  advance_stop();
}

void Server::run_tasks() {
  for (const auto& task : mailbox_.take_all()) {
    task();
    gateway_.settle();
  }
}

void Server::advance_stop() {
  switch (stage_) {
    case Stage::serving:
      if (!stop_requested_ && gateway_.signals_received() == 0) {
        return;
      }
      log_.log(LogLevel::info, "stopping", {{"calls_in_flight", core_.in_flight()}});
      loop_.stop_listening();
      core_.on_drain_started();
      gateway_.drain();
      stage_ = Stage::draining;
      stage_deadline_ = gateway_.now().monotonic + config_.drain_timeout;
      [[fallthrough]];
    case Stage::draining: {
      const bool is_urged = gateway_.signals_received() > 1;
      // Nobody waits for void calls, but they were promised to be sent.
      const bool is_sending =
          http_functions_ != nullptr && http_functions_->calls().unfinished() > 0;
      const bool has_requests = http_ != nullptr && http_->has_requests();
      const bool is_busy =
          core_.owes_answers() || gateway_.has_open_streams() || is_sending || has_requests;
      if (is_busy && gateway_.now().monotonic < stage_deadline_ && !is_urged) {
        return;
      }
      core_.on_drain_ended(gateway_.now(), gateway_.effects());
      gateway_.settle();
      if (http_functions_sender_ != nullptr) {
        http_functions_sender_->stop();  // its connections may lead to our own listeners
      }
      gateway_.close_all();
      stage_ = Stage::closing;
      stage_deadline_ = gateway_.now().monotonic + limits::flush_timeout;
    }
      [[fallthrough]];  // without sockets no event would come before the deadline
    case Stage::closing:
      if (loop_.open_sockets() == 0 || gateway_.now().monotonic >= stage_deadline_) {
        stage_ = Stage::stopped;
      }
      return;
    case Stage::stopped:
      return;
  }
}

}  // namespace iii::engine
