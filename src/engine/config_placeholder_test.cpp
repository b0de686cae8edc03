#include "engine/config_placeholder.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace iii::engine {
namespace {

std::optional<std::string> some_variables(std::string_view name) {
  if (name == "PORT") {
    return "3111";
  }
  if (name == "EMPTY") {
    return "";
  }
  if (name == "TRAP") {
    return "${PORT}";
  }
  return std::nullopt;
}

std::string expanded(std::string_view text) {
  const MaskedText masked(text);
  return masked.expand(masked.text(), some_variables).text;
}

struct Case {
  std::string_view text;
  std::string_view result;
};

TEST(ConfigPlaceholder, ExpandsAsTheReferenceDoes) {
  const Case cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"${PORT}", "3111"},
      {"${PORT:1}", "3111"},
      {"a${PORT}b${PORT}", "a3111b3111"},
      {"${NONE:1}", "1"},
      {"${NONE:}", ""},
      {"${EMPTY:1}", ""},
      {"${NONE:redis://h:6379}", "redis://h:6379"},
      {"${NONE:-x}", "-x"},
      {"${TRAP}", "${PORT}"},
      {"${NONE:${PORT}", "${PORT"},
      // These are no placeholders.
      {"$PORT", "$PORT"},
      {"${}", "${}"},
      {"${:x}", "${:x}"},
      {"${PORT", "${PORT"},
      {"${PORT\n}", "${PORT\n}"},
      {"$${PORT}", "$3111"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(expanded(each.text), each.result) << each.text;
  }
}

TEST(ConfigPlaceholder, TakesTheVersionOfTheEngineAsADefault) {
  EXPECT_EQ(expanded("${NONE:__III_ENGINE_VERSION__}").find("__"), std::string::npos);
}

TEST(ConfigPlaceholder, ReportsEveryMissingVariableWithItsPlace) {
  const MaskedText masked("x: ${A} ${PORT} ${B}");
  const auto expansion = masked.expand(masked.text(), some_variables);
  ASSERT_EQ(expansion.missing.size(), 2U);
  EXPECT_EQ(expansion.missing[0].name_view, "A");
  EXPECT_EQ(expansion.missing[0].original_offset, 3U);
  EXPECT_EQ(expansion.missing[1].name_view, "B");
  EXPECT_EQ(expansion.missing[1].original_offset, 16U);
}

TEST(ConfigPlaceholder, TracesOffsetsBackToTheOriginal) {
  const std::string_view original = "a${LONG_NAME:default}b${P}c";
  const MaskedText masked(original);
  for (const char letter : {'a', 'b', 'c'}) {
    const std::size_t masked_offset = masked.text().find(letter);
    EXPECT_EQ(original[masked.original_offset(masked_offset)], letter);
  }
  EXPECT_EQ(masked.original_offset(2), 1U) << "inside a marker: its placeholder";
}

TEST(ConfigPlaceholder, LeavesForeignMarkersAlone) {
  const MaskedText masked("${PORT}");
  EXPECT_EQ(masked.expand("\xEE\x80\x80", some_variables).text, "\xEE\x80\x80");
  EXPECT_EQ(
      masked
          .expand(
              "\xEE\x80\x80"
              "7\xEE\x80\x81",
              some_variables
          )
          .text,
      "\xEE\x80\x80"
      "7\xEE\x80\x81"
  );
}

}  // namespace
}  // namespace iii::engine
