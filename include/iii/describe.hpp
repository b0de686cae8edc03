// Plain structs as JSON: one description gives the conversion in both directions and the schema.
//
//   struct Order {
//     std::string item;
//     int count = 1;
//     std::optional<std::string> note;
//   };
//   III_DESCRIBE(Order, item, (count, "How many", iii::defaulted), note)
//
//   iii::Json json = iii::to_json(order);
//   iii::Result<Order> back = iii::from_json<Order>(json);
//   iii::Json schema = iii::json_schema<Order>();
//
// The macros stand in the namespace of the type, after it. The page docs/guides/values.md has the
// whole story. Nothing here has state: any thread may use it.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/detail/codecs.hpp>  // IWYU pragma: export
#include <iii/detail/codecs_of_choices.hpp>
#include <iii/detail/codecs_of_containers.hpp>
#include <iii/detail/codecs_of_time.hpp>
#include <iii/detail/description.hpp>  // IWYU pragma: export
#include <iii/detail/for_each.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace iii::inline v0 {

// How types look in JSON:
//   bool, numbers, std::string, Json          as they are; what is not finite becomes null
//   optional, unique_ptr, shared_ptr          null or the value; absent as a member
//   vector and other sequences, set, array    array
//   pair, tuple                               array of that length
//   map with string keys                      object
//   variant                                   the first alternative that can be read; tags decide
//   described enum                            the name of the enumerator
//   duration                                  its count, in its own unit
//   time point of the system clock            RFC 3339 in UTC, as "2026-01-31T12:00:00.25Z"
//   described struct                          object
// Text must be UTF-8, as JSON is; nobody checks it here.
template <class T>
[[nodiscard]] Json to_json(const T& value) {
  return detail::codec<T>.encode(detail::codec<T>, &value);
}

// Members that the type does not have are ignored. Integers are never rounded or cut off. The error
// has the kind serde and names the place: "items[2].price: expected a number, found a string".
template <class T>
[[nodiscard]] Result<T> from_json(const Json& json) {
  T value{};
  if (std::optional<Error> error = detail::read(detail::codec<T>, json, &value)) {
    return *std::move(error);
  }
  return value;
}

// Draft-07, self-contained: nested structs and enums stand in `definitions`. Of void: null.
template <class T>
[[nodiscard]] Json json_schema() {
  if constexpr (std::is_void_v<T>) {
    return detail::root_schema(detail::codec<std::monostate>);
  } else {
    return detail::root_schema(detail::codec<T>);
  }
}

}  // namespace iii::inline v0

// III_DESCRIBE(Type, member, …). A member is a name, or a name with options in parentheses:
// (member, "description", iii::defaulted). So is the type: (Type, "description", iii::defaulted),
// where iii::defaulted holds for all members. The options stand in detail/description.hpp.
#define III_DESCRIBE(Type, ...) III_DETAIL_DESCRIBE(inline, Type, __VA_ARGS__)

// The same inside the class: for class templates and private members. Type is the class's name.
#define III_DESCRIBE_INSIDE(Type, ...) III_DETAIL_DESCRIBE(friend, Type, __VA_ARGS__)

// The same in two parts, for headers that many files include: the first in the header, the second,
// with all the work for the compiler, in one source file. Types that contain each other declare the
// second before III_DESCRIBE of the first.
#define III_DECLARE_DESCRIBED(Type) \
  const ::iii::detail::StructType& iii_describe(const Type* /*type*/);
#define III_DEFINE_DESCRIBED(Type, ...) III_DETAIL_DESCRIBE(, Type, __VA_ARGS__)

// III_DESCRIBE_ENUM(Type, enumerator, …). An enumerator is a name, or (name,
// iii::renamed("other")); the type may have a description, as above.
#define III_DESCRIBE_ENUM(Type, ...) III_DETAIL_DESCRIBE_ENUM(inline, Type, __VA_ARGS__)
#define III_DECLARE_DESCRIBED_ENUM(Type) \
  const ::iii::detail::EnumType& iii_describe(const Type* /*type*/);
#define III_DEFINE_DESCRIBED_ENUM(Type, ...) III_DETAIL_DESCRIBE_ENUM(, Type, __VA_ARGS__)

#define III_DETAIL_DESCRIBE(specifier, Type, ...)                                      \
  specifier const ::iii::detail::StructType& iii_describe(                             \
      const III_DETAIL_CALL(III_DETAIL_NAME, Type)* /*type*/                           \
  ) {                                                                                  \
    using Described = III_DETAIL_CALL(III_DETAIL_NAME, Type);                          \
    static constexpr ::iii::detail::Member members[] = {                               \
        III_DETAIL_EACH(III_DETAIL_MEMBER, __VA_ARGS__)::iii::detail::Member{}         \
    };                                                                                 \
    static constexpr ::iii::detail::StructType type =                                  \
        ::iii::detail::struct_type<Described>(III_DETAIL_CALL(III_DETAIL_TYPE, Type)); \
    return type;                                                                       \
  }

#define III_DETAIL_DESCRIBE_ENUM(specifier, Type, ...)                                 \
  specifier const ::iii::detail::EnumType& iii_describe(                               \
      const III_DETAIL_CALL(III_DETAIL_NAME, Type)* /*type*/                           \
  ) {                                                                                  \
    using Described = III_DETAIL_CALL(III_DETAIL_NAME, Type);                          \
    static constexpr ::iii::detail::Enumerator members[] = {                           \
        III_DETAIL_EACH(III_DETAIL_ENUMERATOR, __VA_ARGS__)::iii::detail::Enumerator{} \
    };                                                                                 \
    static constexpr ::iii::detail::EnumType type =                                    \
        ::iii::detail::enum_type(III_DETAIL_CALL(III_DETAIL_TYPE, Type));              \
    return type;                                                                       \
  }

#define III_DETAIL_NAME(name, ...) name
#define III_DETAIL_TYPE(name, ...) \
  #name, ::iii::detail::without_last(members) __VA_OPT__(, ) __VA_ARGS__
#define III_DETAIL_MEMBER(name, ...) \
  ::iii::detail::member<Described, &Described::name>(#name __VA_OPT__(, ) __VA_ARGS__),
#define III_DETAIL_ENUMERATOR(name, ...) \
  ::iii::detail::enumerator(Described::name, #name __VA_OPT__(, ) __VA_ARGS__),
