// The examples of the SDK against the engine's own binary.
#include "process.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace iii::test {
namespace {

// Its address, for the examples.
void name_engine(Process& engine) {
  std::string line;
  do {
    line = engine.next_error_line();
  } while (line.find(" listening ") == std::string::npos);
  const int port = std::stoi(line.substr(line.find("port=") + 5));
  setenv("III_URL", ("ws://127.0.0.1:" + std::to_string(port)).c_str(), 1);
}

TEST(SdkExamples, greet_each_other) {
  Process engine({III_IIID, "--port", "0"});
  name_engine(engine);
  Process worker({III_HELLO_WORKER});
  EXPECT_NE(worker.next_error_line().find("hello::greet is offered"), std::string::npos);
  // The worker connects when it can: the caller is started again until it has.
  std::string output;
  for (int attempt = 0; attempt < 100 && output.find("Grace") == std::string::npos; ++attempt) {
    const auto ending = Process({III_HELLO_CALLER}).wait();
    EXPECT_EQ(ending.status, 0) << ending.output << ending.errors;
    output = ending.output;
  }
  EXPECT_EQ(
      output,
      "Hello, world!\n\"Hello, Ada!\" \"Hello, Grace!\"\n"
      "remote error (function_not_found): Function hello::nobody not found\n"
  );
  EXPECT_EQ(Process({III_TELEMETRY_LOGGER}).wait().output, "delivered\n");
  EXPECT_EQ(Process({III_TELEMETRY_SPAN}).wait().output, "370 delivered\n");
  EXPECT_EQ(Process({III_TELEMETRY_BAGGAGE}).wait().output, "acme nobody\n");
  EXPECT_EQ(
      Process({III_TELEMETRY_TRACED_REQUEST}).wait().output,
      "GET http://stock.local/items\ntraceparent\n200\n"
  );
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait().status, 0);
  engine.signal(SIGTERM);
  EXPECT_EQ(engine.wait().status, 0);
}

TEST(SdkExamples, stream_through_a_channel) {
  Process engine({III_IIID, "--port", "0"});
  name_engine(engine);
  const auto ending = Process({III_CHANNEL_STREAM}).wait();
  EXPECT_EQ(ending.status, 0) << ending.errors;
  EXPECT_EQ(ending.output, "\"588890 bytes, sum 4999950000\"\n");
  engine.signal(SIGTERM);
  EXPECT_EQ(engine.wait().status, 0);
}

class SdkExamplesAtAnEngine : public ::testing::Test {
 protected:
  SdkExamplesAtAnEngine() { name_engine(engine_); }
  ~SdkExamplesAtAnEngine() override {
    engine_.signal(SIGTERM);
    EXPECT_EQ(engine_.wait().status, 0);
  }

  static std::string output_of(const char* program) {
    const auto ending = Process({program}).wait();
    EXPECT_EQ(ending.status, 0) << ending.output << ending.errors;
    return ending.output;
  }

 private:
  Process engine_{{III_IIID, "--port", "0"}};
};

TEST_F(SdkExamplesAtAnEngine, show_the_connection) {
  EXPECT_EQ(
      output_of(III_CONNECTION),
      "first retry after 100 ms\nconnected\nwith an id of the engine's\nnot connected\n"
  );
}

TEST_F(SdkExamplesAtAnEngine, look_around) {
  EXPECT_EQ(
      output_of(III_LOOKING_AROUND),
      "tea::brew: Makes tea.\nlooking-around in cpp\ntea-time calls tea::brew\n"
      "tea-time: At five.\n"
  );
}

TEST_F(SdkExamplesAtAnEngine, register_and_unregister) {
  const std::string output = output_of(III_REGISTRATIONS);
  EXPECT_TRUE(output.starts_with(
      R"({"type":"registerservice","id":"math","name":"Mathematics",)"
      R"("description":"Numbers, and little else.","parent_service_id":"science"})"
      "\n"
      R"({"type":"registerfunction","id":"math::add",)"
  )) << output;
  EXPECT_NE(output.find("function 'mail::nowhere': "), std::string::npos) << output;
  EXPECT_TRUE(output.ends_with("\n5\nfunction_not_found\n")) << output;
}

TEST_F(SdkExamplesAtAnEngine, run_on_an_executor) {
  EXPECT_EQ(output_of(III_OWN_EXECUTOR), "42\n");
}

TEST_F(SdkExamplesAtAnEngine, send_files) {
  EXPECT_EQ(output_of(III_CHANNEL_FILES), "report: from a file\nmore[0]: 01234\nOnce\n");
}

// Without a configuration file the engine has its cron worker.
TEST_F(SdkExamplesAtAnEngine, make_a_report_by_the_clock) {
  const std::string output = output_of(III_SCHEDULED_REPORT);
  const std::string preview = "2026-03-29T03:00:00+02:00\n2026-03-30T02:30:00+02:00\n";
  ASSERT_EQ(output.substr(0, preview.size()), preview);
  EXPECT_EQ(output.find("report of 20"), preview.size()) << output;
}

}  // namespace
}  // namespace iii::test
