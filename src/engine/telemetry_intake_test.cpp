#include "engine/telemetry_intake.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace iii::engine {
namespace {

TEST(TelemetryIntake, CountsFramesByTheirPrefix) {
  TelemetryIntake intake;
  EXPECT_EQ(intake.take("OTLP{}"), TelemetryFrame::taken);
  EXPECT_EQ(intake.take("MTRC{\"resourceMetrics\":[]}"), TelemetryFrame::metrics);
  EXPECT_EQ(intake.take("LOGS{}"), TelemetryFrame::taken);
  EXPECT_EQ(intake.take("LOGS"), TelemetryFrame::taken);
  EXPECT_EQ(intake.traces, 1U);
  EXPECT_EQ(intake.metrics, 1U);
  EXPECT_EQ(intake.logs, 2U);
  EXPECT_EQ(intake.bytes, 6U + 26U + 6U + 4U);
}

TEST(TelemetryIntake, LeavesOtherMessagesAlone) {
  TelemetryIntake intake;
  for (const std::string_view frame : {"", "OTL", "otlp{}", R"({"type":"ping"})", "XXXX"}) {
    EXPECT_EQ(intake.take(frame), TelemetryFrame::unknown) << frame;
  }
  EXPECT_EQ(intake.bytes, 0U);
}

TEST(TelemetryIntake, CountsAFrameAboveTheLimitApart) {
  TelemetryIntake intake;
  std::string frame = "OTLP";
  frame.resize(base::limits::telemetry_frame_bytes_max, ' ');
  EXPECT_EQ(intake.take(frame), TelemetryFrame::taken);
  frame.push_back(' ');
  EXPECT_EQ(intake.take(frame), TelemetryFrame::oversized);
  EXPECT_EQ(intake.traces, 1U);
  EXPECT_EQ(intake.oversized_frames, 1U);
  EXPECT_EQ(intake.bytes, base::limits::telemetry_frame_bytes_max);
}

}  // namespace
}  // namespace iii::engine
