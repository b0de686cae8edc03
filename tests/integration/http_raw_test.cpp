// The raw cases of the server's machine again, over real sockets: the same bytes before listener,
// gateway, worker and a function. How bytes may be cut is tested at the machine
// (http/server_cases_test.cpp).
#include "http/server_cases.hpp"
#include "http/server_framing_cases.hpp"
#include "http/server_scene.hpp"
#include "socket_client.hpp"
#include "turned_engine.hpp"
#include "worker_client.hpp"

#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {
namespace {

using http::test::RawCase;

// What a case expects, read from its text.
struct Asked {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  char sign = ']';  // at its end: ']' whole, '!' failed, otherwise the rest has not come
};

struct Expected {
  std::vector<Asked> requests;
  std::string statuses;
  std::string_view standing;
};

Expected read(std::string_view text) {
  constexpr std::string_view arrow = " -> ";
  Expected expected;
  std::string_view left = text.substr(0, text.find(arrow));
  const std::string_view right = text.substr(left.size() + arrow.size());
  while (!left.empty()) {
    const std::size_t blank = left.find(' ');
    const std::size_t bracket = left.find('[');
    const std::size_t end = std::min(left.find_first_of("]!", bracket), left.size());
    expected.requests.push_back(
        {.method = left.substr(0, blank),
         .target = left.substr(blank + 1, bracket - blank - 1),
         .body = left.substr(bracket + 1, end - bracket - 1),
         .sign = end == left.size() ? ' ' : left[end]}
    );
    left.remove_prefix(std::min(end + 2, left.size()));
  }
  const std::size_t last = right.find_last_of(' ');
  expected.standing = right.substr(last + 1);  // from the beginning without a blank
  expected.statuses = last == std::string_view::npos ? "" : right.substr(0, last);
  return expected;
}

std::string statuses_in(std::string_view output) {
  constexpr std::string_view begin = "HTTP/1.1 ";
  std::string text;
  for (std::size_t at = output.find(begin); at != std::string_view::npos;
       at = output.find(begin, at + 1)) {
    text.append(text.empty() ? "" : " ").append(output.substr(at + begin.size(), 3));
  }
  return text;
}

// The worker answers what asks for no route; what has a route's path and no method of one gets 405.
bool reaches_function(const Asked& asked) {
  return asked.method == "GET" || asked.method == "POST" || asked.method == "HEAD";
}
bool is_of_no_method(const Asked& asked) {
  return !reaches_function(asked) && asked.method != "OPTIONS";
}

// The path that the function is told: that of its route.
std::string_view route_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == "/" || path == "/a" || path == "/b" ? path : "/{*rest}";
}

class HttpRawTest : public testing::Test {
 protected:
  HttpRawTest() {
    worker_.serve("f");
    for (const std::string method : {"GET", "POST"}) {
      for (const std::string path : {"/", "/a", "/b", "/further", "/{*rest}"}) {
        worker_.send(
            R"({"type":"registertrigger","id":")" + method + path +
            R"(","trigger_type":"http","function_id":"f","config":{"api_path":")" + path +
            R"(","http_method":")" + method + "\"}}"
        );
      }
    }
    worker_.settle();
  }

  void play(const RawCase& raw) {
    SCOPED_TRACE(raw.name);
    Expected expected = read(raw.expected);
    SocketClient client(engine_.port(listener_), engine_.options());
    client.send_bytes(raw.bytes);
    for (const Asked& asked : expected.requests) {
      if (reaches_function(asked)) {
        answer(asked);
      }
      if (is_of_no_method(asked)) {
        expected.statuses.replace(expected.statuses.find("200"), 3, "405");
      }
    }
    if (expected.standing == "open") {
      ask(client, expected.statuses);
    } else if (expected.standing == "closed") {
      EXPECT_EQ(statuses_in(client.read_to_end()), expected.statuses);
      EXPECT_FALSE(client.was_reset());
    } else {
      EXPECT_EQ(expected.standing, "waits");
      EXPECT_EQ(expected.statuses, "");
    }
    // Whatever else this client's bytes had made would have come to the function before.
    ask(other_, "");
    EXPECT_EQ(client.has_input(), expected.standing == "closed");
  }

 private:
  [[nodiscard]] boost::json::value next_call(std::string_view method, std::string_view route) {
    boost::json::value call = worker_.next_call();
    EXPECT_EQ(call.at("data").at("method").as_string(), method);
    EXPECT_EQ(call.at("data").at("path").as_string(), route);
    return call;
  }

  // As the function: at the end of the request's body.
  void answer(const Asked& asked) {
    const boost::json::value call = next_call(asked.method, route_of(asked.target));
    if (asked.sign != '!') {
      EXPECT_EQ(body_of(call, asked), asked.body);
    }
    if (asked.sign == ']') {
      worker_.answer(call, R"({"body":"ok"})");
    }
  }

  [[nodiscard]] std::string body_of(const boost::json::value& call, const Asked& asked) {
    const auto& channel = call.at("data").at("request_body");
    SocketClient reader(engine_.port(), engine_.options());
    reader.upgrade(
        "/ws/channels/" + std::string(channel.at("channel_id").as_string()) +
        "?key=" + std::string(channel.at("access_key").as_string()) + "&dir=read"
    );
    std::string body;
    while (asked.sign == ']' || body.size() < asked.body.size()) {
      const Received piece = reader.next();
      if (piece.kind != Kind::binary) {
        EXPECT_EQ(asked.sign, ']');
        EXPECT_EQ(piece.kind, Kind::close) << "how a whole body ends";
        break;
      }
      body += piece.bytes;
    }
    return body;
  }

  // A further request, which is the next that the function sees, and is answered after the others.
  void ask(SocketClient& client, std::string_view statuses_before) {
    client.send_bytes("GET /further HTTP/1.1\r\nHost: h\r\n\r\n");
    worker_.answer(next_call("GET", "/further"), R"({"body":"further"})");
    std::string all;
    while (!all.ends_with("\"further\"")) {
      const std::string more = client.read_bytes();
      if (more.empty()) {
        ADD_FAILURE() << "the connection has ended after: " << all;
        break;
      }
      all += more;
    }
    EXPECT_EQ(
        statuses_in(all), std::string(statuses_before) + (statuses_before.empty() ? "200" : " 200")
    );
  }

  TurnedEngine engine_;
  std::size_t listener_ = engine_.add_http(http::test::roomy_limits());
  WorkerClient worker_{engine_.port(), engine_.options()};
  SocketClient other_{engine_.port(listener_), engine_.options()};
};

TEST_F(HttpRawTest, a_listener_makes_of_raw_bytes_what_its_machine_does) {
  for (const RawCase& raw : http::test::raw_cases) {
    play(raw);
  }
}

TEST_F(HttpRawTest, a_listener_leaves_no_room_between_two_requests) {
  for (const RawCase& raw : http::test::framing_cases) {
    play(raw);
  }
}

}  // namespace
}  // namespace iii::test
