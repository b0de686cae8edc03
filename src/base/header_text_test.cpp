#include "base/header_text.hpp"

#include "base/trimmed.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace iii::base {
namespace {

TEST(HeaderText, TokensAreWhatHeaderNamesAreMadeOf) {
  static constexpr std::string_view delimiters = "\"(),/:;<=>?@[\\]{}";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_delimiter = delimiters.find(c) != std::string_view::npos;
    EXPECT_EQ(is_token({&c, 1}), byte > ' ' && byte < 127 && !is_delimiter) << byte;
  }
  EXPECT_TRUE(is_token("x-trace.id"));
  EXPECT_FALSE(is_token("x trace"));
  EXPECT_FALSE(is_token(""));
}

TEST(HeaderText, ValuesStayOnTheirLine) {
  EXPECT_TRUE(is_header_value(""));
  EXPECT_TRUE(is_header_value("a\tb; c=\xc3\xa4"));
  for (const std::string_view text : {"a\r\nb", "a\nb", "a\x7f"}) {
    EXPECT_FALSE(is_header_value(text));
  }
}

TEST(HeaderText, BaggageValuesArePercentEncoded) {
  std::string out = "key=";
  append_baggage_value("a b,c%\xc3\xa4", out);
  EXPECT_EQ(out, "key=a%20b%2Cc%25%C3%A4");
}

TEST(HeaderText, TrimmedTakesBlanksFromBothEnds) {
  EXPECT_EQ(trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed("\na\n"), "\na\n");
  EXPECT_EQ(trimmed("\n a\n", "\n"), " a");
}

}  // namespace
}  // namespace iii::base
