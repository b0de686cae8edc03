#include "sdk/telemetry/meter.hpp"

#include "base/time.hpp"
#include "sdk/telemetry/metric.hpp"

#include <iii/metrics.hpp>
#include <iii/span.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace iii::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr base::WallTime start{100s};
constexpr base::WallTime now{160s};

class MeterTest : public testing::Test {
 protected:
  // Each point as "attributes=value".
  static std::vector<std::string> points(const std::vector<NumberPoint>& numbers) {
    std::vector<std::string> texts;
    for (const NumberPoint& point : numbers) {
      std::string text = point.attributes + "=";
      std::visit([&](auto value) { text += std::to_string(value); }, point.value);
      texts.push_back(text);
    }
    return texts;
  }

  MeterRegistry registry;
  Meter meter{registry};
};

TEST_F(MeterTest, counts_by_attributes_in_any_order) {
  const auto orders = meter.counter("orders", {"Orders placed", "1"});
  orders.add(2);
  orders.add(3, {{"region", "eu"}, {"plan", "free"}});
  orders.add(4, {{"plan", "free"}, {"region", "eu"}});
  orders.add(-1);
  const auto metrics = registry.collect(start, now);
  ASSERT_EQ(metrics.size(), 1U);
  EXPECT_EQ(metrics[0].name, "orders");
  EXPECT_EQ(metrics[0].description, "Orders placed");
  EXPECT_EQ(metrics[0].unit, "1");
  const Sum& sum = std::get<Sum>(metrics[0].data);
  EXPECT_TRUE(sum.is_monotonic);
  EXPECT_EQ(sum.points[0].start, start);
  EXPECT_EQ(sum.points[0].time, now);
  EXPECT_THAT(
      points(sum.points),
      UnorderedElementsAre(
          "[]=2",
          R"([{"key":"plan","value":{"stringValue":"free"}},{"key":"region",)"
          R"("value":{"stringValue":"eu"}}]=7)"
      )
  );
}

TEST_F(MeterTest, keeps_counting_over_collections_and_handles) {
  meter.counter("orders").add(1);
  EXPECT_EQ(points(std::get<Sum>(registry.collect(start, now)[0].data).points)[0], "[]=1");
  meter.counter("orders").add(1);
  const auto metrics = registry.collect(start, now);
  ASSERT_EQ(metrics.size(), 1U);
  EXPECT_EQ(points(std::get<Sum>(metrics[0].data).points)[0], "[]=2");
}

TEST_F(MeterTest, goes_up_and_down) {
  const auto open = meter.up_down_counter("open");
  open.add(5);
  open.add(-7);
  const auto seconds = meter.counter<double>("busy", {"", "s"});
  seconds.add(0.5);
  seconds.add(0.25);
  seconds.add(std::nan(""));
  const auto metrics = registry.collect(start, now);
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_FALSE(std::get<Sum>(metrics[0].data).is_monotonic);
  EXPECT_THAT(points(std::get<Sum>(metrics[0].data).points), ElementsAre("[]=-2"));
  EXPECT_THAT(points(std::get<Sum>(metrics[1].data).points), ElementsAre("[]=0.750000"));
}

TEST_F(MeterTest, distributes_into_buckets_with_inclusive_upper_bounds) {
  const auto latency = meter.histogram("latency", {"", "ms"}, {10, 5, 10});
  for (const double value : {1.0, 5.0, 7.0, 10.0, 99.0}) {
    latency.record(value);
  }
  latency.record(std::numeric_limits<double>::infinity());
  const auto metrics = registry.collect(start, now);
  ASSERT_EQ(metrics.size(), 1U);
  const Distribution& distribution = std::get<Distribution>(metrics[0].data);
  EXPECT_THAT(distribution.bounds, ElementsAre(5, 10));
  ASSERT_EQ(distribution.points.size(), 1U);
  const HistogramPoint& point = distribution.points[0];
  EXPECT_EQ(point.count, 5U);
  EXPECT_EQ(point.sum, 122.0);
  EXPECT_EQ(point.min, 1.0);
  EXPECT_EQ(point.max, 99.0);
  EXPECT_THAT(point.buckets, ElementsAre(2U, 2U, 1U));
}

TEST_F(MeterTest, asks_gauges_at_each_collection) {
  int asked = 0;
  meter.observable_gauge("queue", {"", "1"}, [&asked](GaugeObserver& observer) {
    observer.observe(++asked);
    observer.observe(7, {{"shard", 1}});
    observer.observe(std::nan(""));
  });
  meter.observable_gauge("queue", {}, [](GaugeObserver& observer) { observer.observe(99); });
  meter.observable_gauge("broken", {}, [](GaugeObserver&) { throw std::runtime_error("boom"); });
  meter.observable_gauge("none", {}, nullptr);
  static_cast<void>(registry.collect(start, now));
  const auto metrics = registry.collect(start, now);
  ASSERT_EQ(metrics.size(), 1U);
  EXPECT_THAT(
      points(std::get<Gauge>(metrics[0].data).points),
      ElementsAre("[]=2.000000", R"([{"key":"shard","value":{"intValue":1}}]=7.000000)")
  );
}

TEST_F(MeterTest, leaves_gauges_out_where_no_function_may_be_called) {
  EXPECT_FALSE(registry.has_gauges());
  meter.counter("orders").add(1);
  EXPECT_FALSE(registry.has_gauges());
  meter.observable_gauge("queue", {}, [](GaugeObserver&) { ADD_FAILURE(); });
  EXPECT_TRUE(registry.has_gauges());
  EXPECT_EQ(registry.collect(start, now, Gauges::leave_out).size(), 1U);
}

TEST_F(MeterTest, shows_nothing_that_has_no_value_yet) {
  static_cast<void>(meter.counter("orders"));
  static_cast<void>(meter.histogram("latency"));
  EXPECT_TRUE(registry.collect(start, now).empty());
}

TEST_F(MeterTest, bounds_the_sets_of_attributes_and_loses_no_count) {
  const auto visits = meter.counter("visits");
  for (int i = 0; i < 2010; ++i) {
    visits.add(1, {{"user", i}});
  }
  visits.add(1, {{"user", 0}});
  const auto metrics = registry.collect(start, now);
  const auto all = points(std::get<Sum>(metrics[0].data).points);
  EXPECT_EQ(all.size(), 2001U);
  EXPECT_THAT(
      all, testing::Contains(R"([{"key":"otel.metric.overflow","value":{"boolValue":true}}]=10)")
  );
  EXPECT_THAT(all, testing::Contains(R"([{"key":"user","value":{"intValue":0}}]=2)"));
}

TEST_F(MeterTest, bounds_the_instruments) {
  for (int i = 0; i < 1100; ++i) {
    meter.counter("c" + std::to_string(i)).add(1);
  }
  EXPECT_EQ(registry.collect(start, now).size(), 1024U);
  meter.counter("c7").add(1);
  EXPECT_EQ(points(std::get<Sum>(registry.collect(start, now)[7].data).points)[0], "[]=2");
}

TEST_F(MeterTest, is_there_for_the_whole_process) {
  get_meter().counter("iii.test.process").add(1);
  const auto metrics = process_meters().collect(start, now);
  EXPECT_TRUE(std::ranges::any_of(metrics, [](const Metric& metric) {
    return metric.name == "iii.test.process";
  }));
}

}  // namespace
}  // namespace iii::telemetry
