#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii {
namespace {

constexpr ErrorCode codes[] = {
    ErrorCode::invalid_argument,
    ErrorCode::invalid_config,
    ErrorCode::invalid_message,
    ErrorCode::not_found,
    ErrorCode::already_exists,
    ErrorCode::limit_exceeded,
    ErrorCode::address_in_use,
    ErrorCode::permission_denied,
    ErrorCode::io_error,
    ErrorCode::closed,
    ErrorCode::timed_out,
    ErrorCode::invocation_failed,
};

Result<int> port(int number) {
  if (number > 65'535) {
    return Error{ErrorCode::invalid_argument, "port " + std::to_string(number) + " is too large"};
  }
  return number;
}

TEST(Result, HoldsTheValueOfASuccess) {
  const Result<int> result = port(80);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(*result, 80);
}

TEST(Result, HoldsTheErrorOfARefusal) {
  const Result<int> result = port(70'000);
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), (Error{ErrorCode::invalid_argument, "port 70000 is too large"}));
}

TEST(Result, LetsTheValueBeChangedInPlace) {
  Result<std::string> result = std::string("text");
  result->append("!");
  *result += "?";
  EXPECT_EQ(result.value(), "text!?");
}

TEST(Result, HandsOutAValueThatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> owned = *std::move(result);
  EXPECT_EQ(*owned, 5);
  EXPECT_EQ(*Result<std::unique_ptr<int>>(std::make_unique<int>(6)).value(), 6);
}

TEST(Result, ThrowsTheMessageWhenTheValueOfARefusalIsDemanded) {
  try {
    static_cast<void>(port(70'000).value());
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "port 70000 is too large");
  }
}

TEST(Status, IsOkUnlessMadeFromAnError) {
  EXPECT_TRUE(Status().is_ok());
  EXPECT_TRUE(Status());
  const Status refused = Error{ErrorCode::closed, "the engine has been stopped"};
  EXPECT_FALSE(refused.is_ok());
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{ErrorCode::closed, "the engine has been stopped"}));
}

TEST(ErrorCode, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const ErrorCode code : codes) {
    EXPECT_NE(to_string(code), "unknown");
    EXPECT_TRUE(names.insert(to_string(code)).second) << to_string(code);
  }
  EXPECT_EQ(to_string(ErrorCode::invalid_config), "invalid_config");
}

}  // namespace
}  // namespace iii
