// From a type to its Codec: scalars, described structs and enums, JSON itself, and what users
// convert by hand. The other codecs_of_….hpp add the standard library's types.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iii::inline v0 {

// Specialize for a type that is written by hand:
//   static Json to_json(const T&);  static Result<T> from_json(const Json&);
//   static Json json_schema();
template <class T>
struct JsonConversion;

namespace detail {

template <class T>
concept DescribedStruct = requires(const T* type) {
  { iii_describe(type) } -> std::same_as<const StructType&>;
};

template <class T>
concept DescribedEnum = requires(const T* type) {
  { iii_describe(type) } -> std::same_as<const EnumType&>;
};

template <class T>
concept ConvertedByHand = requires(const T& value, const Json& json) {
  { JsonConversion<T>::to_json(value) } -> std::convertible_to<Json>;
  { JsonConversion<T>::from_json(json) } -> std::same_as<Result<T>>;
  { JsonConversion<T>::json_schema() } -> std::convertible_to<Json>;
};

// Plain char is a character of some text, not a number.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                  !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                  !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class T>
inline constexpr bool is_described = false;

template <class T>
struct CodecOf {
  static_assert(
      is_described<T>,
      "iii: this type has no description. Write III_DESCRIBE(Type, member, ...) or "
      "III_DESCRIBE_ENUM(Type, enumerator, ...) in its namespace, before it is used."
  );
  static constexpr Codec table{.encode = nullptr, .decode = nullptr, .schema = nullptr};
};

template <class T>
inline constexpr const Codec& codec = CodecOf<T>::table;

template <class T>
const StructType& structure_of() {
  return iii_describe(static_cast<const T*>(nullptr));
}

template <DescribedStruct T>
struct CodecOf<T> {
  static constexpr Codec table{
      .encode = &encode_struct,
      .decode = &decode_struct,
      .schema = &schema_of_struct,
      .structure = &structure_of<T>,
  };
};

template <DescribedEnum T>
struct CodecOf<T> {
  static const EnumType& type() { return iii_describe(static_cast<const T*>(nullptr)); }
  static Json encode(const Codec& /*self*/, const void* value) {
    return encode_number(type(), static_cast<long long>(*static_cast<const T*>(value)));
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    long long number = 0;
    if (!decode_number(type(), json, number, place)) {
      return false;
    }
    *static_cast<T*>(value) = static_cast<T>(number);
    return true;
  }
  static constexpr Codec table{
      .encode = &encode, .decode = &decode, .schema = &schema_of_enum, .enumeration = &type
  };
};

template <ConvertedByHand T>
struct CodecOf<T> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return JsonConversion<T>::to_json(*static_cast<const T*>(value));
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    Result<T> read = JsonConversion<T>::from_json(json);
    if (!read) {
      return place.fail(read.error().message());
    }
    *static_cast<T*>(value) = *std::move(read);
    return true;
  }
  static Json schema(const Codec& /*self*/, SchemaWriter& /*writer*/) {
    return JsonConversion<T>::json_schema();
  }
  static constexpr Codec table{.encode = &encode, .decode = &decode, .schema = &schema};
};

template <>
struct CodecOf<bool> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return *static_cast<const bool*>(value);
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    return decode_bool(json, *static_cast<bool*>(value), place);
  }
  static constexpr Codec table{.encode = &encode, .decode = &decode, .schema = &schema_of_bool};
};

template <Integer T>
struct CodecOf<T> {
  using Widest = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  static Json encode(const Codec& /*self*/, const void* value) {
    return static_cast<Widest>(*static_cast<const T*>(value));
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    Widest number = 0;
    bool is_read = false;
    if constexpr (std::is_signed_v<T>) {
      is_read = decode_signed(
          json, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), number, place
      );
    } else {
      is_read = decode_unsigned(json, std::numeric_limits<T>::max(), number, place);
    }
    *static_cast<T*>(value) = static_cast<T>(number);
    return is_read;
  }
  static constexpr std::string_view formats[2][4] = {
      {"uint8", "uint16", "uint32", "uint64"}, {"int8", "int16", "int32", "int64"}
  };
  static constexpr std::size_t width = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) / 4 + 1;
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_integer,
      .format = formats[std::is_signed_v<T>][width],
  };
};

template <std::floating_point T>
struct CodecOf<T> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return encode_double(static_cast<double>(*static_cast<const T*>(value)));
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    constexpr double highest = std::same_as<T, float> ? std::numeric_limits<float>::max()
                                                      : std::numeric_limits<double>::max();
    double number = 0;
    const bool is_read = decode_double(json, highest, number, place);
    *static_cast<T*>(value) = static_cast<T>(number);
    return is_read;
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_real,
      .format = std::same_as<T, float> ? "float" : "double",
  };
};

template <>
struct CodecOf<std::string> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return encode_text(*static_cast<const std::string*>(value));
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    return decode_string(json, *static_cast<std::string*>(value), place);
  }
  static constexpr Codec table{.encode = &encode, .decode = &decode, .schema = &schema_of_string};
};

template <>
struct CodecOf<Json> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return *static_cast<const Json*>(value);
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& /*place*/) {
    *static_cast<Json*>(value) = json;
    return true;
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_any,
      .null_use = NullUse::value,
  };
};

template <>
struct CodecOf<JsonObject> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return *static_cast<const JsonObject*>(value);
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    const JsonObject* const object = read_object(json, place);
    if (object != nullptr) {
      *static_cast<JsonObject*>(value) = *object;
    }
    return object != nullptr;
  }
  static constexpr Codec table{
      .encode = &encode, .decode = &decode, .schema = &schema_of_any_object
  };
};

template <>
struct CodecOf<JsonArray> {
  static Json encode(const Codec& /*self*/, const void* value) {
    return *static_cast<const JsonArray*>(value);
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    const JsonArray* const array = read_array(json, place);
    if (array != nullptr) {
      *static_cast<JsonArray*>(value) = *array;
    }
    return array != nullptr;
  }
  static constexpr Codec table{
      .encode = &encode, .decode = &decode, .schema = &schema_of_any_array
  };
};

}  // namespace detail
}  // namespace iii::inline v0
