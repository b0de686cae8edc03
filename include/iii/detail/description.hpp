// What the macros of describe.hpp expand to: makers of the constant tables of members and
// enumerators, and the options that users write beside a name.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/detail/codecs.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iii::inline v0 {

// The name in JSON, where it is not the C++ one.
struct Renamed {
  std::string_view name;
};
constexpr Renamed renamed(std::string_view name) {
  return {name};
}

// May be missing in JSON, or null; then it keeps the value that a new object has.
struct Defaulted {};
inline constexpr Defaulted defaulted;

// A second name that is read too, where versions or languages differ.
struct Alias {
  std::string_view name;
};
constexpr Alias alias(std::string_view name) {
  return {name};
}

// Is not written when it is empty (text, array, object) or null, and may be missing.
struct OmitEmpty {};
inline constexpr OmitEmpty omit_empty;

// Of a struct with one member: looks in JSON like that member. For ids and units as types.
struct Transparent {};
inline constexpr Transparent transparent;

// Of a struct: is written with this member, and read only where the member says the same. Tells the
// alternatives of a variant apart.
struct Tagged {
  std::string_view name;
  std::string_view value;
};
constexpr Tagged tagged(std::string_view name, std::string_view value) {
  return {name, value};
}

namespace detail {

// Without the namespaces in front.
constexpr std::string_view last_name(std::string_view qualified) {
  const std::size_t colon = qualified.rfind(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

constexpr void apply(Member& member, std::string_view description) {
  member.description = description;
}
constexpr void apply(Member& member, Renamed option) {
  member.name = option.name;
}
constexpr void apply(Member& member, Defaulted /*option*/) {
  member.is_defaulted = true;
}

constexpr void apply(Member& member, Alias option) {
  member.alias = option.name;
}
constexpr void apply(Member& member, OmitEmpty /*option*/) {
  member.is_defaulted = true;
  member.is_omitted_when_empty = true;
}

constexpr void apply(StructType& type, std::string_view description) {
  type.description = description;
}
constexpr void apply(StructType& type, Renamed option) {
  type.name = option.name;
}
constexpr void apply(StructType& type, Defaulted /*option*/) {
  type.is_defaulted = true;
}
constexpr void apply(StructType& type, Transparent /*option*/) {
  type.is_transparent = true;
}
constexpr void apply(StructType& type, Tagged option) {
  type.tag = {option.name, option.value};
}

constexpr void apply(Enumerator& enumerator, Renamed option) {
  enumerator.name = option.name;
}

constexpr void apply(EnumType& type, std::string_view description) {
  type.description = description;
}
constexpr void apply(EnumType& type, Renamed option) {
  type.name = option.name;
}

// `pointer` may point into a base of Struct.
template <class Struct, auto pointer, class... Options>
constexpr Member member(std::string_view name, const Options&... options) {
  using Value = std::remove_cvref_t<decltype(std::declval<Struct&>().*pointer)>;
  Member made{
      .name = name,
      .alias = {},
      .description = {},
      .access = [](void* object) -> void* {
        return std::addressof(static_cast<Struct*>(object)->*pointer);
      },
      .codec = &codec<Value>,
  };
  (apply(made, options), ...);
  return made;
}

template <class Enum, class... Options>
constexpr Enumerator enumerator(Enum value, std::string_view name, const Options&... options) {
  Enumerator made{name, static_cast<long long>(value)};
  (apply(made, options), ...);
  return made;
}

template <class Struct>
void use_default(void (*use)(const void* object, void* context), void* context) {
  static_assert(
      std::is_default_constructible_v<Struct>,
      "iii: a described struct needs a default constructor: what JSON leaves out has its value"
  );
  const Struct object{};
  use(&object, context);
}

// The tables have an empty entry at their end, because C++ has no empty arrays.
template <class T, std::size_t size>
constexpr std::span<const T> without_last(const T (&table)[size]) {
  return {table, size - 1};
}

template <class Struct, class... Options>
constexpr StructType struct_type(
    std::string_view name, std::span<const Member> members, const Options&... options
) {
  StructType made{
      .name = last_name(name),
      .description = {},
      .tag = {},
      .members = members,
      .with_default = &use_default<Struct>,
  };
  (apply(made, options), ...);
  return made;
}

template <class... Options>
constexpr EnumType enum_type(
    std::string_view name, std::span<const Enumerator> enumerators, const Options&... options
) {
  EnumType made{.name = last_name(name), .description = {}, .enumerators = enumerators};
  (apply(made, options), ...);
  return made;
}

}  // namespace detail
}  // namespace iii::inline v0
