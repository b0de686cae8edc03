// The gauges by which the engine shows how a worker is doing (spec: sdk §20). Pure: the process's
// numbers come from outside (process_sample.hpp), as do times and the lag of the I/O loop. One per
// connection, made when the engine has given the worker its id.
#pragma once

#include "base/time.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/process_sample.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::telemetry {

class WorkerGauges {
 public:
  // `started`: when the process or the worker began, of which the uptime is counted.
  WorkerGauges(
      std::string_view worker_id, std::string_view worker_name, base::MonotonicTime started
  );

  // The share of the processor is that since the previous collection, at most 100; absent at the
  // first. Collections within 500 ms of each other repeat it.
  void collect(
      const ProcessSample& sample,
      std::chrono::nanoseconds loop_lag,
      base::Now now,
      std::vector<Metric>& metrics
  );

 private:
  void update_cpu_percent(const ProcessSample& sample, base::MonotonicTime now);

  std::string attributes_;
  base::MonotonicTime started_;
  base::MonotonicTime sampled_at_;
  std::optional<std::chrono::microseconds> cpu_;  // user and system at sampled_at_
  std::optional<double> cpu_percent_;
};

}  // namespace iii::telemetry
