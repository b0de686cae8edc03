#include "sdk/telemetry/recorder_scene.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/json.hpp>
#include <iii/span.hpp>
#include <iii/traced_request.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace iii::telemetry {
namespace {

std::string header(const TracedRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

TEST(TracedRequest, Item93_sends_its_own_trace_and_tells_the_answer) {
  const RecorderScene scene;
  std::string sent;
  const TracedResponse response = execute_traced_request(
      {.method = "PUT", .url = "http://a/b", .headers = {{"TraceParent", "old"}}, .body = "1234"},
      [&](const TracedRequest& request) {
        EXPECT_EQ(header(request, "TraceParent"), "");
        EXPECT_EQ(request.body, "1234");
        sent = header(request, "traceparent");
        return TracedResponse{.status = 500, .body = "no"};
      }
  );
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "no");
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.name, "PUT /b");
  EXPECT_EQ(span.trace.traceparent(), sent);
  EXPECT_EQ(span.status, SpanStatus::error);
  EXPECT_EQ(span.attributes.back(), (Attribute{"error.type", Json("500")}));
}

TEST(TracedRequest, Item93_is_sent_as_it_is_when_that_is_off) {
  const RecorderScene scene({.live_spans = false, .traces_requests = false});
  const TracedResponse response =
      execute_traced_request({.url = "http://a/b"}, [](const TracedRequest& request) {
        EXPECT_TRUE(request.headers.empty());
        return TracedResponse{.status = 200};
      });
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(scene.recorder->take().ended.empty());
}

TEST(TracedRequest, Item93_tells_that_there_was_no_answer_and_throws_it_on) {
  const RecorderScene scene;
  const auto send = [](const TracedRequest&) -> TracedResponse {
    throw std::runtime_error("connection refused");
  };
  EXPECT_THROW(
      static_cast<void>(execute_traced_request({.url = "http://a/"}, send)), std::runtime_error
  );
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.status_message, "connection refused");
  ASSERT_EQ(span.events.size(), 1U);
  EXPECT_EQ(span.events[0].name, "exception");
}

TEST(TracedRequest, Item93_leaves_ignored_addresses_alone) {
  const RecorderScene scene({.live_spans = false, .ignored_urls = {"/health"}});
  const auto send = [](const TracedRequest& request) {
    EXPECT_TRUE(request.headers.empty());
    return TracedResponse{.status = 200};
  };
  EXPECT_EQ(execute_traced_request({.url = "http://a/health"}, send).status, 200);
  EXPECT_TRUE(scene.recorder->take().ended.empty());
}

}  // namespace
}  // namespace iii::telemetry
