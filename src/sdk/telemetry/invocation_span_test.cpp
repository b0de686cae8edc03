#include "sdk/telemetry/invocation_span.hpp"

#include "sdk/telemetry/recorder_scene.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace iii::telemetry {
namespace {

const std::string header = "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01";

TEST(InvocationSpan, Item87_is_a_child_of_the_call_and_carries_baggage_and_payloads) {
  const RecorderScene scene;
  InvocationSpan span(
      scene.recorder, {"orders::price", header, "tenant=acme"}, R"({"sku":"A1","token":"x"})"
  );
  span.context().attach([] {
    EXPECT_EQ(current_trace_id(), "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3");
    EXPECT_NE(current_span_id(), "1122334455667788");
    EXPECT_EQ(inject_baggage(), "tenant=acme");
  });
  span.succeed(R"({"cents":250})");

  const SpanRecord record = scene.only_span();
  EXPECT_EQ(record.name, "execute orders::price");
  EXPECT_EQ(record.kind, SpanKind::internal);
  EXPECT_EQ(record.parent_span, 0x1122334455667788U);
  EXPECT_EQ(record.status, SpanStatus::ok);
  EXPECT_EQ(record.attributes, (Attributes{{"tenant", Json("acme")}}));
  ASSERT_EQ(record.events.size(), 2U);
  EXPECT_EQ(record.events[0].name, "iii.invocation.input");
  EXPECT_EQ(
      record.events[0].attributes,
      (Attributes{
          {"iii.payload.json", Json(R"({"sku":"A1","token":"[REDACTED]"})")},
          {"iii.payload.truncated", Json(false)},
      })
  );
  EXPECT_EQ(record.events[1].name, "iii.invocation.output");
  EXPECT_EQ(
      record.events[1].attributes,
      (Attributes{
          {"iii.payload.json", Json(R"({"cents":250})")},
          {"iii.payload.truncated", Json(false)},
          {"iii.payload.ok", Json(true)},
      })
  );
}

TEST(InvocationSpan, Item87_tells_how_the_call_failed) {
  const RecorderScene scene;
  InvocationSpan span(scene.recorder, {"f", "", ""}, "null");
  span.fail({"out_of_stock", "none \"left\"", "at line 7"});
  const SpanRecord record = scene.only_span();
  EXPECT_EQ(record.parent_span, 0U);
  EXPECT_EQ(record.status, SpanStatus::error);
  EXPECT_EQ(record.status_message, "none \"left\"");
  ASSERT_EQ(record.events.size(), 3U);
  EXPECT_EQ(
      record.events[1].attributes,
      (Attributes{
          {"iii.payload.json", Json(R"({"error":"none \"left\""})")},
          {"iii.payload.truncated", Json(false)},
          {"iii.payload.ok", Json(false)},
      })
  );
  EXPECT_EQ(record.events[2].name, "exception");
  EXPECT_EQ(
      record.events[2].attributes,
      (Attributes{
          {"exception.type", Json("out_of_stock")},
          {"exception.message", Json("none \"left\"")},
          {"exception.stacktrace", Json("at line 7")},
      })
  );
}

TEST(InvocationSpan, Item95_captures_no_payload_when_that_is_off) {
  const RecorderScene quiet({.live_spans = false, .payloads = {.is_on = false}});
  InvocationSpan by_client(quiet.recorder, {"f", "", ""}, "{}");
  by_client.succeed("{}");
  EXPECT_TRUE(quiet.only_span().events.empty());
  const RecorderScene otherwise_quiet({.live_spans = false, .payloads = {.is_on = false}});
  InvocationSpan wanted(otherwise_quiet.recorder, {"f", "", ""}, "{}", true);
  wanted.succeed("{}");
  EXPECT_EQ(otherwise_quiet.only_span().events.size(), 2U);

  const RecorderScene scene;
  InvocationSpan by_function(scene.recorder, {"f", "", ""}, "{}", false);
  by_function.succeed("{}");
  EXPECT_TRUE(scene.only_span().events.empty());
}

TEST(InvocationSpan, Item95_cuts_payloads_at_the_users_bound) {
  const RecorderScene scene({.live_spans = false, .payloads = {.is_on = true, .bytes_max = 20}});
  InvocationSpan span(scene.recorder, {"f", "", ""}, R"(["0123456789","0123456789"])");
  span.succeed("null");
  const SpanRecord record = scene.only_span();
  EXPECT_EQ(
      record.events[0].attributes,
      (Attributes{
          {"iii.payload.json", Json(R"(["01..."[TRUNCATED]")")},
          {"iii.payload.truncated", Json(true)},
      })
  );
}

TEST(InvocationSpan, passes_the_callers_context_on_without_telemetry) {
  InvocationSpan span(nullptr, {"f", header, "tenant=acme"}, "{}");
  span.context().attach([] {
    EXPECT_EQ(inject_traceparent(), header);
    EXPECT_EQ(inject_baggage(), "tenant=acme");
  });
  span.succeed("{}");
}

}  // namespace
}  // namespace iii::telemetry
