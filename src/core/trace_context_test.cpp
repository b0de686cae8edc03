#include "core/trace_context.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace iii::core {
namespace {

TEST(TraceContext, accepts_version_00_with_ids_that_are_not_zero) {
  EXPECT_TRUE(is_valid_traceparent("00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01"));
  EXPECT_TRUE(is_valid_traceparent("00-00000000000000000000000000000001-0000000000000001-00"));
  for (const std::string_view text : {
           "",
           "garbage",
           "01-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01",
           "00-6F2C1F1C9C5E4D0AA6B7C8D9E0F1A2B3-1122334455667788-01",
           "00-00000000000000000000000000000000-1122334455667788-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-0000000000000000-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-0",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-011",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-0x",
           "00_6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3_1122334455667788-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788_01",
       }) {
    EXPECT_FALSE(is_valid_traceparent(text)) << text;
  }
}

struct Baggage {
  std::string_view sent;
  std::string_view passed_on;
};

TEST(TraceContext, names_the_function_in_the_baggage_and_keeps_the_rest) {
  for (const auto& [sent, passed_on] : std::initializer_list<Baggage>{
           {"", "iii.function.id=f"},
           {"user=7", "iii.function.id=f,user=7"},
           {"a=1,b=2", "iii.function.id=f,a=1,b=2"},
           {" a = 1 ,\tb=2", "iii.function.id=f,a=1,b=2"},
           {"a=1;secret;p=q,b=2", "iii.function.id=f,a=1,b=2"},
           {"iii.function.id=g,a=1", "iii.function.id=f,a=1"},
           {"a=1, iii.function.id = g", "iii.function.id=f,a=1"},
           {"a=b=c", "iii.function.id=f,a=b=c"},
           {"a=", "iii.function.id=f,a="},
           {"garbage", "iii.function.id=f"},
           {"=1,,;,a", "iii.function.id=f"},
           {"a=1,", "iii.function.id=f,a=1"},
       }) {
    EXPECT_EQ(baggage_for(sent, "f"), passed_on) << sent;
  }
}

TEST(TraceContext, encodes_what_may_not_stand_in_a_baggage_value) {
  EXPECT_EQ(baggage_for("", "math::add"), "iii.function.id=math::add");
  EXPECT_EQ(baggage_for("", "a b,c;d\"e\\f%"), "iii.function.id=a%20b%2Cc%3Bd%22e%5Cf%25");
  EXPECT_EQ(baggage_for("", "é\n\x7f"), "iii.function.id=%C3%A9%0A%7F");
}

}  // namespace
}  // namespace iii::core
