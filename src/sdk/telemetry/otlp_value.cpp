#include "sdk/telemetry/otlp_value.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "json/scan.hpp"

#include <iii/json.hpp>
#include <iii/span.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace iii::telemetry {
namespace {

template <class Number>
void append_digits(Number number, std::string& out) {
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void append_value_at(const Json& value, std::size_t depth, std::string& out);

void append_double(double number, std::string& out) {
  if (std::isfinite(number)) {
    out += R"({"doubleValue":)";
    append_number(number, out);
  } else {
    // JSON has no such number, and engines refuse the whole frame for a wrong type.
    out += R"({"stringValue":)";
    out += std::isnan(number) ? R"("NaN")" : number > 0 ? R"("Infinity")" : R"("-Infinity")";
  }
  out += '}';
}

void append_list(const JsonArray& values, std::size_t depth, std::string& out) {
  out += R"({"arrayValue":{"values":[)";
  for (std::size_t i = 0; i < values.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_value_at(values[i], depth + 1, out);
  }
  out += "]}}";
}

void append_members(const JsonObject& members, std::size_t depth, std::string& out) {
  out += R"({"kvlistValue":{"values":[)";
  bool is_first = true;
  for (const auto& member : members) {
    out += is_first ? R"({"key":)" : R"(,{"key":)";
    is_first = false;
    append_text(member.key(), out);
    out += R"(,"value":)";
    append_value_at(member.value(), depth + 1, out);
    out += '}';
  }
  out += "]}}";
}

void append_string_value(std::string_view text, std::string& out) {
  out += R"({"stringValue":)";
  append_text(text, out);
  out += '}';
}

void append_value_at(const Json& value, std::size_t depth, std::string& out) {
  if (depth >= base::limits::attribute_depth_max && value.is_structured()) {
    append_string_value(serialize(value), out);
    return;
  }
  if (value.is_string()) {
    append_string_value(value.get_string(), out);
  } else if (value.is_bool()) {
    out += value.get_bool() ? R"({"boolValue":true})" : R"({"boolValue":false})";
  } else if (value.is_int64()) {
    out += R"({"intValue":)";
    append_number(value.get_int64(), out);
    out += '}';
  } else if (value.is_uint64()) {
    const std::uint64_t number = value.get_uint64();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      out += R"({"intValue":)";
      append_number(number, out);
      out += '}';
    } else {
      append_double(static_cast<double>(number), out);
    }
  } else if (value.is_double()) {
    append_double(value.get_double(), out);
  } else if (value.is_array()) {
    append_list(value.get_array(), depth, out);
  } else if (value.is_object()) {
    append_members(value.get_object(), depth, out);
  } else {
    out += R"({"stringValue":""})";
  }
}

}  // namespace

void append_text(std::string_view text, std::string& out) {
  if (base::is_utf8(text)) {
    json::append_string(text, out);
  } else {
    json::append_string(base::repaired_utf8(text), out);
  }
}

void append_number(std::int64_t number, std::string& out) {
  append_digits(number, out);
}

void append_number(std::uint64_t number, std::string& out) {
  append_digits(number, out);
}

void append_number(double number, std::string& out) {
  append_digits(number, out);
}

void append_time(base::WallTime time, std::string& out) {
  // Engines refuse negative times; nothing happened before 1970.
  out += '"';
  append_number(std::max<std::int64_t>(0, time.time_since_epoch().count()), out);
  out += '"';
}

void append_value(const Json& value, std::string& out) {
  append_value_at(value, 0, out);
}

void append_attributes(const Attributes& attributes, std::string& out) {
  out += '[';
  bool is_first = true;
  for (const auto& [key, value] : attributes) {
    out += is_first ? R"({"key":)" : R"(,{"key":)";
    is_first = false;
    append_text(key, out);
    out += R"(,"value":)";
    append_value(value, out);
    out += '}';
  }
  out += ']';
}

std::string attributes_json(const Attributes& attributes) {
  std::string out;
  append_attributes(attributes, out);
  return out;
}

}  // namespace iii::telemetry
