// The public headers as a user writes with them, without any client in the process.
#include <iii/logger.hpp>
#include <iii/reconnection.hpp>
#include <iii/telemetry.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;

TEST(TelemetryFace, works_as_documented_without_a_client) {
  iii::set_log_fallback([](std::string_view /*line*/) {});
  const auto orders = iii::get_meter().counter("orders.placed", {"Orders placed", "1"});
  const auto latency = iii::get_meter().histogram("charge", {"", "ms"});
  const int paid = iii::with_span("charge card", {.kind = iii::SpanKind::client}, [&] {
    orders.add(1, {{"region", "eu"}});
    latency.record(12.5);
    iii::set_current_span_attribute("item", "tea");
    iii::Logger().info("priced", {{"sku", "A1"}, {"cents", 250}});
    return 250;
  });
  EXPECT_EQ(paid, 250);

  const iii::Context context = iii::set_baggage_entry("tenant", "acme");
  EXPECT_EQ(context.attach([] { return iii::get_baggage_entry("tenant"); }), "acme");

  const iii::OtelConfig config{
      .service_name = "shop",
      .reconnection_config = iii::ReconnectionConfig{.max_retries = 3},
      .spans_flush_interval = 50ms,
  };
  EXPECT_EQ(config.reconnection_config->effective_initial_delay_ms(), 1000U);
  iii::set_log_fallback(nullptr);
}

}  // namespace
