// Metrics as they are collected: one value per instrument, with its points. Sums are cumulative.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace iii::telemetry {

struct NumberPoint {
  std::string attributes;  // an OTLP attribute list, already JSON
  base::WallTime start;    // the epoch: unknown
  base::WallTime time;
  std::variant<std::int64_t, double> value;
};

struct HistogramPoint {
  std::string attributes;
  base::WallTime start;
  base::WallTime time;
  std::uint64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  std::vector<std::uint64_t> buckets;  // one more than the bounds
};

struct Gauge {
  std::vector<NumberPoint> points;
};
struct Sum {
  std::vector<NumberPoint> points;
  bool is_monotonic = false;
};
struct Distribution {
  std::vector<HistogramPoint> points;
  std::vector<double> bounds;
};

struct Metric {
  std::string name;
  std::string description;
  std::string unit;
  std::variant<Gauge, Sum, Distribution> data;
};

}  // namespace iii::telemetry
