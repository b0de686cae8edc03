#include "workers/http/route_metrics.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "json/scan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::http_worker {

namespace {

template <class Numbers>
void append_list(const Numbers& numbers, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out.append(i == 0 ? "" : ",").append(std::to_string(numbers[i]));
  }
  out += ']';
}

void append_row(
    std::string_view method, std::string_view path, const RouteCounts& counts, std::string& out
) {
  constexpr std::array<std::string_view, 6> classes = {
      "abandoned", "1xx", "2xx", "3xx", "4xx", "5xx"
  };
  out.append(out.ends_with('[') ? "{" : ",{");
  if (!method.empty()) {
    out.append(R"("method":)").append(json::quoted(method));
    out.append(R"(,"path":)").append(json::quoted(path)).append(",");
  }
  out.append(R"("in_flight":)").append(std::to_string(counts.in_flight));
  out.append(R"(,"statuses":{)");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    count += counts.statuses[i];
    if (i != 1) {  // no answer
      out.append(i == 0 ? "\"" : ",\"").append(classes[i]).append("\":");
      out.append(std::to_string(counts.statuses[i]));
    }
  }
  out.append(R"(},"duration_ms":{"count":)").append(std::to_string(count));
  const auto sum_us = counts.duration_sum.count();
  const std::string fraction = std::to_string(1000 + sum_us % 1000).substr(1);
  out.append(R"(,"sum":)").append(std::to_string(sum_us / 1000)).append(".").append(fraction);
  out.append(R"(,"bounds":)");
  append_list(duration_bounds_ms, out);
  out.append(R"(,"counts":)");
  append_list(counts.durations, out);
  out.append("}}");
}

}  // namespace

void RouteCounts::on_ended(unsigned status, base::MonotonicTime::duration duration) {
  --in_flight;
  ++statuses[std::min<std::size_t>(status / 100, statuses.size() - 1)];
  const auto bucket = std::ranges::find_if(duration_bounds_ms, [&](std::uint32_t bound) {
    return duration <= std::chrono::milliseconds(bound);
  });
  ++durations[static_cast<std::size_t>(bucket - duration_bounds_ms.begin())];
  duration_sum += std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

std::shared_ptr<RouteCounts> RouteMetrics::counts_of(
    std::string_view method, std::string_view path
) {
  const std::string key = std::string(method) + " " + std::string(path);
  const auto found = rows_.find(key);
  if (found != rows_.end()) {
    return found->second.counts;
  }
  if (rows_.size() >= base::limits::http_counted_routes_max) {
    forget_routes_that_have_gone();
  }
  if (rows_.size() >= base::limits::http_counted_routes_max) {
    if (others_ == nullptr) {
      others_ = std::make_shared<RouteCounts>();
    }
    return others_;
  }
  return rows_.emplace(key, Row{std::string(method), std::string(path)}).first->second.counts;
}

void RouteMetrics::forget_routes_that_have_gone() {
  std::erase_if(rows_, [](const auto& row) { return row.second.counts.use_count() == 1; });
}

std::string RouteMetrics::rows_json() const {
  std::string text = "[";
  for (const auto& [key, row] : rows_) {
    append_row(row.method, row.path, *row.counts, text);
  }
  if (others_ != nullptr) {
    append_row("", "", *others_, text);
  }
  return text.append("]");
}

}  // namespace iii::workers::http_worker
