#include "core/input.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::core {
namespace {

constexpr std::array<std::string_view, 3> members = {"name", "count", "tags"};

struct Parsed {
  explicit Parsed(std::string_view json) : value(boost::json::parse(json)), input(value, members) {}

  boost::json::value value;
  Input input;

  std::string problem() const {
    const auto error = input.error("f");
    return error ? error->code + ": " + error->message : "";
  }
};

std::string mistake(std::string_view what) {
  return "deserialization_error: Failed to deserialize input for f: " + std::string(what);
}

TEST(Input, reads_members_by_name) {
  Parsed parsed(
      R"({"name":"n","count":7,"tags":["a",""],"on":true,"box":{"a":1},"more":[],"nil":null})"
  );
  EXPECT_EQ(parsed.input.text("name"), "n");
  EXPECT_EQ(parsed.input.required_text("name"), "n");
  EXPECT_EQ(parsed.input.number("count", 7), 7U);
  EXPECT_EQ(parsed.input.texts("tags"), (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(parsed.input.boolean("on"), true);
  ASSERT_NE(parsed.input.object("box"), nullptr);
  EXPECT_EQ(parsed.input.object("box")->at("a"), 1);
  ASSERT_NE(parsed.input.any("nil"), nullptr);
  EXPECT_TRUE(parsed.input.any("nil")->is_null());
  EXPECT_EQ(parsed.input.any("absent"), nullptr);
  EXPECT_EQ(parsed.problem(), "");
}

TEST(Input, takes_null_and_absent_for_the_same) {
  for (const std::string_view json : {R"({})", R"({"name":null})"}) {
    Parsed parsed(json);
    EXPECT_EQ(parsed.input.text("name"), std::nullopt);
    EXPECT_EQ(parsed.input.boolean("name"), std::nullopt);
    EXPECT_EQ(parsed.input.number("name", 1), std::nullopt);
    EXPECT_EQ(parsed.input.texts("name"), std::nullopt);
    EXPECT_EQ(parsed.input.object("name"), nullptr);
    EXPECT_EQ(parsed.problem(), "");
  }
}

TEST(Input, reads_an_array_as_the_members_in_their_order) {
  Parsed parsed(R"(["n",7])");
  EXPECT_EQ(parsed.input.text("name"), "n");
  EXPECT_EQ(parsed.input.number("count", 10), 7U);
  EXPECT_EQ(parsed.input.texts("tags"), std::nullopt);
  EXPECT_EQ(parsed.problem(), "");
  EXPECT_EQ(Parsed("[]").problem(), "");
  EXPECT_EQ(
      Parsed("[1,2,3,4]").problem(),
      mistake("the array has more elements than the input has members")
  );
}

TEST(Input, is_an_object_or_an_array) {
  for (const std::string_view json : {"null", "true", "5", R"("name")"}) {
    EXPECT_EQ(Parsed(json).problem(), mistake("the input must be an object")) << json;
  }
}

TEST(Input, names_the_first_member_that_does_not_fit) {
  Parsed parsed(R"({"name":1,"count":"x"})");
  EXPECT_EQ(parsed.input.text("name"), std::nullopt);
  EXPECT_EQ(parsed.input.number("count", 10), std::nullopt);
  EXPECT_EQ(parsed.problem(), mistake("member 'name' must be a string"));
}

TEST(Input, says_what_each_kind_of_member_must_be) {
  Parsed required("{}");
  EXPECT_EQ(required.input.required_text("name"), "");
  EXPECT_EQ(required.problem(), mistake("member 'name' must be a string and is required"));

  Parsed boolean(R"({"on":0})");
  EXPECT_EQ(boolean.input.boolean("on"), std::nullopt);
  EXPECT_EQ(boolean.problem(), mistake("member 'on' must be a boolean"));

  Parsed object(R"({"box":[]})");
  EXPECT_EQ(object.input.object("box"), nullptr);
  EXPECT_EQ(object.problem(), mistake("member 'box' must be an object"));

  for (const std::string_view json : {R"({"tags":"a"})", R"({"tags":["a",1]})"}) {
    Parsed texts(json);
    EXPECT_EQ(texts.input.texts("tags"), std::nullopt);
    EXPECT_EQ(texts.problem(), mistake("member 'tags' must be an array of strings"));
  }
}

TEST(Input, reads_numbers_in_their_range) {
  struct Number {
    std::string_view json;
    std::uint64_t max;
    std::optional<std::uint64_t> value;
  };
  for (const auto& [json, max, value] : std::initializer_list<Number>{
           {"0", 0, 0},
           {"4294967295", UINT32_MAX, UINT32_MAX},
           {"4294967296", UINT32_MAX, std::nullopt},
           {"18446744073709551615", UINT64_MAX, UINT64_MAX},
           {"18446744073709551616", UINT64_MAX, std::nullopt},
           {"-1", UINT64_MAX, std::nullopt},
           {"1.5", UINT64_MAX, std::nullopt},
           {"1.0", UINT64_MAX, std::nullopt},
           {R"("1")", UINT64_MAX, std::nullopt},
       }) {
    Parsed parsed(R"({"count":)" + std::string(json) + "}");
    EXPECT_EQ(parsed.input.number("count", max), value) << json;
    EXPECT_EQ(
        parsed.problem(),
        value ? "" : mistake("member 'count' must be an integer from 0 to " + std::to_string(max))
    );
  }
}

}  // namespace
}  // namespace iii::core
