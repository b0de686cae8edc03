#include "base/limits.hpp"
#include "json/scan.hpp"

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <boost/json/error.hpp>
#include <boost/json/kind.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace iii::inline v0 {
namespace {

// Boost.JSON writes 33 as 3.3E1: valid, and taken for a mistake by who reads it.
void append_double(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += boost::json::serialize(Json(number));
    return;
  }
  std::array<char, 32> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  const std::string_view text(digits.data(), written.ptr);
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) {
    out += ".0";  // so that it is read as what it is
  }
}

template <class Integer>
void append_integer(Integer number, std::string& out) {
  std::array<char, 24> digits;
  out.append(
      digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr
  );
}

void append(const Json& value, std::string& out) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out += "null";
      break;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case boost::json::kind::int64:
      append_integer(value.get_int64(), out);
      break;
    case boost::json::kind::uint64:
      append_integer(value.get_uint64(), out);
      break;
    case boost::json::kind::double_:
      append_double(value.get_double(), out);
      break;
    case boost::json::kind::string:
      json::append_string(value.get_string(), out);
      break;
    case boost::json::kind::array: {
      char before = '[';
      for (const Json& item : value.get_array()) {
        out += std::exchange(before, ',');
        append(item, out);
      }
      out += before == '[' ? "[]" : "]";
      break;
    }
    case boost::json::kind::object: {
      char before = '{';
      for (const auto& member : value.get_object()) {
        out += std::exchange(before, ',');
        json::append_string(member.key(), out);
        out += ':';
        append(member.value(), out);
      }
      out += before == '{' ? "{}" : "}";
      break;
    }
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max;
  boost::json::error_code refusal;
  Json value = boost::json::parse(text, refusal, {}, options);
  if (refusal) {
    return Error::serde("not JSON: " + refusal.message());
  }
  return value;
}

std::string serialize(const Json& value) {
  std::string text;
  append(value, text);
  return text;
}

}  // namespace iii::inline v0
