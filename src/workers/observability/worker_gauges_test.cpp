#include "workers/observability/worker_gauges.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/worker_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers {
namespace {

using core::WorkerMetricName;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::string_view uuid = "5b0e7a52-7a1e-4b43-9d0a-0f6c2f1f9a10";
const base::WorkerId worker(*base::Uuid::parse(uuid));

std::string request_of(const std::string& metrics) {
  return R"({"resourceMetrics":[{"resource":{},"scopeMetrics":[{"scope":{},"metrics":[)" + metrics +
         "]}]}]}";
}

std::string metric_of(std::string_view name, std::string_view kind, std::string_view number) {
  std::string text = R"({"name":"iii.worker.)";
  text.append(name).append("\",\"").append(kind).append(R"(":{"dataPoints":[{"attributes":[)");
  text.append(R"({"key":"worker.name","value":{"stringValue":"till"}},)");
  text.append(R"({"key":"worker.id","value":{"stringValue":")").append(uuid).append("\"}}],");
  return text.append(R"("timeUnixNano":"1760000060000000000",)").append(number).append("}]}}");
}

constexpr base::WallTime received_at(1'760'000'061s);

std::optional<std::vector<WorkerGauge>> read(std::string_view request) {
  return worker_gauges(request, received_at);
}

WorkerGauge gauge(WorkerMetricName name, double number) {
  return {worker, {name, number, base::WallTime(1'760'000'060s)}};
}

TEST(WorkerGauges, are_numbers_and_texts_of_numbers) {
  const std::string request = request_of(
      metric_of("memory.rss", "gauge", R"("asInt":"73400320")") + "," +
      metric_of("memory.heap_used", "gauge", R"("asInt":100)") + "," +
      metric_of("cpu.percent", "gauge", R"("asDouble":12.5)") + "," +
      metric_of("uptime_seconds", "sum", R"("asDouble":77.0)")
  );
  EXPECT_THAT(
      read(request),
      Optional(ElementsAre(
          gauge(WorkerMetricName::memory_rss, 73'400'320),
          gauge(WorkerMetricName::memory_heap_used, 100),
          gauge(WorkerMetricName::cpu_percent, 12.5),
          gauge(WorkerMetricName::uptime_seconds, 77)
      ))
  );
}

TEST(WorkerGauges, are_zero_without_a_number) {
  for (const char* number :
       {R"("asInt":"many")", R"("asInt":"1x")", R"("asDouble":null)", R"("x":1)"}) {
    EXPECT_THAT(
        read(request_of(metric_of("memory.rss", "gauge", number))),
        Optional(ElementsAre(gauge(WorkerMetricName::memory_rss, 0)))
    ) << number;
  }
}

TEST(WorkerGauges, are_integers_where_there_is_no_fraction) {
  EXPECT_THAT(
      read(request_of(metric_of("memory.rss", "gauge", R"("asDouble":null,"asInt":7)"))),
      Optional(ElementsAre(gauge(WorkerMetricName::memory_rss, 7)))
  );
}

TEST(WorkerGauges, have_the_time_of_their_arrival_without_one_of_their_own) {
  const std::string metric = metric_of("memory.rss", "gauge", R"("asInt":7)");
  for (const char* time : {"\"0\"", "-1", "1e30", "null"}) {
    std::string timed = metric;
    timed.replace(timed.find(R"("1760000060000000000")"), 21, time);
    const auto gauges = read(request_of(timed));
    ASSERT_THAT(gauges, Optional(SizeIs(1))) << time;
    EXPECT_EQ(gauges->front().metric.time, received_at) << time;
  }
}

TEST(WorkerGauges, are_those_that_engines_show) {
  EXPECT_THAT(
      read(request_of(
          metric_of("memory.virtual", "gauge", R"("asInt":1)") + "," +
          metric_of("memory.rss", "histogram", R"("asInt":1)") + R"(,{"name":"orders"})"
      )),
      Optional(IsEmpty())
  );
}

TEST(WorkerGauges, belong_to_a_worker) {
  for (const std::string_view attributes :
       {R"([])",
        R"([{"key":"worker.id","value":{"stringValue":"till"}}])",
        R"([{"key":"worker.id","value":{"intValue":7}}])",
        R"([{"key":"worker.id"}])",
        R"({"worker.id":"5b0e7a52-7a1e-4b43-9d0a-0f6c2f1f9a10"})"}) {
    std::string metric = R"({"name":"iii.worker.memory.rss","gauge":{"dataPoints":[{"attributes":)";
    metric.append(attributes).append(R"(,"asInt":1}]}})");
    EXPECT_THAT(read(request_of(metric)), Optional(IsEmpty())) << attributes;
  }
}

TEST(WorkerGauges, need_json_of_the_right_shape) {
  EXPECT_EQ(read(R"({"resourceMetrics":["iii.worker.)"), std::nullopt);
  for (const std::string_view text :
       {R"("iii.worker.")",
        R"({"resourceMetrics":{"iii.worker.":1}})",
        R"({"resourceMetrics":[{"scopeMetrics":"iii.worker."}]})",
        R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":["iii.worker."]}]}]})",
        R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":["iii.worker."]}]}]}]})"}) {
    EXPECT_THAT(read(text), Optional(IsEmpty())) << text;
  }
}

}  // namespace
}  // namespace iii::workers
