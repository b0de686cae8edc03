#include "http/head.hpp"

#include "support/sweeps.hpp"

#include <iii/engine_error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http {
namespace {

constexpr std::size_t bytes_max = 1024;
constexpr std::string_view request_text =
    "GET /ws/channels/1?key=a%20b&dir=read HTTP/1.1\r\n"
    "Host: localhost:49134\r\nConnection: keep-alive, Upgrade\r\nX-Empty:\r\nconnection: x\r\n\r\n";

// "ok <bytes>", "incomplete", or the refusal.
template <class Parsed>
std::string outcome(const EngineResult<std::optional<Parsed>>& result) {
  if (!result) {
    return std::string(to_string(result.error().code)) + ": " + result.error().message;
  }
  return *result ? "ok " + std::to_string((*result)->bytes) : "incomplete";
}

std::string request_outcome(std::string_view bytes, std::size_t limit = bytes_max) {
  return outcome(parse_request_head(bytes, limit));
}

TEST(RequestHead, is_read_into_its_parts) {
  const auto parsed = parse_request_head(std::string(request_text) + "\x81\x85 follows", bytes_max);
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->bytes, request_text.size());
  const RequestHead& head = (*parsed)->head;
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/ws/channels/1?key=a%20b&dir=read");
  EXPECT_EQ(head.path(), "/ws/channels/1");
  EXPECT_EQ(head.query(), "key=a%20b&dir=read");
  EXPECT_EQ(head.version, 11U);
  ASSERT_EQ(head.headers.size(), 4U);
  EXPECT_EQ(head.headers[0].name, "Host");
  EXPECT_EQ(find_header(head.headers, "hOST"), "localhost:49134");
  EXPECT_EQ(find_header(head.headers, "X-Empty"), "");
  EXPECT_EQ(find_header(head.headers, "X-Absent"), std::nullopt);
}

TEST(RequestHead, without_a_query_has_an_empty_one) {
  const RequestHead head{.method = "GET", .target = "/otel", .headers = {}};
  EXPECT_EQ(head.path(), "/otel");
  EXPECT_EQ(head.query(), "");
}

TEST(RequestHead, is_incomplete_until_its_last_byte) {
  test::sweep_cuts(request_text, [](std::span<const std::string_view> pieces) {
    std::string bytes;
    for (const std::string_view piece : pieces) {
      EXPECT_EQ(request_outcome(bytes), "incomplete");
      bytes += piece;
    }
    EXPECT_EQ(request_outcome(bytes), "ok " + std::to_string(request_text.size()));
  });
}

TEST(RequestHead, of_http_1_0_and_with_unusual_methods_is_read) {
  const auto parsed = parse_request_head("BREW /pot HTTP/1.0\r\n\r\n", bytes_max);
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->head.method, "BREW");
  EXPECT_EQ((*parsed)->head.version, 10U);
}

TEST(RequestHead, that_announces_a_body_ends_before_it) {
  EXPECT_EQ(request_outcome("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nabc"), "ok 45");
  EXPECT_EQ(request_outcome("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), "ok 47");
}

TEST(RequestHead, that_is_malformed_is_refused) {
  constexpr std::array<std::string_view, 11> malformed = {
      "GET / HTTP/2.0\r\n\r\n",
      "GET / HTTP/1.2\r\n\r\n",
      "GET / HTTP/1.1 \r\n\r\n",
      "GET  HTTP/1.1\r\n\r\n",
      "GET /a b HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
      "GET / HTTP/1.1\r\nA: b\x01\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  for (const std::string_view bytes : malformed) {
    EXPECT_TRUE(request_outcome(bytes).starts_with("invalid_message: the request head is malformed")
    ) << bytes
      << request_outcome(bytes);
  }
}

TEST(RequestHead, of_another_protocol_is_refused_at_its_first_byte) {
  const std::string refused = "invalid_message: the request does not begin like HTTP";
  EXPECT_EQ(request_outcome("\x16\x03\x01"), refused);  // TLS
  EXPECT_EQ(request_outcome("\r"), refused);
  EXPECT_EQ(request_outcome(""), "incomplete");
}

TEST(RequestHead, is_refused_above_its_limit_even_before_it_is_complete) {
  const std::string too_large = "limit_exceeded: the request head is larger than 64 bytes";
  const std::string start = "GET / HTTP/1.1\r\nA: ";
  const std::string fits = start + std::string(64 - 4 - start.size(), 'a') + "\r\n\r\n";
  EXPECT_EQ(request_outcome(fits, 64), "ok 64");
  EXPECT_EQ(request_outcome(fits + "more", 64), "ok 64");
  const std::string exceeds = start + std::string(64 - 3 - start.size(), 'a') + "\r\n\r\n";
  EXPECT_EQ(request_outcome(exceeds, 64), too_large);
  EXPECT_EQ(request_outcome(exceeds.substr(0, 64), 64), too_large);
  EXPECT_EQ(request_outcome(exceeds.substr(0, 63), 64), "incomplete");
}

TEST(RequestHead, may_be_one_huge_header_below_the_limit) {
  const std::string value(15'000, 'v');
  const auto parsed = parse_request_head("GET / HTTP/1.1\r\nA: " + value + "\r\n\r\n", 16'384);
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ(find_header((*parsed)->head.headers, "a"), value);
}

TEST(ResponseHead, is_read_into_its_parts) {
  const auto parsed = parse_response_head(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81", bytes_max
  );
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->bytes, 56U);
  EXPECT_EQ((*parsed)->head.status, 101U);
  EXPECT_EQ(find_header((*parsed)->head.headers, "upgrade"), "websocket");
}

TEST(ResponseHead, with_and_without_a_body_ends_before_it) {
  EXPECT_EQ(outcome(parse_response_head("HTTP/1.1 404 Not Found\r\n\r\nrest", bytes_max)), "ok 26");
  EXPECT_EQ(
      outcome(parse_response_head("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", bytes_max)),
      "ok 38"
  );
}

TEST(ResponseHead, that_is_malformed_is_refused) {
  EXPECT_TRUE(outcome(parse_response_head("HTTP/1.1 xyz\r\n\r\n", bytes_max))
                  .starts_with("invalid_message: the response head is malformed"));
  EXPECT_EQ(
      outcome(parse_response_head("\x81\x05", bytes_max)),
      "invalid_message: the response does not begin like HTTP"
  );
}

TEST(HeaderList, is_searched_in_all_lines_without_case_and_blanks) {
  const std::vector<Header> headers = {
      {"Connection", " keep-alive ,\tUpgrade\t"}, {"Other", "x"}, {"CONNECTION", "a,,b,"}
  };
  for (const std::string_view token : {"upgrade", "Keep-Alive", "A", "b"}) {
    EXPECT_TRUE(header_lists(headers, "connection", token)) << token;
  }
  for (const std::string_view token : {"upgrad", "upgrades", "x", "keep-alive ,\tUpgrade"}) {
    EXPECT_FALSE(header_lists(headers, "connection", token)) << token;
  }
  EXPECT_FALSE(header_lists({}, "connection", "upgrade"));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Query, is_decoded_into_pairs_in_order) {
  EXPECT_EQ(*parse_query(""), Pairs{});
  EXPECT_EQ(*parse_query("key=a%20b&dir=read"), (Pairs{{"key", "a b"}, {"dir", "read"}}));
  EXPECT_EQ(*parse_query("a=1&a=2"), (Pairs{{"a", "1"}, {"a", "2"}}));
  EXPECT_EQ(*parse_query("a&b=&=c&&d=e=f"), (Pairs{{"a", ""}, {"b", ""}, {"", "c"}, {"d", "e=f"}}));
  EXPECT_EQ(*parse_query("%61%3D=%e2%82%AC+%2B"), (Pairs{{"a=", "\u20ac +"}}));
}

TEST(Query, with_a_broken_percent_escape_is_refused_by_name) {
  for (const std::string pair : {"a=%", "a=%2", "a=%g0", "a=%0g", "%=1", "a=%%20"}) {
    const auto refused = parse_query("fine=1&" + pair + "&later=2");
    ASSERT_FALSE(refused) << pair;
    EXPECT_EQ(refused.error().code, EngineErrorCode::invalid_message);
    EXPECT_EQ(refused.error().message, "the query's '" + pair + "' holds a broken percent escape");
  }
}

TEST(Response, is_whole_with_its_length) {
  EXPECT_EQ(
      response(404, "", "text/plain", "Channel not found"),
      "HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\nContent-Type: text/plain\r\n"
      "Connection: close\r\n\r\nChannel not found"
  );
  EXPECT_EQ(
      response(405, "Allow: GET,HEAD\r\n", "", ""),
      "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nAllow: GET,HEAD\r\n"
      "Connection: close\r\n\r\n"
  );
  EXPECT_EQ(response(100, "", "", ""), "HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace iii::http
