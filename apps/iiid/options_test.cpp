#include "iiid/options.hpp"

#include "engine/config.hpp"
#include "engine/log.hpp"

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

namespace iii::iiid {
namespace {

std::variant<Options, Ending> parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> all = {"iiid"};
  all.insert(all.end(), arguments);
  return parse_options(static_cast<int>(all.size()), all.data());
}

Ending ending_of(std::initializer_list<const char*> arguments) {
  return std::get<Ending>(parse(arguments));
}

TEST(Options, ChangeNothingWhenNoneIsGiven) {
  const auto options = std::get<Options>(parse({}));
  engine::EngineConfig config;
  options.apply_to(config);
  EXPECT_EQ(config, engine::EngineConfig());
  EXPECT_FALSE(options.config_file);
  EXPECT_FALSE(options.check_config);
}

TEST(Options, TakeTheFirstListenersPlace) {
  engine::EngineConfig config;
  config.listeners = {{.port = 1}, {.port = 2}};
  std::get<Options>(parse({"--host", "0.0.0.0", "--port=0"})).apply_to(config);
  EXPECT_EQ(config.listeners[0].host, "0.0.0.0");
  EXPECT_EQ(config.listeners[0].port, 0);
  EXPECT_EQ(config.listeners[1].port, 2);
}

TEST(Options, TakeTheConfigurationsPlace) {
  engine::EngineConfig config;
  const auto options = std::get<Options>(
      parse({"--compat", "0.11", "--log-level", "debug", "--log-format", "json", "-c", "f"})
  );
  options.apply_to(config);
  EXPECT_EQ(config.compat, engine::CompatLine::v0_11);
  EXPECT_EQ(config.logging.level, engine::LogLevel::debug);
  EXPECT_EQ(config.logging.format, engine::LogFormat::json);
  EXPECT_EQ(options.config_file, "f");
}

TEST(Options, PrintTheVersion) {
  for (const char* const flag : {"--version", "-v"}) {
    const Ending ending = ending_of({flag});
    EXPECT_EQ(ending.status, 0);
    EXPECT_THAT(ending.output, testing::MatchesRegex("iiid [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_EQ(ending.errors, "");
  }
}

TEST(Options, PrintHelpThatNamesEachOption) {
  const Ending ending = ending_of({"--help"});
  EXPECT_EQ(ending.status, 0);
  for (const char* const option :
       {"--config",
        "--check-config",
        "--host",
        "--port",
        "--compat",
        "--log-level",
        "--log-format",
        "--help",
        "--version"}) {
    EXPECT_THAT(ending.output, testing::HasSubstr(option));
  }
}

TEST(Options, RefuseWhatTheyDoNotKnow) {
  const std::initializer_list<const char*> wrong[] = {
      {"--unknown"},
      {"serve"},
      {"--port", "65536"},
      {"--port", "-1"},
      {"--port", "x"},
      {"--port"},
      {"--host", "a b"},
      {"--compat", "0.23"},
      {"--compat"},
      {"--log-level", ""},
      {"--log-level", "loud"},
      {"--log-format", "xml"},
      {"--check-config"},
      {"--config"},
      {"--port", "1", "--port", "2"},
  };
  for (const auto& arguments : wrong) {
    const auto parsed = parse(arguments);
    const auto* const ending = std::get_if<Ending>(&parsed);
    ASSERT_NE(
        ending, nullptr
    ) << testing::PrintToString(std::vector<std::string>(arguments.begin(), arguments.end()));
    EXPECT_EQ(ending->status, 2);
    EXPECT_EQ(ending->output, "");
    EXPECT_THAT(ending->errors, testing::StartsWith("iiid: "));
    EXPECT_THAT(ending->errors, testing::HasSubstr("Usage: iiid"));
  }
}

}  // namespace
}  // namespace iii::iiid
