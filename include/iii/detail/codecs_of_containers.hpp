// The Codecs of sequences, sets, maps and arrays. They are told apart by what they offer, so that
// few of their headers are needed.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/detail/codecs.hpp>
#include <iii/json.hpp>

#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iii::inline v0::detail {

template <class T>
concept Sequence = requires(T& container, typename T::value_type element) {
  container.clear();
  container.push_back(std::move(element));
} && !std::is_same_v<T, std::basic_string<typename T::value_type>>;

template <class T>
concept Set = requires(T& container, typename T::key_type key) {
  container.insert(std::move(key));
  requires std::is_same_v<typename T::key_type, typename T::value_type>;
};

template <class T>
concept Map = requires(T& container, typename T::key_type key, typename T::mapped_type element) {
  container.insert_or_assign(std::move(key), std::move(element));
};

template <class Container>
Json encode_elements(const Codec& self, const void* value) {
  const auto& container = *static_cast<const Container*>(value);
  Json array =
      make_array(static_cast<std::size_t>(std::distance(container.begin(), container.end())));
  for (const typename Container::value_type& element : container) {
    append(array, *self.element, &element);
  }
  return array;
}

// `add` takes each element.
template <class Element, class Add>
bool decode_elements(const Codec& self, const Json& json, const Place& place, Add add) {
  const JsonArray* const array = read_array(json, place);
  if (array == nullptr) {
    return false;
  }
  for (std::size_t index = 0; index != array->size(); ++index) {
    Element element{};
    if (!self.element->decode(*self.element, (*array)[index], &element, place.element(index))) {
      return false;
    }
    add(std::move(element));
  }
  return true;
}

template <Sequence T>
  requires(!DescribedStruct<T> && !ConvertedByHand<T>)
struct CodecOf<T> {
  using Element = typename T::value_type;
  static bool decode(const Codec& self, const Json& json, void* value, const Place& place) {
    auto& container = *static_cast<T*>(value);
    container.clear();
    return decode_elements<Element>(self, json, place, [&container](Element&& element) {
      container.push_back(std::move(element));
    });
  }
  static constexpr Codec table{
      .encode = &encode_elements<T>,
      .decode = &decode,
      .schema = &schema_of_sequence,
      .element = &codec<Element>,
  };
};

template <Set T>
  requires(!DescribedStruct<T> && !ConvertedByHand<T>)
struct CodecOf<T> {
  using Element = typename T::value_type;
  static bool decode(const Codec& self, const Json& json, void* value, const Place& place) {
    auto& container = *static_cast<T*>(value);
    container.clear();
    return decode_elements<Element>(self, json, place, [&container](Element&& element) {
      container.insert(std::move(element));
    });
  }
  static constexpr Codec table{
      .encode = &encode_elements<T>,
      .decode = &decode,
      .schema = &schema_of_set,
      .element = &codec<Element>,
  };
};

template <Map T>
  requires(!DescribedStruct<T> && !ConvertedByHand<T>)
struct CodecOf<T> {
  using Element = typename T::mapped_type;
  static_assert(
      std::is_same_v<typename T::key_type, std::string>,
      "iii: the keys of a map must be std::string, as those of a JSON object are"
  );
  static Json encode(const Codec& self, const void* value) {
    Json object = make_object();
    for (const auto& [key, element] : *static_cast<const T*>(value)) {
      insert(object, key, *self.element, &element);
    }
    return object;
  }
  static bool decode(const Codec& self, const Json& json, void* value, const Place& place) {
    auto& container = *static_cast<T*>(value);
    container.clear();
    const JsonObject* const object = read_object(json, place);
    if (object == nullptr) {
      return false;
    }
    for (const auto& member : *object) {
      const std::string_view key = member.key();
      Element element{};
      if (!self.element->decode(*self.element, member.value(), &element, place.member(key))) {
        return false;
      }
      container.insert_or_assign(std::string(key), std::move(element));
    }
    return true;
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_map,
      .element = &codec<Element>,
  };
};

template <class T, std::size_t n>
struct CodecOf<std::array<T, n>> {
  static bool decode(const Codec& self, const Json& json, void* value, const Place& place) {
    const JsonArray* const array = read_array(json, n, place);
    if (array == nullptr) {
      return false;
    }
    auto& elements = *static_cast<std::array<T, n>*>(value);
    for (std::size_t index = 0; index != n; ++index) {
      const Place there = place.element(index);
      if (!self.element->decode(*self.element, (*array)[index], &elements[index], there)) {
        return false;
      }
    }
    return true;
  }
  static constexpr Codec table{
      .encode = &encode_elements<std::array<T, n>>,
      .decode = &decode,
      .schema = &schema_of_array,
      .element = &codec<T>,
      .size = n,
  };
};

}  // namespace iii::inline v0::detail
