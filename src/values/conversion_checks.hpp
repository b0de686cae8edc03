// For tests of typed values: both directions at once, and why a text was refused.
#pragma once

#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace iii {

inline Json json_of(std::string_view text) {
  Result<Json> parsed = parse_json(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Json();
}

// The value is written as `text`, and `text` is read as the value.
template <class T>
void expect_both(const T& value, std::string_view text) {
  SCOPED_TRACE(text);
  EXPECT_EQ(to_json(value), json_of(text)) << serialize(to_json(value));
  const Result<T> back = from_json<T>(json_of(text));
  ASSERT_TRUE(back) << back.error().what();
  EXPECT_EQ(*back, value);
}

// `text` is read as the value, although it is written differently.
template <class T>
void expect_read(const T& value, std::string_view text) {
  const Result<T> back = from_json<T>(json_of(text));
  ASSERT_TRUE(back) << text << ": " << back.error().what();
  EXPECT_EQ(*back, value) << text;
}

// The message of the refusal.
template <class T>
std::string refusal(std::string_view text) {
  const Result<T> value = from_json<T>(json_of(text));
  if (value) {
    return "accepted";
  }
  EXPECT_EQ(value.error().kind(), ErrorKind::serde);
  return value.error().message();
}

// Written and read again, a value of T has the same JSON: for types without equality.
template <class T>
void expect_round_trip(std::string_view text) {
  SCOPED_TRACE(text);
  const Result<T> value = from_json<T>(json_of(text));
  ASSERT_TRUE(value) << value.error().what();
  EXPECT_EQ(to_json(*value), json_of(text)) << serialize(to_json(*value));
}

}  // namespace iii
