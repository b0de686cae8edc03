// What is well-formed and what is not, as tables, through both doors of the scanner: validate() and
// scan_object().
#include "base/limits.hpp"
#include "json/recording_sink.hpp"
#include "json/scan.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::json {
namespace {

using namespace std::string_view_literals;
using Reason = ScanError::Reason;

struct WellFormed {
  std::string_view text;
  Kind kind;
};

constexpr WellFormed well_formed[] = {
    {"null", Kind::null},
    {"true", Kind::boolean},
    {"false", Kind::boolean},
    {"0", Kind::number},
    {"-0", Kind::number},
    {"7", Kind::number},
    {"-12", Kind::number},
    {"1234567890", Kind::number},
    {"18446744073709551615", Kind::number},
    {"123456789012345678901234567890", Kind::number},
    {"0.5", Kind::number},
    {"-0.0", Kind::number},
    {"10.00", Kind::number},
    {"1e1", Kind::number},
    {"1E1", Kind::number},
    {"1e+1", Kind::number},
    {"1E-1", Kind::number},
    {"0e0", Kind::number},
    {"0e400", Kind::number},
    {"1.25e007", Kind::number},
    {"1e308", Kind::number},
    {"1.7976931348623157e308", Kind::number},
    {"1e-400", Kind::number},
    {"-1e-99999999999", Kind::number},
    {R"("")", Kind::string},
    {R"("a")", Kind::string},
    {R"("a longer string, with more than sixteen bytes")", Kind::string},
    {R"("\"\\\/\b\f\n\r\t")", Kind::string},
    {R"("\u0000\u001f\u0041\uFFFF\uabCD")", Kind::string},
    {R"("\ud7ff\ue000")", Kind::string},
    {R"("\ud800\udc00")", Kind::string},
    {R"("\uDBFF\uDFFF")", Kind::string},
    {R"("\ud83d\ude00\ud83d\ude00")", Kind::string},
    {R"("\\ud800")", Kind::string},
    {R"("{[,:]}//")", Kind::string},
    {"\"\x7f\"", Kind::string},
    {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", Kind::string},
    {"\"\xe2\x80\xa8\xe2\x80\xa9\"", Kind::string},
    {"[]", Kind::array},
    {"[ ]", Kind::array},
    {"[1]", Kind::array},
    {"[1,2]", Kind::array},
    {"[ 1 , 2 ]", Kind::array},
    {"[\t1\r\n,\n2\r]", Kind::array},
    {"[[],[[]],{}]", Kind::array},
    {R"([null,true,false,0,"",[],{}])", Kind::array},
    {"{}", Kind::object},
    {"{ }", Kind::object},
    {R"({"a":1})", Kind::object},
    {R"({"a":1,"b":2})", Kind::object},
    {R"({ "a" : 1 , "b" : 2 })", Kind::object},
    {"{\n\t\"a\"\r:\n1\t}", Kind::object},
    {R"({"":""})", Kind::object},
    {R"({"a":1,"a":2})", Kind::object},
    {R"({"\u0061\n":{}})", Kind::object},
    {R"({"a":{"b":{"c":[{"d":[]}]}}})", Kind::object},
};

struct Malformed {
  std::string_view text;
  Reason reason;
  std::size_t offset;
};

constexpr Malformed malformed[] = {
    {"", Reason::unexpected_end, 0},
    {" \t\r\n", Reason::unexpected_end, 4},
    {"x", Reason::unexpected_character, 0},
    {"}", Reason::unexpected_character, 0},
    {"]", Reason::unexpected_character, 0},
    {",", Reason::unexpected_character, 0},
    {":", Reason::unexpected_character, 0},
    {"'a'", Reason::unexpected_character, 0},
    {"\v1", Reason::unexpected_character, 0},
    {"\f1", Reason::unexpected_character, 0},
    {"\0"sv, Reason::unexpected_character, 0},
    {"\xc2\xa0"
     "1",
     Reason::unexpected_character,
     0},
    {"\xef\xbb\xbf{}", Reason::unexpected_character, 0},
    {"/**/1", Reason::unexpected_character, 0},
    {"\xff", Reason::unexpected_character, 0},
    // Literals.
    {"nul", Reason::unexpected_end, 3},
    {"nulL", Reason::unexpected_character, 3},
    {"Null", Reason::unexpected_character, 0},
    {"tru ", Reason::unexpected_character, 3},
    {"trUe", Reason::unexpected_character, 2},
    {"fals3", Reason::unexpected_character, 4},
    {"undefined", Reason::unexpected_character, 0},
    {"NaN", Reason::unexpected_character, 0},
    {"Infinity", Reason::unexpected_character, 0},
    {"truefalse", Reason::trailing_characters, 4},
    // Numbers.
    {"-", Reason::unexpected_end, 1},
    {"1.", Reason::unexpected_end, 2},
    {"1e", Reason::unexpected_end, 2},
    {"1e+", Reason::unexpected_end, 3},
    {"+1", Reason::unexpected_character, 0},
    {".5", Reason::unexpected_character, 0},
    {"--1", Reason::invalid_number, 0},
    {"-a", Reason::invalid_number, 0},
    {"-.5", Reason::invalid_number, 0},
    {"-Infinity", Reason::invalid_number, 0},
    {"01", Reason::invalid_number, 0},
    {"00", Reason::invalid_number, 0},
    {"-01", Reason::invalid_number, 0},
    {"[1,02]", Reason::invalid_number, 3},
    {"[1.]", Reason::invalid_number, 1},
    {"[1.e5]", Reason::invalid_number, 1},
    {"[1e]", Reason::invalid_number, 1},
    {"[1e+]", Reason::invalid_number, 1},
    {"[1e5.5]", Reason::unexpected_character, 4},
    {"[1.5.5]", Reason::unexpected_character, 4},
    {"1e--5", Reason::invalid_number, 0},
    {"1 2", Reason::trailing_characters, 2},
    {"1a", Reason::trailing_characters, 1},
    {"0x10", Reason::trailing_characters, 1},
    {"1_000", Reason::trailing_characters, 1},
    {"1e400", Reason::number_out_of_range, 0},
    {"-1e400", Reason::number_out_of_range, 0},
    {"[0,1E+309]", Reason::number_out_of_range, 3},
    {"1.7976931348623159e308", Reason::number_out_of_range, 0},
    {"1e99999999999999999999", Reason::number_out_of_range, 0},
    // Strings.
    {"\"", Reason::unexpected_end, 1},
    {"\"abc", Reason::unexpected_end, 4},
    {R"("abc\)", Reason::unexpected_end, 5},
    {R"("abc\")", Reason::unexpected_end, 6},
    {R"("\u)", Reason::unexpected_end, 3},
    {R"("\u12)", Reason::unexpected_end, 5},
    {R"("\u1234)", Reason::unexpected_end, 7},
    {R"("a""b")", Reason::trailing_characters, 3},
    {"\"a\nb\"", Reason::control_character, 2},
    {"\"\t\"", Reason::control_character, 1},
    {"\"\x1f\"", Reason::control_character, 1},
    {"\"a string of more than sixteen bytes\n\"", Reason::control_character, 36},
    {"\"\\n\n\"", Reason::control_character, 3},
    {"\"a\0b\""sv, Reason::control_character, 2},
    {R"("\a")", Reason::invalid_escape, 1},
    {R"("ab\x41")", Reason::invalid_escape, 3},
    {R"("\U0041")", Reason::invalid_escape, 1},
    {R"("\'")", Reason::invalid_escape, 1},
    {R"("\ ")", Reason::invalid_escape, 1},
    {"\"\\\n\"", Reason::invalid_escape, 1},
    {R"("\u12")", Reason::invalid_escape, 1},
    {R"("\u12G4")", Reason::invalid_escape, 1},
    {R"("\u+123")", Reason::invalid_escape, 1},
    {R"("\u 123")", Reason::invalid_escape, 1},
    {R"("\u00@0")", Reason::invalid_escape, 1},
    {R"("\u00g0")", Reason::invalid_escape, 1},
    {R"("\u00`0")", Reason::invalid_escape, 1},
    {R"("\u00/0")", Reason::invalid_escape, 1},
    {R"("\u00:0")", Reason::invalid_escape, 1},
    {"\"\\u00\x11\x10\"", Reason::invalid_escape, 1},
    // Surrogates.
    {R"("\ud800")", Reason::lone_surrogate, 1},
    {R"("\uDBFFx")", Reason::lone_surrogate, 1},
    {R"("ab\udc00")", Reason::lone_surrogate, 3},
    {R"("\uDFFF")", Reason::lone_surrogate, 1},
    {R"("\ud800\n")", Reason::lone_surrogate, 1},
    {R"("\ud800\u0041")", Reason::lone_surrogate, 1},
    {R"("\ud800\ud800")", Reason::lone_surrogate, 1},
    {R"("\ud800\ud800\udc00")", Reason::lone_surrogate, 1},
    {R"("\ud800\ue000")", Reason::lone_surrogate, 1},
    {R"("\udc00\ud800")", Reason::lone_surrogate, 1},
    {R"("\ud800\udc00\udc00")", Reason::lone_surrogate, 13},
    {R"("\ud800\uzzzz")", Reason::invalid_escape, 7},
    {R"("\ud800)", Reason::unexpected_end, 7},
    {R"("\ud800\)", Reason::unexpected_end, 8},
    {R"("\ud800\u)", Reason::unexpected_end, 9},
    {R"("\ud800\udc)", Reason::unexpected_end, 11},
    // Arrays.
    {"[", Reason::unexpected_end, 1},
    {"[1", Reason::unexpected_end, 2},
    {"[1,", Reason::unexpected_end, 3},
    {"[,1]", Reason::unexpected_character, 1},
    {"[1,]", Reason::unexpected_character, 3},
    {"[1,,2]", Reason::unexpected_character, 3},
    {"[1 2]", Reason::unexpected_character, 3},
    {"[1:2]", Reason::unexpected_character, 2},
    {"[1}", Reason::unexpected_character, 2},
    {"[}", Reason::unexpected_character, 1},
    {"[]]", Reason::trailing_characters, 2},
    {"[1]x", Reason::trailing_characters, 3},
    {"[]\0"sv, Reason::trailing_characters, 2},
    // Objects.
    {"{", Reason::unexpected_end, 1},
    {R"({"a")", Reason::unexpected_end, 4},
    {R"({"a":)", Reason::unexpected_end, 5},
    {R"({"a":1)", Reason::unexpected_end, 6},
    {R"({"a":1,)", Reason::unexpected_end, 7},
    {R"({,"a":1})", Reason::unexpected_character, 1},
    {R"({"a":1,})", Reason::unexpected_character, 7},
    {R"({"a":1,,"b":2})", Reason::unexpected_character, 7},
    {R"({"a" 1})", Reason::unexpected_character, 5},
    {R"({"a",1})", Reason::unexpected_character, 4},
    {R"({"a"::1})", Reason::unexpected_character, 5},
    {R"({"a":})", Reason::unexpected_character, 5},
    {R"({"a"})", Reason::unexpected_character, 4},
    {R"({"a":1 "b":2})", Reason::unexpected_character, 7},
    {R"({"a":1;"b":2})", Reason::unexpected_character, 6},
    {R"({"a":1])", Reason::unexpected_character, 6},
    {"{]", Reason::unexpected_character, 1},
    {"{a:1}", Reason::unexpected_character, 1},
    {"{'a':1}", Reason::unexpected_character, 1},
    {"{1:1}", Reason::unexpected_character, 1},
    {"{null:1}", Reason::unexpected_character, 1},
    {"{{}:1}", Reason::unexpected_character, 1},
    {R"({"a":1}})", Reason::trailing_characters, 7},
    {R"({"a":1}{"b":2})", Reason::trailing_characters, 7},
    {R"({"a":1},)", Reason::trailing_characters, 7},
    {R"({"a":1}//)", Reason::trailing_characters, 7},
    {"{\"a\n\":1}", Reason::control_character, 3},
    {R"({"\ud800":1})", Reason::lone_surrogate, 2},
    {R"({"a":[{"b":tru}]})", Reason::unexpected_character, 14},
};

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) {
    text += open;
  }
  text += "0";
  for (std::size_t i = 0; i < depth; ++i) {
    text += close;
  }
  return text;
}

TEST(Grammar, WellFormedValuesAreAccepted) {
  for (const auto& [text, kind] : well_formed) {
    EXPECT_EQ(validate(text), std::nullopt) << text;
    EXPECT_EQ(validate(" \t\r\n" + std::string(text) + " \t\r\n"), std::nullopt) << text;
  }
}

TEST(Grammar, WellFormedMembersAreHandedOutAsTheyWereWritten) {
  for (const auto& [text, kind] : well_formed) {
    SCOPED_TRACE(text);
    const std::string object = " { \"k\" : " + std::string(text) + " , \"l\" : 1 } ";
    RecordingSink sink;
    ASSERT_EQ(scan_object(object, "", sink), std::nullopt);
    ASSERT_EQ(sink.members.size(), 2);
    EXPECT_EQ(sink.members[0].key.text, "\"k\"");
    EXPECT_EQ(sink.members[0].value.text, text);
    EXPECT_EQ(sink.members[0].value.kind, kind);
    EXPECT_EQ(
        sink.members[0].value.has_escapes, kind == Kind::string && text.find('\\') != text.npos
    );
    EXPECT_EQ(sink.members[1].value.text, "1");
  }
}

TEST(Grammar, APartOfAWellFormedObjectEndsUnexpectedly) {
  for (const auto& [text, kind] : well_formed) {
    for (const std::string& object :
         {R"({"key":)" + std::string(text) + "}",
          R"({"key":{"inner":)" + std::string(text) + "}}",
          R"({"key":[)" + std::string(text) + "]}"}) {
      for (std::size_t cut = 0; cut < object.size(); ++cut) {
        RecordingSink sink;
        const std::string_view part = std::string_view(object).substr(0, cut);
        const ScanError expected = {.reason = Reason::unexpected_end, .offset = cut};
        EXPECT_EQ(scan_object(part, "key", sink), expected) << part;
        EXPECT_EQ(validate(part), expected) << part;
      }
    }
  }
}

TEST(Grammar, MalformedTextsAreRefusedWithReasonAndOffset) {
  for (const auto& [text, reason, offset] : malformed) {
    EXPECT_EQ(validate(text), (ScanError{.reason = reason, .offset = offset})) << text;
  }
}

TEST(Grammar, MalformedMembersAreRefusedWithReasonAndOffset) {
  for (const auto& [text, reason, offset] : malformed) {
    // What trails a value, or ends with it, is another mistake inside of an object.
    if (reason == Reason::trailing_characters || reason == Reason::unexpected_end) {
      continue;
    }
    for (const std::string prefix : {R"({"k":)", R"({"k":{"i":)", R"({"k":[0,)"}) {
      RecordingSink sink;
      EXPECT_EQ(
          scan_object(prefix + std::string(text) + "}", "i", sink),
          (ScanError{.reason = reason, .offset = prefix.size() + offset})
      ) << text;
    }
  }
}

TEST(Grammar, EveryControlCharacterInAStringIsRefused) {
  for (char c = 0; c < 0x20; ++c) {
    const std::string text = std::string("\"") + c + "\"";
    EXPECT_EQ(validate(text), (ScanError{.reason = Reason::control_character, .offset = 1}));
  }
}

TEST(Grammar, OnlyTheEightLettersAndUMayFollowABackslash) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_letter = std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    const std::string text = std::string("\"\\") + c + "0041\"";
    EXPECT_EQ(validate(text) == std::nullopt, is_letter || c == 'u') << byte;
  }
}

TEST(Grammar, NumbersMayHaveAsManyDigitsAsADoubleReaches) {
  EXPECT_EQ(validate(std::string(309, '1')), std::nullopt);
  EXPECT_EQ(validate("-" + std::string(309, '1')), std::nullopt);
  EXPECT_EQ(validate("0." + std::string(1000, '1')), std::nullopt);
  const ScanError expected = {.reason = Reason::number_out_of_range, .offset = 0};
  EXPECT_EQ(validate(std::string(309, '9')), expected);
  EXPECT_EQ(validate(std::string(310, '1')), expected);
  EXPECT_EQ(validate("-" + std::string(310, '1')), expected);
}

TEST(Grammar, NestingIsAcceptedUpToTheLimitAndNotBeyond) {
  constexpr std::size_t limit = base::limits::json_depth_max;
  EXPECT_EQ(validate(nested(limit, "[", "]")), std::nullopt);
  EXPECT_EQ(
      validate(nested(limit + 1, "[", "]")),
      (ScanError{.reason = Reason::too_deep, .offset = limit})
  );
  EXPECT_EQ(validate(nested(limit, R"({"":)", "}")), std::nullopt);
  EXPECT_EQ(
      validate(nested(limit + 1, R"({"":)", "}")),
      (ScanError{.reason = Reason::too_deep, .offset = 4 * limit})
  );
}

TEST(Grammar, TheOutermostObjectCountsAsTheFirstLevel) {
  constexpr std::size_t limit = base::limits::json_depth_max;
  RecordingSink sink;
  EXPECT_EQ(scan_object(nested(limit, R"({"":)", "}"), "", sink), std::nullopt);
  EXPECT_EQ(
      scan_object(nested(limit + 1, R"({"":)", "}"), "", sink),
      (ScanError{.reason = Reason::too_deep, .offset = 4 * limit})
  );
  EXPECT_EQ(scan_object(R"({"":)" + nested(limit - 1, "[", "]") + "}", "", sink), std::nullopt);
  EXPECT_EQ(
      scan_object(R"({"":)" + nested(limit, "[", "]") + "}", "", sink),
      (ScanError{.reason = Reason::too_deep, .offset = 4 + limit - 1})
  );
}

TEST(Grammar, ManySiblingsAreNotNesting) {
  std::string text = "[";
  for (std::size_t i = 0; i < 10 * base::limits::json_depth_max; ++i) {
    text += "[{}],";
  }
  EXPECT_EQ(validate(text + "0]"), std::nullopt);
}

TEST(Grammar, AHundredThousandBracketsAreRefusedAtTheLimit) {
  EXPECT_EQ(
      validate(std::string(100'000, '[')),
      (ScanError{.reason = Reason::too_deep, .offset = base::limits::json_depth_max})
  );
}

}  // namespace
}  // namespace iii::json
