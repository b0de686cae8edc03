#include "sdk/telemetry/meter.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp_value.hpp"

#include <iii/json.hpp>
#include <iii/metrics.hpp>
#include <iii/span.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace iii::telemetry {
namespace {

// OpenTelemetry's default bounds.
const std::vector<double> default_bounds = {
    0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000
};

// The same set in another order is the same series.
std::string series_key(const Attributes& attributes) {
  if (attributes.empty()) {
    return "[]";
  }
  Attributes sorted = attributes;
  std::ranges::sort(sorted, {}, &Attribute::key);
  return attributes_json(sorted);
}

std::string overflow_key() {
  return attributes_json({{"otel.metric.overflow", Json(true)}});
}

void add_to(std::atomic<double>& sum, double value) {
  double known = sum.load(std::memory_order_relaxed);
  while (!sum.compare_exchange_weak(known, known + value, std::memory_order_relaxed)) {
  }
}

template <class Better>
void improve(std::atomic<double>& best, double value, Better is_better) {
  double known = best.load(std::memory_order_relaxed);
  while (is_better(value, known) &&
         !best.compare_exchange_weak(known, value, std::memory_order_relaxed)) {
  }
}

std::vector<double> usable_bounds(std::vector<double> bounds) {
  std::erase_if(bounds, [](double bound) { return !std::isfinite(bound); });
  std::ranges::sort(bounds);
  const auto repeated = std::ranges::unique(bounds);
  bounds.erase(repeated.begin(), repeated.end());
  return bounds.empty() ? default_bounds : bounds;
}

}  // namespace

Instrument::Instrument(InstrumentDescription description) : description_(std::move(description)) {
  if (description_.kind == InstrumentKind::histogram) {
    description_.bounds = usable_bounds(std::move(description_.bounds));
  }
}

Series& Instrument::series(const Attributes& attributes) {
  std::string key = series_key(attributes);
  const bool is_full =
      series_count_.load(std::memory_order_relaxed) >= base::limits::metric_series_max;
  const auto find_or_add = [this](const std::string& wanted) -> Series& {
    const std::size_t buckets =
        description_.kind == InstrumentKind::histogram ? description_.bounds.size() + 1 : 0;
    return series_[std::hash<std::string>{}(wanted) % shards].find_or_add(
        [&](const Series& series) { return series.attributes == wanted; },
        [&] {
          series_count_.fetch_add(1, std::memory_order_relaxed);
          return std::make_unique<Series>(wanted, buckets);
        }
    );
  };
  if (is_full) {
    Series* known = nullptr;
    series_[std::hash<std::string>{}(key) % shards].for_each([&](Series& series) {
      known = series.attributes == key ? &series : known;
    });
    return known != nullptr ? *known : find_or_add(overflow_key());
  }
  return find_or_add(key);
}

void Instrument::add(std::int64_t value, const Attributes& attributes) {
  series(attributes).integer.fetch_add(value, std::memory_order_relaxed);
}

void Instrument::add(double value, const Attributes& attributes) {
  if (std::isfinite(value)) {
    add_to(series(attributes).sum, value);
  }
}

void Instrument::record(double value, const Attributes& attributes) {
  if (!std::isfinite(value)) {
    return;
  }
  Series& into = series(attributes);
  const auto bucket = std::ranges::lower_bound(description_.bounds, value);
  const auto index = static_cast<std::size_t>(bucket - description_.bounds.begin());
  add_to(into.sum, value);
  improve(into.min, value, std::less<>{});
  improve(into.max, value, std::greater<>{});
  into.counts[index].fetch_add(1, std::memory_order_relaxed);
}

std::vector<NumberPoint> Instrument::sums(base::WallTime start, base::WallTime now) const {
  std::vector<NumberPoint> points;
  for (const auto& shard : series_) {
    shard.for_each([&](const Series& series) {
      NumberPoint point{.attributes = series.attributes, .start = start, .time = now};
      if (description_.is_integer) {
        point.value = series.integer.load(std::memory_order_relaxed);
      } else {
        point.value = series.sum.load(std::memory_order_relaxed);
      }
      points.push_back(std::move(point));
    });
  }
  return points;
}

Distribution Instrument::distribution(base::WallTime start, base::WallTime now) const {
  Distribution distribution{.bounds = description_.bounds};
  for (const auto& shard : series_) {
    shard.for_each([&](const Series& series) {
      HistogramPoint point{.attributes = series.attributes, .start = start, .time = now};
      for (const auto& count : series.counts) {
        point.buckets.push_back(count.load(std::memory_order_relaxed));
      }
      // Of the same reading as the buckets, so that the two always agree.
      point.count = std::accumulate(point.buckets.begin(), point.buckets.end(), std::uint64_t{0});
      if (point.count == 0) {
        return;
      }
      point.sum = series.sum.load(std::memory_order_relaxed);
      point.min = series.min.load(std::memory_order_relaxed);
      point.max = series.max.load(std::memory_order_relaxed);
      distribution.points.push_back(std::move(point));
    });
  }
  return distribution;
}

std::vector<NumberPoint> Instrument::observed(base::WallTime now) const {
  GaugeObserver observer;
  try {
    description_.function(observer);
  } catch (...) {
    return {};
  }
  std::vector<NumberPoint> points;
  for (const auto& [value, attributes] : observer.observations()) {
    if (std::isfinite(value)) {
      points.push_back({series_key(attributes), {}, now, value});
    }
  }
  return points;
}

Metric Instrument::collect(base::WallTime start, base::WallTime now) const {
  Metric metric{description_.name, description_.options.description, description_.options.unit, {}};
  switch (description_.kind) {
    case InstrumentKind::counter:
      metric.data = Sum{sums(start, now), true};
      break;
    case InstrumentKind::up_down_counter:
      metric.data = Sum{sums(start, now), false};
      break;
    case InstrumentKind::histogram:
      metric.data = distribution(start, now);
      break;
    case InstrumentKind::gauge:
      metric.data = Gauge{observed(now)};
      break;
  }
  return metric;
}

Instrument* MeterRegistry::instrument(InstrumentDescription description) {
  const auto is_same = [&](const Instrument& other) {
    return other.description().name == description.name &&
           other.description().kind == description.kind &&
           other.description().is_integer == description.is_integer;
  };
  Instrument* known = nullptr;
  instruments_.for_each([&](Instrument& other) { known = is_same(other) ? &other : known; });
  if (known != nullptr || instruments_.size() >= base::limits::instruments_max) {
    return known;
  }
  return &instruments_.find_or_add(is_same, [&] {
    return std::make_unique<Instrument>(description);
  });
}

bool MeterRegistry::has_gauges() const {
  bool has_gauges = false;
  instruments_.for_each([&](const Instrument& instrument) {
    has_gauges = has_gauges || instrument.description().kind == InstrumentKind::gauge;
  });
  return has_gauges;
}

std::vector<Metric> MeterRegistry::collect(base::WallTime start, base::WallTime now, Gauges gauges)
    const {
  std::vector<Metric> metrics;
  instruments_.for_each([&](const Instrument& instrument) {
    if (gauges == Gauges::leave_out && instrument.description().kind == InstrumentKind::gauge) {
      return;
    }
    Metric metric = instrument.collect(start, now);
    if (std::visit([](const auto& data) { return !data.points.empty(); }, metric.data)) {
      metrics.push_back(std::move(metric));
    }
  });
  // The list has the newest first.
  std::ranges::reverse(metrics);
  return metrics;
}

MeterRegistry& process_meters() {
  // Never destroyed: instruments are static objects of the program, which may end after it.
  static auto& registry = *new MeterRegistry;
  return registry;
}

}  // namespace iii::telemetry

namespace iii::inline v0 {

namespace detail {

void add(telemetry::Instrument* instrument, std::int64_t value, const Attributes& attributes) {
  if (instrument != nullptr) {
    instrument->add(value, attributes);
  }
}

void add(telemetry::Instrument* instrument, double value, const Attributes& attributes) {
  if (instrument != nullptr) {
    instrument->add(value, attributes);
  }
}

void record(telemetry::Instrument* instrument, double value, const Attributes& attributes) {
  if (instrument != nullptr) {
    instrument->record(value, attributes);
  }
}

}  // namespace detail

telemetry::Instrument* Meter::sum(
    std::string name, InstrumentOptions options, bool is_monotonic, bool is_integer
) const {
  using telemetry::InstrumentKind;
  return registry_->instrument({
      .name = std::move(name),
      .kind = is_monotonic ? InstrumentKind::counter : InstrumentKind::up_down_counter,
      .is_integer = is_integer,
      .options = std::move(options),
  });
}

Histogram Meter::histogram(std::string name, InstrumentOptions options, std::vector<double> bounds)
    const {
  return Histogram(registry_->instrument({
      .name = std::move(name),
      .kind = telemetry::InstrumentKind::histogram,
      .is_integer = false,
      .options = std::move(options),
      .bounds = std::move(bounds),
  }));
}

void Meter::observable_gauge(std::string name, InstrumentOptions options, GaugeFunction function)
    const {
  if (!function) {
    return;
  }
  static_cast<void>(registry_->instrument({
      .name = std::move(name),
      .kind = telemetry::InstrumentKind::gauge,
      .is_integer = false,
      .options = std::move(options),
      .function = std::move(function),
  }));
}

Meter get_meter() {
  return Meter(telemetry::process_meters());
}

}  // namespace iii::inline v0
