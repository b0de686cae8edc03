#include "core/input.hpp"

#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"

#include <boost/json/array.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::core {

Input::Input(const boost::json::value& value, std::span<const std::string_view> members) {
  if (const boost::json::object* object = value.if_object()) {
    members_ = object;
    return;
  }
  members_ = &from_array_;
  const boost::json::array* array = value.if_array();
  if (array == nullptr) {
    problem_ = "the input must be an object";
    return;
  }
  if (array->size() > members.size()) {
    problem_ = "the array has more elements than the input has members";
    return;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    from_array_[members[i]] = (*array)[i];
  }
}

std::optional<std::string> Input::text(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_string()) {
    refuse(name, "a string");
    return std::nullopt;
  }
  return std::string(std::string_view(value->get_string()));
}

std::string Input::required_text(std::string_view name) {
  auto value = text(name);
  if (!value) {
    refuse(name, "a string and is required");
  }
  return value.value_or("");
}

std::optional<bool> Input::boolean(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_bool()) {
    refuse(name, "a boolean");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::uint64_t> Input::number(std::string_view name, std::uint64_t max) {
  const boost::json::value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  std::optional<std::uint64_t> number;
  if (value->is_uint64()) {
    number = value->get_uint64();
  } else if (value->is_int64() && value->get_int64() >= 0) {
    number = static_cast<std::uint64_t>(value->get_int64());
  }
  if (!number || *number > max) {
    refuse(name, "an integer from 0 to " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::optional<std::vector<std::string>> Input::texts(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  std::vector<std::string> out;
  const boost::json::array* array = value->if_array();
  if (array == nullptr) {
    refuse(name, "an array of strings");
    return std::nullopt;
  }
  for (const boost::json::value& element : *array) {
    if (!element.is_string()) {
      refuse(name, "an array of strings");
      return std::nullopt;
    }
    out.emplace_back(std::string_view(element.get_string()));
  }
  return out;
}

const boost::json::value* Input::any(std::string_view name) const {
  return members_->if_contains(name);
}

const boost::json::object* Input::object(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value != nullptr && !value->is_object()) {
    refuse(name, "an object");
  }
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<protocol::ErrorBody> Input::error(std::string_view function_id) const {
  if (problem_.empty()) {
    return std::nullopt;
  }
  return protocol::ErrorBody{
      std::string(protocol::codes::deserialization_error),
      "Failed to deserialize input for " + std::string(function_id) + ": " + problem_,
      {}
  };
}

const boost::json::value* Input::find(std::string_view name) const {
  const boost::json::value* value = members_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void Input::refuse(std::string_view name, std::string_view expectation) {
  if (problem_.empty()) {
    problem_.append("member '").append(name).append("' must be ").append(expectation);
  }
}

}  // namespace iii::core
