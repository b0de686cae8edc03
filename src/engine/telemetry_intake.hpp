// What arrives on /otel and as telemetry frames on /: counted, and but for the gauges of workers
// let go until the observability worker takes it. Keeps no bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace iii::engine {

enum class TelemetryFrame : std::uint8_t {
  taken,
  metrics,    // taken, too
  oversized,  // it is telemetry, and dropped
  unknown,    // it carries no telemetry prefix (spec: wire-protocol §12.1)
};

inline constexpr std::size_t telemetry_prefix_bytes = 4;

struct TelemetryIntake {
  std::uint64_t traces = 0;
  std::uint64_t metrics = 0;
  std::uint64_t logs = 0;
  std::uint64_t unknown_frames = 0;
  std::uint64_t oversized_frames = 0;  // above limits::telemetry_frame_bytes_max
  std::uint64_t bytes = 0;

  // A binary message.
  [[nodiscard]] TelemetryFrame take(std::string_view frame);
};

}  // namespace iii::engine
