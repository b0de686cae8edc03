// What has been counted for each route: answers by class of status, how long they took, what is
// under way. Pure; a fixed amount of memory for each route.
#pragma once

#include "base/time.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

// The bounds of OpenTelemetry, in milliseconds: a duration belongs to the first that is not below.
inline constexpr std::array<std::uint32_t, 14> duration_bounds_ms = {
    5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000
};

struct RouteCounts {
  std::uint64_t in_flight = 0;
  std::array<std::uint64_t, 6> statuses{};  // [2]: 2xx; [0]: the client has gone before
  std::array<std::uint64_t, duration_bounds_ms.size() + 1> durations{};
  std::chrono::microseconds duration_sum{0};

  void on_begun() { ++in_flight; }
  // Status 0: nobody waits for the answer any more.
  void on_ended(unsigned status, base::MonotonicTime::duration duration);
};

class RouteMetrics {
 public:
  // The counts of a route, which it shares with those before it of the same method and path. With
  // too many routes: one that all others share.
  [[nodiscard]] std::shared_ptr<RouteCounts> counts_of(
      std::string_view method, std::string_view path
  );

  // A JSON array; the row of all others has neither method nor path.
  [[nodiscard]] std::string rows_json() const;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  void forget_routes_that_have_gone();

  struct Row {
    std::string method;
    std::string path;
    std::shared_ptr<RouteCounts> counts = std::make_shared<RouteCounts>();
  };
  std::map<std::string, Row, std::less<>> rows_;  // by method and path
  std::shared_ptr<RouteCounts> others_;
};

}  // namespace iii::workers::http_worker
