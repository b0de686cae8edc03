// What the exporter orders its driver to do, to be executed in order once the exporter has
// returned.
#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>
#include <variant>
#include <vector>

namespace iii::telemetry {

// Open the telemetry socket; answer with on_opened or on_connect_failed.
struct OpenConnection {
  friend bool operator==(const OpenConnection&, const OpenConnection&) = default;
};

// Send as one binary message; answer with on_written or on_closed. The bytes live until then, and
// after a shutdown until the exporter is destroyed.
struct WriteFrame {
  std::string_view bytes;
  friend bool operator==(const WriteFrame&, const WriteFrame&) = default;
};

// Collect all metrics, where user code may run; answer with on_metrics.
struct CollectMetrics {
  friend bool operator==(const CollectMetrics&, const CollectMetrics&) = default;
};

// Send a close frame (1000) and let the socket go; an attempt to open it is given up. No answer.
struct CloseConnection {
  friend bool operator==(const CloseConnection&, const CloseConnection&) = default;
};

// The flush with this id is over. Complete: all that was known when it began has been written.
struct FlushDone {
  std::uint64_t id = 0;
  bool is_complete = false;
  friend bool operator==(const FlushDone&, const FlushDone&) = default;
};

// Nothing more will come; the exporter may be destroyed.
struct ShutdownDone {
  bool is_complete = false;
  friend bool operator==(const ShutdownDone&, const ShutdownDone&) = default;
};

using ExporterEffect = std::
    variant<OpenConnection, WriteFrame, CollectMetrics, CloseConnection, FlushDone, ShutdownDone>;
using ExporterEffects = std::vector<ExporterEffect>;

std::ostream& operator<<(std::ostream& out, const ExporterEffect& effect);

}  // namespace iii::telemetry
