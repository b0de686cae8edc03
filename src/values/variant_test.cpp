#include "values/conversion_checks.hpp"

#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace iii {
namespace {

struct Circle {
  double radius = 0;
  friend bool operator==(const Circle&, const Circle&) = default;
};
III_DESCRIBE((Circle, iii::tagged("type", "circle")), radius)

struct Box {
  double width = 0;
  double height = 0;
  friend bool operator==(const Box&, const Box&) = default;
};
III_DESCRIBE((Box, iii::tagged("type", "box")), width, height)

using Shape = std::variant<Circle, Box>;

struct Left;
struct Right;
using Branch = std::variant<std::monostate, std::unique_ptr<Left>, std::unique_ptr<Right>>;
struct Left {
  Branch next;
  int left = 0;
};
struct Right {
  Branch next;
  int right = 0;
};
III_DECLARE_DESCRIBED(Right)
III_DESCRIBE(Left, next, left)
III_DESCRIBE(Right, next, right)

TEST(Variant, IsItsFirstAlternativeThatCanBeRead) {
  using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
  expect_both(Value(), "null");
  expect_both(Value(true), "true");
  expect_both(Value(std::int64_t{3}), "3");
  expect_both(Value(2.5), "2.5");
  expect_both(Value(std::string("x")), R"("x")");
  EXPECT_EQ(
      (refusal<std::vector<std::variant<bool, std::vector<int>>>>(R"([true,[1,"x"]])")),
      R"(fits no alternative: ([1]: expected true or false, found an array); )"
      R"(([1][1]: expected an integer, found the string "x"))"
  );
}

TEST(Variant, IsDecidedByTheTagOfItsAlternatives) {
  expect_both(Shape(Circle{1.5}), R"({"type":"circle","radius":1.5})");
  expect_both(Shape(Box{1.5, 2.5}), R"({"type":"box","width":1.5,"height":2.5})");
  expect_both(Circle{1.5}, R"({"type":"circle","radius":1.5})");
  EXPECT_EQ(refusal<Circle>(R"({"radius":1})"), "type: is missing");
  EXPECT_EQ(
      refusal<Circle>(R"({"type":"box","radius":1})"),
      R"(type: expected "circle", found the string "box")"
  );
  using Shapes = std::vector<Shape>;
  EXPECT_EQ(refusal<Shapes>("[7]"), "[0]: expected an object, found 7");
  EXPECT_EQ(refusal<Shapes>("[{}]"), "[0].type: is missing");
  EXPECT_EQ(
      refusal<Shapes>(R"([{"type":"star"}])"),
      R"([0].type: expected one of circle, box, found the string "star")"
  );
  EXPECT_EQ(refusal<Shapes>(R"([{"type":"box","width":1}])"), "[0].height: is missing");
}

TEST(Variant, GivesUpWhenNestingMultipliesTheWork) {
  std::string text = "null";
  for (int depth = 0; depth != 60; ++depth) {
    text = R"({"next":)" + text + R"(,"left":"x"})";
  }
  EXPECT_NE(refusal<Left>(text), "accepted");
}

}  // namespace
}  // namespace iii
