#include "sdk/telemetry/worker_gauges.hpp"

#include "base/time.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp_value.hpp"
#include "sdk/telemetry/process_sample.hpp"

#include <iii/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ratio>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace iii::telemetry {

using namespace std::chrono_literals;

WorkerGauges::WorkerGauges(
    std::string_view worker_id, std::string_view worker_name, base::MonotonicTime started
)
    : attributes_(
          attributes_json({{"worker.id", Json(worker_id)}, {"worker.name", Json(worker_name)}})
      ),
      started_(started) {
}

void WorkerGauges::update_cpu_percent(const ProcessSample& sample, base::MonotonicTime now) {
  constexpr auto shortest = 500ms;
  const std::chrono::microseconds cpu = sample.cpu_user + sample.cpu_system;
  if (cpu_ && now - sampled_at_ < shortest) {
    return;
  }
  if (cpu_) {
    const std::chrono::duration<double, std::micro> passed = now - sampled_at_;
    const auto used = static_cast<double>((cpu - *cpu_).count());
    cpu_percent_ = std::clamp(100.0 * used / passed.count(), 0.0, 100.0);
  }
  cpu_ = cpu;
  sampled_at_ = now;
}

void WorkerGauges::collect(
    const ProcessSample& sample,
    std::chrono::nanoseconds loop_lag,
    base::Now now,
    std::vector<Metric>& metrics
) {
  update_cpu_percent(sample, now.monotonic);
  const auto gauge =
      [&](std::string_view name, std::string_view unit, std::variant<std::int64_t, double> value) {
        metrics.push_back(
            {std::string("iii.worker.").append(name),
             "",
             std::string(unit),
             Gauge{{{attributes_, {}, now.wall, value}}}}
        );
      };
  gauge("memory.rss", "By", sample.memory_rss_bytes);
  gauge("memory.virtual", "By", sample.memory_virtual_bytes);
  if (cpu_percent_) {
    gauge("cpu.percent", "%", *cpu_percent_);
  }
  gauge("cpu.user_micros", "us", std::int64_t{sample.cpu_user.count()});
  gauge("cpu.system_micros", "us", std::int64_t{sample.cpu_system.count()});
  gauge("event_loop.lag_ms", "ms", std::chrono::duration<double, std::milli>(loop_lag).count());
  gauge("uptime_seconds", "s", std::chrono::duration<double>(now.monotonic - started_).count());
}

}  // namespace iii::telemetry
