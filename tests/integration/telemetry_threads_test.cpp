// Spans, logs and counters from several threads at once while another takes them: nothing is lost,
// nothing comes twice, and ThreadSanitizer has nothing to say.
#include "base/time.hpp"
#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/meter.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/json.hpp>
#include <iii/logger.hpp>
#include <iii/metrics.hpp>
#include <iii/span.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace iii::telemetry {
namespace {

constexpr int threads = 4;
constexpr int rounds = 400;  // threads * rounds stay below what may wait

std::shared_ptr<Recorder> recorder() {
  const RecorderPorts ports{
      .clock = [] { return base::WallTime{}; }, .wake = [] {}, .seed_high = 1, .seed_low = 2
  };
  return std::make_shared<Recorder>(RecorderOptions{}, ports);
}

TEST(TelemetryThreads, lose_nothing_and_repeat_nothing) {
  const auto shared = recorder();
  install(shared);
  MeterRegistry registry;
  std::atomic<int> running = threads;
  std::set<std::uint64_t> spans;
  std::size_t ended = 0;
  std::size_t logs = 0;
  const auto take = [&] {
    const RecordBatch batch = shared->take();
    for (const SpanRecord& span : batch.ended) {
      spans.insert(span.trace.span);
    }
    ended += batch.ended.size();
    logs += batch.logs.size();
    static_cast<void>(registry.collect({}, {}));
  };
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        const Logger logger;
        const auto counter = Meter(registry).counter("rounds");
        for (int round = 0; round < rounds; ++round) {
          with_span("work", [&] {
            logger.info("round", Json(round));
            counter.add(1, {{"worker", worker % 2}});
          });
        }
        --running;
      });
    }
    while (running.load() > 0) {
      take();
    }
  }
  take();
  uninstall(shared);
  EXPECT_EQ(ended, std::size_t{threads} * rounds);
  EXPECT_EQ(spans.size(), std::size_t{threads} * rounds);
  EXPECT_EQ(logs, std::size_t{threads} * rounds);
  std::int64_t counted = 0;
  const std::vector<Metric> metrics = registry.collect({}, {});
  for (const NumberPoint& point : std::get<Sum>(metrics.at(0).data).points) {
    counted += std::get<std::int64_t>(point.value);
  }
  EXPECT_EQ(counted, threads * rounds);
}

TEST(TelemetryThreads, may_all_add_to_one_span_while_it_ends) {
  const auto shared = recorder();
  install(shared);
  for (int round = 0; round < rounds; ++round) {
    const Span span = start_span("shared");
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&span, worker] {
        span.set_attribute("worker", worker);
        span.end();
        span.set_attribute("late", worker);
      });
    }
  }
  EXPECT_EQ(shared->take().ended.size(), std::size_t{rounds});
  uninstall(shared);
}

TEST(TelemetryThreads, may_install_and_uninstall_while_others_log) {
  set_log_fallback([](std::string_view /*line*/) {});
  std::atomic<bool> is_over = false;
  std::jthread logging([&is_over] {
    const Logger logger;
    while (!is_over.load()) {
      logger.info("still here");
    }
  });
  for (int round = 0; round < rounds; ++round) {
    const auto client = recorder();
    install(client);
    client->close();
    uninstall(client);
  }
  is_over = true;
  logging.join();
  set_log_fallback(nullptr);
  EXPECT_EQ(installed_recorder(), nullptr);
}

}  // namespace
}  // namespace iii::telemetry
