#include "values/conversion_checks.hpp"

#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace iii {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::sys_time;

TEST(Scalars, AreWhatJsonHas) {
  expect_both(true, "true");
  expect_both(std::string("tea \"x\" \n"), R"("tea \"x\" \n")");
  expect_both(std::int64_t{-5}, "-5");
  expect_both(2.5, "2.5");
  expect_both(1.5F, "1.5");
  expect_both(Json{{"a", 1}}, R"({"a":1})");
  expect_both(JsonObject{{"a", 1}}, R"({"a":1})");
  expect_both(JsonArray{1, "a"}, R"([1,"a"])");
  EXPECT_EQ(to_json(std::nan("")), Json(nullptr));
  EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), Json(nullptr));
}

TEST(Integers, AreReadWithoutLossOrNotAtAll) {
  expect_both(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  expect_both(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
  expect_both(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
  expect_both(std::int8_t{-128}, "-128");
  expect_both(std::uint8_t{255}, "255");
  expect_read(7, "7.0");
  expect_read(std::uint16_t{1'000}, "1e3");
  expect_read(std::int64_t{9'007'199'254'740'992}, "9007199254740992.0");

  EXPECT_EQ(refusal<std::uint8_t>("256"), "expected an integer from 0 to 255, found 256");
  EXPECT_EQ(refusal<std::uint8_t>("-1"), "expected an integer from 0 to 255, found -1");
  EXPECT_EQ(refusal<std::int8_t>("-129"), "expected an integer from -128 to 127, found -129");
  EXPECT_EQ(
      refusal<int>("2147483648"),
      "expected an integer from -2147483648 to 2147483647, found 2147483648"
  );
  EXPECT_EQ(
      refusal<std::int64_t>("9223372036854775808"),
      "expected an integer from -9223372036854775808 to 9223372036854775807, "
      "found 9223372036854775808"
  );
  EXPECT_NE(refusal<std::int64_t>("1e300"), "accepted");
  EXPECT_NE(refusal<std::uint64_t>("18446744073709551616"), "accepted");
  EXPECT_EQ(refusal<int>("1.5"), "expected an integer, found 1.5");
  EXPECT_EQ(refusal<int>("true"), "expected an integer, found true");
  EXPECT_EQ(refusal<int>("\"1\""), "expected an integer, found the string \"1\"");
}

TEST(Numbers, TakeIntegersAndRefuseWhatDoesNotFit) {
  expect_read(3.0, "3");
  expect_read(-3.0F, "-3");
  EXPECT_EQ(refusal<float>("1e300"), "expected a number that fits, found 1e+300");
  EXPECT_EQ(refusal<double>("null"), "expected a number, found null");
}

TEST(Refusals, DoNotRepeatLongOrUnprintableTexts) {
  EXPECT_EQ(
      refusal<bool>("\"" + std::string(41, 'x') + "\""), "expected true or false, found a string"
  );
  EXPECT_EQ(refusal<bool>(R"("a\nb")"), "expected true or false, found a string");
  EXPECT_EQ(refusal<std::string>("[[]]"), "expected a string, found an array");
}

TEST(Holders, AreNullWhenEmpty) {
  expect_both(std::optional<int>(), "null");
  expect_both(std::optional<int>(3), "3");
  expect_both(std::vector<std::optional<int>>{1, std::nullopt}, "[1,null]");
  expect_round_trip<std::unique_ptr<int>>("3");
  expect_round_trip<std::shared_ptr<int>>("null");
  EXPECT_EQ(refusal<std::optional<int>>("{}"), "expected an integer, found an object");
}

TEST(Containers, AreArraysAndObjects) {
  expect_both(std::vector<int>{1, 2}, "[1,2]");
  expect_both(std::vector<bool>{true, false}, "[true,false]");
  expect_both(std::deque<std::string>{"a"}, R"(["a"])");
  expect_both(std::list<double>{}, "[]");
  expect_both(std::array<int, 2>{1, 2}, "[1,2]");
  expect_both(std::set<std::string>{"a", "b"}, R"(["a","b"])");
  expect_both(std::unordered_set<int>{4}, "[4]");
  expect_both(std::map<std::string, int>{{"a", 1}, {"b", 2}}, R"({"a":1,"b":2})");
  expect_both(std::unordered_map<std::string, std::vector<int>>{{"a", {1}}}, R"({"a":[1]})");
  expect_both(std::pair<std::string, int>("a", 1), R"(["a",1])");
  expect_both(std::tuple<int, bool, std::string>(1, true, "x"), R"([1,true,"x"])");
  expect_both(std::tuple<>(), "[]");
  expect_read(std::set<int>{1}, "[1,1]");
}

TEST(Containers, NameThePlaceOfWhatTheyRefuse) {
  using Prices = std::map<std::string, std::vector<double>>;
  EXPECT_EQ(refusal<std::vector<int>>("{}"), "expected an array, found an object");
  EXPECT_EQ(refusal<Prices>("[]"), "expected an object, found an array");
  EXPECT_EQ(
      refusal<Prices>(R"({"tea":[1],"green tea":[2,"x"]})"),
      R"(["green tea"][1]: expected a number, found the string "x")"
  );
  EXPECT_EQ(refusal<Prices>(R"({"":[[]]})"), R"([""][0]: expected a number, found an array)");
  using Three = std::array<int, 3>;
  EXPECT_EQ(refusal<Three>("[1,2]"), "expected 3 elements, found 2");
  EXPECT_EQ(refusal<Three>("[1,2,null]"), "[2]: expected an integer, found null");
  using Pair = std::pair<std::string, int>;
  EXPECT_EQ(refusal<Pair>(R"(["a",1,2])"), "expected 2 elements, found 3");
  EXPECT_EQ(refusal<Pair>(R"(["a","b"])"), R"([1]: expected an integer, found the string "b")");
}

TEST(Durations, AreCountsInTheirOwnUnit) {
  expect_both(1'500ms, "1500");
  expect_both(2h, "2");
  expect_both(std::chrono::duration<double>(0.25), "0.25");
  using Short = std::chrono::duration<std::int16_t>;
  EXPECT_EQ(refusal<Short>("40000"), "expected an integer from -32768 to 32767, found 40000");
}

TEST(TimePoints, AreTextsOfRfc3339) {
  using Nanoseconds = sys_time<std::chrono::nanoseconds>;
  using Milliseconds = sys_time<std::chrono::milliseconds>;
  const sys_days day = std::chrono::January / 31 / 2026;
  expect_both(sys_seconds(day + 12h), R"("2026-01-31T12:00:00Z")");
  expect_both(sys_seconds(-1s), R"("1969-12-31T23:59:59Z")");
  expect_both(day, R"("2026-01-31T00:00:00Z")");
  expect_both(Milliseconds(day + 250ms), R"("2026-01-31T00:00:00.250Z")");
  expect_both(Nanoseconds(day + 1us), R"("2026-01-31T00:00:00.000001Z")");
  expect_both(Nanoseconds(day + 1ns), R"("2026-01-31T00:00:00.000000001Z")");
  expect_both(Nanoseconds(-1ns), R"("1969-12-31T23:59:59.999999999Z")");

  expect_read(sys_seconds(day + 10h), R"("2026-01-31T12:30:00+02:30")");
  expect_read(sys_seconds(day + 14h), R"("2026-01-31t09:00:00-05:00")");
  expect_read(Milliseconds(day + 123ms), R"("2026-01-31 00:00:00.1239999999999z")");
  expect_read(sys_seconds(day), R"("2026-01-30T23:59:60Z")");
  expect_read(Milliseconds(-1ms), R"("1969-12-31T23:59:59.9999Z")");
}

TEST(TimePoints, RefuseEverythingElse) {
  for (const char* const text : {
           "",
           "2026",
           "2026-01-31",
           "2026-01-31T12:00:00",
           "2026-02-30T12:00:00Z",
           "2026-13-01T12:00:00Z",
           "2026-00-01T12:00:00Z",
           "2026-01-31T24:00:00Z",
           "2026-01-31T12:60:00Z",
           "2026-01-31T12:00:61Z",
           "2026-01-31T12:00:00.Z",
           "2026-01-31T12:00:00+2:00",
           "2026-01-31T12:00:00+24:00",
           "2026-01-31T12:00:00Z ",
           "+2026-01-31T12:00:00Z",
           "9999-12-31T23:59:60Z",
           "0000-01-01T00:00:00+00:01",
       }) {
    EXPECT_NE(refusal<sys_seconds>(serialize(Json(text))), "accepted") << text;
  }
  EXPECT_EQ(refusal<sys_seconds>("5"), "expected a time as RFC 3339 writes it, found 5");
  // The year 3000 is beyond 64 bits of nanoseconds.
  expect_both(sys_seconds(sys_days(std::chrono::January / 1 / 3000)), R"("3000-01-01T00:00:00Z")");
  EXPECT_NE(refusal<sys_time<std::chrono::nanoseconds>>(R"("3000-01-01T00:00:00Z")"), "accepted");
  EXPECT_EQ(to_json(sys_seconds(std::chrono::seconds(300'000'000'000))), Json(nullptr));
}

}  // namespace
}  // namespace iii
