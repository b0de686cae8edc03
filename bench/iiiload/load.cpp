#include "iiiload/load.hpp"

#include "iiiload/clock.hpp"
#include "iiiload/connection.hpp"
#include "iiiload/report.hpp"
#include "wire/json_text.hpp"

#include <sys/epoll.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace iii::bench {
namespace {

// Until registrations have reached every table of the engine.
constexpr double settle_us = 0.7 * us_per_second;
constexpr double drain_us = 2 * us_per_second;
constexpr int wait_ms_max = 20;

void answer_ping(Connection& connection, std::string_view message) {
  if (contains(message, R"("ping")")) {
    connection.write_text(R"({"type":"pong"})");
  }
}

void spin(double duration_us) {
  const double until_us = now_us() + duration_us;
  while (now_us() < until_us) {
  }
}

}  // namespace

void Load::Workers::on_message(Connection& connection, std::string_view message) {
  if (!contains(message, R"("invokefunction")")) {
    answer_ping(connection, message);
    return;
  }
  ++received;
  const std::string_view id = text_after(message, R"("invocation_id":")");
  if (id.empty()) {
    return;
  }
  if (options_.think_us > 0) {
    spin(options_.think_us);
  }
  std::string answer = R"({"type":"invocationresult","invocation_id":")";
  answer += id;
  answer += R"(","function_id":")";
  answer += text_after(message, R"("function_id":")");
  answer += R"(","result":)";
  answer += options_.payload;
  answer += '}';
  connection.write_text(answer);
}

void Load::Callers::on_message(Connection& connection, std::string_view message) {
  if (!contains(message, R"("invocationresult")")) {
    answer_ping(connection, message);
  } else if (calls.on_answer(connection, message) && may_call) {
    calls.invoke(connection);
  }
}

Load::Load(const Options& options) : options_(options), workers_(options), callers_(options) {
  connect_workers();
  connect_callers();
}

void Load::connect_workers() {
  for (int i = 0; i < options_.workers; ++i) {
    Connection& worker = worker_connections_.emplace_back(poller_, options_, workers_);
    worker.write_text(
        R"({"type":"registerfunction","id":")" + options_.function + "::" + std::to_string(i) +
        R"("})"
    );
    if (i == 0) {
      bind_http_routes();
    }
    worker.flush();
  }
}

void Load::bind_http_routes() {
  for (int route = 0; route < options_.http_routes; ++route) {
    const std::string number = std::to_string(route);
    std::string message = R"({"type":"registertrigger","id":"bench-route-)" + number;
    message += R"(","trigger_type":"http","function_id":")" + options_.function + "::0";
    message += R"(","config":{"api_path":"bench/)" + number + R"(","http_method":"GET"}})";
    worker_connections_.front().write_text(message);
  }
}

void Load::connect_callers() {
  for (int i = 0; i < options_.callers; ++i) {
    Connection& caller = caller_connections_.emplace_back(poller_, options_, callers_);
    caller.function = options_.function;
    if (options_.workers > 0) {
      caller.function += "::" + std::to_string(i % options_.workers);
    }
  }
}

void Load::hold() {
  pump(now_us() + settle_us, false);
  std::printf("{\"connections\":%zu}\n", worker_connections_.size() + caller_connections_.size());
  std::fflush(stdout);
  pump(now_us() + options_.seconds * us_per_second, false);
}

Outcome Load::run() {
  pump(now_us() + settle_us, false);
  if (options_.churn > 0) {
    churn_.emplace(options_, poller_);
  }
  start_calls();
  pump(now_us() + options_.warmup_seconds * us_per_second, true);

  callers_.calls.start_measuring();
  const std::uint64_t received_before = workers_.received;
  const double started_us = now_us();
  pump(started_us + options_.seconds * us_per_second, true);
  const double measured_seconds = (now_us() - started_us) / us_per_second;
  callers_.calls.stop_measuring();

  // No new calls: what is not answered after the drain is lost.
  callers_.may_call = false;
  if (churn_) {
    churn_->stop_arrivals();
  }
  const std::uint64_t received = workers_.received - received_before;
  pump(now_us() + drain_us, false);

  Outcome outcome;
  const std::uint64_t done = options_.is_void ? received : callers_.calls.answered();
  outcome.per_second = static_cast<double>(done) / measured_seconds;
  outcome.errors = callers_.calls.errors();
  for (const Connection& caller : caller_connections_) {
    outcome.lost += static_cast<std::uint64_t>(caller.outstanding);
  }
  outcome.latencies_us = callers_.calls.take_latencies();
  if (churn_) {
    outcome.churn = churn_->finish();
  }
  return outcome;
}

void Load::start_calls() {
  callers_.may_call = !options_.is_void;
  if (options_.is_void) {
    return;
  }
  for (Connection& caller : caller_connections_) {
    for (int i = 0; i < options_.inflight; ++i) {
      callers_.calls.invoke(caller);
    }
    caller.flush();
  }
}

void Load::fill_with_void_calls() {
  const auto on_the_way =
      static_cast<std::uint64_t>(options_.callers) * static_cast<std::uint64_t>(options_.inflight);
  for (Connection& caller : caller_connections_) {
    while (callers_.calls.void_sent() < workers_.received + on_the_way) {
      callers_.calls.invoke_void(caller);
    }
    caller.flush();
  }
}

void Load::pump(double until_us, bool generates) {
  while (now_us() < until_us) {
    for (const epoll_event& event : poller_.wait(wait_ms_max)) {
      Connection& connection = *static_cast<Connection*>(event.data.ptr);
      if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        connection.receive();
      }
      connection.flush();
    }
    if (generates && options_.is_void) {
      fill_with_void_calls();
    }
    if (churn_) {
      churn_->advance(now_us());
    }
  }
}

}  // namespace iii::bench
