// Gateway, core and loop over real sockets, but without a thread: the engine runs a turn whenever a
// client of the same test waits. So a test sees the engine's inside between two turns, and nothing
// depends on who is faster.
#pragma once

#include "base/limits.hpp"
#include "base/system_random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "engine/config.hpp"
#include "engine/gateway.hpp"
#include "engine/http_gateway.hpp"
#include "engine/local_workers.hpp"
#include "engine/log.hpp"
#include "engine/static_folder.hpp"
#include "http/server_connection.hpp"
#include "net/clock.hpp"
#include "net/loop.hpp"
#include "socket_client.hpp"
#include "worker_client.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"
#include "workers/worker.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

class TurnedEngine {
 public:
  explicit TurnedEngine(
      std::vector<engine::ListenerConfig> listeners = {{.port = 0}}, net::LoopOptions options = {}
  ) {
    config_.listeners = std::move(listeners);
    gateway_ = std::make_unique<engine::Gateway>(config_, core_, local_workers_, log_, [this] {
      return now();
    });
    loop_ = std::make_unique<net::Loop>(*gateway_, options);
    gateway_->use(*loop_);
    gateway_->on_turn();
    for (const auto& listener : config_.listeners) {
      EXPECT_TRUE(loop_->listen(listener.host, listener.port));
    }
  }

  [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const { return loop_->port(listener); }
  // For clients in this thread.
  [[nodiscard]] ClientOptions options(int receive_bytes = 0) {
    return {.receive_bytes = receive_bytes, .while_waiting = [this] { turn(); }};
  }

  // An HTTP listener behind the others; its index.
  std::size_t add_http(
      const http::ServerLimits& limits,
      std::size_t unsent_bytes_max = base::limits::http_unsent_bytes_max
  ) {
    auto worker = std::make_unique<workers::http_worker::HttpWorker>(
        workers::http_worker::Options{}, random_
    );
    http_worker_ = worker.get();
    const base::ConnectionId id = local_workers_.add(std::move(worker), core_, net::now());
    http_ = std::make_unique<engine::HttpGateway>(
        limits,
        core_,
        local_workers_,
        *loop_,
        *http_worker_,
        id,
        std::vector<engine::StaticFolder>(),
        unsent_bytes_max
    );
    http_->on_turn(now());
    gateway_->use(*http_);
    gateway_->settle();
    const auto index = loop_->listen("127.0.0.1", 0);
    EXPECT_TRUE(index);
    return *index;
  }
  [[nodiscard]] std::size_t http_requests() const { return http_worker_->requests(); }

  void turn() {
    constexpr auto wait_max = std::chrono::milliseconds(5);
    const base::MonotonicTime deadline = gateway_->next_deadline();
    loop_->run_turn(std::min(
        deadline == base::never ? deadline : deadline - late_by_, net::now().monotonic + wait_max
    ));
    gateway_->on_time();
  }
  // The gateway's and the core's clock goes on; that of the loop and of TCP does not.
  void advance(std::chrono::milliseconds time) { late_by_ += time; }
  template <class Condition>
  [[nodiscard]] bool turn_until(Condition condition) {
    const base::MonotonicTime deadline = net::now().monotonic + std::chrono::seconds(30);
    while (!condition()) {
      if (net::now().monotonic > deadline) {
        return false;
      }
      turn();
    }
    return true;
  }

  void add(std::unique_ptr<workers::Worker> worker) {
    local_workers_.add(std::move(worker), core_, net::now());
    gateway_->settle();
  }

  // As at the end of a graceful stop.
  void close_all() { gateway_->close_all(); }

  [[nodiscard]] core::Core& core() { return core_; }
  [[nodiscard]] const engine::Gateway& gateway() const { return *gateway_; }
  [[nodiscard]] bool has_open_streams() const { return gateway_->has_open_streams(); }
  [[nodiscard]] std::size_t open_sockets() const { return loop_->open_sockets(); }
  // Warnings and errors, a line each, that are about `event`.
  [[nodiscard]] std::vector<std::string> log_lines(std::string_view event) const {
    std::vector<std::string> found;
    std::istringstream lines(log_lines_.str());
    for (std::string line; std::getline(lines, line);) {
      if (line.find(' ' + std::string(event) + ' ') != std::string::npos) {
        found.push_back(line);
      }
    }
    return found;
  }
  // What waits for the worker's socket.
  [[nodiscard]] std::size_t unsent_bytes(std::string_view worker_id) {
    for (const core::Connection* connection : core_.connections()) {
      if (connection->worker_id.value().to_string() == worker_id) {
        return loop_->outbox(connection->id)->size();
      }
    }
    return 0;
  }

 private:
  [[nodiscard]] base::Now now() const {
    base::Now now = net::now();
    now.monotonic += late_by_;
    now.wall += late_by_;
    return now;
  }

  engine::EngineConfig config_;
  std::ostringstream log_lines_;
  engine::Logger log_{
      {.level = engine::LogLevel::warn},
      std::make_shared<spdlog::sinks::ostream_sink_st>(log_lines_)
  };
  base::SystemRandom random_;
  core::Core core_{core::CoreOptions{.engine_version = "0"}, random_, net::now()};
  engine::LocalWorkers local_workers_;
  std::unique_ptr<engine::Gateway> gateway_;
  std::unique_ptr<net::Loop> loop_;
  workers::http_worker::HttpWorker* http_worker_ = nullptr;
  std::unique_ptr<engine::HttpGateway> http_;
  std::chrono::milliseconds late_by_{0};
};

class TurnedEngineTest : public testing::Test {
 protected:
  [[nodiscard]] WorkerClient worker() { return WorkerClient(engine.port(), engine.options()); }
  [[nodiscard]] SocketClient socket() { return SocketClient(engine.port(), engine.options()); }

  TurnedEngine engine;
};

}  // namespace iii::test
