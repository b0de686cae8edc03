#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace iii {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, KeepsIntegersOf64BitsAndTheOrderOfMembers) {
  const std::string text = R"({"b":18446744073709551615,"a":-9223372036854775808,"c":[1,null]})";
  const Result<Json> value = parse_json(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at("b").as_uint64(), UINT64_MAX);
  EXPECT_EQ(serialize(*value), text);
}

TEST(Json, writes_numbers_as_people_do) {
  const auto text = [](double number) { return serialize(Json(number)); };
  EXPECT_EQ(text(33), "33.0");
  EXPECT_EQ(text(16.5), "16.5");
  EXPECT_EQ(text(0.1), "0.1");
  EXPECT_EQ(text(-0.0), "-0.0");
  EXPECT_EQ(text(1e300), "1e+300");
  EXPECT_EQ(text(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(serialize(Json(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(serialize(Json(UINT64_MAX)), "18446744073709551615");
}

TEST(Json, reads_back_what_it_writes) {
  const Json value = {
      {"text", "quote \" back \\ line \n größer \x01"},
      {"empty", {{"array", boost::json::array()}, {"object", boost::json::object()}}},
      {"list", {nullptr, true, false, -1, 1.0, {{"deep", 1e-7}}}},
  };
  EXPECT_EQ(parse_json(serialize(value)).value(), value);
}

TEST(Json, IsRefusedWithTheReason) {
  for (const char* const text : {"", "{", "nil", "[1,]", "{} {}", "\"\xff\""}) {
    const Result<Json> value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind(), ErrorKind::serde);
    EXPECT_TRUE(value.error().message().starts_with("not JSON: ")) << value.error().message();
  }
}

TEST(Json, NestsAsDeepAsTheEngineAllows) {
  EXPECT_TRUE(parse_json(nested(128)));
  EXPECT_FALSE(parse_json(nested(129)));
}

}  // namespace
}  // namespace iii
