// The members of a JSON Schema by their kinds; null: there is none of that kind. Pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace iii::workers::http_worker {

[[nodiscard]] inline const boost::json::value* member(
    const boost::json::object& schema, std::string_view key
) {
  return schema.if_contains(key);
}

[[nodiscard]] inline const boost::json::object* object_member(
    const boost::json::object& schema, std::string_view key
) {
  const boost::json::value* found = member(schema, key);
  return found == nullptr ? nullptr : found->if_object();
}

[[nodiscard]] inline const boost::json::array* array_member(
    const boost::json::object& schema, std::string_view key
) {
  const boost::json::value* found = member(schema, key);
  return found == nullptr ? nullptr : found->if_array();
}

[[nodiscard]] inline std::optional<double> number_member(
    const boost::json::object& schema, std::string_view key
) {
  const boost::json::value* found = member(schema, key);
  return found != nullptr && found->is_number() ? std::optional(found->to_number<double>())
                                                : std::nullopt;
}

// What `#/definitions/Name` names; null: nothing.
[[nodiscard]] const boost::json::value* referred(
    const boost::json::value& root, std::string_view reference
);

}  // namespace iii::workers::http_worker
