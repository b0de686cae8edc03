#include "json/scan.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::json {
namespace {

// A validated string Value; `text` with its quotes.
Value string_value(std::string_view text) {
  EXPECT_EQ(validate(text), std::nullopt) << text;
  return {
      .text = text, .kind = Kind::string, .has_escapes = text.find('\\') != std::string_view::npos
  };
}

Value object_value(std::string_view text) {
  EXPECT_EQ(validate(text), std::nullopt) << text;
  return {.text = text, .kind = Kind::object};
}

struct Spelling {
  std::string_view text;
  std::string_view characters;
};

TEST(Text, StringsAreDecoded) {
  constexpr Spelling spellings[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/")", "\"\\/"},
      {R"("\b\f\n\r\t")", "\b\f\n\r\t"},
      {R"("a\nb\nc")", "a\nb\nc"},
      {R"("\u0041\u004a\u004A")", "AJJ"},
      {R"("\u007f\u0080\u07ff")", "\x7f\xc2\x80\xdf\xbf"},
      {R"("\u0800\ud7ff\ue000\uffff")", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
      {R"("\ud800\udc00")", "\xf0\x90\x80\x80"},
      {R"("\uDBFF\uDFFF")", "\xf4\x8f\xbf\xbf"},
      {R"("x\ud83d\ude00y")", "x\xf0\x9f\x98\x80y"},
      {R"("\\u0041")", "\\u0041"},
      {"\"\xf0\x9f\x98\x80\"", "\xf0\x9f\x98\x80"},
  };
  for (const auto& [text, characters] : spellings) {
    EXPECT_EQ(decode_string(string_value(text)), characters) << text;
  }
}

TEST(Text, TheZeroCharacterIsDecoded) {
  EXPECT_EQ(decode_string(string_value(R"("a\u0000b")")), std::string("a\0b", 3));
}

TEST(Text, DecodingAppends) {
  std::string out = "before ";
  decode_string(string_value(R"("a\tb")"), out);
  decode_string(string_value(R"("c")"), out);
  EXPECT_EQ(out, "before a\tbc");
}

TEST(Text, AStringIsKnownInAnySpelling) {
  EXPECT_TRUE(spells(string_value(R"("type")"), "type"));
  EXPECT_TRUE(spells(string_value(R"("t\u0079pe")"), "type"));
  EXPECT_TRUE(spells(string_value(R"("\u0074\u0079\u0070\u0065")"), "type"));
  EXPECT_TRUE(spells(string_value(R"("\/")"), "/"));
  EXPECT_TRUE(spells(string_value(R"("\ud83d\ude00")"), "\xf0\x9f\x98\x80"));
  EXPECT_TRUE(spells(string_value(R"("")"), ""));
}

TEST(Text, AnotherStringIsNot) {
  EXPECT_FALSE(spells(string_value(R"("typ")"), "type"));
  EXPECT_FALSE(spells(string_value(R"("types")"), "type"));
  EXPECT_FALSE(spells(string_value(R"("\u0074")"), "type"));
  EXPECT_FALSE(spells(string_value(R"("type\n")"), "type"));
  EXPECT_FALSE(spells(string_value(R"("\n")"), ""));
  EXPECT_FALSE(spells(string_value(R"("\n")"), "\\n"));
}

TEST(Text, OnlyWhatMustBeEscapedIsEscaped) {
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("plain / text"), R"("plain / text")");
  EXPECT_EQ(quoted("\"\\"), R"("\"\\")");
  EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\v\x1f\x20", 5)), R"("\u0000\u0001\u000b\u001f ")");
  EXPECT_EQ(quoted("\x7f\xc3\xa9\xf0\x9f\x98\x80"), "\"\x7f\xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST(Text, QuotingAppends) {
  std::string out = "{";
  append_string("a\nb", out);
  out += ':';
  append_string("c", out);
  EXPECT_EQ(out, R"({"a\nb":"c")");
}

std::string escaped(std::uint32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    text.push_back(digits[unit >> shift & 15]);
  }
  return text;
}

TEST(Text, EveryCodePointSurvivesDecodingAndQuoting) {
  std::string last;
  for (std::uint32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
    if (code_point >= 0xd800 && code_point <= 0xdfff) {
      continue;
    }
    // Beyond the first two planes every hundredth will do; the step leaves no low digit out.
    if (code_point > 0x20000 && code_point % 97 != 0 && code_point < 0x10fff0) {
      continue;
    }
    const std::string spelling =
        '"' +
        (code_point < 0x10000
             ? escaped(code_point)
             : escaped(0xd7c0 + (code_point >> 10)) + escaped(0xdc00 + (code_point & 0x3ff))) +
        '"';
    const std::string characters =
        decode_string({.text = spelling, .kind = Kind::string, .has_escapes = true});
    const std::string again = json::quoted(characters);
    ASSERT_EQ(validate(spelling), std::nullopt) << spelling;
    ASSERT_EQ(validate(again), std::nullopt) << spelling;
    ASSERT_EQ(decode_string(string_value(again)), characters) << spelling;
    // UTF-8 sorts as code points do, so each one must be above the one before.
    ASSERT_TRUE(code_point == 0 || characters > last) << spelling;
    last = characters;
  }
}

struct Removal {
  std::string_view object;
  std::string_view expected;
};

TEST(Text, AMemberIsRemovedAndTheRestIsLeftAsItWas) {
  constexpr Removal removals[] = {
      {R"({})", R"({})"},
      {R"({ })", R"({ })"},
      {R"({"a":1})", R"({"a":1})"},
      {R"({"w":1})", R"({})"},
      {R"({ "w" : 1 })", R"({  })"},
      {R"({"w":1,"a":2})", R"({"a":2})"},
      {R"({"a":2,"w":1})", R"({"a":2})"},
      {R"({"a":2,"w":1,"b":3})", R"({"a":2,"b":3})"},
      {R"({"w":0,"w":1})", R"({})"},
      {R"({"w":0,"a":1,"w":2,"b":3,"w":4})", R"({"a":1,"b":3})"},
      {R"({"a":1,"w":2,"w":3,"b":4})", R"({"a":1,"b":4})"},
      {R"({"\u0077":1,"a":2})", R"({"a":2})"},
      {R"({"ww":1,"W":2,"\\w":3,"":4})", R"({"ww":1,"W":2,"\\w":3,"":4})"},
      {R"({"w":{"w":[1,{"w":2}]},"a":"}"})", R"({"a":"}"})"},
      {R"({"a":{"w":1},"b":[{"w":2}],"c":"w"})", R"({"a":{"w":1},"b":[{"w":2}],"c":"w"})"},
      {R"({"w":"\",\"w\":1,","a":"\",\"w\":1,"})", R"({"a":"\",\"w\":1,"})"},
      {"{\n  \"a\" : 1,\n  \"w\" : 2,\n  \"b\" : 3\n}", "{\n  \"a\" : 1,\n  \"b\" : 3\n}"},
      {"{\n  \"w\" : 1,\n  \"a\" : 2\n}", "{\n  \"a\" : 2\n}"},
      {"{\n  \"a\" : 1 ,\n  \"w\" : 2\n}", "{\n  \"a\" : 1\n}"},
  };
  for (const auto& [object, expected] : removals) {
    EXPECT_EQ(without_member(object_value(object), "w"), expected) << object;
  }
}

TEST(Text, AMemberWithAnEmptyKeyIsRemoved) {
  EXPECT_EQ(without_member(object_value(R"({"":1,"a":2})"), ""), R"({"a":2})");
}

TEST(Text, OfOurOwnIsAValue) {
  constexpr std::pair<std::string_view, Kind> texts[] = {
      {"{}", Kind::object},
      {"[1]", Kind::array},
      {R"("a")", Kind::string},
      {"true", Kind::boolean},
      {"false", Kind::boolean},
      {"null", Kind::null},
      {"-1", Kind::number},
      {"7", Kind::number},
  };
  for (const auto& [text, kind] : texts) {
    EXPECT_EQ(value_of(text).kind, kind) << text;
    EXPECT_EQ(value_of(text).text, text);
    EXPECT_EQ(value_of(" \n" + std::string(text) + "\t\r").kind, kind) << text;
  }
  EXPECT_TRUE(value_of(" ").text.empty());
  EXPECT_TRUE(value_of(R"("\n")").has_escapes);
  EXPECT_FALSE(value_of(R"("n")").has_escapes);
}

}  // namespace
}  // namespace iii::json
