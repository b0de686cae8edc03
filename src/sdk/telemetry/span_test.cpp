#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/recorder_scene.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/span.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace iii {
namespace {

using namespace std::chrono_literals;
using telemetry::RecordBatch;
using telemetry::RecorderScene;
using telemetry::SpanRecord;
using telemetry::SpanStatus;

const std::string header = "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01";

TEST(Span, is_a_root_with_ids_of_its_own_without_a_parent) {
  const RecorderScene scene;
  with_span("work", [] { EXPECT_TRUE(current_span_is_recording()); });
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.name, "work");
  EXPECT_EQ(span.kind, SpanKind::internal);
  EXPECT_EQ(span.parent_span, 0U);
  EXPECT_TRUE(span.trace.is_valid());
  EXPECT_TRUE(span.trace.is_sampled());
  EXPECT_EQ(span.status, SpanStatus::ok);
}

TEST(Span, is_a_child_of_the_current_one) {
  RecorderScene scene;
  with_span("outer", [&] {
    scene.pass(2ms);
    with_span("inner", [&] { scene.pass(3ms); });
  });
  const RecordBatch batch = scene.recorder->take();
  ASSERT_EQ(batch.ended.size(), 2U);
  const SpanRecord& inner = batch.ended[0];
  const SpanRecord& outer = batch.ended[1];
  EXPECT_EQ(inner.trace.trace_id(), outer.trace.trace_id());
  EXPECT_EQ(inner.parent_span, outer.trace.span);
  EXPECT_EQ(inner.start - outer.start, 2ms);
  EXPECT_EQ(inner.end - inner.start, 3ms);
  EXPECT_EQ(outer.end - outer.start, 5ms);
}

TEST(Span, takes_a_parent_from_a_header) {
  const RecorderScene scene;
  with_span("work", {.kind = SpanKind::client, .traceparent = header}, [] {
    EXPECT_EQ(current_trace_id(), "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3");
  });
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.parent_span, 0x1122334455667788U);
  EXPECT_EQ(span.kind, SpanKind::client);
}

TEST(Span, is_not_recorded_below_an_unsampled_parent_but_has_ids) {
  const RecorderScene scene;
  const std::string unsampled = "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-00";
  with_span("work", {.traceparent = unsampled}, [] {
    EXPECT_FALSE(current_span_is_recording());
    EXPECT_EQ(current_trace_id(), "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3");
    EXPECT_NE(current_span_id(), "1122334455667788");
    EXPECT_TRUE(inject_traceparent()->ends_with("-00"));
  });
  EXPECT_TRUE(scene.recorder->take().ended.empty());
}

TEST(Span, tells_what_was_thrown) {
  const RecorderScene scene;
  EXPECT_THROW(with_span("work", [] { throw std::runtime_error("boom"); }), std::runtime_error);
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.status, SpanStatus::error);
  EXPECT_EQ(span.status_message, "boom");
  ASSERT_EQ(span.events.size(), 1U);
  EXPECT_EQ(span.events[0].name, "exception");
  EXPECT_EQ(
      span.events[0].attributes,
      (Attributes{{"exception.type", Json("Error")}, {"exception.message", Json("boom")}})
  );
  EXPECT_THROW(with_span("work", [] { throw 7; }), int);
  EXPECT_EQ(scene.only_span().status_message, "unknown exception");
}

TEST(Span, tells_the_error_of_a_result) {
  const RecorderScene scene;
  const auto failed = with_span("work", [] { return Result<int>(Error::runtime("no stock")); });
  EXPECT_FALSE(failed.has_value());
  EXPECT_EQ(scene.only_span().status_message, "no stock");
  const auto succeeded = with_span("work", [] { return Result<int>(7); });
  EXPECT_EQ(*succeeded, 7);
  EXPECT_EQ(scene.only_span().status, SpanStatus::ok);
  const auto moved = with_span("work", [] { return std::make_unique<int>(3); });
  EXPECT_EQ(*moved, 3);
}

TEST(Span, has_no_status_when_run_plainly) {
  const RecorderScene scene;
  EXPECT_EQ(run_in_span("work", [] { return 7; }), 7);
  EXPECT_EQ(scene.only_span().status, SpanStatus::unset);
}

TEST(Span, collects_attributes_events_and_links_in_order) {
  RecorderScene scene;
  {
    const ActiveSpan span("work", {.attributes = {{"a", Json(1)}, {"b", Json(true)}}});
    set_current_span_attribute("a", 2);
    set_current_span_attribute("c", "text");
    scene.pass(1ms);
    record_span_event("half", {{"percent", Json(50)}});
    span->add_link(TraceContext::parse(header), {{"why", Json("retry")}});
    span->add_link(TraceContext{});
    set_current_span_error("late");
  }
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.attributes, (Attributes{{"a", Json(2)}, {"b", Json(true)}, {"c", Json("text")}}));
  ASSERT_EQ(span.events.size(), 1U);
  EXPECT_EQ(span.events[0].time - span.start, 1ms);
  ASSERT_EQ(span.links.size(), 1U);
  EXPECT_EQ(span.links[0].to.traceparent(), header);
  EXPECT_EQ(span.status_message, "late");
}

TEST(Span, Item94_has_the_baggage_in_scope_as_attributes) {
  const RecorderScene scene;
  run_with_baggage({{"tenant", "acme"}}, [] { with_span("work", [] {}); });
  EXPECT_EQ(scene.only_span().attributes, (Attributes{{"tenant", Json("acme")}}));
}

TEST(Span, ends_once_and_takes_nothing_afterwards) {
  const RecorderScene scene;
  {
    const Span span = start_span("work");
    EXPECT_FALSE(current_span_is_recording());
    const Span copy = span;
    span.end();
    EXPECT_FALSE(copy.is_recording());
    copy.set_attribute("late", 1);
    copy.set_error("late");
    copy.end();
  }
  const SpanRecord span = scene.only_span();
  EXPECT_TRUE(span.attributes.empty());
  EXPECT_EQ(span.status, SpanStatus::unset);
  {
    const Span forgotten = start_span("forgotten");
  }
  EXPECT_EQ(scene.only_span().name, "forgotten");
}

TEST(Span, bounds_what_it_takes_and_still_learns_how_it_went) {
  const RecorderScene scene;
  with_span("work", [] {
    for (int i = 0; i < 400; ++i) {
      record_span_event("tick");
    }
  });
  const SpanRecord span = scene.only_span();
  EXPECT_EQ(span.events.size(), 384U);
  EXPECT_EQ(span.status, SpanStatus::ok);
  EXPECT_EQ(scene.recorder->drops().span_changes, 16U);
}

TEST(Span, is_nothing_without_telemetry) {
  EXPECT_EQ(with_span("work", [] { return 7; }), 7);
  EXPECT_THROW(with_span("work", [] { throw 7; }), int);
  const ActiveSpan span("work", {.traceparent = header});
  EXPECT_FALSE(span->is_recording());
  EXPECT_FALSE(current_span_is_recording());
  EXPECT_EQ(inject_traceparent(), header) << "the caller's trace goes on";
  set_current_span_attribute("a", 1);
  record_span_event("nothing");
  set_current_span_error("nothing");
}

}  // namespace
}  // namespace iii
