// Numbers that the engine collects once a minute: counts, sums that go up and down, distributions,
// and values that are asked for.
//
//   static const auto orders = iii::get_meter().counter("orders.placed");
//   orders.add(1, {{"region", "eu"}});
//
// Instruments live as long as the process, with or without a client; the same name and kind means
// the same instrument. Values of a client that connects later are not lost. Any thread; adding
// takes no lock. An instrument keeps a limited number of attribute sets; the rest share one.
#pragma once

#include <iii/span.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace iii::telemetry {
class Instrument;
class MeterRegistry;
}  // namespace iii::telemetry

namespace iii::inline v0 {

template <class T>
concept MetricNumber = std::same_as<T, std::int64_t> || std::same_as<T, double>;

namespace detail {
void add(telemetry::Instrument* instrument, std::int64_t value, const Attributes& attributes);
void add(telemetry::Instrument* instrument, double value, const Attributes& attributes);
void record(telemetry::Instrument* instrument, double value, const Attributes& attributes);
}  // namespace detail

// Only goes up: a negative value is ignored.
template <MetricNumber Number = std::int64_t>
class Counter {
 public:
  explicit Counter(telemetry::Instrument* instrument) : instrument_(instrument) {}
  // Adds to the sum of this set of attributes.
  void add(Number value, const Attributes& attributes = {}) const {
    if (value > 0) {
      detail::add(instrument_, value, attributes);
    }
  }

 private:
  telemetry::Instrument* instrument_;
};

// A sum that goes up and down.
template <MetricNumber Number = std::int64_t>
class UpDownCounter {
 public:
  explicit UpDownCounter(telemetry::Instrument* instrument) : instrument_(instrument) {}
  // Adds to the sum of this set of attributes; negative values subtract.
  void add(Number value, const Attributes& attributes = {}) const {
    detail::add(instrument_, value, attributes);
  }

 private:
  telemetry::Instrument* instrument_;
};

// A distribution over buckets.
class Histogram {
 public:
  explicit Histogram(telemetry::Instrument* instrument) : instrument_(instrument) {}
  // Numbers that are not finite are ignored.
  void record(double value, const Attributes& attributes = {}) const {
    detail::record(instrument_, value, attributes);
  }

 private:
  telemetry::Instrument* instrument_;
};

// What a gauge's function is asked to fill in, once per set of attributes.
class GaugeObserver {
 public:
  struct Observation {
    double value;
    Attributes attributes;
  };
  // The present value for this set of attributes.
  void observe(double value, Attributes attributes = {}) {
    observations_.push_back({value, std::move(attributes)});
  }
  [[nodiscard]] const std::vector<Observation>& observations() const noexcept {
    return observations_;
  }

 private:
  std::vector<Observation> observations_;
};
using GaugeFunction = std::function<void(GaugeObserver&)>;

struct InstrumentOptions {
  std::string description = {};
  std::string unit = {};
};

// Makes instruments. Asking again for the same name and kind gives the same one.
class Meter {
 public:
  explicit Meter(telemetry::MeterRegistry& registry) : registry_(&registry) {}

  // The unit of `options` is free text, such as "ms" or "{orders}".
  template <MetricNumber Number = std::int64_t>
  [[nodiscard]] Counter<Number> counter(std::string name, InstrumentOptions options = {}) const {
    return Counter<Number>(
        sum(std::move(name), std::move(options), true, std::same_as<Number, std::int64_t>)
    );
  }
  // As counter().
  template <MetricNumber Number = std::int64_t>
  [[nodiscard]] UpDownCounter<Number> up_down_counter(
      std::string name, InstrumentOptions options = {}
  ) const {
    return UpDownCounter<Number>(
        sum(std::move(name), std::move(options), false, std::same_as<Number, std::int64_t>)
    );
  }
  // `bounds`: ascending upper bounds of the buckets; empty: OpenTelemetry's, from 0 to 10,000.
  [[nodiscard]] Histogram histogram(
      std::string name, InstrumentOptions options = {}, std::vector<double> bounds = {}
  ) const;
  // `function` is called at each collection, on a thread that may run user code. What it throws
  // leaves the gauge out of that collection. Of two gauges of one name the first one counts.
  void observable_gauge(std::string name, InstrumentOptions options, GaugeFunction function) const;

 private:
  [[nodiscard]] telemetry::Instrument* sum(
      std::string name, InstrumentOptions options, bool is_monotonic, bool is_integer
  ) const;

  telemetry::MeterRegistry* registry_;
};

// Of the process.
[[nodiscard]] Meter get_meter();

}  // namespace iii::inline v0
