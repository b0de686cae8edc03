// The Codecs of what may be absent (optional, unique_ptr, shared_ptr), of tuples and of variants.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/detail/codecs.hpp>
#include <iii/json.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace iii::inline v0::detail {

template <class Holder, class T>
struct CodecOfHolder {
  static Json encode(const Codec& self, const void* value) {
    const auto& holder = *static_cast<const Holder*>(value);
    return holder ? self.element->encode(*self.element, std::addressof(*holder)) : Json(nullptr);
  }
  static bool decode(const Codec& self, const Json& json, void* value, const Place& place) {
    auto& holder = *static_cast<Holder*>(value);
    if (json.is_null()) {
      holder = Holder();
      return true;
    }
    T held{};
    if (!self.element->decode(*self.element, json, &held, place)) {
      return false;
    }
    if constexpr (std::is_same_v<Holder, std::optional<T>>) {
      holder = std::move(held);
    } else {
      holder = Holder(std::make_unique<T>(std::move(held)));
    }
    return true;
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_optional,
      .null_use = NullUse::absent,
      .element = &codec<T>,
  };
};

template <class T>
struct CodecOf<std::optional<T>> : CodecOfHolder<std::optional<T>, T> {};
template <class T>
struct CodecOf<std::unique_ptr<T>> : CodecOfHolder<std::unique_ptr<T>, T> {};
template <class T>
struct CodecOf<std::shared_ptr<T>> : CodecOfHolder<std::shared_ptr<T>, T> {};

template <>
struct CodecOf<std::monostate> {
  static Json encode(const Codec& /*self*/, const void* /*value*/) { return nullptr; }
  static bool decode(const Codec& /*self*/, const Json& json, void* /*value*/, const Place& place) {
    return json.is_null() || place.mismatch("null", json);
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_null,
      .null_use = NullUse::value,
  };
};

template <class Tuple, class... Elements>
struct CodecOfTuple {
  using Indices = std::index_sequence_for<Elements...>;

  static Json encode(const Codec& /*self*/, const void* value) {
    Json array = make_array(sizeof...(Elements));
    std::apply(
        [&array](const Elements&... elements) {
          static_cast<void>(array);  // of an empty tuple
          (append(array, codec<Elements>, &elements), ...);
        },
        *static_cast<const Tuple*>(value)
    );
    return array;
  }
  template <std::size_t... indices>
  static bool decode_each(
      const JsonArray& array,
      Tuple& tuple,
      const Place& place,
      std::index_sequence<indices...> /*n*/
  ) {
    return (
        codec<Elements>.decode(
            codec<Elements>, array[indices], &std::get<indices>(tuple), place.element(indices)
        ) &&
        ...
    );
  }
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    const JsonArray* const array = read_array(json, sizeof...(Elements), place);
    return array != nullptr && decode_each(*array, *static_cast<Tuple*>(value), place, Indices());
  }
  static Json schema(const Codec& /*self*/, SchemaWriter& writer) {
    static constexpr std::array<const Codec*, sizeof...(Elements)> elements{&codec<Elements>...};
    return schema_of_tuple(elements, writer);
  }
  static constexpr Codec table{.encode = &encode, .decode = &decode, .schema = &schema};
};

template <class First, class Second>
struct CodecOf<std::pair<First, Second>> : CodecOfTuple<std::pair<First, Second>, First, Second> {};
template <class... Elements>
struct CodecOf<std::tuple<Elements...>> : CodecOfTuple<std::tuple<Elements...>, Elements...> {};

template <class Variant, class T>
struct AlternativeOf {
  static Json encode(const void* variant) {
    return codec<T>.encode(codec<T>, std::get_if<T>(static_cast<const Variant*>(variant)));
  }
  static bool decode(const Json& json, void* variant, const Place& place) {
    T value{};
    if (!codec<T>.decode(codec<T>, json, &value, place)) {
      return false;
    }
    *static_cast<Variant*>(variant) = std::move(value);
    return true;
  }
};

template <class... Types>
struct CodecOf<std::variant<Types...>> {
  using Variant = std::variant<Types...>;
  static constexpr std::array<Alternative, sizeof...(Types)> alternatives{Alternative{
      &codec<Types>, &AlternativeOf<Variant, Types>::encode, &AlternativeOf<Variant, Types>::decode
  }...};

  static Json encode(const Codec& self, const void* value) {
    const auto& variant = *static_cast<const Variant*>(value);
    return variant.valueless_by_exception() ? Json(nullptr)
                                            : self.alternatives[variant.index()].encode(value);
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode_variant,
      .schema = &schema_of_variant,
      .null_use =
          ((codec<Types>.null_use != NullUse::refused) || ...) ? NullUse::value : NullUse::refused,
      .alternatives = alternatives,
  };
};

}  // namespace iii::inline v0::detail
