// What arrives on /otel, and as telemetry among a worker's messages.
#include "base/limits.hpp"
#include "engine/telemetry_intake.hpp"
#include "socket_client.hpp"
#include "turned_engine.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace iii::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using websocket::CloseCode;
using websocket::Opcode;
namespace limits = base::limits;

class GatewayTelemetryTest : public TurnedEngineTest {};

TEST_F(GatewayTelemetryTest, TelemetryIsCounted) {
  SocketClient client = socket();
  client.upgrade("/otel");
  for (const std::string_view frame : {"OTLP{}", "OTLP{}", "MTRC{}", "LOGS{}", "XXXX{}"}) {
    client.send_frame(Opcode::binary, frame);
  }
  client.send_text("ignored");
  client.send_close(CloseCode::going_away);
  EXPECT_EQ(client.next(), closed_with(CloseCode::going_away));
  const engine::TelemetryIntake& telemetry = engine.gateway().telemetry();
  EXPECT_EQ(telemetry.traces, 2U);
  EXPECT_EQ(telemetry.metrics, 1U);
  EXPECT_EQ(telemetry.logs, 1U);
  EXPECT_EQ(telemetry.unknown_frames, 1U);
  EXPECT_EQ(telemetry.bytes, 4U * 6U);
}

// Of at least this size.
std::string gauge_frame(const std::string& worker_id, int number, std::size_t bytes = 0) {
  std::string frame = R"(MTRC{"resourceMetrics":[{"scopeMetrics":[{"metrics":[)"
                      R"({"name":"iii.worker.memory.rss","gauge":{"dataPoints":[{"attributes":)"
                      R"([{"key":"worker.id","value":{"stringValue":")" +
                      worker_id + R"("}}],"asInt":")" + std::to_string(number) + R"("}]}}]}]}]})";
  frame.resize(std::max(bytes, frame.size()), ' ');
  return frame;
}

TEST_F(GatewayTelemetryTest, GaugesOfAWorkerAreShown) {
  WorkerClient till = worker();
  (void)till.call("engine::workers::register", R"({"name":"till"})");
  const auto shown = [&] {
    return till.call("engine::workers::info", R"({"name":"till"})")
        .at("result")
        .at("worker")
        .at("latest_metrics")
        .at("memory_rss")
        .as_int64();
  };
  SocketClient telemetry = socket();
  telemetry.upgrade("/otel");
  const auto send = [&](const std::string& frame) {
    telemetry.send_frame(Opcode::binary, frame);
    telemetry.send_frame(Opcode::ping, "");
    EXPECT_EQ(telemetry.next().kind, Kind::pong);
  };
  send(gauge_frame(till.worker_id(), 1));
  EXPECT_EQ(shown(), 1);
  send(gauge_frame(till.worker_id(), 2, limits::worker_metrics_frame_bytes_max + 1));
  EXPECT_EQ(shown(), 1);
  send(gauge_frame(till.worker_id(), 3, limits::worker_metrics_frame_bytes_max));
  EXPECT_EQ(shown(), 3);
  till.socket().send_frame(Opcode::binary, gauge_frame(till.worker_id(), 4));
  EXPECT_EQ(shown(), 4);
  send(R"(MTRC{"iii.worker.)");
  EXPECT_THAT(
      engine.log_lines("telemetry_dropped"),
      ElementsAre(AllOf(HasSubstr("path=/otel"), HasSubstr("it is not JSON"), HasSubstr("bytes=13"))
      )
  );
}

TEST_F(GatewayTelemetryTest, TelemetryThatIsDroppedIsLogged) {
  const std::string large = "OTLP" + std::string(limits::telemetry_frame_bytes_max, ' ');
  SocketClient client = socket();
  client.upgrade("/otel");
  client.send_frame(Opcode::binary, "LOGS{}");
  client.send_frame(Opcode::binary, "XXXX{}");
  client.send_frame(Opcode::binary, large);
  client.send_close(CloseCode::going_away);
  EXPECT_EQ(client.next(), closed_with(CloseCode::going_away));
  WorkerClient sender = worker();
  sender.socket().send_frame(Opcode::binary, large);
  sender.settle();
  EXPECT_THAT(
      engine.log_lines("telemetry_dropped"),
      ElementsAre(
          AllOf(HasSubstr("path=/otel"), HasSubstr("begins with none"), HasSubstr("bytes=6")),
          AllOf(HasSubstr("path=/otel"), HasSubstr("bytes_max=4194304")),
          AllOf(HasSubstr("worker_id="), HasSubstr("bytes=4194308"))
      )
  );
}

TEST_F(GatewayTelemetryTest, WorkersMaySendTelemetryAmongTheirMessages) {
  WorkerClient client = worker();
  client.socket().send_frame(Opcode::binary, "LOGS{}");
  client.settle();
  EXPECT_EQ(engine.gateway().telemetry().logs, 1U);
  EXPECT_EQ(engine.core().counters().malformed_messages, 0U);
}

}  // namespace
}  // namespace iii::test
