#include "core/worker_metrics.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace iii::core {

std::string_view text_of(WorkerMetricName name) {
  switch (name) {
    case WorkerMetricName::memory_heap_used:
      return "memory_heap_used";
    case WorkerMetricName::memory_heap_total:
      return "memory_heap_total";
    case WorkerMetricName::memory_rss:
      return "memory_rss";
    case WorkerMetricName::memory_external:
      return "memory_external";
    case WorkerMetricName::cpu_percent:
      return "cpu_percent";
    case WorkerMetricName::cpu_user_micros:
      return "cpu_user_micros";
    case WorkerMetricName::cpu_system_micros:
      return "cpu_system_micros";
    case WorkerMetricName::event_loop_lag_ms:
      return "event_loop_lag_ms";
    case WorkerMetricName::uptime_seconds:
      return "uptime_seconds";
  }
  return {};
}

void WorkerMetrics::set(const WorkerMetric& metric, base::MonotonicTime now) {
  III_ASSERT(std::isfinite(metric.number), "JSON has no other numbers");
  const auto found = std::ranges::find_if(received_, [&](const Received& received) {
    return received.metric.name == metric.name;
  });
  if (found != received_.end()) {
    *found = {metric, now};
  } else {
    received_.push_back({metric, now});
  }
}

std::vector<WorkerMetric> WorkerMetrics::latest(base::MonotonicTime now) const {
  std::vector<WorkerMetric> metrics;
  for (const Received& received : received_) {
    if (received.at + base::limits::worker_metrics_age_max > now) {
      metrics.push_back(received.metric);
    }
  }
  return metrics;
}

}  // namespace iii::core
