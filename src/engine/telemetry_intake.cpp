#include "engine/telemetry_intake.hpp"

#include "base/limits.hpp"

#include <cstdint>
#include <string_view>

namespace iii::engine {

TelemetryFrame TelemetryIntake::take(std::string_view frame) {
  std::uint64_t* counter = frame.starts_with("OTLP")   ? &traces
                           : frame.starts_with("MTRC") ? &metrics
                           : frame.starts_with("LOGS") ? &logs
                                                       : nullptr;
  if (counter == nullptr) {
    return TelemetryFrame::unknown;
  }
  if (frame.size() > base::limits::telemetry_frame_bytes_max) {
    ++oversized_frames;
    return TelemetryFrame::oversized;
  }
  ++*counter;
  bytes += frame.size();
  return counter == &metrics ? TelemetryFrame::metrics : TelemetryFrame::taken;
}

}  // namespace iii::engine
