#include "sdk/frames.hpp"

#include "base/limits.hpp"

#include <iii/error.hpp>
#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
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

TEST(Frames, are_refused_with_the_code_of_engines_when_they_are_too_large) {
  EXPECT_EQ(refusal_of_frame("{}", {"the call of", "f"}), std::nullopt);
  EXPECT_EQ(
      refusal_of_frame("\xff", {"the call of", "f"}), Error::serde("the call of 'f' is not UTF-8")
  );
  const std::string largest(base::limits::message_bytes_max, ' ');
  EXPECT_EQ(refusal_of_frame(largest, {"the call of", "f"}), std::nullopt);
  EXPECT_EQ(
      refusal_of_frame(largest + ' ', {"the call of", "f"}),
      Error::remote("payload_too_large", "the call of 'f' is larger than 64 MiB")
  );
}

}  // namespace
}  // namespace iii::sdk
