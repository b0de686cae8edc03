#include "iiiload/report.hpp"

#include "iiiload/options.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace iii::bench {
namespace {

double percentile(const std::vector<float>& sorted, double share) {
  if (sorted.empty()) {
    return 0;
  }
  const auto position = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(sorted.size() - 1, position)];
}

void print_churn(const ChurnCounts& churn) {
  std::printf(
      R"(,"churn":{"connections":%)" PRIu64 R"(,"dropped":%)" PRIu64 R"(,"functions":%)" PRIu64
      R"(,"triggers":%)" PRIu64 R"(,"calls":%)" PRIu64 R"(,"answered":%)" PRIu64
      R"(,"answered_by_error":%)" PRIu64 R"(,"lost":%)" PRIu64 "}",
      churn.connections,
      churn.dropped,
      churn.functions,
      churn.triggers,
      churn.calls,
      churn.answered,
      churn.answered_by_error,
      churn.lost
  );
}

}  // namespace

void print_report(const Options& options, Outcome outcome) {
  std::vector<float>& latencies = outcome.latencies_us;
  std::ranges::sort(latencies);
  std::printf(
      R"({"workers":%d,"callers":%d,"inflight":%d,"payload":%d,"void":%s,"per_second":%.0f,)"
      R"("p50_us":%.1f,"p90_us":%.1f,"p99_us":%.1f,"p999_us":%.1f,"max_us":%.1f,)"
      R"("errors":%)" PRIu64 R"(,"lost":%)" PRIu64,
      options.workers,
      options.callers,
      options.inflight,
      options.payload_bytes,
      options.is_void ? "true" : "false",
      outcome.per_second,
      percentile(latencies, .5),
      percentile(latencies, .9),
      percentile(latencies, .99),
      percentile(latencies, .999),
      percentile(latencies, 1),
      outcome.errors,
      outcome.lost
  );
  if (outcome.churn) {
    print_churn(*outcome.churn);
  }
  std::puts("}");
}

}  // namespace iii::bench
