#include "sdk/telemetry/recorder.hpp"

#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/recorder_scene.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/logger.hpp>
#include <iii/span.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>

namespace iii::telemetry {
namespace {

TEST(Recorder, announces_spans_when_they_begin) {
  const RecorderScene scene({.live_spans = true});
  run_with_baggage({{"tenant", "acme"}}, [&] {
    const ActiveSpan span("work");
    const RecordBatch batch = scene.recorder->take();
    ASSERT_EQ(batch.begun.size(), 1U);
    EXPECT_EQ(batch.begun[0].name, "work");
    EXPECT_EQ(batch.begun[0].end, base::WallTime{});
    EXPECT_EQ(batch.begun[0].attributes, (Attributes{{"tenant", Json("acme")}}));
    EXPECT_TRUE(batch.ended.empty());
  });
  const RecordBatch batch = scene.recorder->take();
  EXPECT_TRUE(batch.begun.empty());
  EXPECT_EQ(batch.ended.size(), 1U);
}

TEST(Recorder, wakes_its_driver_once_until_that_has_taken) {
  const RecorderScene scene;
  run_in_span("a", [] {});
  run_in_span("b", [] {});
  EXPECT_EQ(*scene.wakes, 1);
  EXPECT_EQ(scene.recorder->take().ended.size(), 2U);
  run_in_span("c", [] {});
  EXPECT_EQ(*scene.wakes, 2);
}

TEST(Recorder, gives_ids_that_differ) {
  const RecorderScene scene;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const Span span = start_span("work");
    ids.insert(span.trace().trace_id());
    ids.insert(span.trace().span_id());
  }
  EXPECT_EQ(ids.size(), 2000U);
}

TEST(Recorder, bounds_what_waits_and_counts_the_rest) {
  const RecorderScene scene({.live_spans = true});
  const Logger logger;
  for (int i = 0; i < 2050; ++i) {
    run_in_span("work", [] {});
    logger.info("record");
  }
  const RecorderDrops drops = scene.recorder->drops();
  EXPECT_EQ(drops.begun, 2U);
  EXPECT_EQ(drops.ended, 2U);
  EXPECT_EQ(drops.logs, 2U);
  const RecordBatch batch = scene.recorder->take();
  EXPECT_EQ(batch.begun.size(), 2048U);
  EXPECT_EQ(batch.ended.size(), 2048U);
  EXPECT_EQ(batch.logs.size(), 2048U);
}

TEST(Recorder, leaves_out_what_is_too_much_for_a_second_with_all_below_it) {
  RecorderScene scene({.live_spans = false, .spans_per_second_max = 2});
  for (int i = 0; i < 3; ++i) {
    run_in_span("work", [] {});
  }
  run_in_span("left out", [] {
    EXPECT_TRUE(inject_traceparent().value_or("").ends_with("-00"));
    run_in_span("below", [] {});
  });
  EXPECT_EQ(scene.recorder->take().ended.size(), 2U);
  EXPECT_EQ(scene.recorder->drops().ended, 2U);
  scene.pass(std::chrono::seconds(-1));
  run_in_span("by a thread that was held up", [] {});
  EXPECT_TRUE(scene.recorder->take().ended.empty());
  for (const auto time : {std::chrono::seconds(2), std::chrono::seconds(-3600)}) {
    scene.pass(time);
    for (int i = 0; i < 3; ++i) {
      run_in_span("in another second", [] {});
    }
    EXPECT_EQ(scene.recorder->take().ended.size(), 2U);
  }
}

TEST(Recorder, records_all_spans_without_a_bound) {
  const RecorderScene scene({.live_spans = false, .spans_per_second_max = 0});
  run_in_span("work", [] {});
  EXPECT_EQ(scene.only_span().name, "work");
}

TEST(Recorder, lets_go_what_comes_after_its_end) {
  const RecorderScene scene;
  {
    const ActiveSpan span("work");
    scene.recorder->close();
  }
  EXPECT_TRUE(scene.recorder->take().ended.empty());
  EXPECT_EQ(*scene.wakes, 0);
}

TEST(Recorder, of_two_clients_each_gets_the_spans_of_its_own_calls) {
  const RecorderScene first;
  auto second = std::make_unique<RecorderScene>();
  auto call = second->recorder->begin_span("call", SpanKind::internal, Context());
  Context().with_span(call).attach([] { run_in_span("below", [] {}); });
  run_in_span("outside", [] {});
  EXPECT_EQ(second->only_span().name, "below");
  EXPECT_EQ(first.only_span().name, "outside");
}

TEST(Recorder, Item96_of_two_clients_either_may_shut_down_and_telemetry_goes_on) {
  auto first = std::make_unique<RecorderScene>();
  const RecorderScene second;
  EXPECT_EQ(installed_recorder(), first->recorder);
  first.reset();
  EXPECT_EQ(installed_recorder(), second.recorder);
  {
    const RecorderScene third;
  }
  run_in_span("outside", [] {});
  EXPECT_EQ(second.only_span().name, "outside");
}

TEST(Recorder, is_gone_after_the_last_client) {
  {
    const RecorderScene scene;
  }
  EXPECT_EQ(installed_recorder(), nullptr);
}

}  // namespace
}  // namespace iii::telemetry
