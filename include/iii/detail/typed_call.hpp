// Described values in and out of a call. For the templates of client.hpp; users need none of it.
#pragma once

#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iii::inline v0::detail {

// What names a function. No braces: those are a TriggerRequest.
template <class T>
concept Text = std::is_convertible_v<const T&, std::string_view>;

// A value on its way; texts in whichever form.
template <class T>
Json payload_of(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return Json(std::string_view(value));
  } else {
    return to_json(value);
  }
}

// Throws Error of kind serde that names the function.
[[noreturn]] void throw_unreadable_answer(const std::string& function_id, const Error& error);

template <class T>
T answer_of(const std::string& function_id, Json&& answer) {
  if constexpr (std::is_void_v<T>) {
    static_cast<void>(answer);
  } else if constexpr (std::is_same_v<T, Json>) {
    return std::move(answer);
  } else {
    Result<T> value = from_json<T>(answer);
    if (!value) {
      throw_unreadable_answer(function_id, value.error());
    }
    return *std::move(value);
  }
}

}  // namespace iii::inline v0::detail
