// The gauges of workers' resources among the metrics that they send (spec: engine-core §14,
// observability §2.5). All other metrics are passed over.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/worker_metrics.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace iii::workers {

struct WorkerGauge {
  base::WorkerId worker_id;  // whose the sender says it is
  core::WorkerMetric metric;

  friend bool operator==(const WorkerGauge&, const WorkerGauge&) = default;
};

// Of a metrics request in OTLP/JSON, which is read only if it contains `iii.worker.`. nullopt: then
// it is not JSON. Members of other kinds than they should be count as absent; a point without its
// time has the given one.
[[nodiscard]] std::optional<std::vector<WorkerGauge>> worker_gauges(
    std::string_view otlp_json, base::WallTime received_at
);

}  // namespace iii::workers
