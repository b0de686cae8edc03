// What the operating system says about this process. The one place of telemetry that reads files.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace iii::telemetry {

struct ProcessSample {
  std::int64_t memory_rss_bytes = 0;
  std::int64_t memory_virtual_bytes = 0;
  std::chrono::microseconds cpu_user{0};
  std::chrono::microseconds cpu_system{0};
};

// How the kernel counts.
struct KernelUnits {
  std::int64_t page_bytes = 4096;
  std::int64_t ticks_per_second = 100;
};

// Reads the texts of /proc/self/statm and /proc/self/stat. Pure.
[[nodiscard]] std::optional<ProcessSample> parse_process_sample(
    std::string_view statm, std::string_view stat, const KernelUnits& units
);

// Of this process, now. Nothing where there is no /proc.
[[nodiscard]] std::optional<ProcessSample> read_process_sample();

}  // namespace iii::telemetry
