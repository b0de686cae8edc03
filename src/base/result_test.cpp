#include <iii/engine_error.hpp>
#include <iii/error.hpp>
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

constexpr EngineErrorCode codes[] = {
    EngineErrorCode::invalid_argument,
    EngineErrorCode::invalid_config,
    EngineErrorCode::invalid_message,
    EngineErrorCode::not_found,
    EngineErrorCode::already_exists,
    EngineErrorCode::limit_exceeded,
    EngineErrorCode::address_in_use,
    EngineErrorCode::permission_denied,
    EngineErrorCode::io_error,
    EngineErrorCode::closed,
    EngineErrorCode::timed_out,
    EngineErrorCode::invocation_failed,
};

EngineResult<int> port(int number) {
  if (number > 65'535) {
    return EngineError{
        EngineErrorCode::invalid_argument, "port " + std::to_string(number) + " is too large"
    };
  }
  return number;
}

TEST(Result, HoldsTheValueOfASuccess) {
  const EngineResult<int> result = port(80);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(*result, 80);
}

TEST(Result, HoldsTheErrorOfARefusal) {
  const EngineResult<int> result = port(70'000);
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(
      result.error(), (EngineError{EngineErrorCode::invalid_argument, "port 70000 is too large"})
  );
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

TEST(Result, ThrowsAnErrorThatIsAnExceptionAsItself) {
  const Result<int> refused = Error::remote("gone", "no such thing", "at f");
  try {
    static_cast<void>(refused.value());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error, Error::remote("gone", "no such thing", "at f"));
  }
}

TEST(Status, ThrowsItsErrorOnDemand) {
  EXPECT_NO_THROW(Status().value());
  EXPECT_THROW(Status(Error::timeout()).value(), Error);
  EXPECT_THROW(
      EngineStatus(EngineError{EngineErrorCode::closed, "it is stopped"}).value(),
      std::runtime_error
  );
}

TEST(Status, IsOkUnlessMadeFromAnError) {
  EXPECT_TRUE(EngineStatus().is_ok());
  EXPECT_TRUE(EngineStatus());
  const EngineStatus refused = EngineError{EngineErrorCode::closed, "the engine has been stopped"};
  EXPECT_FALSE(refused.is_ok());
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error(), (EngineError{EngineErrorCode::closed, "the engine has been stopped"}));
}

TEST(EngineErrorCode, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const EngineErrorCode code : codes) {
    EXPECT_NE(to_string(code), "unknown");
    EXPECT_TRUE(names.insert(to_string(code)).second) << to_string(code);
  }
  EXPECT_EQ(to_string(EngineErrorCode::invalid_config), "invalid_config");
}

}  // namespace
}  // namespace iii
