// What telemetry consists of once it has happened: finished spans, spans that have begun, log
// records. Values, as the recorder hands them to the exporter.
#pragma once

#include "base/time.hpp"

#include <iii/span.hpp>
#include <iii/trace_context.hpp>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace iii::telemetry {

struct SpanEvent {
  std::string name;
  base::WallTime time;
  Attributes attributes;
};

struct SpanLink {
  TraceContext to;
  Attributes attributes;
};

// The numbers of OTLP.
enum class SpanStatus : std::uint8_t { unset = 0, ok = 1, error = 2 };

struct SpanRecord {
  TraceContext trace;
  std::uint64_t parent_span = 0;  // 0: a root
  std::string name;
  SpanKind kind = SpanKind::internal;
  base::WallTime start;
  base::WallTime end;  // the epoch: it still runs
  Attributes attributes;
  std::vector<SpanEvent> events;
  std::vector<SpanLink> links;
  SpanStatus status = SpanStatus::unset;
  std::string status_message;
};

// The numbers of OTLP.
enum class Severity : std::uint8_t { debug = 5, info = 9, warn = 13, error = 17 };
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;  // "INFO"
std::ostream& operator<<(std::ostream& out, Severity severity);

struct LogRecord {
  base::WallTime time;
  Severity severity = Severity::info;
  std::string message;
  Attributes attributes;
  // As text, because a Logger may be given ids of its own.
  std::string trace_id;
  std::string span_id;
};

}  // namespace iii::telemetry
