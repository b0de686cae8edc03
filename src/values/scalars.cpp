// Booleans, numbers, strings, and the bare shapes of arrays and objects.
#include <iii/detail/codec.hpp>
#include <iii/detail/place.hpp>
#include <iii/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::inline v0::detail {
namespace {

// Beyond this a double no longer tells neighbouring integers apart, so it may have been rounded.
constexpr double exact_double_max = 9'007'199'254'740'992.0;

bool is_exact_integer(double number) {
  return std::abs(number) <= exact_double_max && std::trunc(number) == number;
}

template <class Integer>
bool refuse_integer(const Json& json, Integer lowest, Integer highest, const Place& place) {
  const bool is_whole = json.is_int64() || json.is_uint64() ||
                        (json.is_double() && std::trunc(json.get_double()) == json.get_double());
  if (!is_whole) {
    return place.mismatch("an integer", json);
  }
  return place.mismatch(
      "an integer from " + std::to_string(lowest) + " to " + std::to_string(highest), json
  );
}

}  // namespace

bool decode_bool(const Json& json, bool& value, const Place& place) {
  if (!json.is_bool()) {
    return place.mismatch("true or false", json);
  }
  value = json.get_bool();
  return true;
}

bool decode_signed(
    const Json& json,
    std::int64_t lowest,
    std::int64_t highest,
    std::int64_t& value,
    const Place& place
) {
  std::int64_t number = 0;
  bool is_exact = true;
  if (json.is_int64()) {
    number = json.get_int64();
  } else if (json.is_uint64() && json.get_uint64() <= INT64_MAX) {
    number = static_cast<std::int64_t>(json.get_uint64());
  } else if (json.is_double() && is_exact_integer(json.get_double())) {
    number = static_cast<std::int64_t>(json.get_double());
  } else {
    is_exact = false;
  }
  if (!is_exact || number < lowest || number > highest) {
    return refuse_integer(json, lowest, highest, place);
  }
  value = number;
  return true;
}

bool decode_unsigned(
    const Json& json, std::uint64_t highest, std::uint64_t& value, const Place& place
) {
  std::uint64_t number = 0;
  bool is_exact = true;
  if (json.is_uint64()) {
    number = json.get_uint64();
  } else if (json.is_int64() && json.get_int64() >= 0) {
    number = static_cast<std::uint64_t>(json.get_int64());
  } else if (json.is_double() && json.get_double() >= 0 && is_exact_integer(json.get_double())) {
    number = static_cast<std::uint64_t>(json.get_double());
  } else {
    is_exact = false;
  }
  if (!is_exact || number > highest) {
    return refuse_integer(json, std::uint64_t{0}, highest, place);
  }
  value = number;
  return true;
}

Json encode_double(double value) {
  // JSON has no word for these; JavaScript writes null as well.
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

bool decode_double(const Json& json, double highest, double& value, const Place& place) {
  double number = 0;
  if (json.is_double()) {
    number = json.get_double();
  } else if (json.is_int64()) {
    number = static_cast<double>(json.get_int64());
  } else if (json.is_uint64()) {
    number = static_cast<double>(json.get_uint64());
  } else {
    return place.mismatch("a number", json);
  }
  if (std::abs(number) > highest) {
    return place.mismatch("a number that fits", json);
  }
  value = number;
  return true;
}

Json encode_text(std::string_view text) {
  Json json;
  json.emplace_string().assign(text.data(), text.size());
  return json;
}

bool decode_string(const Json& json, std::string& value, const Place& place) {
  if (!json.is_string()) {
    return place.mismatch("a string", json);
  }
  value.assign(json.get_string().data(), json.get_string().size());
  return true;
}

Json make_array(std::size_t expected_size) {
  JsonArray array;
  array.reserve(expected_size);
  return array;
}

void append(Json& array, const Codec& codec, const void* value) {
  array.get_array().push_back(codec.encode(codec, value));
}

Json make_object() {
  return JsonObject();
}

void insert(Json& object, std::string_view name, const Codec& codec, const void* value) {
  object.get_object().insert_or_assign(name, codec.encode(codec, value));
}

const JsonArray* read_array(const Json& json, const Place& place) {
  const JsonArray* const array = json.if_array();
  if (array == nullptr) {
    static_cast<void>(place.mismatch("an array", json));
  }
  return array;
}

const JsonArray* read_array(const Json& json, std::size_t size, const Place& place) {
  const JsonArray* const array = read_array(json, place);
  if (array == nullptr || array->size() == size) {
    return array;
  }
  static_cast<void>(place.fail(
      "expected " + std::to_string(size) + " elements, found " + std::to_string(array->size())
  ));
  return nullptr;
}

const JsonObject* read_object(const Json& json, const Place& place) {
  const JsonObject* const object = json.if_object();
  if (object == nullptr) {
    static_cast<void>(place.mismatch("an object", json));
  }
  return object;
}

}  // namespace iii::inline v0::detail
