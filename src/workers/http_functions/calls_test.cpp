#include "workers/http_functions/calls.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "workers/http_functions/endpoint.hpp"
#include "workers/http_functions/options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_functions {
namespace {

using namespace std::chrono_literals;
namespace limits = base::limits;
using Kind = Outcome::Kind;

class CallsTest : public testing::Test {
 protected:
  // What happens is written down: "send 1 30000 ms", "end 1 result {}", "end 1 code: message".
  void call(std::uint64_t id, std::string body = "{}") {
    calls().on_call(
        {base::InvocationId(base::Uuid(0, id)),
         std::make_shared<const Endpoint>(endpoint),
         std::move(body),
         {}},
        now,
        orders
    );
  }
  void outcome(Outcome outcome) { calls().on_outcome(std::move(outcome), now, orders); }
  void answer(std::uint64_t number, std::string body = "{}", unsigned status = 200) {
    outcome({.number = number, .status = status, .body = std::move(body)});
  }
  void advance(std::chrono::milliseconds time) {
    now.monotonic += time;
    now.wall += time;
    if (calls().next_deadline() <= now.monotonic) {
      calls().on_time(now, orders);
    }
  }
  std::string taken() {
    std::string text;
    for (const Send& order : orders.sends) {
      text += "send " + std::to_string(order.number) + " " + std::to_string(order.timeout.count()) +
              " ms; ";
      last_send = order;
    }
    for (const Ending& ending : orders.endings) {
      text += "end " + std::to_string(ending.id.value().low()) + " " +
              (ending.error ? ending.error->code + ": " + ending.error->message
                            : "result " + ending.result_json) +
              "; ";
    }
    orders = {};
    return text;
  }
  Calls& calls() {
    if (!calls_) {
      calls_ = std::make_unique<Calls>(options, random_);
    }
    return *calls_;
  }

  Options options;
  Endpoint endpoint{
      .function_id = "f",
      .url = {"https://a.example/", "a.example", "a.example:443"},
      .timeout = 30s
  };
  base::Now now{base::MonotonicTime(1000s), base::WallTime(2000s)};
  Orders orders;
  Send last_send;

 private:
  base::SeededRandom random_{7};
  std::unique_ptr<Calls> calls_;
};

TEST_F(CallsTest, become_a_request_and_end_with_its_response) {
  call(1, R"({"a":1})");
  EXPECT_EQ(taken(), "send 1 30000 ms; ");
  EXPECT_EQ(last_send.body, R"({"a":1})");
  EXPECT_EQ(last_send.header_lines.front(), "content-type: application/json");
  answer(1, R"({"b":2})");
  EXPECT_EQ(taken(), R"(end 1 result {"b":2}; )");
  EXPECT_EQ(calls().unfinished(), 0U);
  EXPECT_EQ(calls().next_deadline(), base::never);
  answer(1);  // once
  EXPECT_EQ(taken(), "");
}

TEST_F(CallsTest, end_with_what_went_wrong) {
  struct Case {
    Kind kind;
    std::string_view expected;
  };
  std::uint64_t number = 0;
  for (const auto& [kind, expected] : {
           Case{Kind::refused_address, "url_validation_failed: Private IP blocked"},
           Case{Kind::unknown_host, "url_validation_failed: DNS lookup failed"},
           Case{Kind::not_answered, "http_request_failed: request to a.example:443 failed: why"},
           Case{Kind::broken_off, "http_response_failed: request to a.example:443 failed: why"},
           Case{Kind::too_large, "http_response_failed: request to a.example:443 failed: why"},
       }) {
    call(++number);
    taken();
    outcome({.number = number, .kind = kind, .reason = "why"});
    EXPECT_EQ(taken(), "end " + std::to_string(number) + " " + std::string(expected) + "; ");
  }
}

TEST_F(CallsTest, to_an_unknown_host_are_requests_that_failed_where_addresses_do_not_matter) {
  options.urls.blocks_private = false;
  call(1);
  taken();
  outcome({.number = 1, .kind = Kind::unknown_host, .reason = "no such host"});
  EXPECT_EQ(taken(), "end 1 http_request_failed: request to a.example:443 failed: no such host; ");
}

TEST_F(CallsTest, wait_in_order_while_too_many_are_on_their_way) {
  options.requests_max = 2;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    call(i);
  }
  EXPECT_EQ(taken(), "send 1 30000 ms; send 2 30000 ms; ");
  advance(10s);
  answer(2);
  EXPECT_EQ(taken(), "send 3 20000 ms; end 2 result {}; ");
  answer(1);
  answer(3);
  answer(4);
  EXPECT_EQ(taken(), "send 4 20000 ms; end 1 result {}; end 3 result {}; end 4 result {}; ");
}

TEST_F(CallsTest, to_different_hosts_go_in_the_order_in_which_they_came) {
  options.requests_max = 2;
  options.requests_per_host_max = 1;
  const auto call_host = [&](std::uint64_t id, std::string_view host) {
    endpoint.url.authority = host;
    call(id);
  };
  call_host(1, "a");
  call_host(2, "a");
  call_host(3, "b");
  call_host(4, "b");
  call_host(5, "c");
  EXPECT_EQ(taken(), "send 1 30000 ms; send 3 30000 ms; ");
  answer(3);
  EXPECT_EQ(taken(), "send 4 30000 ms; end 3 result {}; ") << "the first that may go";
  answer(1);
  EXPECT_EQ(taken(), "send 2 30000 ms; end 1 result {}; ");
  advance(30s);
  EXPECT_EQ(
      taken(),
      "end 5 http_request_failed: request to c failed: operation timed out while it waited for "
      "others to end; "
  );
  answer(2);
  answer(4);
  EXPECT_EQ(taken(), "end 2 result {}; end 4 result {}; ");
  EXPECT_EQ(calls().unfinished(), 0U);
}

TEST_F(CallsTest, of_a_slow_host_do_not_hold_up_others) {
  options.requests_per_host_max = 1;
  call(1);
  call(2);
  endpoint.url.authority = "b.example:443";
  call(3);
  EXPECT_EQ(taken(), "send 1 30000 ms; send 3 30000 ms; ");
  answer(1);
  EXPECT_EQ(taken(), "send 2 30000 ms; end 1 result {}; ");
}

TEST_F(CallsTest, wait_no_longer_than_their_timeout) {
  options.requests_max = 1;
  call(1);
  endpoint.timeout = 5s;
  call(2);
  taken();
  EXPECT_EQ(calls().next_deadline(), now.monotonic + 5s);
  advance(4999ms);
  EXPECT_EQ(taken(), "");
  advance(1ms);
  EXPECT_EQ(
      taken(),
      "end 2 http_request_failed: request to a.example:443 failed: operation timed out while it "
      "waited for others to end; "
  );
  answer(1);
  EXPECT_EQ(taken(), "end 1 result {}; ");
  EXPECT_EQ(calls().next_deadline(), base::never);
}

TEST_F(CallsTest, are_refused_when_too_many_wait) {
  options.requests_max = 1;
  options.waiting_max = 1;
  call(1);
  call(2);
  call(3);
  EXPECT_EQ(
      taken(),
      "send 1 30000 ms; end 3 limit_exceeded: 1 calls of functions behind URLs wait already; call "
      "again when some have ended; "
  );
  EXPECT_EQ(calls().counters().failures, 1U);
}

TEST_F(CallsTest, are_refused_when_their_bodies_are_too_much) {
  options.requests_max = 1;
  call(1, std::string(limits::http_function_bytes_max, 'x'));
  EXPECT_EQ(taken(), "send 1 30000 ms; ");
  call(2, "x");
  EXPECT_TRUE(taken().starts_with("end 2 limit_exceeded: "));
  answer(1);
  taken();
  call(3, "x");
  EXPECT_EQ(taken(), "send 2 30000 ms; ");
}

TEST_F(CallsTest, are_not_tried_again_unless_the_function_asks_for_it) {
  call(1);
  taken();
  answer(1, "", 503);
  EXPECT_EQ(taken(), "end 1 http_error: HTTP 503 Service Unavailable; ");
}

TEST_F(CallsTest, are_tried_again_with_growing_pauses_and_the_same_id) {
  endpoint.retries = 2;
  call(1, "body");
  EXPECT_EQ(taken(), "send 1 30000 ms; ");
  const std::string id = last_send.header_lines[2];
  EXPECT_TRUE(id.starts_with("x-iii-invocation-id: "));
  outcome({.number = 1, .kind = Kind::not_answered, .reason = "why"});
  EXPECT_EQ(taken(), "");
  EXPECT_EQ(calls().in_flight(), 0U);
  const auto first = calls().next_deadline() - now.monotonic;
  EXPECT_GE(first, 250ms);
  EXPECT_LE(first, 500ms);
  advance(500ms);
  EXPECT_EQ(taken(), "send 1 29500 ms; ");
  EXPECT_EQ(last_send.body, "body");
  EXPECT_EQ(last_send.header_lines[2], id);
  answer(1, "", 503);
  const auto second = calls().next_deadline() - now.monotonic;
  EXPECT_GE(second, 500ms);
  EXPECT_LE(second, 1s);
  advance(1s);
  EXPECT_EQ(taken(), "send 1 28500 ms; ");
  EXPECT_EQ(last_send.body, "body");
  answer(1, "", 502);
  EXPECT_EQ(taken(), "end 1 http_error: HTTP 502 Bad Gateway; ");
  EXPECT_EQ(calls().counters().retries, 2U);
  EXPECT_EQ(calls().counters().requests, 3U);
}

TEST_F(CallsTest, are_not_tried_again_where_that_cannot_help) {
  endpoint.retries = 5;
  std::uint64_t number = 0;
  for (const Kind kind : {Kind::refused_address, Kind::too_large}) {
    call(++number);
    outcome({.number = number, .kind = kind});
    EXPECT_EQ(calls().unfinished(), 0U);
  }
  for (const unsigned status : {200U, 302U, 400U, 404U, 500U, 501U}) {
    call(++number);
    answer(number, "{}", status);
    EXPECT_EQ(calls().unfinished(), 0U) << status;
  }
  for (const unsigned status : {429U, 502U, 503U, 504U}) {
    call(++number);
    answer(number, "{}", status);
    EXPECT_NE(calls().unfinished(), 0U) << status;
  }
}

TEST_F(CallsTest, are_not_tried_again_without_time_for_it) {
  endpoint.retries = 5;
  endpoint.timeout = 1s;
  call(1);
  taken();
  advance(999ms);
  outcome({.number = 1, .kind = Kind::not_answered, .reason = "why"});
  EXPECT_EQ(taken(), "end 1 http_request_failed: request to a.example:443 failed: why; ");
}

TEST_F(CallsTest, that_are_tried_again_wait_behind_others_and_end_in_time) {
  options.requests_max = 1;
  endpoint.retries = 1;
  call(1);
  call(2);
  outcome({.number = 1, .kind = Kind::not_answered, .reason = "why"});
  EXPECT_EQ(taken(), "send 1 30000 ms; send 2 30000 ms; ");
  advance(1s);  // the pause is over, but there is no room
  EXPECT_EQ(taken(), "");
  EXPECT_EQ(calls().next_deadline(), now.monotonic + 29s);
  advance(29s);
  EXPECT_TRUE(taken().starts_with("end 1 http_request_failed: "));
}

}  // namespace
}  // namespace iii::workers::http_functions
