// Records as the binary messages of the telemetry socket: four letters, then OTLP/JSON (spec: sdk
// §18.4, §18.5; wire-protocol §12). All records of a message stand under one resource and one
// scope. Long lists become several frames, so that none is larger than engines take.
#pragma once

#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/span.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::telemetry {

enum class FrameKind : std::uint8_t { spans, metrics, logs };

struct Frame {
  FrameKind kind = FrameKind::spans;
  std::string bytes;
  std::size_t records = 0;
};

class OtlpEncoder {
 public:
  OtlpEncoder(const Attributes& resource, std::string_view scope_version);

  void append_spans(std::span<const SpanRecord> spans, std::vector<Frame>& frames);
  void append_metrics(std::span<const Metric> metrics, std::vector<Frame>& frames);
  void append_logs(std::span<const LogRecord> logs, std::vector<Frame>& frames);

  // Records that no engine would take, because they alone are too large for a frame.
  [[nodiscard]] std::uint64_t oversized() const noexcept { return oversized_; }

 private:
  template <class Record, class Append>
  void append_frames(
      FrameKind kind,
      const std::string& before,
      std::span<const Record> records,
      Append append,
      std::vector<Frame>& frames
  );

  // Prefix, resource and scope, up to the list of records.
  std::string spans_;
  std::string metrics_;
  std::string logs_;
  std::uint64_t oversized_ = 0;
};

// One record as OTLP/JSON.
void append_span(const SpanRecord& span, std::string& out);
void append_metric(const Metric& metric, std::string& out);
void append_log(const LogRecord& log, std::string& out);

}  // namespace iii::telemetry
