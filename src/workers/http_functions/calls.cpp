#include "workers/http_functions/calls.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/http_functions/request.hpp"
#include "workers/http_functions/response.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_functions {

namespace limits = base::limits;
namespace codes = protocol::codes;

namespace {

// Answers that say "not now": the host may do it when it is asked again (RFC 9110 §15, RFC 6585).
bool is_temporary(unsigned status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

Ending failure(const Call& call, std::string_view code, std::string message) {
  return {call.id, call.endpoint, {}, protocol::error_body(code, std::move(message)), false};
}

constexpr std::string_view timed_out = "operation timed out";

}  // namespace

void Calls::on_call(Call call, base::Now now, Orders& orders) {
  ++counters_.calls;
  const std::size_t bytes = call.body.size();
  std::string problem;
  if (entries_.size() - in_flight_ >= options_.waiting_max) {
    problem = std::to_string(options_.waiting_max) + " calls of functions behind URLs wait already";
  } else if (bytes_ + bytes > limits::http_function_bytes_max) {
    problem =
        "the calls of functions behind URLs hold " + std::to_string(bytes_) + " bytes already";
  }
  if (!problem.empty()) {
    ++counters_.failures;
    orders.endings.push_back(
        failure(call, codes::limit_exceeded, problem + "; call again when some have ended")
    );
    return;
  }
  const std::uint64_t number = next_number_++;
  Entry& entry = entries_[number];
  entry.deadline = base::later(now.monotonic, call.endpoint->timeout);
  entry.bytes = bytes;
  entry.request_id = base::Uuid::random(random_);
  entry.host = &hosts_[call.endpoint->url.authority];
  ++entry.host->entries;
  entry.call = std::move(call);
  bytes_ += bytes;
  wait(number, entry, State::waiting, entry.deadline);
  send_waiting(now, orders);
}

void Calls::on_outcome(Outcome outcome, base::Now now, Orders& orders) {
  const auto found = entries_.find(outcome.number);
  if (found == entries_.end() || found->second.state != State::sent) {
    return;
  }
  Entry& entry = found->second;
  leave_host(entry);
  if (!try_again(outcome.number, entry, outcome, now)) {
    const std::uint64_t number = outcome.number;
    end(number, ending_of(entry.call, std::move(outcome)), orders);
  }
  send_waiting(now, orders);
}

void Calls::on_time(base::Now now, Orders& orders) {
  while (next_deadline() <= now.monotonic) {
    const std::uint64_t number = deadlines_.begin()->second;
    Entry& entry = entries_.find(number)->second;
    if (entry.state == State::pausing) {
      deadlines_.erase(deadlines_.begin());
      wait(number, entry, State::waiting, entry.deadline);
    } else {
      std::string message = "request to " + entry.call.endpoint->url.authority + " failed: ";
      message.append(timed_out).append(" while it waited for others to end");
      end(number, failure(entry.call, codes::http_request_failed, std::move(message)), orders);
    }
  }
  send_waiting(now, orders);
}

void Calls::wait(std::uint64_t number, Entry& entry, State state, base::MonotonicTime until) {
  entry.state = state;
  entry.wakes_at = until;
  deadlines_.emplace(until, number);
  if (state == State::waiting) {
    take_from_ready(*entry.host);
    entry.turn = next_turn_++;
    entry.host->waiting.emplace(entry.turn, number);
    put_in_ready(*entry.host);
  }
}

void Calls::take_from_ready(const Host& host) {
  if (!host.waiting.empty()) {
    ready_.erase(host.waiting.begin()->first);
  }
}

void Calls::put_in_ready(Host& host) {
  if (!host.waiting.empty() && host.sent < options_.requests_per_host_max) {
    ready_.emplace(host.waiting.begin()->first, &host);
  }
}

void Calls::send_waiting(base::Now now, Orders& orders) {
  while (!ready_.empty() && in_flight_ < options_.requests_max) {
    Host& host = *ready_.begin()->second;
    const std::uint64_t number = host.waiting.begin()->second;
    take_from_ready(host);
    host.waiting.erase(host.waiting.begin());
    ++host.sent;
    put_in_ready(host);
    send(number, entries_.find(number)->second, now, orders);
  }
}

void Calls::send(std::uint64_t number, Entry& entry, base::Now now, Orders& orders) {
  deadlines_.erase({entry.wakes_at, number});
  entry.state = State::sent;
  ++entry.attempts;
  ++in_flight_;
  ++counters_.requests;
  const Call& call = entry.call;
  Send order{
      .number = number,
      .endpoint = call.endpoint,
      .header_lines =
          header_lines(*call.endpoint, entry.request_id, call.body, call.trace, now.wall),
      .body = {},
      .timeout = std::chrono::ceil<std::chrono::milliseconds>(entry.deadline - now.monotonic)
  };
  // Who does not try again needs the body only once.
  if (entry.attempts > call.endpoint->retries) {
    order.body = std::move(entry.call.body);
  } else {
    order.body = call.body;
  }
  orders.sends.push_back(std::move(order));
}

void Calls::leave_host(const Entry& entry) {
  --in_flight_;
  take_from_ready(*entry.host);
  --entry.host->sent;
  put_in_ready(*entry.host);
}

bool Calls::try_again(std::uint64_t number, Entry& entry, const Outcome& outcome, base::Now now) {
  using enum Outcome::Kind;
  const bool may_help = outcome.kind == unknown_host || outcome.kind == not_answered ||
                        outcome.kind == broken_off ||
                        (outcome.kind == answered && is_temporary(outcome.status));
  if (!may_help || entry.attempts > entry.call.endpoint->retries) {
    return false;
  }
  const std::int64_t longest = std::min<std::int64_t>(
      limits::http_function_retry_delay.count() << (entry.attempts - 1),
      limits::http_function_retry_delay_max.count()
  );
  // At least half of it, so that those who failed together do not come back together.
  const auto random =
      static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(longest / 2 + 1));
  const auto at = now.monotonic + std::chrono::milliseconds(longest - random);
  if (at >= entry.deadline) {
    return false;
  }
  ++counters_.retries;
  wait(number, entry, State::pausing, at);
  return true;
}

Ending Calls::ending_of(const Call& call, Outcome outcome) const {
  const auto failed = [&](std::string_view code) {
    return failure(
        call, code, "request to " + call.endpoint->url.authority + " failed: " + outcome.reason
    );
  };
  switch (outcome.kind) {
    case Outcome::Kind::answered: {
      Answer answer = answer_of(outcome.status, outcome.body, options_.redirects);
      return {call.id, call.endpoint, std::move(answer.result_json), std::move(answer.error), true};
    }
    case Outcome::Kind::refused_address:
      return failure(call, codes::url_validation_failed, "Private IP blocked");
    case Outcome::Kind::unknown_host:
      return options_.urls.blocks_private
                 ? failure(call, codes::url_validation_failed, "DNS lookup failed")
                 : failed(codes::http_request_failed);
    case Outcome::Kind::not_answered:
      return failed(codes::http_request_failed);
    case Outcome::Kind::broken_off:
    case Outcome::Kind::too_large:
      return failed(codes::http_response_failed);
  }
  return failed(codes::http_request_failed);
}

void Calls::end(std::uint64_t number, Ending ending, Orders& orders) {
  const auto found = entries_.find(number);
  const Entry& entry = found->second;
  deadlines_.erase({entry.wakes_at, number});
  bytes_ -= entry.bytes;
  Host& host = *entry.host;
  if (entry.state == State::waiting) {
    take_from_ready(host);
    host.waiting.erase(entry.turn);
    put_in_ready(host);
  }
  if (--host.entries == 0) {
    hosts_.erase(entry.call.endpoint->url.authority);
  }
  entries_.erase(found);
  ++(ending.error ? counters_.failures : counters_.results);
  orders.endings.push_back(std::move(ending));
}

}  // namespace iii::workers::http_functions
