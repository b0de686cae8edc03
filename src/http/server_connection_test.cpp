#include "http/server_connection.hpp"

#include "base/time.hpp"
#include "http/request.hpp"
#include "http/server_scene.hpp"
#include "support/sweeps.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http::test {
namespace {

using iii::test::sweep_cuts;
using iii::test::sweep_failures;
using iii::test::sweep_late;
using iii::test::sweep_tiny;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view chunked =
    "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
constexpr std::string_view expecting =
    "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

std::string head_of(std::string_view method, std::string_view more = "") {
  return std::string(method) + " /a HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

TEST(HttpDate, is_as_the_protocol_wants_it) {
  EXPECT_EQ(http_date(base::WallTime(784111777s)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(ServerConnection, writes_an_answer_with_its_length) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(get);
  scene.connection.respond({201, "x-a: b\r\n"}, "body", scene.now, scene.outbox);
  EXPECT_EQ(
      scene.take_output(),
      "HTTP/1.1 201 Created\r\nx-a: b\r\ncontent-length: 4\r\ndate: D\r\n\r\nbody"
  );
}

TEST(ServerConnection, shows_the_parts_of_a_request) {
  ServerScene scene;
  std::string seen;
  scene.on_head = [&](const Request& request) {
    seen.append(request.path()).append(" ").append(request.query());
    seen.append(" ").append(std::to_string(request.version)).append(" ");
    seen.append(*request.header("x-b")).append(request.header("x-c") ? "+" : "-");
    for (const HeaderView& header : request.headers) {
      seen.append(" ").append(header.name).append("=").append(header.value);
    }
  };
  scene.receive("GET /p?q=1 HTTP/1.1\r\nHost: h\r\nX-B: 1\r\nx-b:  2 \r\n\r\n");
  EXPECT_EQ(seen, "/p q=1 11 2- Host=h X-B=1 x-b=2");
}

TEST(ServerConnection, leaves_the_body_of_an_answer_to_head_out) {
  ServerScene scene;
  scene.receive(head_of("HEAD"));
  EXPECT_EQ(scene.take_output(), "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ndate: D\r\n\r\n");
  scene.answers = false;
  scene.receive(head_of("HEAD"));
  scene.connection.start_response({200, ""}, scene.outbox);
  scene.connection.send_piece("abc", scene.outbox);
  scene.connection.end_response(scene.now, scene.outbox);
  EXPECT_EQ(
      scene.take_output(), "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ndate: D\r\n\r\n"
  );
  EXPECT_TRUE(scene.connection.is_idle());
}

TEST(ServerConnection, leaves_bodies_out_that_a_status_forbids) {
  ServerScene scene;
  scene.answers = false;
  for (const auto& [status, expected] : std::vector<std::pair<unsigned, std::string>>{
           {204, "HTTP/1.1 204 No Content\r\ndate: D\r\n\r\n"},
           {304, "HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\ndate: D\r\n\r\n"},
           {799, "HTTP/1.1 799 <unknown-status>\r\ncontent-length: 2\r\ndate: D\r\n\r\nok"}
       }) {
    scene.receive(get);
    scene.answer("ok", status);
    EXPECT_EQ(scene.take_output(), expected);
  }
}

TEST(ServerConnection, streams_an_answer_in_chunks) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(get);
  scene.connection.start_response({200, "x: y\r\n"}, scene.outbox);
  EXPECT_TRUE(scene.connection.has_started_response());
  scene.connection.send_piece("hello", scene.outbox);
  scene.connection.send_piece("", scene.outbox);
  scene.connection.send_piece(std::string(17, 'x'), scene.outbox);
  scene.connection.end_response(scene.now, scene.outbox);
  EXPECT_EQ(
      scene.take_output(),
      "HTTP/1.1 200 OK\r\nx: y\r\ntransfer-encoding: chunked\r\ndate: D\r\n\r\n"
      "5\r\nhello\r\n11\r\nxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n"
  );
  EXPECT_TRUE(scene.connection.is_idle());
}

TEST(ServerConnection, streams_to_http_1_0_up_to_the_end_of_the_connection) {
  ServerScene scene;
  scene.answers = false;
  scene.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  scene.connection.start_response({200, ""}, scene.outbox);
  scene.connection.send_piece("hello", scene.outbox);
  scene.connection.end_response(scene.now, scene.outbox);
  EXPECT_EQ(scene.take_output(), "HTTP/1.1 200 OK\r\nconnection: close\r\ndate: D\r\n\r\nhello");
  EXPECT_TRUE(scene.connection.is_closing());
  EXPECT_FALSE(scene.connection.ends_abruptly());
}

TEST(ServerConnection, sends_pieces_of_a_known_length_as_they_are) {
  ServerScene scene;
  scene.answers = false;
  scene.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  scene.connection.start_response({200, ""}, scene.outbox, 5);
  scene.connection.send_piece("hel", scene.outbox);
  scene.connection.send_piece("lo", scene.outbox);
  scene.connection.end_response(scene.now, scene.outbox);
  EXPECT_EQ(
      scene.take_output(),
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: keep-alive\r\ndate: D\r\n\r\nhello"
  );
  EXPECT_TRUE(scene.connection.is_idle()) << "its client knows where it ends";
  scene.receive(get);
  scene.connection.start_response({200, ""}, scene.outbox, 5);
  scene.connection.send_piece("hel", scene.outbox);
  scene.connection.break_response();
  EXPECT_TRUE(scene.connection.is_closing() && scene.connection.ends_abruptly());
}

TEST(ServerConnection, shows_its_client_an_answer_that_breaks_off) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(get);
  scene.connection.start_response({200, ""}, scene.outbox);
  scene.connection.break_response();
  EXPECT_TRUE(scene.connection.is_closing());
  EXPECT_FALSE(scene.connection.ends_abruptly()) << "the last chunk is missing";

  ServerScene old;
  old.answers = false;
  old.receive("GET /a HTTP/1.0\r\n\r\n");
  old.connection.start_response({200, ""}, old.outbox);
  old.connection.break_response();
  EXPECT_TRUE(old.connection.ends_abruptly());
}

TEST(ServerConnection, reads_the_next_request_after_the_answer) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(std::string(get) + std::string(post));
  EXPECT_EQ(scene.log, "GET /a[]");
  EXPECT_EQ(scene.rest, post);
  EXPECT_FALSE(scene.connection.can_read());
  scene.answer();
  EXPECT_TRUE(scene.connection.can_read());
  scene.present();
  EXPECT_EQ(scene.log, "GET /a[] POST /a[hello]");
  scene.answer();
  EXPECT_EQ(scene.statuses(), "200 200");
}

TEST(ServerConnection, asks_for_an_expected_body_when_it_is_wanted) {
  ServerScene scene;
  scene.receive(expecting);
  EXPECT_EQ(scene.take_output(), "HTTP/1.1 100 Continue\r\n\r\n");
  scene.receive("hello");
  EXPECT_EQ(scene.log, "POST /a[hello]");
  EXPECT_EQ(scene.statuses(), "200");
  EXPECT_TRUE(scene.connection.is_idle());
}

TEST(ServerConnection, does_not_ask_for_a_body_that_is_held_or_not_wanted) {
  ServerScene scene;
  scene.on_head = [&](const Request&) { scene.connection.hold_body(); };
  scene.receive(expecting);
  EXPECT_EQ(scene.take_output(), "");
  scene.connection.release_body(scene.now, scene.outbox);
  EXPECT_EQ(scene.take_output(), "HTTP/1.1 100 Continue\r\n\r\n");

  ServerScene refusing;
  refusing.on_head = [&](const Request&) { refusing.answer("no", 403); };
  refusing.receive(expecting);
  EXPECT_EQ(refusing.statuses(), "403");
  EXPECT_TRUE(refusing.connection.is_closing()) << "the body may come all the same";
}

TEST(ServerConnection, holds_a_body_back) {
  ServerScene scene;
  scene.on_head = [&](const Request&) { scene.connection.hold_body(); };
  scene.receive(post);
  EXPECT_EQ(scene.log, "POST /a[");
  EXPECT_EQ(scene.rest, "hello");
  EXPECT_FALSE(scene.connection.can_read());
  EXPECT_EQ(scene.connection.next_deadline(), base::never) << "it is not the client who is slow";
  scene.connection.release_body(scene.now, scene.outbox);
  EXPECT_EQ(scene.connection.next_deadline(), scene.now + 20s);
  scene.present();
  EXPECT_EQ(scene.log, "POST /a[hello]");
}

TEST(ServerConnection, drops_a_body_that_nobody_wants_any_more) {
  for (const std::string_view request : {post, chunked}) {
    SCOPED_TRACE(request);
    sweep_cuts(request, [&](std::span<const std::string_view> pieces) {
      ServerScene scene;
      scene.on_head = [&](const Request&) { scene.answer("no", 404); };
      scene.receive(pieces);
      EXPECT_EQ(scene.log, "POST /a[");
      EXPECT_EQ(scene.statuses(), "404");
      EXPECT_TRUE(scene.connection.is_idle());
    });
  }
}

TEST(ServerConnection, closes_rather_than_read_much_that_nobody_wants) {
  ServerScene scene;
  scene.on_head = [&](const Request&) { scene.answer("no", 404); };
  scene.receive(head_of("POST", "Content-Length: 17\r\n"));
  EXPECT_TRUE(scene.connection.is_closing());
  EXPECT_NE(scene.take_output().find("connection: close\r\n"), std::string::npos);

  ServerScene unknown;
  unknown.on_head = [&](const Request&) { unknown.answer("no", 404); };
  unknown.receive(head_of("POST", "Transfer-Encoding: chunked\r\n") + "10\r\n0123456789abcdef\r\n");
  EXPECT_FALSE(unknown.connection.is_closing());
  unknown.receive("1\r\nx\r\n");
  EXPECT_TRUE(unknown.connection.is_closing());
}

TEST(ServerConnection, refuses_bodies_beyond_the_limit) {
  sweep_tiny(5, [](std::size_t limit) {
    for (const std::string_view request : {post, chunked}) {
      sweep_cuts(request, [&](std::span<const std::string_view> pieces) {
        ServerScene scene;
        scene.on_head = [&](const Request&) { scene.connection.limit_body(limit); };
        scene.receive(pieces);
        EXPECT_EQ(scene.statuses(), limit < 5 ? "413" : "200");
        EXPECT_EQ(scene.connection.is_closing(), limit < 5);
        EXPECT_EQ(scene.log.back(), limit < 5 ? '!' : ']');
      });
    }
  });
}

TEST(ServerConnection, works_with_the_smallest_limits) {
  sweep_tiny(get.size() + 1, [](std::size_t limit) {
    ServerLimits limits = roomy_limits();
    limits.head.bytes_max = limit;
    ServerScene scene(limits);
    scene.receive(get);
    const bool is_line_too_long = limit <= get.find('\n');
    EXPECT_EQ(scene.statuses(), limit >= get.size() ? "200" : is_line_too_long ? "414" : "431");
  });
  sweep_tiny(2, [](std::size_t limit) {
    ServerLimits limits = roomy_limits();
    limits.head.headers_max = limit;
    ServerScene scene(limits);
    scene.receive(get);
    EXPECT_EQ(scene.statuses(), limit < 1 ? "431" : "200");
  });
}

TEST(ServerConnection, answers_while_the_body_still_comes) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(post.substr(0, post.size() - 3));
  scene.connection.start_response({200, ""}, scene.outbox);
  scene.connection.send_piece("early", scene.outbox);
  scene.receive(post.substr(post.size() - 3));
  EXPECT_EQ(scene.log, "POST /a[hello]");
  scene.connection.end_response(scene.now, scene.outbox);
  EXPECT_TRUE(scene.connection.is_idle());
}

TEST(ServerConnection, breaks_off_when_the_body_turns_bad_under_the_answer) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(head_of("POST", "Transfer-Encoding: chunked\r\n"));
  scene.connection.start_response({200, ""}, scene.outbox);
  scene.receive("xyz\r\n");
  EXPECT_EQ(scene.log, "POST /a[!");
  EXPECT_TRUE(scene.connection.is_closing());
  EXPECT_EQ(scene.statuses(), "200");
}

// Each deadline of a dialogue passes in turn: what is told, how it ends.
TEST(ServerConnection, keeps_every_deadline) {
  struct Stage {
    std::string_view received;
    std::chrono::seconds deadline;
    std::string_view told;
  };
  const std::array stages = {
      Stage{"", 10s, ""},
      Stage{"GET /a HT", 10s, "408"},
      Stage{"TP/1.1\r\nHost: h\r\n\r\n", 60s, ""},
      Stage{"POST /a HTTP/1.1\r\n", 10s, "408"},
      Stage{"Host: h\r\nTransfer-Encoding: chunked\r\n\r\n", 20s, "408"},
      Stage{"5\r\nhe", 20s, "408"},
      Stage{"llo\r\n0\r\n", 20s, "408"},
      Stage{"\r\n", 60s, ""},
  };
  const std::size_t deadlines = sweep_late([&](std::size_t late) {
    if (late == stages.size()) {
      return false;
    }
    ServerScene scene;
    for (std::size_t i = 0; i <= late; ++i) {
      scene.receive(stages[i].received);
      (void)scene.take_output();
    }
    const base::MonotonicTime deadline = scene.connection.next_deadline();
    EXPECT_EQ(deadline, scene.now + stages[late].deadline);
    EXPECT_TRUE(scene.connection.on_time(deadline - 1ns, scene, scene.outbox));
    EXPECT_FALSE(scene.connection.is_closing());
    EXPECT_TRUE(scene.connection.on_time(deadline, scene, scene.outbox));
    EXPECT_TRUE(scene.connection.is_closing());
    EXPECT_EQ(scene.statuses(), stages[late].told);
    return true;
  });
  EXPECT_EQ(deadlines, stages.size());
}

TEST(ServerConnection, does_not_let_a_head_take_longer_by_sending_more_of_it) {
  ServerScene scene;
  scene.receive("GET /a HTTP/1.1\r\n");
  const base::MonotonicTime deadline = scene.connection.next_deadline();
  scene.now += 5s;
  scene.receive("Host: h\r\n");
  EXPECT_EQ(scene.connection.next_deadline(), deadline);
}

TEST(ServerConnection, waits_for_no_one_while_it_owes_the_answer) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(get);
  EXPECT_EQ(scene.connection.next_deadline(), base::never);
}

TEST(ServerConnection, gives_up_a_client_that_takes_nothing) {
  ServerScene scene;
  scene.answers = false;
  scene.receive(get);
  scene.connection.on_written(100, false, scene.now);
  EXPECT_EQ(scene.connection.next_deadline(), scene.now + 30s);
  scene.connection.on_written(200, false, scene.now + 10s);
  EXPECT_EQ(scene.connection.next_deadline(), scene.now + 30s);
  scene.connection.on_written(50, true, scene.now + 20s);
  EXPECT_EQ(scene.connection.next_deadline(), scene.now + 50s);
  EXPECT_TRUE(scene.connection.on_time(scene.now + 49s, scene, scene.outbox));
  EXPECT_FALSE(scene.connection.on_time(scene.now + 50s, scene, scene.outbox));
  scene.connection.on_written(0, true, scene.now + 50s);
  EXPECT_EQ(scene.connection.next_deadline(), base::never);
}

TEST(ServerConnection, closes_soon_when_asked_to) {
  ServerScene idle;
  idle.connection.close_soon();
  EXPECT_TRUE(idle.connection.is_closing());

  ServerScene busy;
  busy.answers = false;
  busy.receive(get);
  busy.connection.close_soon();
  EXPECT_FALSE(busy.connection.is_closing());
  busy.answer();
  EXPECT_NE(busy.take_output().find("connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(busy.connection.is_closing());
}

// The answer is broken off by the driver at each step: nothing is owed or read afterwards.
TEST(ServerConnection, may_be_broken_at_every_step) {
  const std::array<std::string_view, 2> pieces = {"hel", "lo"};
  const std::size_t steps = sweep_failures([&](std::size_t step) {
    if (step > pieces.size()) {
      return false;
    }
    for (const bool is_streaming : {false, true}) {
      ServerScene scene;
      scene.answers = false;
      scene.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
      scene.receive(std::span(pieces).first(step));
      if (is_streaming) {
        scene.connection.start_response({200, ""}, scene.outbox);
      }
      scene.connection.break_response();
      const std::string log = scene.log;
      scene.receive("loGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
      EXPECT_TRUE(scene.connection.is_closing());
      EXPECT_FALSE(scene.connection.owes_answer());
      EXPECT_EQ(scene.log, log);
      EXPECT_EQ(scene.rest, "");
      EXPECT_EQ(scene.connection.next_deadline(), base::never);
    }
    return true;
  });
  EXPECT_EQ(steps, 3U);
}

// A request that comes in pieces, interrupted before each of them.
constexpr std::array<std::string_view, 4> pieces = {
    "POST /a HTTP/1.1\r\n", "Host: h\r\nContent-Length: 5\r\n\r\n", "hel", "lo"
};

// A server that stops: what has begun is answered, and nothing more.
TEST(ServerConnection, may_be_asked_to_close_at_every_step) {
  const std::size_t steps = sweep_failures([&](std::size_t step) {
    if (step == pieces.size()) {
      return false;
    }
    ServerScene scene;
    scene.receive(std::span(pieces).first(step));
    scene.connection.close_soon();
    scene.receive(std::span(pieces).subspan(step));
    EXPECT_EQ(scene.statuses(), step < 2 ? "" : "200") << step;
    EXPECT_TRUE(scene.connection.is_closing());
    return true;
  });
  EXPECT_EQ(steps, pieces.size());
}

TEST(ServerConnection, refuses_nonsense_at_every_step) {
  const std::size_t steps = sweep_failures([&](std::size_t step) {
    if (step == pieces.size()) {
      return false;
    }
    ServerScene scene;
    scene.receive(std::span(pieces).first(step));
    scene.receive("\x01\r\n\r\n");
    const bool is_in_body = step == 2 || step == 3;
    EXPECT_EQ(
        scene.statuses(),
        step == 2   ? "200"
        : step == 3 ? "200 "
                      "400"
                    : "400"
    );
    EXPECT_EQ(scene.connection.is_closing(), !is_in_body || step == 3);
    return true;
  });
  EXPECT_EQ(steps, pieces.size());
}

}  // namespace
}  // namespace iii::http::test
