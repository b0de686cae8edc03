// What a worker last said of its own resources (spec: engine-core §14): a number for each gauge
// that it sends with its telemetry, forgotten when limits::worker_metrics_age_max is over.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace iii::core {

enum class WorkerMetricName : std::uint8_t {
  memory_heap_used,
  memory_heap_total,
  memory_rss,
  memory_external,
  cpu_percent,
  cpu_user_micros,
  cpu_system_micros,
  event_loop_lag_ms,
  uptime_seconds,
};
// As `latest_metrics` has it.
[[nodiscard]] std::string_view text_of(WorkerMetricName name);

struct WorkerMetric {
  WorkerMetricName name = {};
  double number = 0;    // finite
  base::WallTime time;  // by the worker's clock

  friend bool operator==(const WorkerMetric&, const WorkerMetric&) = default;
};

class WorkerMetrics {
 public:
  void set(const WorkerMetric& metric, base::MonotonicTime now);
  // One of each name.
  [[nodiscard]] std::vector<WorkerMetric> latest(base::MonotonicTime now) const;

 private:
  struct Received {
    WorkerMetric metric;
    base::MonotonicTime at;
  };
  std::vector<Received> received_;  // one of each name
};

}  // namespace iii::core
