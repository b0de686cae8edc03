#include "sdk/driver_otel.hpp"

#include "base/job.hpp"
#include "sdk/address.hpp"
#include "sdk/driver_signals.hpp"
#include "sdk/driver_system.hpp"
#include "sdk/driver_telemetry.hpp"
#include "sdk/handler_pool.hpp"
#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/settings.hpp"
#include "sdk/transport_headers.hpp"

#include <iii/options.hpp>
#include <iii/otel.hpp>
#include <iii/otel_config.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace iii::sdk {
namespace {

// The one that the token is for, when no client says so. One without a host is none.
Address engine_of_environment() {
  const telemetry::Settings settings =
      telemetry::resolve(OtelConfig(), telemetry_environment(), telemetry_surroundings(""));
  auto address = parse_address(settings.url);
  return address ? *std::move(address) : Address();
}

// What a client has and telemetry alone needs as well: an I/O thread, and one for user code.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() {
    if (telemetry_) {
      telemetry_->end();
    }
  }

  // False: telemetry is off.
  bool start(const OtelConfig& config) {
    telemetry_ = TelemetryDriver::make(
        config,
        "",
        {
            .executor = io_.get_executor(),
            .run_user_code = [this](base::Job job
                             ) { pool_->post(std::move(job), HandlerPool::Fate::must_run); },
            .log = log,
            .ca_file = {},
            .headers = [headers = with_token({}, engine_token())] { return headers; },
            .engine = engine_of_environment(),
        }
    );
    if (!telemetry_) {
      return false;
    }
    pool_ = std::make_unique<HandlerPool>(1, 1);
    telemetry_->install();
    boost::asio::post(io_, [this] { telemetry_->start(); });
    const BlockedSignals blocked;
    thread_ = std::thread([this] {
      while (!has_ended_) {
        io_.run_one();
      }
    });
    return true;
  }

  void stop() {
    boost::asio::post(io_, [this] {
      // The configured time bounds it.
      telemetry_->shut_down(std::chrono::hours(1), [this] { has_ended_ = true; });
    });
    thread_.join();
    pool_->stop(std::chrono::milliseconds(250));
    io_.poll();
  }

 private:
  static void log(LogLevel level, const std::string& line) {
    if (level >= LogLevel::warn) {
      std::cerr << "iii: " + line + "\n";
    }
  }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()
  };
  std::unique_ptr<HandlerPool> pool_;
  std::shared_ptr<TelemetryDriver> telemetry_;
  bool has_ended_ = false;  // only the I/O thread
  std::thread thread_;
};

struct Process {
  std::mutex mutex;
  std::size_t references = 0;
  OtelConfig config;
  std::unique_ptr<Host> host;
};

// Never destroyed: a program that forgets shutdown_otel() ends all the same.
Process& process() {
  static auto& only = *new Process;
  return only;
}

}  // namespace

OtelConfig with_process_otel(const OtelConfig& config) {
  Process& own = process();
  const std::lock_guard lock(own.mutex);
  return telemetry::with_defaults(config, own.config);
}

}  // namespace iii::sdk

namespace iii::inline v0 {

bool init_otel(const OtelConfig& config) {
  sdk::Process& own = sdk::process();
  const std::lock_guard lock(own.mutex);
  if (!own.host) {
    auto host = std::make_unique<sdk::Host>();
    if (!host->start(config)) {
      return false;
    }
    own.host = std::move(host);
    own.config = config;
  }
  ++own.references;
  return true;
}

void shutdown_otel() {
  sdk::Process& own = sdk::process();
  std::unique_ptr<sdk::Host> host;
  {
    const std::lock_guard lock(own.mutex);
    if (own.references == 0) {
      return;
    }
    --own.references;
    if (own.references > 0) {
      return;
    }
    host = std::exchange(own.host, nullptr);
    own.config = {};
  }
  host->stop();
}

bool flush_otel(std::chrono::milliseconds timeout) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t running = 0;
    bool is_complete = true;
  };
  // Shared: a driver whose executor has stopped answers when it is destroyed.
  const auto waiting = std::make_shared<Waiting>();
  const auto drivers = sdk::telemetry_drivers();
  waiting->running = drivers.size();
  for (const auto& driver : drivers) {
    driver->flush(timeout, [waiting](bool is_complete) {
      {
        const std::lock_guard lock(waiting->mutex);
        --waiting->running;
        waiting->is_complete = waiting->is_complete && is_complete;
      }
      waiting->ended.notify_all();
    });
  }
  constexpr auto margin = std::chrono::seconds(1);
  std::unique_lock lock(waiting->mutex);
  const bool are_all_ended =
      waiting->ended.wait_for(lock, timeout + margin, [&] { return waiting->running == 0; });
  return are_all_ended && waiting->is_complete;
}

bool is_otel_initialized() noexcept {
  return telemetry::installed_recorder() != nullptr;
}

OtelCounters otel_counters() {
  return sdk::telemetry_counters();
}

}  // namespace iii::inline v0
