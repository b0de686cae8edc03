#include "core/worker_name.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

using namespace std::string_view_literals;

struct Name {
  std::string_view text;
  std::optional<std::string> shown;
};

TEST(WorkerName, is_shown_without_what_could_deceive_the_reader) {
  for (const auto& [text, shown] : std::initializer_list<Name>{
           {"billing-1:4711", "billing-1:4711"},
           {"Köln 東京 😀", "Köln 東京 😀"},
           {"a\nb\tc\x7f", "abc"},
           {"a\0b"sv, "ab"},
           {"a\u0080\u009fb", "ab"},
           {"a\u00a0b", "a\u00a0b"},
           {"a\u2027\u202fb", "a\u2027\u202fb"},
           {"\u202aa\u202b\u202c\u202d\u202eb", "ab"},
           {"\u2066a\u2067\u2068\u2069b", "ab"},
           {"a\u2065\u206ab", "a\u2065\u206ab"},
           {"a\u2028b\u2029", "ab"},
           {"  padded  ", "padded"},
           {"\n padded \t", "padded"},
           {"", std::nullopt},
           {"   ", std::nullopt},
           {"\n\u202e", std::nullopt},
       }) {
    EXPECT_EQ(sanitised(text), shown) << text;
  }
}

TEST(WorkerName, is_cut_to_280_characters) {
  std::string characters;
  for (int i = 0; i < 280; ++i) {
    characters += "é";
  }
  EXPECT_EQ(sanitised(characters), characters);
  EXPECT_EQ(sanitised(characters + "x"), characters);
  EXPECT_EQ(sanitised("\n" + characters), characters);
}

}  // namespace
}  // namespace iii::core
