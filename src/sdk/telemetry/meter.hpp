// The instruments behind <iii/metrics.hpp>: numbers that any thread changes without a lock, and
// that are collected into Metric values. The functions of gauges are user code: never called on the
// I/O thread.
#pragma once

#include "base/time.hpp"
#include "sdk/telemetry/append_list.hpp"
#include "sdk/telemetry/metric.hpp"

#include <iii/metrics.hpp>
#include <iii/span.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace iii::telemetry {

enum class InstrumentKind : std::uint8_t { counter, up_down_counter, histogram, gauge };

struct InstrumentDescription {
  std::string name;
  InstrumentKind kind = InstrumentKind::counter;
  bool is_integer = true;
  InstrumentOptions options;
  std::vector<double> bounds;  // of a histogram
  GaugeFunction function;      // of a gauge
};

// The numbers of one set of attributes.
struct Series {
  Series(std::string attributes_json, std::size_t buckets)
      : attributes(std::move(attributes_json)), counts(buckets) {}

  std::string attributes;
  std::atomic<std::int64_t> integer = 0;
  std::atomic<double> sum = 0;
  std::atomic<double> min = std::numeric_limits<double>::infinity();
  std::atomic<double> max = -std::numeric_limits<double>::infinity();
  std::vector<std::atomic<std::uint64_t>> counts;  // per bucket
};

class Instrument {
 public:
  explicit Instrument(InstrumentDescription description);

  [[nodiscard]] const InstrumentDescription& description() const noexcept { return description_; }

  void add(std::int64_t value, const Attributes& attributes);
  void add(double value, const Attributes& attributes);
  void record(double value, const Attributes& attributes);

  // Without points when it has no values yet.
  [[nodiscard]] Metric collect(base::WallTime start, base::WallTime now) const;

 private:
  Series& series(const Attributes& attributes);
  [[nodiscard]] Distribution distribution(base::WallTime start, base::WallTime now) const;
  [[nodiscard]] std::vector<NumberPoint> sums(base::WallTime start, base::WallTime now) const;
  [[nodiscard]] std::vector<NumberPoint> observed(base::WallTime now) const;

  InstrumentDescription description_;
  static constexpr std::size_t shards = 16;  // by attributes: keeps the walks short
  std::array<AppendList<Series>, shards> series_;
  std::atomic<std::size_t> series_count_ = 0;
};

// Whether their functions may be called.
enum class Gauges : std::uint8_t { ask, leave_out };

class MeterRegistry {
 public:
  // The one with this name and kind, made if needed. nullptr: there are too many.
  [[nodiscard]] Instrument* instrument(InstrumentDescription description);

  [[nodiscard]] bool has_gauges() const;
  // `start`: since when the sums have been counted. Only instruments that have values.
  [[nodiscard]] std::vector<Metric> collect(
      base::WallTime start, base::WallTime now, Gauges gauges = Gauges::ask
  ) const;

 private:
  AppendList<Instrument> instruments_;
};

[[nodiscard]] MeterRegistry& process_meters();

}  // namespace iii::telemetry
