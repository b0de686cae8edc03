#include "base/utf8.hpp"

#include <cstddef>
#include <string_view>

namespace iii::base {
namespace {

struct Case {
  std::string_view text;
  std::size_t bytes;
};

TEST(Utf8, MeasuresTheSequenceAtTheFront) {
  const Case cases[] = {
      {"", 0},
      {"ab", 1},
      {"\xC2\xA0", 2},
      {"\xE2\x82\xAC!", 3},
      {"\xF0\x9F\x98\x80", 4},
      {"\x80", 0},              // a continuation byte alone
      {"\xC1\x81", 0},          // overlong
      {"\xE0\x9F\xBF", 0},      // overlong
      {"\xED\xA0\x80", 0},      // a surrogate
      {"\xF0\x8F\xBF\xBF", 0},  // overlong
      {"\xF4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"\xE2\x82", 0},  // cut
      {"\xE2\x82\x41", 0},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(utf8_sequence_bytes(each.text), each.bytes) << testing::PrintToString(each.text);
  }
}

TEST(Utf8, ChecksAWholeText) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("eight characters and some more"));
  EXPECT_TRUE(
      is_utf8("12345678\xE2\x82\xAC"
              "12345678\xC2\xA0")
  );
  EXPECT_FALSE(is_utf8("12345678\xE2\x82"));
  EXPECT_FALSE(
      is_utf8("\xFF"
              "12345678")
  );
  EXPECT_FALSE(is_utf8("1234567\x80"));
}

TEST(Utf8, RepairsWhatIsNot) {
  EXPECT_EQ(repaired_utf8("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(repaired_utf8("caf\xE9!"), "caf\xEF\xBF\xBD!");
}

}  // namespace
}  // namespace iii::base
