#include "json/number.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace iii::json {
namespace {

const std::string zeros(400, '0');
const std::string ones(400, '1');

TEST(Number, BelowTheLargestDoubleIsNotBeyond) {
  for (const std::string& number : {
           std::string("0"),
           std::string("-0"),
           std::string("1.5e3"),
           std::string("1e308"),
           std::string("-1e308"),
           std::string("9.99e307"),
           std::string("1.7976931348623157e308"),
           std::string("1.7976931348623158e308"),
           std::string("179769313486231570000e288"),
           std::string("17.976931348623157E+307"),
           std::string("0.00017976931348623157e312"),
           std::string("1e000000000000000000000308"),
           std::string(309, '1'),
           "0." + ones,
           "0." + zeros + "1e400",
           "0." + zeros + "17e708",
           "1" + zeros + "e-92",
       }) {
    EXPECT_FALSE(is_beyond_double(number)) << number;
  }
}

TEST(Number, AboveTheLargestDoubleIsBeyond) {
  for (const std::string& number : {
           std::string("1e309"),
           std::string("-1e309"),
           std::string("1e400"),
           std::string("1E+400"),
           std::string("1.7976931348623159e308"),
           std::string("-17976931348623159e292"),
           std::string("1e99999999999999999999999999"),
           std::string("0.1e310"),
           std::string(310, '1'),
           ones,
           ones + ".5",
           "0." + zeros + "1e710",
           "1" + zeros + "e-91",
       }) {
    EXPECT_TRUE(is_beyond_double(number)) << number;
  }
}

TEST(Number, TinyIsNotBeyond) {
  for (const std::string& number : {
           std::string("1e-400"),
           std::string("-1e-400"),
           std::string("1e-99999999999999999999999999"),
           "0." + zeros + "1",
           ones + "e-1000",
       }) {
    EXPECT_FALSE(is_beyond_double(number)) << number;
  }
}

TEST(Number, ZeroIsNotBeyondWhateverItsExponent) {
  for (const std::string_view number :
       {"0e400", "0.000e400", "-0.0E+999", "0e99999999999999999999999999", "0e-400"}) {
    EXPECT_FALSE(is_beyond_double(number)) << number;
  }
}

}  // namespace
}  // namespace iii::json
