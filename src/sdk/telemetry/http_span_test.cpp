#include "sdk/telemetry/http_span.hpp"

#include "sdk/telemetry/recorder_scene.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace iii::telemetry {
namespace {

const HttpRequestHead request{
    .method = "POST",
    .url = "https://user:pass@shop.example:8443/orders?limit=5#top",
    .headers = {{"Content-Type", "application/json"}, {"Accept", "*/*"}, {"Cookie", "secret"}},
    .body_bytes = 12,
};

TEST(HttpSpan, Item93_describes_the_request_without_its_secrets) {
  const auto [name, attributes] = describe_request(request);
  EXPECT_EQ(name, "POST /orders");
  EXPECT_EQ(
      attributes,
      (Attributes{
          {"http.request.method", Json("POST")},
          {"url.full", Json("https://shop.example:8443/orders?limit=5#top")},
          {"server.address", Json("shop.example")},
          {"url.scheme", Json("https")},
          {"network.protocol.name", Json("http")},
          {"url.path", Json("/orders")},
          {"server.port", Json(8443)},
          {"url.query", Json("limit=5")},
          {"http.request.header.content-type", Json("application/json")},
          {"http.request.header.accept", Json("*/*")},
          {"http.request.body.size", Json(12)},
      })
  );
  EXPECT_EQ(describe_request({.method = "GET", .url = "http://[::1]:80"}).first, "GET");
  EXPECT_EQ(describe_request({.method = "GET", .url = "http://[::1]:80"}).second.size(), 5U);
}

TEST(HttpSpan, Item93_passes_its_trace_on_and_tells_the_answer) {
  const RecorderScene scene;
  const ContextScope scope(extract_baggage("tenant=acme"));
  HttpSpan span(request, {});
  ASSERT_EQ(span.propagation().size(), 2U);
  EXPECT_EQ(span.propagation()[1].second, "tenant=acme");
  span.answered(404, {{"content-length", "7"}, {"Content-Type", "text/plain"}});
  const SpanRecord record = scene.only_span();
  EXPECT_EQ(record.trace.traceparent(), span.propagation()[0].second);
  EXPECT_EQ(record.kind, SpanKind::client);
  EXPECT_EQ(record.status, SpanStatus::error);
  const Attributes answer(record.attributes.end() - 4, record.attributes.end());
  EXPECT_EQ(
      answer,
      (Attributes{
          {"http.response.status_code", Json(404)},
          {"http.response.body.size", Json(7)},
          {"http.response.header.content-type", Json("text/plain")},
          {"error.type", Json("404")},
      })
  );
}

TEST(HttpSpan, Item93_tells_success_and_failure) {
  const RecorderScene scene;
  HttpSpan(request, {}).answered(204, {});
  EXPECT_EQ(scene.only_span().status, SpanStatus::ok);
  HttpSpan(request, {}).failed("connection refused");
  const SpanRecord record = scene.only_span();
  EXPECT_EQ(record.status_message, "connection refused");
  EXPECT_EQ(record.events.size(), 1U);
}

TEST(HttpSpan, Item93_leaves_ignored_urls_alone) {
  const RecorderScene scene;
  const std::vector<std::string> ignored = {"/orders"};
  HttpSpan span(request, ignored);
  EXPECT_TRUE(span.propagation().empty());
  span.answered(200, {});
  EXPECT_TRUE(scene.recorder->take().ended.empty());
}

}  // namespace
}  // namespace iii::telemetry
