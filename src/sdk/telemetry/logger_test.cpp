#include "sdk/telemetry/recorder_scene.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/logger.hpp>
#include <iii/span.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace iii {
namespace {

using telemetry::LogRecord;
using telemetry::RecorderScene;
using telemetry::Severity;
using testing::ElementsAre;

std::vector<std::string>& fallback_lines() {
  static std::vector<std::string> lines;
  return lines;
}

class LoggerTest : public testing::Test {
 protected:
  LoggerTest() {
    fallback_lines().clear();
    set_log_fallback([](std::string_view line) { fallback_lines().emplace_back(line); });
  }
  ~LoggerTest() override { set_log_fallback(nullptr); }
};

TEST_F(LoggerTest, Item88_has_four_levels_with_number_and_text) {
  const RecorderScene scene;
  const Logger logger;
  logger.debug("d");
  logger.info("i");
  logger.warn("w");
  logger.error("e");
  const auto logs = scene.recorder->take().logs;
  ASSERT_EQ(logs.size(), 4U);
  EXPECT_EQ(logs[0].severity, Severity::debug);
  EXPECT_EQ(logs[1].severity, Severity::info);
  EXPECT_EQ(logs[2].severity, Severity::warn);
  EXPECT_EQ(logs[3].severity, Severity::error);
  EXPECT_EQ(static_cast<int>(logs[0].severity), 5);
  EXPECT_EQ(static_cast<int>(logs[1].severity), 9);
  EXPECT_EQ(static_cast<int>(logs[2].severity), 13);
  EXPECT_EQ(static_cast<int>(logs[3].severity), 17);
  EXPECT_EQ(to_string(logs[3].severity), "ERROR");
  EXPECT_TRUE(fallback_lines().empty());
}

TEST_F(LoggerTest, Item88_belongs_to_the_current_span_and_keeps_data_structured) {
  const RecorderScene scene;
  std::string span_id;
  with_span(
      "work",
      {.traceparent = "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01"},
      [&] {
        span_id = *current_span_id();
        Logger().info("priced", {{"sku", "A1"}, {"cents", 250}});
      }
  );
  const auto logs = scene.recorder->take().logs;
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs[0].message, "priced");
  EXPECT_EQ(logs[0].trace_id, "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3");
  EXPECT_EQ(logs[0].span_id, span_id);
  EXPECT_EQ(logs[0].attributes, (Attributes{{"log.data", Json{{"sku", "A1"}, {"cents", 250}}}}));
}

TEST_F(LoggerTest, may_be_given_names_and_ids) {
  const RecorderScene scene;
  Logger({.service_name = "billing", .trace_id = "aa", .span_id = "bb"}).info("x");
  const auto logs = scene.recorder->take().logs;
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs[0].trace_id, "aa");
  EXPECT_EQ(logs[0].span_id, "bb");
  EXPECT_EQ(logs[0].attributes, (Attributes{{"service.name", Json("billing")}}));
}

TEST_F(LoggerTest, Item88_writes_a_line_of_json_without_telemetry) {
  Logger().warn("odd \"thing\"\xFF", {{"sku", "A1"}, {"list", {1, 2.5, nullptr}}});
  Logger({.service_name = "billing"}).error("plain");
  extract_traceparent("00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01").attach([] {
    Logger().debug("traced");
  });
  EXPECT_THAT(
      fallback_lines(),
      ElementsAre(
          "{\"level\":\"WARN\",\"message\":\"odd \\\"thing\\\"\xEF\xBF\xBD\","
          "\"data\":{\"sku\":\"A1\",\"list\":[1,2.5,null]}}",
          R"({"level":"ERROR","message":"plain","service":"billing"})",
          R"({"level":"DEBUG","message":"traced","trace_id":"6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3",)"
          R"("span_id":"1122334455667788"})"
      )
  );
}

TEST_F(LoggerTest, Item88_falls_back_when_logs_are_off_or_the_client_has_gone) {
  const RecorderScene off({.live_spans = false, .logs_enabled = false});
  Logger().info("off");
  EXPECT_EQ(fallback_lines().size(), 1U);
  const RecorderScene scene;
  off.recorder->close();
  Logger().info("closed");
  EXPECT_EQ(fallback_lines().size(), 2U);
}

}  // namespace
}  // namespace iii
