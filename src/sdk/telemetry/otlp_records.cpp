#include "sdk/telemetry/hex.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp.hpp"
#include "sdk/telemetry/otlp_value.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/trace_context.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <variant>

namespace iii::telemetry {
namespace {

void append_ids(const TraceContext& trace, std::string& out) {
  out += R"("traceId":")";
  append_hex(trace.trace_high, 16, out);
  append_hex(trace.trace_low, 16, out);
  out += R"(","spanId":")";
  append_hex(trace.span, 16, out);
  out += '"';
}

template <class List, class Append>
void append_list(const List& list, std::string& out, Append append) {
  out += '[';
  bool is_first = true;
  for (const auto& element : list) {
    if (!is_first) {
      out += ',';
    }
    is_first = false;
    append(element, out);
  }
  out += ']';
}

void append_event(const SpanEvent& event, std::string& out) {
  out += R"({"name":)";
  append_text(event.name, out);
  out += R"(,"timeUnixNano":)";
  append_time(event.time, out);
  out += R"(,"attributes":)";
  append_attributes(event.attributes, out);
  out += '}';
}

void append_link(const SpanLink& link, std::string& out) {
  out += '{';
  append_ids(link.to, out);
  out += R"(,"attributes":)";
  append_attributes(link.attributes, out);
  out += '}';
}

template <class Point>
void append_point_head(const Point& point, std::string& out) {
  out += R"({"attributes":)";
  out += point.attributes;
  out += R"(,"startTimeUnixNano":)";
  append_time(point.start, out);
  out += R"(,"timeUnixNano":)";
  append_time(point.time, out);
}

void append_number_point(const NumberPoint& point, std::string& out) {
  append_point_head(point, out);
  if (const auto* integer = std::get_if<std::int64_t>(&point.value)) {
    out += R"(,"asInt":")";
    append_number(*integer, out);
    out += R"("})";
  } else {
    const double number = std::get<double>(point.value);
    out += R"(,"asDouble":)";
    append_number(std::isfinite(number) ? number : 0.0, out);
    out += '}';
  }
}

void append_quoted_count(std::uint64_t count, std::string& out) {
  out += '"';
  append_number(count, out);
  out += '"';
}

void append_data(const Gauge& gauge, std::string& out) {
  out += R"("gauge":{"dataPoints":)";
  append_list(gauge.points, out, append_number_point);
  out += '}';
}

void append_data(const Sum& sum, std::string& out) {
  out += R"("sum":{"dataPoints":)";
  append_list(sum.points, out, append_number_point);
  out += R"(,"aggregationTemporality":2,"isMonotonic":)";
  out += sum.is_monotonic ? "true}" : "false}";
}

void append_data(const Distribution& distribution, std::string& out) {
  out += R"("histogram":{"dataPoints":)";
  append_list(distribution.points, out, [&](const HistogramPoint& point, std::string& text) {
    append_point_head(point, text);
    text += R"(,"count":)";
    append_quoted_count(point.count, text);
    text += R"(,"sum":)";
    append_number(std::isfinite(point.sum) ? point.sum : 0.0, text);
    text += R"(,"bucketCounts":)";
    append_list(point.buckets, text, append_quoted_count);
    text += R"(,"explicitBounds":)";
    append_list(distribution.bounds, text, [](double bound, std::string& to) {
      append_number(bound, to);
    });
    text += R"(,"min":)";
    append_number(std::isfinite(point.min) ? point.min : 0.0, text);
    text += R"(,"max":)";
    append_number(std::isfinite(point.max) ? point.max : 0.0, text);
    text += '}';
  });
  out += R"(,"aggregationTemporality":2})";
}

}  // namespace

void append_span(const SpanRecord& span, std::string& out) {
  out += '{';
  append_ids(span.trace, out);
  if (span.parent_span != 0) {
    out += R"(,"parentSpanId":")";
    append_hex(span.parent_span, 16, out);
    out += '"';
  }
  out += R"(,"name":)";
  append_text(span.name, out);
  out += R"(,"kind":)";
  append_number(static_cast<std::uint64_t>(span.kind), out);
  out += R"(,"startTimeUnixNano":)";
  append_time(span.start, out);
  out += R"(,"endTimeUnixNano":)";
  append_time(span.end, out);
  out += R"(,"status":{"code":)";
  append_number(static_cast<std::uint64_t>(span.status), out);
  out += R"(,"message":)";
  append_text(span.status_message, out);
  out += R"(},"attributes":)";
  append_attributes(span.attributes, out);
  out += R"(,"events":)";
  append_list(span.events, out, append_event);
  out += R"(,"links":)";
  append_list(span.links, out, append_link);
  out += '}';
}

void append_metric(const Metric& metric, std::string& out) {
  out += R"({"name":)";
  append_text(metric.name, out);
  out += R"(,"description":)";
  append_text(metric.description, out);
  out += R"(,"unit":)";
  append_text(metric.unit, out);
  out += ',';
  std::visit([&out](const auto& data) { append_data(data, out); }, metric.data);
  out += '}';
}

void append_log(const LogRecord& log, std::string& out) {
  out += R"({"timeUnixNano":)";
  append_time(log.time, out);
  out += R"(,"observedTimeUnixNano":)";
  append_time(log.time, out);
  out += R"(,"severityNumber":)";
  append_number(static_cast<std::uint64_t>(log.severity), out);
  out += R"(,"severityText":")";
  out += to_string(log.severity);
  out += R"(","body":{"stringValue":)";
  append_text(log.message, out);
  out += R"(},"attributes":)";
  append_attributes(log.attributes, out);
  if (!log.trace_id.empty()) {
    out += R"(,"traceId":)";
    append_text(log.trace_id, out);
  }
  if (!log.span_id.empty()) {
    out += R"(,"spanId":)";
    append_text(log.span_id, out);
  }
  out += '}';
}

}  // namespace iii::telemetry
