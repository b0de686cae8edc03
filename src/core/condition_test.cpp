#include "core/condition.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

struct Config {
  std::string_view text;
  std::optional<std::string> function;
};

TEST(Condition, is_named_by_the_triggers_config) {
  for (const auto& [text, function] : std::initializer_list<Config>{
           {R"({"condition_function_id":"f"})", "f"},
           {R"({"a":{},"condition_function_id":"a\"b"})", "a\"b"},
           {R"({"\u0063ondition_function_id":"f"})", "f"},
           {R"({"condition_function_id":""})", ""},
           {R"({"condition_function_id":null})", std::nullopt},
           {R"({"condition_function_id":["f"]})", std::nullopt},
           {R"({"inner":{"condition_function_id":"f"}})", std::nullopt},
           {"{}", std::nullopt},
           {"null", std::nullopt},
           {R"("condition_function_id")", std::nullopt},
       }) {
    EXPECT_EQ(condition_function(text), function) << text;
  }
}

TEST(Condition, of_which_the_key_is_repeated_is_the_last_one) {
  EXPECT_EQ(
      condition_function(R"({"condition_function_id":"f","condition_function_id":"g"})"), "g"
  );
  EXPECT_EQ(
      condition_function(R"({"condition_function_id":"f","condition_function_id":null})"),
      std::nullopt
  );
}

TEST(Condition, allows_everything_but_a_literal_false) {
  EXPECT_FALSE(condition_allows("false"));
  for (const std::string_view result :
       {"", "null", "true", "0", R"("")", R"("false")", "[false]"}) {
    EXPECT_TRUE(condition_allows(result)) << result;
  }
}

}  // namespace
}  // namespace iii::core
