// The examples of telemetry, and what reaches the engine of them.
#include "process.hpp"
#include "scripted_engine.hpp"
#include "telemetry_frames.hpp"
#include "variable.hpp"

#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {
namespace {

// One program from its start to its end, at an engine that calls what the program calls.
class TelemetryExample : public testing::Test {
 protected:
  // What it has printed.
  std::string run(const char* program) {
    const Variable url("III_URL", engine_.url().c_str());
    Process process({program});
    telemetry = &engine_.next_telemetry();
    // A program that makes no call may have left before its worker is connected.
    engine_.run_until([this] {
      if (engine_.accepted() != 0) {
        serve_worker();
      }
      return telemetry->has_ended();
    });
    const auto ending = process.wait();
    EXPECT_EQ(ending.status, 0) << ending.errors;
    return ending.output;
  }

  ScriptedPeer* telemetry = nullptr;

 private:
  // A call comes back as a call, its answer as the answer.
  void serve_worker() {
    if (worker_ == nullptr) {
      worker_ = &engine_.next();
    }
    for (; passed_on_ < worker_->texts().size(); ++passed_on_) {
      const std::string& text = worker_->texts()[passed_on_];
      const bool is_call = text.find(R"("type":"invokefunction")") != std::string::npos &&
                           text.find(R"("void")") == std::string::npos;
      if (is_call || text.find(R"("type":"invocationresult")") != std::string::npos) {
        worker_->send_text(text);
      }
    }
    if (worker_->close_code() != 0 && !std::exchange(is_closed_, true)) {
      worker_->send_close(1000);
    }
  }

  ScriptedEngine engine_;
  ScriptedPeer* worker_ = nullptr;
  std::size_t passed_on_ = 0;
  bool is_closed_ = false;
};

TEST_F(TelemetryExample, Item88_logs_at_four_levels) {
  EXPECT_EQ(run(III_TELEMETRY_LOGGER), "delivered\n");
  const auto level = [this](std::string_view message) {
    const auto record = log(*telemetry, message);
    return record ? text(*record, "severityText") : "no record";
  };
  EXPECT_EQ(level("counting"), "DEBUG");
  EXPECT_EQ(level("ready"), "INFO");
  EXPECT_EQ(level("running low"), "WARN");
  EXPECT_EQ(level("sold out"), "ERROR");
}

TEST_F(TelemetryExample, makes_spans_of_its_own) {
  EXPECT_EQ(run(III_TELEMETRY_SPAN), "370 delivered\n");
  const auto sum = span(*telemetry, "sum up");
  const auto prices = span(*telemetry, "look up prices");
  const auto receipt = span(*telemetry, "print receipt");
  const auto delivery = span(*telemetry, "deliver");
  ASSERT_TRUE(sum && prices && receipt && delivery);
  EXPECT_EQ(attribute(*sum, "items"), R"({"intValue":2})");
  EXPECT_EQ(text(*prices, "parentSpanId"), text(*sum, "spanId"));
  EXPECT_EQ(event(*prices, "cache missed").at("name"), "cache missed");
  EXPECT_EQ(text(receipt->at("status"), "message"), "out of paper");
  EXPECT_EQ(attribute(*delivery, "by"), R"({"stringValue":"bicycle"})");
}

TEST_F(TelemetryExample, measures) {
  EXPECT_EQ(run(III_TELEMETRY_METRICS), "delivered\n");
  const auto points = [this](std::string_view name, std::string_view kind) {
    const auto found = metric(*telemetry, name);
    return found ? found->at(kind).at("dataPoints") : Json(JsonArray{nullptr});
  };
  EXPECT_EQ(points("orders.placed", "sum").at(0).at("asInt"), "1");
  EXPECT_EQ(points("guests.inside", "sum").at(0).at("asInt"), "2");
  EXPECT_EQ(points("orders.waiting", "histogram").at(0).at("sum"), 42);
  const Json kettles = points("kettles.temperature", "gauge");
  ASSERT_EQ(kettles.as_array().size(), 2U);
  EXPECT_EQ(attribute(kettles.at(0), "kettle"), R"({"stringValue":"left"})");
  EXPECT_EQ(kettles.at(0).at("asDouble"), 95);
}

TEST_F(TelemetryExample, Item95_shows_payloads_of_one_function_only) {
  EXPECT_EQ(run(III_TELEMETRY_SETTINGS), "delivered, 0 spans dropped\n");
  const auto login = span(*telemetry, "execute till::login");
  const auto pay = span(*telemetry, "execute till::pay");
  ASSERT_TRUE(login && pay);
  EXPECT_EQ(
      attribute(event(*login, "iii.invocation.input"), "iii.payload.json"),
      R"({"stringValue":"{\"user\":\"ada\",\"password\":\"[REDACTED]\"}"})"
  );
  EXPECT_TRUE(pay->at("events").as_array().empty());
}

// Without a client: nothing but its telemetry connects.
TEST(TelemetryExamples, take_a_context_along) {
  ScriptedEngine engine;
  Process process({III_TELEMETRY_CONTEXT, engine.url()});
  ScriptedPeer& telemetry = engine.next_telemetry();
  engine.run_until([&] { return telemetry.has_ended() || telemetry.close_code() != 0; });
  const auto ending = process.wait();
  EXPECT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(ending.output, R"(32 and 16 digits
without: nobody
attached: acme, the same trace
tenant=acme
cart=7
removed: nobody
received: acme, the same span
ended
)");
  EXPECT_TRUE(span(telemetry, "import"));
}

}  // namespace
}  // namespace iii::test
