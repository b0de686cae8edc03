#include "engine/outbox_gauge.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace iii::engine {

OutboxGauge::Finding OutboxGauge::on_appended(
    const OutboxLimits& limits, std::size_t newest_bytes, std::size_t bytes
) {
  if (bytes < limits.refuse_bytes) {
    return {};
  }
  largest_bytes_ = std::max(largest_bytes_, newest_bytes);
  const std::size_t others_bytes = bytes - std::min(bytes, largest_bytes_);
  Finding finding{.is_overflowing = others_bytes >= limits.close_bytes};
  if (limits.counts_largest || others_bytes >= limits.refuse_bytes) {
    finding.has_become_congested = !std::exchange(is_congested_, true);
  }
  return finding;
}

bool OutboxGauge::on_flushed(const OutboxLimits& limits, std::size_t bytes_left) {
  if (bytes_left > limits.refuse_bytes / 2) {
    return false;
  }
  largest_bytes_ = 0;
  return std::exchange(is_congested_, false);
}

}  // namespace iii::engine
