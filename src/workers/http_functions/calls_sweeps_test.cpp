// The sweeps over a round of calls: a request that fails at each step, the smallest limits, and
// each deadline passed. What is read from bytes is cut where that is done: an `invocation` block in
// endpoint_test.cpp, a response in net/http_client_test.cpp.
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "support/sweeps.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/endpoint.hpp"
#include "workers/http_functions/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_functions {
namespace {

using namespace std::chrono_literals;
using iii::test::sweep_failures;
using iii::test::sweep_late;
using iii::test::sweep_tiny;
using Kind = Outcome::Kind;

constexpr std::size_t calls_count = 6;

// Six calls to two hosts, two requests at once, each tried twice; hosts answer in order.
class Round {
 public:
  static Options narrow() {
    Options options;
    options.requests_max = 2;
    options.requests_per_host_max = 1;
    return options;
  }

  explicit Round(Options options = narrow()) : options_(std::move(options)) {}

  // What the hosts do with the request of that number, from 0; without it they answer.
  std::function<Outcome(std::size_t request)> does = [](std::size_t) { return answer(); };
  // Whether the deadline of that number, from 0, comes before the answers on their way.
  std::function<bool(std::size_t deadline)> is_late = [](std::size_t) { return false; };

  static Outcome answer(unsigned status = 200) {
    return {.kind = Kind::answered, .status = status, .body = "{}"};
  }

  void play() {
    for (std::uint64_t id = 1; id <= calls_count; ++id) {
      Endpoint endpoint{.function_id = "f", .timeout = 10s, .retries = 1};
      endpoint.url.authority = id % 2 == 0 ? "even.example:443" : "odd.example:443";
      calls_.on_call(
          {base::InvocationId(base::Uuid(0, id)),
           std::make_shared<const Endpoint>(std::move(endpoint)),
           "{}",
           {}},
          now_,
          orders_
      );
      take();
    }
    constexpr std::size_t events_max = 1000;
    for (std::size_t i = 0; i < events_max && calls_.unfinished() > 0; ++i) {
      step();
    }
    expect_over();
  }

  [[nodiscard]] std::size_t requests() const { return requests_; }
  [[nodiscard]] std::size_t deadlines() const { return deadlines_; }
  [[nodiscard]] std::size_t most_at_once() const { return most_at_once_; }
  // How many calls ended so: "result", or a code.
  [[nodiscard]] std::size_t ended(const std::string& how) const {
    const auto found = endings_.find(how);
    return found == endings_.end() ? 0 : found->second;
  }

 private:
  void step() {
    const bool has_deadline = calls_.next_deadline() != base::never;
    if (has_deadline && (on_their_way_.empty() || is_late(deadlines_))) {
      ++deadlines_;
      now_.monotonic = calls_.next_deadline();
      calls_.on_time(now_, orders_);
    } else {
      ASSERT_FALSE(on_their_way_.empty()) << "a call waits for nothing";
      Outcome outcome = does(requests_++);
      outcome.number = on_their_way_.front();
      on_their_way_.pop_front();
      calls_.on_outcome(std::move(outcome), now_, orders_);
    }
    take();
  }

  void take() {
    for (const Send& send : orders_.sends) {
      on_their_way_.push_back(send.number);
      EXPECT_GT(send.timeout, 0ms);
    }
    for (const Ending& ending : orders_.endings) {
      EXPECT_EQ(++times_ended_[ending.id.value().low()], 1U);
      ++endings_[ending.error ? ending.error->code : "result"];
    }
    orders_ = {};
    most_at_once_ = std::max(most_at_once_, on_their_way_.size());
    EXPECT_EQ(calls_.in_flight(), on_their_way_.size());
  }

  void expect_over() {
    EXPECT_EQ(times_ended_.size(), calls_count);
    EXPECT_EQ(calls_.unfinished(), 0U);
    EXPECT_EQ(calls_.in_flight(), 0U);
    EXPECT_EQ(calls_.next_deadline(), base::never);
    const Counters& counters = calls_.counters();
    EXPECT_EQ(counters.results + counters.failures, calls_count);
    EXPECT_EQ(counters.results, ended("result"));
    EXPECT_EQ(counters.requests, requests_);
  }

  Options options_;
  base::SeededRandom random_{7};
  Calls calls_{options_, random_};
  base::Now now_{base::MonotonicTime(1000s), base::WallTime(2000s)};
  Orders orders_;
  std::deque<std::uint64_t> on_their_way_;
  std::map<std::uint64_t, std::size_t> times_ended_;
  std::map<std::string, std::size_t> endings_;
  std::size_t requests_ = 0;
  std::size_t deadlines_ = 0;
  std::size_t most_at_once_ = 0;
};

TEST(CallsSweeps, whichever_request_fails_once_is_tried_again) {
  for (const Kind kind : {Kind::not_answered, Kind::broken_off, Kind::unknown_host}) {
    const std::size_t steps = sweep_failures([&](std::size_t step) {
      if (step == calls_count) {
        return false;
      }
      Round round;
      round.does = [&](std::size_t request) {
        return request == step ? Outcome{.kind = kind} : Round::answer();
      };
      round.play();
      EXPECT_EQ(round.ended("result"), calls_count);
      EXPECT_EQ(round.requests(), calls_count + 1);
      return true;
    });
    EXPECT_EQ(steps, calls_count);
  }
}

TEST(CallsSweeps, whichever_request_fails_for_good_fails_alone) {
  constexpr std::array<std::pair<Kind, std::string_view>, 2> ends = {{
      {Kind::refused_address, "url_validation_failed"},
      {Kind::too_large, "http_response_failed"},
  }};
  for (const auto& [kind, code] : ends) {
    sweep_failures([&](std::size_t step) {
      Round round;
      round.does = [&](std::size_t request) {
        return request == step ? Outcome{.kind = kind} : Round::answer();
      };
      round.play();
      const bool has_failed = step < calls_count;
      EXPECT_EQ(round.ended(std::string(code)), has_failed ? 1U : 0U);
      EXPECT_EQ(round.requests(), calls_count);
      return has_failed;
    });
  }
}

TEST(CallsSweeps, from_any_step_on_every_request_may_fail) {
  const std::size_t steps = sweep_failures([](std::size_t step) {
    Round round;
    round.does = [&](std::size_t request) {
      return request >= step ? Round::answer(503) : Round::answer();
    };
    round.play();
    EXPECT_EQ(round.ended("result"), std::min(step, calls_count));
    EXPECT_EQ(round.ended("http_error"), calls_count - std::min(step, calls_count));
    return step < calls_count;
  });
  EXPECT_EQ(steps, calls_count);
}

TEST(CallsSweeps, whichever_room_there_is_every_call_ends) {
  sweep_tiny(calls_count, [](std::size_t limit) {
    Options options = Round::narrow();
    options.waiting_max = limit;
    Round waiting(options);
    waiting.play();
    // Two are on their way, each to its host; the others find places to wait, or hear that.
    const std::size_t expected = limit == 0 ? 0 : std::min(limit + 2, calls_count);
    EXPECT_EQ(waiting.ended("result"), expected);
    EXPECT_EQ(waiting.ended("limit_exceeded"), calls_count - expected);

    options = Round::narrow();
    options.requests_max = limit + 1;
    options.requests_per_host_max = limit + 1;
    Round sent(options);
    sent.play();
    EXPECT_EQ(sent.ended("result"), calls_count);
    EXPECT_EQ(sent.most_at_once(), std::min(limit + 1, calls_count));
  });
}

TEST(CallsSweeps, whichever_deadline_passes_ends_only_who_waits) {
  const std::size_t deadlines = sweep_late([](std::size_t deadline) {
    Round round;
    round.is_late = [&](std::size_t number) { return number == deadline; };
    round.play();
    const bool has_passed = round.deadlines() > 0;
    // Four wait, all until the same moment.
    EXPECT_EQ(round.ended("http_request_failed"), has_passed ? 4U : 0U);
    EXPECT_EQ(round.ended("result"), has_passed ? 2U : calls_count);
    return has_passed;
  });
  EXPECT_EQ(deadlines, 1U);
}

TEST(CallsSweeps, whichever_pause_ends_late_leaves_no_call_behind) {
  const std::size_t deadlines = sweep_late([](std::size_t deadline) {
    Round round;
    round.does = [](std::size_t request) {
      return request < calls_count ? Outcome{.kind = Kind::not_answered} : Round::answer();
    };
    round.is_late = [&](std::size_t number) { return number == deadline; };
    round.play();
    EXPECT_EQ(round.ended("result") + round.ended("http_request_failed"), calls_count);
    return deadline < round.deadlines();
  });
  EXPECT_GT(deadlines, 0U);
}

}  // namespace
}  // namespace iii::workers::http_functions
