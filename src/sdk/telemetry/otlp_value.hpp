// Parts of OTLP/JSON that all three kinds of frames share: texts, times, values, attribute lists
// (spec: sdk §18.5). Everything is appended to a text that grows.
#pragma once

#include "base/time.hpp"

#include <iii/json.hpp>
#include <iii/span.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace iii::telemetry {

// A JSON string; bytes that are not UTF-8 become U+FFFD, so that no frame is refused for them.
void append_text(std::string_view text, std::string& out);
void append_number(std::int64_t number, std::string& out);
void append_number(std::uint64_t number, std::string& out);
// Precondition: finite.
void append_number(double number, std::string& out);
// Decimal nanoseconds since the epoch, in quotes.
void append_time(base::WallTime time, std::string& out);

// An OTLP AnyValue. null is the empty string; what nests too deep for engines becomes text.
void append_value(const Json& value, std::string& out);
void append_attributes(const Attributes& attributes, std::string& out);
[[nodiscard]] std::string attributes_json(const Attributes& attributes);

}  // namespace iii::telemetry
