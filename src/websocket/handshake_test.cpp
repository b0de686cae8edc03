#include "websocket/handshake.hpp"

#include "base/random.hpp"
#include "http/head.hpp"

#include <iii/engine_error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace iii::websocket {
namespace {

constexpr std::string_view example_key = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455 §1.3
constexpr std::string_view example_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

http::RequestHead upgrade() {
  return {
      .method = "GET",
      .target = "/",
      .headers =
          {{"Host", "127.0.0.1:49134"},
           {"Connection", "Upgrade"},
           {"Upgrade", "websocket"},
           {"Sec-WebSocket-Version", "13"},
           {"Sec-WebSocket-Key", std::string(example_key)}}
  };
}

http::RequestHead upgrade_with(std::string_view name, std::string_view value) {
  http::RequestHead request = upgrade();
  for (http::Header& header : request.headers) {
    if (header.name == name) {
      header.value = value;
    }
  }
  return request;
}

http::RequestHead upgrade_without(std::string_view name) {
  http::RequestHead request = upgrade();
  std::erase_if(request.headers, [&](const http::Header& header) { return header.name == name; });
  return request;
}

std::string refusal(const http::RequestHead& request) {
  const EngineStatus status = check_upgrade(request);
  return status ? "accepted" : status.error().message;
}

TEST(UpgradeRequest, is_accepted_as_browsers_and_sdks_send_it) {
  EXPECT_EQ(refusal(upgrade()), "accepted");
  EXPECT_EQ(refusal(upgrade_with("Connection", "keep-alive, Upgrade")), "accepted");
  EXPECT_EQ(refusal(upgrade_with("Connection", "upgrade")), "accepted");
  EXPECT_EQ(refusal(upgrade_with("Upgrade", "WebSocket")), "accepted");
}

TEST(UpgradeRequest, is_refused_with_the_header_that_is_wrong) {
  const std::string connection = "Connection header did not include 'upgrade'";
  EXPECT_EQ(refusal(upgrade_without("Connection")), connection);
  EXPECT_EQ(refusal(upgrade_with("Connection", "close")), connection);
  EXPECT_EQ(refusal(upgrade_with("Connection", "upgraded")), connection);
  const std::string upgrade_header = "Upgrade header did not include 'websocket'";
  EXPECT_EQ(refusal(upgrade_without("Upgrade")), upgrade_header);
  EXPECT_EQ(refusal(upgrade_with("Upgrade", "h2c")), upgrade_header);
  const std::string version = "Sec-WebSocket-Version header did not include '13'";
  EXPECT_EQ(refusal(upgrade_without("Sec-WebSocket-Version")), version);
  EXPECT_EQ(refusal(upgrade_with("Sec-WebSocket-Version", "8")), version);
  const std::string key = "Sec-WebSocket-Key header missing";
  EXPECT_EQ(refusal(upgrade_without("Sec-WebSocket-Key")), key);
  EXPECT_EQ(refusal(upgrade_with("Sec-WebSocket-Key", "")), key);
}

TEST(UpgradeRequest, is_a_get_of_http_1_1) {
  http::RequestHead request = upgrade();
  request.method = "POST";
  EXPECT_EQ(refusal(request), "A WebSocket is opened by a GET request of HTTP/1.1");
  request = upgrade();
  request.version = 10;
  EXPECT_EQ(refusal(request), "A WebSocket is opened by a GET request of HTTP/1.1");
}

TEST(AcceptValue, is_that_of_the_rfc) {
  EXPECT_EQ(accept_value(example_key), example_accept);
}

TEST(UpgradeResponse, answers_the_key_and_carries_extra_headers) {
  EXPECT_EQ(
      upgrade_response(upgrade(), "X-Extra: 1\r\n"),
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-Extra: 1\r\n\r\n"
  );
}

TEST(Handshake, of_both_roles_fits_together) {
  const std::string sent = upgrade_request(
      {.host = "localhost:49134",
       .target = "/otel?token=1",
       .key = std::string(example_key),
       .extra_headers = "Authorization: x\r\n"}
  );
  const auto request = http::parse_request_head(sent, 4096);
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->bytes, sent.size());
  EXPECT_EQ((*request)->head.target, "/otel?token=1");
  EXPECT_EQ(http::find_header((*request)->head.headers, "host"), "localhost:49134");
  EXPECT_EQ(http::find_header((*request)->head.headers, "authorization"), "x");
  EXPECT_EQ(refusal((*request)->head), "accepted");

  const std::string answered = upgrade_response((*request)->head, "");
  const auto response = http::parse_response_head(answered, 4096);
  ASSERT_TRUE(response && *response);
  EXPECT_EQ((*response)->bytes, answered.size());
  EXPECT_TRUE(check_upgrade_response((*response)->head, example_key));
}

http::ResponseHead switching() {
  return {
      .status = 101,
      .headers =
          {{"connection", "upgrade"},
           {"upgrade", "websocket"},
           {"sec-websocket-accept", std::string(example_accept)}}
  };
}

std::string client_refusal(const http::ResponseHead& response) {
  const EngineStatus status = check_upgrade_response(response, example_key);
  return status ? "accepted" : status.error().message;
}

TEST(UpgradeAnswer, is_accepted_whatever_the_case_of_its_header_names) {
  EXPECT_EQ(client_refusal(switching()), "accepted");
}

TEST(UpgradeAnswer, is_refused_with_what_is_wrong) {
  http::ResponseHead response = switching();
  response.status = 404;
  EXPECT_EQ(
      client_refusal(response),
      "the server answered the WebSocket handshake with status 404 instead of 101"
  );
  response = switching();
  response.headers[0].value = "close";
  EXPECT_EQ(client_refusal(response), "the server's Connection header does not list 'upgrade'");
  response = switching();
  response.headers[1].value = "h2c";
  EXPECT_EQ(client_refusal(response), "the server's Upgrade header does not list 'websocket'");
  const std::string accept = "the server's Sec-WebSocket-Accept header does not answer our key";
  response = switching();
  response.headers[2].value[0] = 'S';  // base64 is compared with case
  EXPECT_EQ(client_refusal(response), accept);
  response.headers.pop_back();
  EXPECT_EQ(client_refusal(response), accept);
  response = switching();
  response.headers.push_back({"Sec-WebSocket-Extensions", "permessage-deflate"});
  EXPECT_EQ(
      client_refusal(response), "the server chose a WebSocket extension that was not offered"
  );
}

TEST(ClientKey, is_sixteen_bytes_in_base64_and_new_each_time) {
  base::SeededRandom random(1);
  const std::string first = client_key(random);
  EXPECT_EQ(first.size(), 24U);
  EXPECT_TRUE(first.ends_with("=="));
  EXPECT_NE(first, client_key(random));
}

}  // namespace
}  // namespace iii::websocket
