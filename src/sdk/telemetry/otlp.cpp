#include "sdk/telemetry/otlp.hpp"

#include "base/limits.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp_value.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/span.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::telemetry {
namespace {

struct Words {
  std::string_view prefix;
  std::string_view resources;
  std::string_view scopes;
  std::string_view records;
};

std::string opening(const Words& words, const Attributes& resource, std::string_view version) {
  std::string out(words.prefix);
  out.append(R"({")").append(words.resources).append(R"(":[{"resource":{"attributes":)");
  append_attributes(resource, out);
  out.append(R"(},")").append(words.scopes);
  out.append(R"(":[{"scope":{"name":"iii-cpp-sdk","version":)");
  append_text(version, out);
  return out.append(R"(},")").append(words.records).append(R"(":[)");
}

constexpr std::string_view closing = "]}]}]}";

}  // namespace

OtlpEncoder::OtlpEncoder(const Attributes& resource, std::string_view scope_version)
    : spans_(opening({"OTLP", "resourceSpans", "scopeSpans", "spans"}, resource, scope_version)),
      metrics_(
          opening({"MTRC", "resourceMetrics", "scopeMetrics", "metrics"}, resource, scope_version)
      ),
      logs_(opening({"LOGS", "resourceLogs", "scopeLogs", "logRecords"}, resource, scope_version)) {
}

template <class Record, class Append>
void OtlpEncoder::append_frames(
    FrameKind kind,
    const std::string& before,
    std::span<const Record> records,
    Append append,
    std::vector<Frame>& frames
) {
  namespace limits = base::limits;
  Frame frame{kind, before, 0};
  const auto finish = [&] {
    frame.bytes += closing;
    frames.push_back(std::exchange(frame, Frame{kind, before, 0}));
  };
  std::string encoded;
  for (const Record& record : records) {
    encoded.clear();
    append(record, encoded);
    if (before.size() + encoded.size() + closing.size() > limits::telemetry_frame_bytes_max) {
      ++oversized_;
      continue;
    }
    if (frame.records > 0 &&
        frame.bytes.size() + encoded.size() > limits::telemetry_frame_bytes_target) {
      finish();
    }
    if (frame.records > 0) {
      frame.bytes += ',';
    }
    frame.bytes += encoded;
    ++frame.records;
  }
  if (frame.records > 0) {
    finish();
  }
}

void OtlpEncoder::append_spans(std::span<const SpanRecord> spans, std::vector<Frame>& frames) {
  append_frames(FrameKind::spans, spans_, spans, append_span, frames);
}

void OtlpEncoder::append_metrics(std::span<const Metric> metrics, std::vector<Frame>& frames) {
  append_frames(FrameKind::metrics, metrics_, metrics, append_metric, frames);
}

void OtlpEncoder::append_logs(std::span<const LogRecord> logs, std::vector<Frame>& frames) {
  append_frames(FrameKind::logs, logs_, logs, append_log, frames);
}

}  // namespace iii::telemetry
