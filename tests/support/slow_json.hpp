// The slow and obvious version of json/scan.hpp: Boost.JSON, and beside it the one rule that it
// lacks. Both agree on what is well-formed, on lone surrogates and on the depth limit; neither
// checks UTF-8 here.
#pragma once

#include "base/limits.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {

// Whether any number outside of strings rounds to infinity. Boost.JSON yields an infinite double
// for most of them, and also for a few that are still finite, so that its value cannot be asked.
inline bool has_number_beyond_double(std::string_view well_formed) {
  bool is_inside_string = false;
  for (std::size_t at = 0; at < well_formed.size(); ++at) {
    const char c = well_formed[at];
    if (c == '"') {
      is_inside_string = !is_inside_string;
    } else if (is_inside_string) {
      at += c == '\\' ? 1 : 0;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end =
          std::min(well_formed.find_first_not_of("+-.eE0123456789", at), well_formed.size());
      const std::string number(well_formed.substr(at, end - at));
      if (std::isinf(std::strtod(number.c_str(), nullptr))) {
        return true;
      }
      at = end - 1;
    }
  }
  return false;
}

enum class Verdict { accepted, refused, undecided };

struct SlowReading {
  Verdict verdict = Verdict::refused;
  boost::json::value value;  // null unless accepted
};

inline SlowReading read_slowly(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error == boost::json::error::exponent_overflow) {
    // Its own counter was too small, which says nothing about the text: 0e9999999999 is zero.
    return {.verdict = Verdict::undecided, .value = nullptr};
  }
  if (error || has_number_beyond_double(text)) {
    return {.verdict = Verdict::refused, .value = nullptr};
  }
  return {.verdict = Verdict::accepted, .value = std::move(value)};
}

// Equality through text, because Boost.JSON reads 0e999 as a double that is not equal to itself.
inline bool is_same(const boost::json::value& left, const boost::json::value& right) {
  return boost::json::serialize(left) == boost::json::serialize(right);
}

}  // namespace iii::test
