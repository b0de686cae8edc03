#include "engine/telemetry_intake.hpp"

#include "base/limits.hpp"

#include <cstdint>
#include <string_view>

namespace iii::engine {

bool TelemetryIntake::take(std::string_view frame) {
  std::uint64_t* counter = frame.starts_with("OTLP")   ? &traces
                           : frame.starts_with("MTRC") ? &metrics
                           : frame.starts_with("LOGS") ? &logs
                                                       : nullptr;
  if (counter == nullptr) {
    return false;
  }
  if (frame.size() > base::limits::telemetry_frame_bytes_max) {
    ++oversized_frames;
    return true;
  }
  ++*counter;
  bytes += frame.size();
  return true;
}

}  // namespace iii::engine
