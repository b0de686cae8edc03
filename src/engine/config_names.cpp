#include "engine/config_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::engine {
namespace {

// spec: configuration §2.5
constexpr std::array<std::pair<std::string_view, WorkerKind>, 14> workers = {{
    {"iii-worker-manager", WorkerKind::listener},
    {"iii-engine-functions", WorkerKind::functions},
    {"iii-observability", WorkerKind::observability},
    {"iii-telemetry", WorkerKind::telemetry},
    {"configuration", WorkerKind::configuration},
    {"iii-http", WorkerKind::http},
    {"iii-queue", WorkerKind::unavailable},
    {"iii-state", WorkerKind::unavailable},
    {"iii-stream", WorkerKind::unavailable},
    {"iii-pubsub", WorkerKind::unavailable},
    {"iii-cron", WorkerKind::cron},
    {"iii-bridge", WorkerKind::unavailable},
    {"iii-exec", WorkerKind::unavailable},
    {"iii-http-functions", WorkerKind::http_functions},
}};

constexpr std::string_view prefix = "iii-";
// Longer names are no slips of a known one, and the table below stays small.
constexpr std::size_t name_bytes_max = 64;

std::size_t edits_between(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> edits((left.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return edits[i * width + j];
  };
  for (std::size_t i = 0; i <= left.size(); ++i) {
    for (std::size_t j = 0; j <= right.size(); ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = i + j;
        continue;
      }
      const std::size_t replacement = left[i - 1] == right[j - 1] ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + replacement});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return edits.back();
}

}  // namespace

WorkerKind worker_kind(std::string_view name) noexcept {
  const auto* const found =
      std::ranges::find(workers, name, &std::pair<std::string_view, WorkerKind>::first);
  return found == workers.end() ? WorkerKind::unknown : found->second;
}

std::string_view nearest_worker_name(std::string_view name) {
  std::array<std::string_view, workers.size()> names{};
  std::ranges::transform(workers, names.begin(), [](const auto& worker) { return worker.first; });
  // Line 0.22 knows the short names "http", "queue" … for external replacements.
  const auto with_prefix = std::ranges::find_if(names, [&](std::string_view known) {
    return known.starts_with(prefix) && known.substr(prefix.size()) == name;
  });
  return with_prefix == names.end() ? nearest_name(name, names) : *with_prefix;
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  std::string_view nearest;
  std::size_t fewest = name_bytes_max;
  if (name.size() > name_bytes_max) {
    return nearest;
  }
  for (const std::string_view candidate : candidates) {
    const std::size_t edits = edits_between(name, candidate);
    const std::size_t tolerated = std::max<std::size_t>(1, candidate.size() / 3);
    if (edits < fewest && edits <= tolerated) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace iii::engine
