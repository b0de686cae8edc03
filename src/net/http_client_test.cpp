#include "net/http_client.hpp"

#include "base/ip_address.hpp"
#include "net/scripted_host.hpp"
#include "support/sweeps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::net {
namespace {

using namespace std::chrono_literals;
using test::response;
using test::ScriptedHost;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Kind = HttpOutcome::Kind;

class HttpClientTest : public testing::Test {
 protected:
  HttpClientOptions options{
      .idle_connections_max = 10,
      .idle_max = 50s,
      .head_bytes_max = 1000,
      .response_bytes_max = 100'000,
      .all_responses_bytes_max = 150'000
  };

  HttpClient& client() {
    if (!client_) {
      client_ = std::make_unique<HttpClient>(options, [this](HttpOutcome outcome) {
        const std::scoped_lock lock(mutex_);
        outcomes_.push_back(std::move(outcome));
        arrived_.notify_one();
      });
    }
    return *client_;
  }
  void send(std::string url, std::chrono::milliseconds timeout = 30s) {
    client().send(
        {.number = ++number_,
         .method = "POST",
         .url = std::move(url),
         .header_lines = {"content-type: application/json", "x-empty: "},
         .body = "{}",
         .timeout = timeout}
    );
  }
  HttpOutcome outcome() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, 30s, [this] { return !outcomes_.empty(); })) {
      throw std::runtime_error("no outcome comes");
    }
    HttpOutcome first = std::move(outcomes_.front());
    outcomes_.pop_front();
    return first;
  }
  void expect_outcome(Kind kind, std::string_view reason) {
    const HttpOutcome result = outcome();
    EXPECT_EQ(result.kind, kind) << result.reason;
    EXPECT_THAT(result.reason, HasSubstr(reason));
  }
  void end_client() { client_.reset(); }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<HttpOutcome> outcomes_;
  std::uint64_t number_ = 0;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, sends_what_it_is_given_and_nothing_of_its_own) {
  const ScriptedHost host;
  send(host.url("/hook?q=1"));
  auto connection = host.accept();
  EXPECT_EQ(
      connection.read_request(),
      "POST /hook?q=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(host.port()) +
          "\r\nAccept: */*\r\ncontent-type: application/json\r\nx-empty:\r\n"
          "Content-Length: 2\r\n\r\n{}"
  );
  connection.write(response("[1]", "201 Created"));
  const HttpOutcome result = outcome();
  EXPECT_EQ(result.number, 1U);
  EXPECT_EQ(result.kind, Kind::answered);
  EXPECT_EQ(result.status, 201U);
  EXPECT_EQ(result.body, "[1]");
}

TEST_F(HttpClientTest, sends_a_body_with_every_method_and_does_not_ask_before) {
  const ScriptedHost host;
  const std::string body(2'000'000, 'x');
  client().send({.method = "GET", .url = host.url(), .body = body, .timeout = 30s});
  auto connection = host.accept();
  EXPECT_THAT(
      connection.read_request(),
      AllOf(StartsWith("GET / HTTP/1.1\r\n"), Not(HasSubstr("Expect")), EndsWith("\r\n\r\n" + body))
  );
  connection.write(response(""));
  EXPECT_EQ(outcome().kind, Kind::answered);
}

TEST_F(HttpClientTest, keeps_connections_for_the_next_request) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  for (int i = 0; i < 3; ++i) {
    connection.read_request();
    connection.write(response("1"));
    EXPECT_EQ(outcome().body, "1");
    send(host.url());
  }
  connection.read_request();
  EXPECT_FALSE(host.has_client());
}

TEST_F(HttpClientTest, sends_many_at_once) {
  const ScriptedHost host;
  constexpr std::size_t requests = 50;
  std::vector<test::HostConnection> connections;
  for (std::size_t i = 0; i < requests; ++i) {
    send(host.url());
  }
  for (std::size_t i = 0; i < requests; ++i) {
    connections.push_back(host.accept());
  }
  for (auto& connection : connections) {
    connection.read_request();
    connection.write(response("1"));
  }
  for (std::size_t i = 0; i < requests; ++i) {
    EXPECT_EQ(outcome().kind, Kind::answered);
  }
}

TEST_F(HttpClientTest, does_not_follow_a_redirect) {
  const ScriptedHost host;
  const ScriptedHost other;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.write(
      "HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n"
  );
  EXPECT_EQ(outcome().status, 302U);
  EXPECT_FALSE(other.has_client());
}

// --- Addresses ---

TEST_F(HttpClientTest, asks_about_the_address_that_it_connects_to) {
  const ScriptedHost host;
  std::vector<base::IpAddress> asked;
  options.refuses = [&](const base::IpAddress& address) {
    asked.push_back(address);
    return true;
  };
  const std::string port = std::to_string(host.port());
  for (const std::string name : {"127.0.0.1", "[::ffff:127.0.0.1]"}) {
    send("http://" + name + ":" + port);
    expect_outcome(Kind::refused_address, "");
  }
  const base::IpAddress loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
  EXPECT_EQ(asked, (std::vector<base::IpAddress>{loopback, loopback}));
  EXPECT_FALSE(host.has_client());
}

TEST_F(HttpClientTest, asks_about_addresses_behind_a_name) {
  const ScriptedHost host;
  options.refuses = [](const base::IpAddress&) { return true; };
  send("http://localhost:" + std::to_string(host.port()));
  expect_outcome(Kind::refused_address, "");
  EXPECT_FALSE(host.has_client());
}

TEST_F(HttpClientTest, connects_to_no_address_of_a_host_that_has_one_that_is_refused) {
  const ScriptedHost host;  // libcurl takes both addresses of localhost, ::1 first
  int asked = 0;
  options.refuses = [&](const base::IpAddress&) { return ++asked == 1; };
  send("http://localhost:" + std::to_string(host.port()));
  expect_outcome(Kind::refused_address, "");
  EXPECT_FALSE(host.has_client());
}

TEST_F(HttpClientTest, tells_an_unknown_host) {
  send("http://name.invalid/");
  expect_outcome(Kind::unknown_host, "resolve");
}

TEST_F(HttpClientTest, takes_http_only) {
  send("file:///etc/passwd");
  expect_outcome(Kind::not_answered, "rotocol");
}

// --- What hosts do wrong ---

TEST_F(HttpClientTest, tells_that_nobody_listens) {
  std::string url;
  {
    const ScriptedHost host;
    url = host.url();
  }
  send(url);
  expect_outcome(Kind::not_answered, "connect");
}

TEST_F(HttpClientTest, gives_up_a_host_that_does_not_answer) {
  const ScriptedHost host;
  send(host.url(), 50ms);
  auto connection = host.accept();
  expect_outcome(Kind::not_answered, "operation timed out");
  connection.read_request();
  EXPECT_TRUE(connection.has_ended());
}

TEST_F(HttpClientTest, gives_up_a_body_that_does_not_end) {
  const ScriptedHost host;
  send(host.url(), 200ms);
  auto connection = host.accept();
  connection.read_request();
  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,");
  expect_outcome(Kind::broken_off, "operation timed out");
}

TEST_F(HttpClientTest, tells_that_a_body_is_cut) {
  const ScriptedHost host;
  for (const std::string_view head :
       {"Content-Length: 10\r\n\r\n[1,", "Transfer-Encoding: chunked\r\n\r\na\r\n[1,"}) {
    send(host.url());
    auto connection = host.accept();
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n" + std::string(head));
    connection.close();
    expect_outcome(Kind::broken_off, "");
  }
}

// A part of a response is never taken for the whole, wherever it ends.
TEST_F(HttpClientTest, takes_a_response_whole_or_not_at_all) {
  const ScriptedHost host;
  for (const std::string_view framed :
       {"Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nX-T: v\r\n\r\n"}) {
    const std::string whole = "HTTP/1.1 200 OK\r\nX-A: 1\r\n" + std::string(framed);
    iii::test::sweep_cuts(whole, [&](std::span<const std::string_view> pieces) {
      for (const std::size_t sent : {pieces.size(), pieces.size() - 1}) {
        end_client();  // no connection is kept
        send(host.url());
        auto connection = host.accept();
        connection.read_request();
        for (const std::string_view piece : pieces.first(sent)) {
          connection.write(piece);
        }
        connection.close();
        const HttpOutcome result = outcome();
        if (sent == pieces.size()) {
          EXPECT_EQ(result.kind, Kind::answered) << result.reason;
        }
        // It is whole, too, if but the line end behind the last chunk is missing.
        EXPECT_EQ(result.body, result.kind == Kind::answered ? "hello" : "");
        EXPECT_EQ(result.reason.empty(), result.kind == Kind::answered);
      }
    });
  }
}

TEST_F(HttpClientTest, tells_that_no_http_comes_back) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.write("SSH-2.0-server\r\n\r\n");
  expect_outcome(Kind::not_answered, "");
}

TEST_F(HttpClientTest, tells_that_nothing_comes_back) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.close();
  expect_outcome(Kind::not_answered, "");
}

TEST_F(HttpClientTest, sends_nothing_twice_when_a_kept_connection_ends) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.write(response("1"));
  EXPECT_EQ(outcome().kind, Kind::answered);
  send(host.url());
  connection.read_request();
  connection.close();
  expect_outcome(Kind::not_answered, "closed before an answer came");
  if (host.has_client()) {
    EXPECT_TRUE(host.accept().has_ended());  // libcurl had connected again, and sent nothing
  }
}

// --- Limits ---

TEST_F(HttpClientTest, takes_no_longer_body_than_it_may) {
  const ScriptedHost host;
  const std::string most(options.response_bytes_max, 'x');
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.write(response(most));
  EXPECT_EQ(outcome().body.size(), most.size());
  send(host.url());
  connection.read_request();
  connection.write(response(most + "x"));
  expect_outcome(Kind::too_large, "the response has more than 100000 bytes");
}

TEST_F(HttpClientTest, takes_no_body_without_end) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.write("HTTP/1.1 200 OK\r\n\r\n" + std::string(200'000, 'x'));
  expect_outcome(Kind::too_large, "the response has more than 100000 bytes");
}

TEST_F(HttpClientTest, takes_no_more_in_all_than_it_may) {
  const ScriptedHost host;
  send(host.url());
  auto first = host.accept();
  first.read_request();
  send(host.url());
  auto second = host.accept();
  second.read_request();
  const std::string part = "HTTP/1.1 200 OK\r\n\r\n" + std::string(80'000, 'x');
  first.write(part);
  second.write(part);
  expect_outcome(Kind::too_large, "the responses that are being received have more than 150000");
}

TEST_F(HttpClientTest, takes_no_longer_head_than_it_may) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  connection.write("HTTP/1.1 200 OK\r\n" + std::string(990, 'x') + ": \r\n\r\n");
  expect_outcome(Kind::too_large, "the head of the response has more than 1000 bytes");
}

TEST_F(HttpClientTest, ends_with_requests_on_their_way) {
  const ScriptedHost host;
  send(host.url());
  auto connection = host.accept();
  connection.read_request();
  send("http://name.invalid/");
  end_client();
  EXPECT_TRUE(connection.has_ended());
}

TEST(IpAddress, is_read_from_text) {
  const base::IpAddress mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
  EXPECT_EQ(parse_ip_address("10.1.2.3"), mapped);
  EXPECT_EQ(parse_ip_address("::ffff:10.1.2.3"), mapped);
  const base::IpAddress loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(parse_ip_address("::1"), loopback);
  EXPECT_FALSE(parse_ip_address("a.example"));
  EXPECT_FALSE(parse_ip_address(""));
}

}  // namespace
}  // namespace iii::net
