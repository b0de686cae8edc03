#include <iii/trace_context.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace iii {
namespace {

TEST(TraceContext, reads_and_writes_version_00) {
  const std::string_view header = "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01";
  const TraceContext trace = TraceContext::parse(header);
  EXPECT_TRUE(trace.is_valid());
  EXPECT_TRUE(trace.is_sampled());
  EXPECT_EQ(trace.trace_id(), "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3");
  EXPECT_EQ(trace.span_id(), "1122334455667788");
  EXPECT_EQ(trace.traceparent(), header);
  EXPECT_FALSE(
      TraceContext::parse("00-00000000000000000000000000000001-0000000000000001-00").is_sampled()
  );
}

TEST(TraceContext, is_empty_for_everything_else) {
  for (const std::string_view text : std::initializer_list<std::string_view>{
           "",
           "garbage",
           "01-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01",
           "00-6F2C1F1C9C5E4D0AA6B7C8D9E0F1A2B3-1122334455667788-01",
           "00-00000000000000000000000000000000-1122334455667788-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-0000000000000000-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-0",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-011",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-0x",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3_1122334455667788-01",
           "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788_01",
       }) {
    EXPECT_EQ(TraceContext::parse(text), TraceContext{}) << text;
  }
  EXPECT_EQ(TraceContext{}.traceparent(), "");
}

}  // namespace
}  // namespace iii
