#include "sdk/telemetry/process_sample.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace iii::telemetry {
namespace {

// The number that stands as the given word, counted from 0.
std::optional<std::int64_t> number_at(std::string_view text, std::size_t index) {
  std::size_t at = text.find_first_not_of(' ');
  for (; index > 0 && at != std::string_view::npos; --index) {
    at = text.find_first_not_of(' ', text.find(' ', at));
  }
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

std::string whole_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::optional<ProcessSample> parse_process_sample(
    std::string_view statm, std::string_view stat, const KernelUnits& units
) {
  // The name in parentheses may hold anything, spaces and parentheses too.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || units.ticks_per_second <= 0) {
    return std::nullopt;
  }
  const std::string_view rest = stat.substr(name_end + 1);
  const auto size_pages = number_at(statm, 0);
  const auto rss_pages = number_at(statm, 1);
  const auto user_ticks = number_at(rest, 11);  // proc(5): utime is field 14, state is field 3
  const auto system_ticks = number_at(rest, 12);
  if (!size_pages || !rss_pages || !user_ticks || !system_ticks) {
    return std::nullopt;
  }
  const std::int64_t tick_micros = 1'000'000 / units.ticks_per_second;
  return ProcessSample{
      .memory_rss_bytes = *rss_pages * units.page_bytes,
      .memory_virtual_bytes = *size_pages * units.page_bytes,
      .cpu_user = std::chrono::microseconds(*user_ticks * tick_micros),
      .cpu_system = std::chrono::microseconds(*system_ticks * tick_micros),
  };
}

std::optional<ProcessSample> read_process_sample() {
  return parse_process_sample(
      whole_file("/proc/self/statm"),
      whole_file("/proc/self/stat"),
      {.page_bytes = sysconf(_SC_PAGESIZE), .ticks_per_second = sysconf(_SC_CLK_TCK)}
  );
}

}  // namespace iii::telemetry
