#include "json/number.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

namespace iii::json {
namespace {

// The power of ten of the first digit that is not zero, without regard to the exponent;
// nullopt-like `zero` for 0.000.
constexpr std::int64_t zero = std::numeric_limits<std::int64_t>::min();

std::int64_t leading_power(std::string_view mantissa) {
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) {
    return zero;
  }
  const auto distance = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return first < point ? distance - 1 : distance;
}

std::int64_t exponent_value(std::string_view digits) {
  // Far above the length of any text, so that a longer exponent decides alone.
  constexpr std::int64_t saturated = 1'000'000'000'000'000;
  const bool is_negative = digits.front() == '-';
  if (digits.front() == '-' || digits.front() == '+') {
    digits.remove_prefix(1);
  }
  std::int64_t value = 0;
  for (const char digit : digits) {
    value = std::min(value * 10 + (digit - '0'), saturated);
  }
  return is_negative ? -value : value;
}

}  // namespace

bool is_beyond_double(std::string_view number) noexcept {
  std::string_view mantissa = number;
  if (mantissa.front() == '-') {
    mantissa.remove_prefix(1);
  }
  std::int64_t exponent = 0;
  if (const std::size_t e = mantissa.find_first_of("eE"); e != std::string_view::npos) {
    exponent = exponent_value(mantissa.substr(e + 1));
    mantissa = mantissa.substr(0, e);
  }
  const std::int64_t leading = leading_power(mantissa);
  if (leading == zero) {
    return false;
  }
  constexpr std::int64_t power_max = std::numeric_limits<double>::max_exponent10;
  const std::int64_t power = leading + exponent;
  if (power != power_max) {
    return power > power_max;
  }
  // Between 1e308 and 1e309: only exact rounding tells.
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc::result_out_of_range;
}

}  // namespace iii::json
