#include "sdk/telemetry/otlp.hpp"

#include "base/time.hpp"
#include "json/scan.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp_value.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/json.hpp>
#include <iii/span.hpp>
#include <iii/trace_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr base::WallTime start{1'760'000'000s};
const Attributes resource = {{"service.name", Json("pricing")}};
const TraceContext trace =
    TraceContext::parse("00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-a1b2c3d4e5f60718-01");

// The frames below follow spec: wire-protocol §12.4, member for member, with this SDK's scope.
OtlpEncoder encoder() {
  return {resource, "0.1.0"};
}

TEST(Otlp, Item85_encodes_a_span) {
  const SpanRecord span{
      .trace = trace,
      .parent_span = 0x1122334455667788U,
      .name = "execute orders::price",
      .start = start,
      .end = start + 12ms,
      .status = SpanStatus::ok,
  };
  std::vector<Frame> frames;
  encoder().append_spans(std::vector{span}, frames);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].records, 1U);
  EXPECT_EQ(
      frames[0].bytes,
      R"(OTLP{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",)"
      R"("value":{"stringValue":)"
      R"("pricing"}}]},"scopeSpans":[{"scope":{"name":"iii-cpp-sdk","version":"0.1.0"},"spans":[{)"
      R"("traceId":"6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3","spanId":"a1b2c3d4e5f60718",)"
      R"("parentSpanId":"1122334455667788","name":"execute orders::price","kind":1,)"
      R"("startTimeUnixNano":"1760000000000000000","endTimeUnixNano":"1760000000012000000",)"
      R"("status":{"code":1,"message":""},"attributes":[],"events":[],"links":[]}]}]}]})"
  );
}

TEST(Otlp, Item85_encodes_a_failed_root_with_events_and_links) {
  const SpanRecord span{
      .trace = trace,
      .name = "a \"b\"",
      .kind = SpanKind::consumer,
      .start = start,
      .attributes = {{"n", Json(7)}},
      .events = {{"exception", start + 1ns, {{"exception.type", Json("Error")}}}},
      .links = {{trace, {}}},
      .status = SpanStatus::error,
      .status_message = "declined",
  };
  std::string text;
  append_span(span, text);
  EXPECT_EQ(
      text,
      R"({"traceId":"6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3","spanId":"a1b2c3d4e5f60718",)"
      R"("name":"a \"b\"","kind":5,"startTimeUnixNano":"1760000000000000000",)"
      R"("endTimeUnixNano":"0","status":{"code":2,"message":"declined"},)"
      R"("attributes":[{"key":"n","value":{"intValue":7}}],)"
      R"("events":[{"name":"exception","timeUnixNano":"1760000000000000001",)"
      R"("attributes":[{"key":"exception.type","value":{"stringValue":"Error"}}]}],)"
      R"("links":[{"traceId":"6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3","spanId":"a1b2c3d4e5f60718",)"
      R"("attributes":[]}]})"
  );
}

TEST(Otlp, Item85_encodes_a_gauge) {
  const std::string attributes = attributes_json(
      {{"worker.id", Json("5b0e7a52-7a1e-4b43-9d0a-0f6c2f1f9a10")}, {"worker.name", Json("h:42")}}
  );
  const Metric rss{
      "iii.worker.memory.rss",
      "",
      "By",
      Gauge{{{attributes, {}, start + 60s, std::int64_t{73'400'320}}}},
  };
  std::vector<Frame> frames;
  encoder().append_metrics(std::vector{rss}, frames);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(
      frames[0].bytes,
      R"(MTRC{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":)"
      R"({"stringValue":"pricing"}}]},"scopeMetrics":[{"scope":{"name":"iii-cpp-sdk",)"
      R"("version":"0.1.0"},"metrics":[{"name":"iii.worker.memory.rss","description":"",)"
      R"("unit":"By",)"
      R"("gauge":{"dataPoints":[{"attributes":[{"key":"worker.id","value":{"stringValue":)"
      R"("5b0e7a52-7a1e-4b43-9d0a-0f6c2f1f9a10"}},{"key":"worker.name","value":{"stringValue":)"
      R"("h:42"}}],"startTimeUnixNano":"0","timeUnixNano":"1760000060000000000",)"
      R"("asInt":"73400320"}]}}]}]}]})"
  );
}

TEST(Otlp, Item85_encodes_sums_and_histograms) {
  std::string text;
  append_metric({"orders", "d", "1", Sum{{{"[]", start, start + 1s, 1.5}}, true}}, text);
  EXPECT_EQ(
      text,
      R"({"name":"orders","description":"d","unit":"1","sum":{"dataPoints":[{"attributes":[],)"
      R"("startTimeUnixNano":"1760000000000000000","timeUnixNano":"1760000001000000000",)"
      R"("asDouble":1.5}],"aggregationTemporality":2,"isMonotonic":true}})"
  );
  text.clear();
  const HistogramPoint point{
      .attributes = "[]",
      .start = start,
      .time = start,
      .count = 3,
      .sum = 12.5,
      .min = 0.5,
      .max = 9,
      .buckets = {1, 2, 0},
  };
  append_metric({"latency", "", "ms", Distribution{{point}, {5, 10}}}, text);
  EXPECT_EQ(
      text,
      R"({"name":"latency","description":"","unit":"ms",)"
      R"("histogram":{"dataPoints":[{"attributes":[],)"
      R"("startTimeUnixNano":"1760000000000000000","timeUnixNano":"1760000000000000000",)"
      R"("count":"3","sum":12.5,"bucketCounts":["1","2","0"],"explicitBounds":[5,10],)"
      R"("min":0.5,"max":9}],"aggregationTemporality":2}})"
  );
}

TEST(Otlp, Item85_encodes_a_log_record) {
  const LogRecord log{
      .time = start + 1s,
      .severity = Severity::info,
      .message = "priced A1",
      .attributes = {{"sku", Json("A1")}},
      .trace_id = "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3",
      .span_id = "a1b2c3d4e5f60718",
  };
  std::vector<Frame> frames;
  encoder().append_logs(std::vector{log}, frames);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(
      frames[0].bytes,
      R"(LOGS{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name",)"
      R"("value":{"stringValue":)"
      R"("pricing"}}]},"scopeLogs":[{"scope":{"name":"iii-cpp-sdk","version":"0.1.0"},)"
      R"("logRecords":[{)"
      R"("timeUnixNano":"1760000001000000000","observedTimeUnixNano":"1760000001000000000",)"
      R"("severityNumber":9,"severityText":"INFO","body":{"stringValue":"priced A1"},)"
      R"("attributes":[{"key":"sku","value":{"stringValue":"A1"}}],)"
      R"("traceId":"6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3","spanId":"a1b2c3d4e5f60718"}]}]}]})"
  );
  std::string untraced;
  append_log({.time = start, .severity = Severity::error, .message = "x"}, untraced);
  EXPECT_EQ(untraced.find("traceId"), std::string::npos);
  EXPECT_EQ(untraced.find("spanId"), std::string::npos);
}

TEST(Otlp, Item85_encodes_values_of_every_kind) {
  Json deep = 1;
  for (int level = 0; level < 30; ++level) {
    deep = JsonArray{std::move(deep)};
  }
  using Pair = std::pair<Json, std::string_view>;
  for (const auto& [value, text] : std::initializer_list<Pair>{
           {nullptr, R"({"stringValue":""})"},
           {true, R"({"boolValue":true})"},
           {-7, R"({"intValue":-7})"},
           {std::numeric_limits<std::int64_t>::min(), R"({"intValue":-9223372036854775808})"},
           {std::uint64_t{1} << 62U, R"({"intValue":4611686018427387904})"},
           {std::uint64_t{1} << 63U, R"({"doubleValue":9223372036854775808})"},
           {0.1, R"({"doubleValue":0.1})"},
           {2.0, R"({"doubleValue":2})"},
           {std::numeric_limits<double>::quiet_NaN(), R"({"stringValue":"NaN"})"},
           {-std::numeric_limits<double>::infinity(), R"({"stringValue":"-Infinity"})"},
           {"a\n\xFF", "{\"stringValue\":\"a\\n\xEF\xBF\xBD\"}"},
           {JsonArray{}, R"({"arrayValue":{"values":[]}})"},
           {{1, "x"}, R"({"arrayValue":{"values":[{"intValue":1},{"stringValue":"x"}]}})"},
           {JsonObject{}, R"({"kvlistValue":{"values":[]}})"},
           {{{"a", 1}, {"b", {{"c", true}}}},
            R"({"kvlistValue":{"values":[{"key":"a","value":{"intValue":1}},)"
            R"({"key":"b","value":{"kvlistValue":{"values":[{"key":"c",)"
            R"("value":{"boolValue":true}}]}}}]}})"},
       }) {
    std::string out;
    append_value(value, out);
    EXPECT_EQ(out, text);
  }
  std::string out;
  append_value(deep, out);
  EXPECT_FALSE(json::validate(out).has_value());
  EXPECT_NE(out.find(R"({"stringValue":"[[[[[[1]]]]]]"})"), std::string::npos) << out;
}

TEST(Otlp, splits_what_is_too_much_for_one_frame) {
  const std::string payload(100'000, 'x');
  const std::vector<SpanRecord> spans(
      10, SpanRecord{.trace = trace, .attributes = {{"payload", Json(payload)}}}
  );
  std::vector<Frame> frames;
  encoder().append_spans(spans, frames);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].records + frames[1].records, 10U);
  for (const Frame& frame : frames) {
    EXPECT_LE(frame.bytes.size(), 513U * 1024);
    EXPECT_TRUE(frame.bytes.starts_with("OTLP{"));
    EXPECT_FALSE(json::validate(std::string_view(frame.bytes).substr(4)).has_value());
  }
}

TEST(Otlp, leaves_out_records_that_no_engine_takes_and_counts_them) {
  OtlpEncoder encoder(resource, "0.1.0");
  const std::vector<LogRecord> logs = {
      {.message = "before"}, {.message = std::string(5'000'000, 'x')}, {.message = "after"}
  };
  std::vector<Frame> frames;
  encoder.append_logs(logs, frames);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].records, 2U);
  EXPECT_EQ(encoder.oversized(), 1U);
  frames.clear();
  encoder.append_logs({}, frames);
  EXPECT_TRUE(frames.empty());
}

}  // namespace
}  // namespace iii::telemetry
