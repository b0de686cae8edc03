// What compiled code knows about a type: how to write, read and name its values. Templates
// (codecs.hpp) make one constant Codec for each type; conversions walk these tables.
#pragma once

#include <iii/detail/place.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace iii::inline v0::detail {

class SchemaWriter;
struct Alternative;
struct EnumType;
struct StructType;

enum class NullUse {
  refused,
  absent,  // null and a missing member are the same: optional
  value,   // null is a value like others
};

struct Codec {
  Json (*encode)(const Codec& self, const void* value);
  bool (*decode)(const Codec& self, const Json& json, void* value, const Place& place);
  Json (*schema)(const Codec& self, SchemaWriter& writer);
  NullUse null_use = NullUse::refused;
  std::string_view format = {};    // of numbers: "int32"; of durations, the unit: "milliseconds"
  const Codec* element = nullptr;  // of optional, sequence, map, duration
  std::size_t size = 0;            // of arrays: how many elements
  const StructType& (*structure)() = nullptr;
  const EnumType& (*enumeration)() = nullptr;
  std::span<const Alternative> alternatives = {};
};

struct Member {
  std::string_view name;   // in JSON
  std::string_view alias;  // read where the name is missing; empty: none
  std::string_view description;
  bool is_defaulted = false;
  bool is_omitted_when_empty = false;  // empty text, array or object, or null
  void* (*access)(void* object) = nullptr;
  const Codec* codec = nullptr;
};

struct Tag {
  std::string_view name;  // empty: no tag
  std::string_view value;
};

struct StructType {
  std::string_view name;
  std::string_view description;
  bool is_defaulted = false;    // all members are
  bool is_transparent = false;  // is written as its only member
  Tag tag;
  std::span<const Member> members;
  // Calls `use` with a default object.
  void (*with_default)(void (*use)(const void* object, void* context), void* context) = nullptr;
};

struct Enumerator {
  std::string_view name;  // in JSON
  long long number = 0;
};

struct EnumType {
  std::string_view name;
  std::string_view description;
  std::span<const Enumerator> enumerators;
};

// One type of a variant.
struct Alternative {
  const Codec* codec;
  Json (*encode)(const void* variant);
  // Puts the value into the variant if it can be read.
  bool (*decode)(const Json& json, void* variant, const Place& place);
};

// Entry points of describe.hpp.
[[nodiscard]] std::optional<Error> read(const Codec& codec, const Json& json, void* value);
[[nodiscard]] Json root_schema(const Codec& codec);

// The parts that the templates of codecs.hpp are made of.
Json encode_struct(const Codec& self, const void* value);
bool decode_struct(const Codec& self, const Json& json, void* value, const Place& place);
Json encode_number(const EnumType& type, long long number);
bool decode_number(const EnumType& type, const Json& json, long long& number, const Place& place);
bool decode_variant(const Codec& self, const Json& json, void* value, const Place& place);

bool decode_bool(const Json& json, bool& value, const Place& place);
bool decode_signed(
    const Json& json,
    std::int64_t lowest,
    std::int64_t highest,
    std::int64_t& value,
    const Place& place
);
bool decode_unsigned(
    const Json& json, std::uint64_t highest, std::uint64_t& value, const Place& place
);
Json encode_double(double value);
bool decode_double(const Json& json, double highest, double& value, const Place& place);
Json encode_text(std::string_view text);
bool decode_string(const Json& json, std::string& value, const Place& place);

Json make_array(std::size_t expected_size);
void append(Json& array, const Codec& codec, const void* value);
Json make_object();
void insert(Json& object, std::string_view name, const Codec& codec, const void* value);
// nullptr, and the place knows why: not an array (of that size), not an object.
const JsonArray* read_array(const Json& json, const Place& place);
const JsonArray* read_array(const Json& json, std::size_t size, const Place& place);
const JsonObject* read_object(const Json& json, const Place& place);

// A point in time as RFC 3339 writes it.
struct Instant {
  std::int64_t seconds = 0;      // since 1970, UTC
  std::int64_t nanoseconds = 0;  // 0 to 999,999,999
};
Json encode_instant(Instant instant);
bool decode_instant(const Json& json, Instant& instant, const Place& place);

Json schema_of_null(const Codec& self, SchemaWriter& writer);
Json schema_of_bool(const Codec& self, SchemaWriter& writer);
Json schema_of_integer(const Codec& self, SchemaWriter& writer);
Json schema_of_real(const Codec& self, SchemaWriter& writer);
Json schema_of_string(const Codec& self, SchemaWriter& writer);
Json schema_of_instant(const Codec& self, SchemaWriter& writer);
Json schema_of_duration(const Codec& self, SchemaWriter& writer);
Json schema_of_any(const Codec& self, SchemaWriter& writer);
Json schema_of_any_object(const Codec& self, SchemaWriter& writer);
Json schema_of_any_array(const Codec& self, SchemaWriter& writer);
Json schema_of_optional(const Codec& self, SchemaWriter& writer);
Json schema_of_sequence(const Codec& self, SchemaWriter& writer);
Json schema_of_set(const Codec& self, SchemaWriter& writer);
Json schema_of_array(const Codec& self, SchemaWriter& writer);
Json schema_of_map(const Codec& self, SchemaWriter& writer);
Json schema_of_struct(const Codec& self, SchemaWriter& writer);
Json schema_of_enum(const Codec& self, SchemaWriter& writer);
Json schema_of_variant(const Codec& self, SchemaWriter& writer);
Json schema_of_tuple(std::span<const Codec* const> elements, SchemaWriter& writer);

}  // namespace iii::inline v0::detail
