#include "engine/telemetry_intake.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace iii::engine {
namespace {

TEST(TelemetryIntake, CountsFramesByTheirPrefix) {
  TelemetryIntake intake;
  EXPECT_TRUE(intake.take("OTLP{}"));
  EXPECT_TRUE(intake.take("MTRC{\"resourceMetrics\":[]}"));
  EXPECT_TRUE(intake.take("LOGS{}"));
  EXPECT_TRUE(intake.take("LOGS"));
  EXPECT_EQ(intake.traces, 1U);
  EXPECT_EQ(intake.metrics, 1U);
  EXPECT_EQ(intake.logs, 2U);
  EXPECT_EQ(intake.bytes, 6U + 26U + 6U + 4U);
}

TEST(TelemetryIntake, LeavesOtherMessagesAlone) {
  TelemetryIntake intake;
  for (const std::string_view frame : {"", "OTL", "otlp{}", R"({"type":"ping"})", "XXXX"}) {
    EXPECT_FALSE(intake.take(frame)) << frame;
  }
  EXPECT_EQ(intake.bytes, 0U);
}

TEST(TelemetryIntake, CountsAFrameAboveTheLimitApart) {
  TelemetryIntake intake;
  std::string frame = "OTLP";
  frame.resize(base::limits::telemetry_frame_bytes_max, ' ');
  EXPECT_TRUE(intake.take(frame));
  frame.push_back(' ');
  EXPECT_TRUE(intake.take(frame));
  EXPECT_EQ(intake.traces, 1U);
  EXPECT_EQ(intake.oversized_frames, 1U);
  EXPECT_EQ(intake.bytes, base::limits::telemetry_frame_bytes_max);
}

}  // namespace
}  // namespace iii::engine
