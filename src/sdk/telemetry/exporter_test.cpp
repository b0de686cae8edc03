#include "sdk/telemetry/exporter.hpp"

#include "base/random.hpp"
#include "base/time.hpp"
#include "sdk/telemetry/exporter_effects.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/records.hpp"
#include "sdk/telemetry/settings.hpp"
#include "support/sweeps.hpp"

#include <iii/reconnection.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::telemetry {
namespace {

using namespace std::chrono_literals;
using base::MonotonicTime;
using base::never;

// Always the middle of the jitter.
class HalfChance final : public base::Random {
 public:
  std::uint64_t next() override { return std::uint64_t{1} << 63U; }
};

Settings settings(ReconnectionConfig reconnection = {}) {
  Settings settings;
  settings.reconnection = std::move(reconnection);
  return settings;
}

// Effects as short texts: frames as their kind and the names of their records.
class ExporterScene {
 public:
  explicit ExporterScene(Settings given = settings()) : exporter(std::move(given), chance) {}

  void expect(
      const std::vector<std::string>& wanted,
      std::source_location where = std::source_location::current()
  ) {
    const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "expect");
    EXPECT_EQ(std::exchange(lines, {}), wanted);
  }

  // Time passes, deadline by deadline.
  void pass(std::chrono::nanoseconds time) {
    const MonotonicTime until = now + time;
    while (exporter.next_deadline() <= until) {
      now = std::max(now, exporter.next_deadline());
      exporter.on_timer(now, effects_);
      execute();
    }
    now = until;
  }

  void start() {
    exporter.start(now, effects_);
    execute();
  }
  void opened() {
    exporter.on_opened(now, effects_);
    execute();
  }
  void connect_failed() {
    exporter.on_connect_failed(now, effects_);
    execute();
  }
  void written() {
    exporter.on_written(now, effects_);
    execute();
  }
  void closed() {
    exporter.on_closed(now, effects_);
    execute();
  }
  void span(const std::string& name) { records({.ended = {named_span(name)}}); }
  void log(const std::string& message) { records({.logs = {LogRecord{.message = message}}}); }
  void records(RecordBatch batch) {
    exporter.on_records(std::move(batch), now, effects_);
    execute();
  }
  void metrics(const std::string& name) {
    exporter.on_metrics({Metric{.name = name}}, now, effects_);
    execute();
  }
  void flush(std::uint64_t id, std::chrono::nanoseconds timeout = 5s) {
    exporter.flush(id, timeout, now, effects_);
    execute();
  }
  void shut_down(std::chrono::nanoseconds timeout = std::chrono::hours(1)) {
    exporter.shut_down(timeout, now, effects_);
    execute();
  }

  void connect() {
    start();
    expect({"OpenConnection"});
    opened();
    expect({});
  }

  static SpanRecord named_span(const std::string& name, std::uint64_t id = 7) {
    return {.trace = {.trace_low = 1, .span = id, .flags = 1}, .name = name};
  }

  HalfChance chance;
  Exporter exporter;
  std::vector<std::string> lines;  // what has been ordered since the last expect()
  MonotonicTime now{1000s};

 private:
  // At once: the bytes of frames live no longer than that.
  void execute() {
    for (const ExporterEffect& effect : std::exchange(effects_, {})) {
      const auto* frame = std::get_if<WriteFrame>(&effect);
      std::ostringstream out;
      out << effect;
      lines.push_back(frame != nullptr ? described(frame->bytes) : out.str());
    }
  }

  static std::string described(std::string_view frame) {
    std::string text(frame.substr(0, 4));
    const std::string_view key = text == "LOGS" ? R"("body":{"stringValue":")" : R"("name":")";
    std::size_t at = frame.find(R"("iii-cpp-sdk","version")");
    while ((at = frame.find(key, at)) != std::string_view::npos) {
      at += key.size();
      text.append(" ").append(frame.substr(at, frame.find('"', at) - at));
    }
    return text;
  }

  ExporterEffects effects_;
};

TEST(Exporter, Item89_sends_spans_after_their_interval_and_logs_at_once) {
  ExporterScene scene;
  scene.connect();
  scene.span("a");
  scene.pass(60ms);
  scene.span("b");
  scene.expect({});
  EXPECT_EQ(scene.exporter.next_deadline() - scene.now, 40ms);
  scene.pass(40ms);
  scene.expect({"OTLP a b"});
  scene.log("hello");
  scene.expect({});  // One frame is written at a time.
  scene.written();
  scene.expect({"LOGS hello"});
  scene.written();
  scene.expect({});
  EXPECT_EQ(scene.exporter.frames().written_frames(), 2U);
}

TEST(Exporter, sends_a_full_batch_of_spans_at_once) {
  ExporterScene scene;
  scene.connect();
  RecordBatch batch;
  batch.ended.assign(511, ExporterScene::named_span("x"));
  scene.records(std::move(batch));
  scene.expect({});
  scene.span("last");
  EXPECT_EQ(scene.lines.size(), 1U);
  EXPECT_EQ(scene.exporter.frames().size(), 1U);
}

TEST(Exporter, gathers_logs_when_asked_to) {
  Settings gathering = settings();
  gathering.logs_batch_size = 3;
  ExporterScene scene(gathering);
  scene.connect();
  scene.log("a");
  scene.log("b");
  scene.expect({});
  scene.log("c");
  scene.expect({"LOGS a b c"});
  scene.written();
  scene.log("d");
  scene.pass(99ms);
  scene.expect({});
  scene.pass(1ms);
  scene.expect({"LOGS d"});
}

TEST(Exporter, puts_logs_that_come_together_into_one_frame) {
  ExporterScene scene;
  scene.connect();
  scene.records({.logs = {LogRecord{.message = "a"}, LogRecord{.message = "b"}}});
  scene.expect({"LOGS a b"});
}

TEST(Exporter, announces_spans_that_still_run) {
  ExporterScene scene;
  scene.connect();
  scene.records(
      {.begun = {ExporterScene::named_span("a", 1), ExporterScene::named_span("b", 2)},
       .ended = {ExporterScene::named_span("b", 2)}}
  );
  scene.expect({"OTLP a"});
  scene.written();
  scene.pass(100ms);
  scene.expect({"OTLP b"});
}

TEST(Exporter, collects_metrics_every_interval) {
  ExporterScene scene;
  scene.connect();
  scene.pass(59s);
  scene.expect({});
  scene.pass(1s);
  scene.expect({"CollectMetrics"});
  scene.pass(60s);
  scene.expect({});  // The first collection has not come back yet.
  scene.metrics("rss");
  scene.expect({"MTRC rss"});
  scene.written();
  scene.pass(60s);
  scene.expect({"CollectMetrics"});
}

TEST(Exporter, collects_metrics_at_a_whole_second) {
  ExporterScene scene;
  scene.now += 300ms;
  scene.connect();
  scene.pass(59'699ms);
  scene.expect({});
  scene.pass(1ms);
  scene.expect({"CollectMetrics"});
}

TEST(Exporter, collects_no_metrics_when_they_are_off) {
  Settings quiet = settings();
  quiet.metrics_enabled = false;
  ExporterScene scene(quiet);
  scene.connect();
  EXPECT_EQ(scene.exporter.next_deadline(), never);
  scene.flush(1);
  scene.expect({"FlushDone 1 complete"});
}

TEST(Exporter, Item90_keeps_what_there_is_until_the_connection_is_back) {
  ExporterScene scene;
  scene.connect();
  scene.pass(6s);
  scene.log("a");
  scene.expect({"LOGS a"});
  scene.closed();  // Before it was written: it is sent again.
  EXPECT_EQ(scene.exporter.state(), ExporterState::waiting);
  scene.span("b");
  scene.log("c");
  scene.log("d");
  scene.expect({});
  scene.pass(999ms);
  scene.expect({});
  scene.pass(1ms);
  scene.expect({"OpenConnection"});
  scene.opened();
  scene.expect({"LOGS a"});
  scene.written();
  scene.expect({"OTLP b"});
  scene.written();
  scene.expect({"LOGS c d"});
  EXPECT_EQ(scene.exporter.frames().dropped_frames(), 0U);
}

TEST(Exporter, Item90_waits_longer_after_each_failure_and_starts_over_after_a_success) {
  ExporterScene scene;
  scene.start();
  scene.expect({"OpenConnection"});
  for (const auto delay : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    scene.connect_failed();
    EXPECT_EQ(scene.exporter.next_deadline() - scene.now, delay);
    scene.pass(delay);
    scene.expect({"OpenConnection"});
  }
  scene.opened();
  scene.pass(5s);
  scene.closed();
  EXPECT_EQ(scene.exporter.next_deadline() - scene.now, 1000ms);
}

TEST(Exporter, takes_a_connection_that_ends_at_once_for_a_refusal) {
  ExporterScene scene;
  scene.start();
  for (const auto delay : {1000ms, 2000ms, 4000ms}) {
    scene.opened();
    scene.pass(10ms);
    scene.closed();
    EXPECT_EQ(scene.exporter.next_deadline() - scene.now, delay);
    scene.pass(delay);
  }
}

TEST(Exporter, Item90_gives_up_when_the_retries_are_used_up) {
  ExporterScene scene(settings({.max_retries = 2}));
  scene.start();
  scene.log("a");
  scene.connect_failed();
  scene.pass(2s);
  scene.flush(9);
  scene.lines.clear();
  scene.connect_failed();
  scene.expect({"FlushDone 9 incomplete"});
  EXPECT_EQ(scene.exporter.state(), ExporterState::failed);
  EXPECT_EQ(scene.exporter.next_deadline(), never);
  scene.span("b");
  scene.log("c");
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::spans), 1U);
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::logs), 2U);
  scene.flush(10);
  scene.shut_down();
  scene.expect({"FlushDone 10 incomplete", "ShutdownDone incomplete"});
}

TEST(Exporter, Item90_bounds_what_it_keeps_without_a_connection_and_counts_the_rest) {
  ExporterScene scene(settings({.max_pending_messages = 2}));
  scene.start();
  scene.expect({"OpenConnection"});
  for (int round = 0; round < 3; ++round) {
    RecordBatch batch;
    batch.logs.assign(2048, LogRecord{.message = "x"});
    scene.records(std::move(batch));
  }
  EXPECT_EQ(scene.exporter.frames().size(), 2U);
  EXPECT_EQ(scene.exporter.frames().dropped_frames(), 1U);
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::logs), 2048U);
}

TEST(Exporter, keeps_the_oldest_frames_when_a_connection_ends) {
  ExporterScene scene(settings({.max_pending_messages = 2}));
  scene.connect();
  for (const std::string message : {"a", "b", "c", "d"}) {
    scene.log(message);
  }
  scene.expect({"LOGS a"});
  scene.closed();
  EXPECT_EQ(scene.exporter.frames().size(), 2U);
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::logs), 2U);
  scene.pass(2s);
  scene.opened();
  scene.expect({"OpenConnection", "LOGS a"});
}

TEST(Exporter, drops_new_frames_when_the_socket_is_too_slow) {
  Settings small = settings({.max_pending_messages = 0});
  small.channel_capacity = 2;
  ExporterScene scene(small);
  scene.connect();
  for (const std::string message : {"a", "b", "c"}) {
    scene.log(message);
  }
  scene.records({.begun = {ExporterScene::named_span("begun")}});
  EXPECT_EQ(scene.exporter.frames().size(), 2U);
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::logs), 1U);
  EXPECT_EQ(scene.exporter.dropped_begun(), 1U);
}

TEST(Exporter, Item91_flushes_all_three_signals) {
  ExporterScene scene;
  scene.connect();
  scene.span("a");
  scene.log("b");
  scene.flush(1);
  scene.expect({"LOGS b", "CollectMetrics"});
  scene.written();
  scene.expect({"OTLP a"});
  scene.metrics("rss");
  scene.log("later");
  scene.written();
  scene.expect({"MTRC rss"});
  scene.written();
  scene.expect({"FlushDone 1 complete", "LOGS later"});
}

TEST(Exporter, Item91_ends_a_flush_at_its_timeout) {
  ExporterScene scene;
  scene.start();
  scene.expect({"OpenConnection"});
  scene.log("a");
  scene.flush(1, 5s);
  scene.expect({"CollectMetrics"});
  scene.metrics("rss");
  scene.pass(5s);
  scene.expect({"FlushDone 1 incomplete"});
  scene.opened();
  scene.expect({"LOGS a"});
}

TEST(Exporter, says_when_a_flush_lost_something) {
  ExporterScene scene(settings({.max_pending_messages = 0}));
  scene.start();
  scene.log("a");
  scene.flush(1);
  scene.metrics("rss");
  scene.expect({"OpenConnection", "CollectMetrics", "FlushDone 1 incomplete"});
}

TEST(Exporter, Item91_sends_the_last_records_before_it_closes) {
  ExporterScene scene;
  scene.connect();
  scene.span("last");
  scene.shut_down();
  scene.expect({"CollectMetrics", "OTLP last"});
  scene.metrics("rss");
  scene.written();
  scene.expect({"MTRC rss"});
  scene.written();
  scene.expect({"CloseConnection", "ShutdownDone complete"});
  EXPECT_EQ(scene.exporter.state(), ExporterState::closed);
  EXPECT_EQ(scene.exporter.next_deadline(), never);
  scene.shut_down();
  scene.written();
  scene.closed();
  scene.log("too late");
  scene.expect({});
}

TEST(Exporter, Item91_closes_in_time_when_the_engine_hangs) {
  ExporterScene scene;
  scene.connect();
  scene.log("last");
  scene.shut_down();
  scene.flush(3, 60s);
  scene.pass(9999ms);
  scene.expect({"LOGS last", "CollectMetrics"});
  scene.pass(1ms);
  scene.expect({"CloseConnection", "FlushDone 3 incomplete", "ShutdownDone incomplete"});
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::logs), 1U);
}

TEST(Exporter, does_not_wait_for_an_engine_that_is_not_there) {
  ExporterScene scene;
  scene.start();
  scene.connect_failed();
  scene.log("lost");
  scene.shut_down();
  scene.expect({"OpenConnection", "ShutdownDone incomplete"});
  EXPECT_EQ(scene.exporter.frames().dropped_records(FrameKind::logs), 1U);

  ExporterScene quiet;
  quiet.start();
  quiet.connect_failed();
  quiet.shut_down();
  quiet.expect({"OpenConnection", "ShutdownDone complete"});

  ExporterScene never_started;
  never_started.shut_down();
  never_started.expect({"ShutdownDone complete"});
}

TEST(Exporter, waits_for_a_connection_that_is_being_made) {
  ExporterScene scene;
  scene.start();
  scene.log("last");
  scene.shut_down();
  scene.metrics("rss");
  scene.expect({"OpenConnection", "CollectMetrics"});
  scene.opened();
  scene.written();
  scene.written();
  scene.expect({"LOGS last", "MTRC rss", "CloseConnection", "ShutdownDone complete"});

  ExporterScene refused;
  refused.start();
  refused.log("lost");
  refused.shut_down();
  refused.connect_failed();
  refused.expect({"OpenConnection", "CollectMetrics", "ShutdownDone incomplete"});
}

// The same script, with the connection lost at each step: nothing is sent twice but the frame that
// was under way, and the end comes all the same.
TEST(Exporter, ends_whenever_the_connection_is_lost) {
  const std::size_t steps = test::sweep_failures([](std::size_t broken) {
    ExporterScene scene;
    std::size_t step = 0;
    const auto may_break = [&] {
      if (step++ == broken) {
        scene.connect_failed();
        scene.closed();
        scene.pass(2s);
        scene.opened();
      }
    };
    scene.start();
    may_break();
    scene.opened();
    may_break();
    scene.span("a");
    may_break();
    scene.pass(100ms);
    may_break();
    scene.written();
    may_break();
    scene.log("b");
    may_break();
    scene.flush(1);
    may_break();
    scene.metrics("rss");
    may_break();
    scene.written();
    scene.written();
    scene.written();
    scene.shut_down();
    may_break();
    scene.pass(10s);
    EXPECT_EQ(scene.exporter.state(), ExporterState::closed);
    EXPECT_EQ(scene.exporter.next_deadline(), never);
    const auto ends = std::ranges::count_if(scene.lines, [](const std::string& line) {
      return line.starts_with("FlushDone") || line.starts_with("ShutdownDone");
    });
    EXPECT_EQ(ends, 2);
    return broken < step;
  });
  EXPECT_EQ(steps, 9U);
}

}  // namespace
}  // namespace iii::telemetry
