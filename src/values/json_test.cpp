#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
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
