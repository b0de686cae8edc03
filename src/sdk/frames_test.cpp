#include "sdk/frames.hpp"

#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace iii::sdk {
namespace {

std::string frame_with(const Json& value) {
  return serialize(JsonObject{{"type", "invocationresult"}, {"result", value}});
}

TEST(Frames, hold_only_numbers_that_json_has) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double number : {std::nan(""), infinity, -infinity}) {
    EXPECT_EQ(
        problem_of_frame(frame_with(JsonObject{{"rate", number}})),
        "holds a number that JSON does not have: NaN or an infinity"
    );
  }
  EXPECT_EQ(problem_of_frame(frame_with("NaN and -Infinity")), "");
  EXPECT_EQ(problem_of_frame(frame_with(JsonObject{{"NaN", 1.5}})), "");
}

TEST(Frames, are_utf8) {
  EXPECT_EQ(problem_of_frame(frame_with("\xff")), "is not UTF-8");
  EXPECT_EQ(problem_of_text("NaN"), "");
}

}  // namespace
}  // namespace iii::sdk
