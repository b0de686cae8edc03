#include "sdk/telemetry/worker_gauges.hpp"

#include "base/time.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/process_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace iii::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

base::Now at(std::chrono::nanoseconds time) {
  return {.monotonic = base::MonotonicTime(time), .wall = base::WallTime(1000s + time)};
}

std::vector<std::string> lines(const std::vector<Metric>& metrics) {
  std::vector<std::string> texts;
  for (const Metric& metric : metrics) {
    const NumberPoint& point = std::get<Gauge>(metric.data).points.at(0);
    std::string text = metric.name + " ";
    std::visit([&](auto value) { text += std::to_string(value); }, point.value);
    texts.push_back(text + " " + metric.unit);
  }
  return texts;
}

TEST(WorkerGauges, Item92_show_the_process_by_the_worker_it_belongs_to) {
  WorkerGauges gauges("5b0e7a52", "shop", base::MonotonicTime(10s));
  const ProcessSample sample{
      .memory_rss_bytes = 4096, .memory_virtual_bytes = 8192, .cpu_user = 3s, .cpu_system = 1s
  };
  std::vector<Metric> metrics;
  gauges.collect(sample, 1500us, at(70s), metrics);
  EXPECT_THAT(
      lines(metrics),
      ElementsAre(
          "iii.worker.memory.rss 4096 By",
          "iii.worker.memory.virtual 8192 By",
          "iii.worker.cpu.user_micros 3000000 us",
          "iii.worker.cpu.system_micros 1000000 us",
          "iii.worker.event_loop.lag_ms 1.500000 ms",
          "iii.worker.uptime_seconds 60.000000 s"
      )
  );
  const NumberPoint& point = std::get<Gauge>(metrics[0].data).points.at(0);
  EXPECT_EQ(
      point.attributes,
      R"([{"key":"worker.id","value":{"stringValue":"5b0e7a52"}},)"
      R"({"key":"worker.name","value":{"stringValue":"shop"}}])"
  );
  EXPECT_EQ(point.time, base::WallTime(1070s));
}

TEST(WorkerGauges, show_the_share_of_the_processor_since_the_last_time) {
  WorkerGauges gauges("id", "name", base::MonotonicTime(0s));
  const auto percent = [&](std::chrono::microseconds cpu, std::chrono::nanoseconds time) {
    std::vector<Metric> metrics;
    gauges.collect({.cpu_user = cpu / 2, .cpu_system = cpu / 2}, 0ns, at(time), metrics);
    return metrics[2].name == "iii.worker.cpu.percent" ? lines(metrics)[2] : "none";
  };
  EXPECT_EQ(percent(1s, 10s), "none");
  EXPECT_EQ(percent(2s, 20s), "iii.worker.cpu.percent 10.000000 %");
  EXPECT_EQ(percent(3s, 20400ms), "iii.worker.cpu.percent 10.000000 %") << "kept for 500 ms";
  EXPECT_EQ(percent(99s, 30s), "iii.worker.cpu.percent 100.000000 %");
  EXPECT_EQ(percent(98s, 40s), "iii.worker.cpu.percent 0.000000 %");
}

TEST(ProcessSample, reads_what_the_kernel_writes) {
  const std::string stat =
      "42 (a) b (c) S 1 42 42 0 -1 4194560 1056 0 0 0 250 75 0 0 20 0 4 0 100 1 2 3";
  const auto sample = parse_process_sample("5000 1200 300 7 0 900 0\n", stat, {4096, 100});
  ASSERT_TRUE(sample.has_value());
  EXPECT_EQ(sample->memory_virtual_bytes, 5000 * 4096);
  EXPECT_EQ(sample->memory_rss_bytes, 1200 * 4096);
  EXPECT_EQ(sample->cpu_user, 2500ms);
  EXPECT_EQ(sample->cpu_system, 750ms);
}

TEST(ProcessSample, is_none_when_the_kernel_writes_something_else) {
  for (const std::string stat :
       {"", "42 (a", "42 (a) S 1 2", "42 (a) S a b c d e f g h i j k l m"}) {
    EXPECT_EQ(parse_process_sample("1 2", stat, {}), std::nullopt) << stat;
  }
  EXPECT_EQ(parse_process_sample("", "1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13", {}), std::nullopt);
}

}  // namespace
}  // namespace iii::telemetry
