#include "engine/route.hpp"

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "http/head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::engine {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view upgrade =
    "Host: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

http::RequestHead request(std::string_view line, std::string_view headers) {
  std::string text(line);
  text.append(" HTTP/1.1\r\n").append(headers).append("\r\n");
  auto parsed = http::parse_request_head(text, base::limits::request_head_bytes_max);
  EXPECT_TRUE(parsed && *parsed) << text;
  return (**parsed).head;
}

class RouteTest : public testing::Test {
 protected:
  Route of(std::string_view line, std::string_view headers = upgrade) {
    return route(request(line, headers), channels_);
  }
  // The response, or nothing when the request was not refused.
  std::string refusal(std::string_view line, std::string_view headers = upgrade) {
    const Route found = of(line, headers);
    const auto* refused = std::get_if<Refusal>(&found);
    return refused == nullptr ? std::string() : refused->response;
  }
  [[nodiscard]] std::string id() const { return key_.id.value().to_string(); }
  [[nodiscard]] std::string access_key() const { return key_.access_key.to_string(); }
  [[nodiscard]] std::string channel(std::string_view query) const {
    return "GET /ws/channels/" + id() + "?" + std::string(query);
  }

 private:
  base::SeededRandom random_{1};
  core::Channels channels_;
  core::ChannelKey key_ = *channels_.create(1, random_, base::MonotonicTime());
};

TEST_F(RouteTest, WorkersComeToTheRoot) {
  EXPECT_TRUE(std::holds_alternative<WorkerRoute>(of("GET /")));
  EXPECT_TRUE(std::holds_alternative<WorkerRoute>(of("GET /?token=abc&flag")));
}

TEST_F(RouteTest, TelemetryHasAPathOfItsOwn) {
  EXPECT_TRUE(std::holds_alternative<TelemetryRoute>(of("GET /otel")));
  EXPECT_TRUE(std::holds_alternative<TelemetryRoute>(of("GET /otel?token=abc")));
}

TEST_F(RouteTest, ChannelsAreNamedByIdKeyAndDirection) {
  for (const auto& [direction, end] :
       {std::pair("read", core::ChannelEnd::reader), std::pair("write", core::ChannelEnd::writer)
       }) {
    const Route found = of(channel("key=" + access_key() + "&dir=" + direction));
    ASSERT_TRUE(std::holds_alternative<ChannelRoute>(found)) << direction;
    const auto& wanted = std::get<ChannelRoute>(found);
    EXPECT_EQ(wanted.end, end);
    EXPECT_EQ(wanted.key.id.value().to_string(), id());
    EXPECT_EQ(wanted.key.access_key.to_string(), access_key());
  }
}

TEST_F(RouteTest, AChannelsKeyMayBePercentEncoded) {
  std::string key = access_key();
  key.replace(key.find('-'), 1, "%2D");
  EXPECT_TRUE(std::holds_alternative<ChannelRoute>(of(channel("dir=read&extra=1&key=" + key))));
}

TEST_F(RouteTest, OtherPathsDoNotExist) {
  for (const std::string_view path :
       {"/ws", "/otel/", "//", "/ws/channels", "/ws/channels/", "/ws/channels/a/b", "/OTEL", "/x"
       }) {
    for (const std::string_view method : {"GET ", "POST "}) {
      EXPECT_THAT(
          refusal(std::string(method).append(path)), StartsWith("HTTP/1.1 404 Not Found\r\n")
      ) << method
        << path;
    }
  }
}

TEST_F(RouteTest, OtherMethodsAreRefusedWithTheAllowedOnes) {
  for (const std::string& line :
       {std::string("POST /"), std::string("DELETE /otel"), "PUT /ws/channels/" + id()}) {
    EXPECT_THAT(refusal(line), StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << line;
    EXPECT_THAT(refusal(line), HasSubstr("\r\nallow: GET,HEAD\r\n")) << line;
  }
}

TEST_F(RouteTest, ARequestWithoutUpgradeIsToldWhatIsMissing) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> cases = {{
      {"Host: x\r\n", "Connection header did not include 'upgrade'"},
      {"Connection: upgrade\r\n", "Upgrade header did not include 'websocket'"},
      {"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
       "Sec-WebSocket-Key header missing"},
  }};
  for (const std::string& path :
       {std::string("GET /"), std::string("GET /otel"), channel("key=" + access_key() + "&dir=read")
       }) {
    for (const auto& [headers, reason] : cases) {
      const std::string response = refusal(path, headers);
      EXPECT_THAT(response, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << path;
      EXPECT_THAT(response, testing::EndsWith("\r\n\r\n" + std::string(reason))) << path;
    }
  }
}

TEST_F(RouteTest, AHeadRequestOpensNothing) {
  EXPECT_THAT(refusal("HEAD /"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal("HEAD /x"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(RouteTest, AnIncompleteChannelQueryIsABadRequest) {
  for (const std::string& query :
       {std::string(),
        "key=" + access_key(),
        std::string("dir=read"),
        "key=" + access_key() + "&dir=",
        "key=" + access_key() + "&dir=Read",
        "key=" + access_key() + "&dir=both",
        std::string("key=%zz&dir=read")}) {
    EXPECT_THAT(refusal(channel(query)), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << query;
  }
}

TEST_F(RouteTest, AnUnknownChannelOrKeyIsNotFound) {
  const std::string stranger = "00000000-0000-4000-8000-000000000001";
  for (const std::string& line :
       {"GET /ws/channels/" + stranger + "?key=" + access_key() + "&dir=read",
        channel("key=" + stranger + "&dir=write"),
        channel("key=none&dir=read"),
        std::string("GET /ws/channels/none?key=none&dir=read")}) {
    EXPECT_THAT(refusal(line), StartsWith("HTTP/1.1 404 Not Found\r\n")) << line;
    EXPECT_THAT(refusal(line), testing::EndsWith("\r\n\r\nChannel not found")) << line;
  }
}

TEST_F(RouteTest, EveryRefusalNamesTheCapabilities) {
  for (const std::string_view line : {"GET /x", "POST /", "GET /ws/channels/1", "HEAD /"}) {
    EXPECT_THAT(refusal(line), HasSubstr("\r\nx-iii-capabilities: tcp-nodelay\r\n")) << line;
  }
}

}  // namespace
}  // namespace iii::engine
