#include "engine/log.hpp"

#include "engine/log_line.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

namespace iii::engine {
namespace {

std::string human(std::string_view event, std::initializer_list<LogField> fields) {
  return human_line(LogLevel::info, event, {fields.begin(), fields.size()});
}

std::string json(std::string_view event, std::initializer_list<LogField> fields) {
  return json_line(LogLevel::warn, event, {fields.begin(), fields.size()});
}

TEST(LogLine, ShowsEachKindOfValueToPeople) {
  EXPECT_EQ(
      human("listening", {{"address", "127.0.0.1:49134"}}),
      "INFO  listening address=127.0.0.1:49134"
  );
  EXPECT_EQ(human("stopped", {}), "INFO  stopped");
  EXPECT_EQ(
      human(
          "all",
          {{"n", -1},
           {"u", std::uint64_t{18'446'744'073'709'551'615U}},
           {"d", 0.5},
           {"yes", true},
           {"s", std::string("x")}}
      ),
      "INFO  all n=-1 u=18446744073709551615 d=0.5 yes=true s=x"
  );
}

TEST(LogLine, QuotesWhatCouldBeMistakenForMoreFields) {
  EXPECT_EQ(
      human("e", {{"k", ""}, {"l", "a b"}, {"m", "a=b"}, {"n", "\"\\"}}),
      R"(INFO  e k="" l="a b" m="a=b" n="\"\\")"
  );
}

TEST(LogLine, NeverBreaksALineForPeople) {
  EXPECT_EQ(
      human("a\nb", {{"k", "x\r\ny\t\x1b[0m\x7f"}}), "INFO  a\\nb k=x\\r\\ny\\t\\x1b[0m\\x7f"
  );
  EXPECT_EQ(
      human("e", {{"k", "\xE2\x80\xA8\xC2\x85\xFF\xC3\xA9"}}),
      "INFO  e k=\\u2028\\u0085\\xff\xC3\xA9"
  );
}

TEST(LogLine, IsOneJsonObjectWithAllFields) {
  EXPECT_EQ(
      json("listening", {{"port", 49134}, {"ok", false}, {"host", "h"}}),
      R"("level":"warn","event":"listening","fields":{"port":49134,"ok":false,"host":"h"}})"
  );
  EXPECT_EQ(json("e", {}), R"("level":"warn","event":"e","fields":{}})");
}

TEST(LogLine, EscapesJsonWhole) {
  EXPECT_EQ(
      json(
          "\"",
          {{"k\n", "\\\x01\x7f\xFF\xE2\x80\xA9\xC3\xA9"},
           {"d", std::numeric_limits<double>::infinity()}}
      ),
      "\"level\":\"warn\",\"event\":\"\\\"\",\"fields\":{\"k\\n\":"
      "\"\\\\\\u0001\\u007f\\ufffd\\u2029\xC3\xA9\",\"d\":null}}"
  );
}

struct LevelCase {
  std::string_view text;
  LogLevel level;
};

TEST(LogLevels, AreReadFromNamesAndFilterLists) {
  const LevelCase cases[] = {
      {"trace", LogLevel::trace},
      {"off", LogLevel::off},
      {"INFO", LogLevel::info},
      {"warn,iii=debug", LogLevel::warn},
      {"iii=debug, error", LogLevel::error},
      {"iii=debug", LogLevel::info},
  };
  for (const LevelCase& each : cases) {
    const auto level = parse_log_level(each.text);
    ASSERT_TRUE(level) << each.text;
    EXPECT_EQ(*level, each.level) << each.text;
  }
  for (const std::string_view text : {"", "loud", "info,", "info,iii=loud", "=", "infos"}) {
    EXPECT_FALSE(parse_log_level(text)) << text;
  }
}

class LoggerOutput : public testing::Test {
 protected:
  Logger& open(LoggingConfig config) {
    logger_ =
        std::make_unique<Logger>(config, std::make_shared<spdlog::sinks::ostream_sink_st>(output_));
    return *logger_;
  }
  [[nodiscard]] std::string output() const { return output_.str(); }

 private:
  std::ostringstream output_;
  std::unique_ptr<Logger> logger_;
};

TEST_F(LoggerOutput, StartsWithTheTimeInUtc) {
  open({}).log(LogLevel::error, "disk full {}", {{"folder", "/data"}});
  EXPECT_THAT(
      output(),
      testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                            "ERROR disk full \\{\\} folder=/data\n")
  );
}

TEST_F(LoggerOutput, IsAJsonObjectPerLine) {
  Logger& log = open({.level = LogLevel::info, .format = LogFormat::json});
  log.log(LogLevel::info, "listening", {{"port", 1}});
  EXPECT_THAT(
      output(),
      testing::MatchesRegex(
          "\\{\"timestamp\":\"[-0-9]{10}T[:.0-9]{12}Z\",\"level\":\"info\",\"event\":\"listening\","
          "\"fields\":\\{\"port\":1\\}\\}\n"
      )
  );
}

TEST_F(LoggerOutput, ShowsOnlyTheLevelAndAbove) {
  Logger& log = open({.level = LogLevel::warn});
  log.log(LogLevel::info, "quiet");
  log.log(LogLevel::off, "never");
  EXPECT_EQ(output(), "");
  log.log(LogLevel::warn, "loud");
  EXPECT_THAT(output(), testing::EndsWith(" WARN  loud\n"));
  log.set_level(LogLevel::off);
  log.log(LogLevel::error, "silent");
  EXPECT_THAT(output(), testing::Not(testing::HasSubstr("silent")));
}

}  // namespace
}  // namespace iii::engine
