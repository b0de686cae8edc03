// Metrics requests from any text: what is read names a worker and has a number, and white space
// around a request changes nothing.
#include "workers/observability/worker_gauges.hpp"

#include "base/assert.hpp"
#include "base/time.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto gauges = iii::workers::worker_gauges(text, {});
  III_ASSERT(
      gauges == iii::workers::worker_gauges(" \n" + std::string(text) + "\t", {}),
      "white space around a request changes nothing"
  );
  if (gauges) {
    for (const iii::workers::WorkerGauge& gauge : *gauges) {
      III_ASSERT(std::isfinite(gauge.metric.number), "JSON has no other numbers");
      III_ASSERT(gauge.metric.time >= iii::base::WallTime(), "times are not before 1970");
    }
  }
  return 0;
}
