// The binary as its users meet it: command line, exit status, signals.
#include "process.hpp"
#include "socket_client.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using websocket::CloseCode;

std::string config_file(std::string_view name, std::string_view text) {
  std::string path = testing::TempDir() + "iiid_test_" + std::string(name) + ".yaml";
  std::ofstream(path) << text;
  return path;
}

std::vector<std::string> command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), III_IIID);
  return arguments;
}

Process::Ending run(std::vector<std::string> arguments) {
  return Process(command(std::move(arguments))).wait();
}

// An engine that has said on which ports it listens.
class Iiid {
 public:
  explicit Iiid(std::vector<std::string> arguments = {"--port", "0"}, std::size_t listeners = 1)
      : process_(command(std::move(arguments))) {
    while (ports_.size() < listeners) {
      const std::string line = process_.next_error_line();
      if (line.find(" listening ") != std::string::npos) {
        ports_.push_back(static_cast<std::uint16_t>(std::stoi(line.substr(line.find("port=") + 5)))
        );
      }
    }
  }

  [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const { return ports_.at(listener); }
  [[nodiscard]] Process& process() { return process_; }

 private:
  Process process_;
  std::vector<std::uint16_t> ports_;
};

// Until new calls are refused: the engine has taken notice of the signal.
void await_draining(WorkerClient& worker) {
  while (error_code(worker.call("engine::workers::list")) != "engine_stopping") {
  }
}

// --- The command line ---

TEST(Iiid, PrintsItsVersion) {
  const auto ending = run({"--version"});
  EXPECT_EQ(ending.status, 0);
  EXPECT_THAT(ending.output, MatchesRegex("iiid [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(ending.errors, "");
}

TEST(Iiid, PrintsHelp) {
  const auto ending = run({"--help"});
  EXPECT_EQ(ending.status, 0);
  EXPECT_THAT(ending.output, AllOf(HasSubstr("--config"), HasSubstr("--port")));
}

TEST(Iiid, RefusesAnOptionThatItDoesNotKnow) {
  const auto ending = run({"--prot", "1"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.errors, StartsWith("iiid: unknown argument '--prot'\n"));
}

TEST(Iiid, TellsHowAFileIsGiven) {
  const auto ending = run({"engine.yaml"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.errors, HasSubstr("a configuration is read with --config engine.yaml\n"));
}

TEST(Iiid, RefusesWhatIsNoPort) {
  for (const char* const port : {"abc", "65536", "-1", ""}) {
    const auto ending = run({"--port", port});
    EXPECT_EQ(ending.status, 2);
    EXPECT_THAT(ending.errors, HasSubstr("must be a number from 0 to 65535, not '"));
  }
}

TEST(Iiid, ChecksAConfiguration) {
  const std::string right =
      config_file("right", "workers:\n  - {name: iii-worker-manager, config: {port: 50000}}\n");
  auto ending = run({"--config", right, "--check-config"});
  EXPECT_EQ(ending.status, 0);
  EXPECT_EQ(ending.output, right + ": ok\n");

  const std::string wrong = config_file(
      "wrong", "workers:\n  - {name: iii-worker-manager, config: {prot: 50000}}\nother: 1\n"
  );
  ending = run({"--config", wrong, "--check-config"});
  EXPECT_EQ(ending.status, 1);
  EXPECT_EQ(ending.output, "");
  EXPECT_THAT(
      ending.errors, AllOf(StartsWith(wrong + ":2:"), HasSubstr("prot"), HasSubstr("other"))
  );
}

TEST(Iiid, NamesAConfigurationThatDoesNotExist) {
  const auto ending = run({"--config", "/nowhere.yaml"});
  EXPECT_EQ(ending.status, 1);
  EXPECT_THAT(ending.errors, AllOf(StartsWith("iiid: "), HasSubstr("/nowhere.yaml")));
}

TEST(Iiid, NamesThePortThatIsInUse) {
  const Iiid first;
  const std::string port = std::to_string(first.port());
  const auto ending = run({"--port", port});
  EXPECT_EQ(ending.status, 1);
  EXPECT_THAT(
      ending.errors,
      HasSubstr("iiid: cannot listen on 127.0.0.1:" + port + ": Address already in use")
  );
}

TEST(Iiid, ListensOnSeveralPorts) {
  const std::string config = config_file(
      "two",
      "workers:\n"
      "  - {name: iii-worker-manager, config: {port: 0}}\n"
      "  - {name: iii-worker-manager, config: {port: 0}}\n"
  );
  const Iiid iiid({"--config", config}, 2);
  WorkerClient one(iiid.port(0));
  WorkerClient two(iiid.port(1));
  one.serve("f");
  const std::string call = two.start_call("f");
  one.answer(one.next_call(), "1");
  EXPECT_EQ(two.answer_to(call).at("result"), 1);
}

TEST(Iiid, SaysWhichConnectionALineIsAbout) {
  Iiid iiid;
  const std::string port = std::to_string(iiid.port());
  WorkerClient worker(iiid.port());
  worker.announce_runtime("node");
  const std::string path = worker.create_channel();
  SocketClient reader(iiid.port());
  reader.upgrade(path + "read");
  SocketClient telemetry(iiid.port());
  telemetry.upgrade("/otel");
  const auto line_after_breaking = [&iiid](SocketClient& client) {
    client.send_bytes("\xff\xff");
    std::string line;
    do {
      line = iiid.process().next_error_line();
    } while (line.find(" protocol_error ") == std::string::npos);
    return line;
  };
  EXPECT_THAT(
      line_after_breaking(telemetry), HasSubstr(" path=/otel ip=127.0.0.1 port=" + port + " ")
  );
  const std::string channel_id = path.substr(path.rfind('/') + 1, 36);
  EXPECT_THAT(
      line_after_breaking(reader),
      HasSubstr(" channel_id=" + channel_id + " channel_end=reader ip=127.0.0.1 port=" + port + " ")
  );
  EXPECT_THAT(
      line_after_breaking(worker.socket()),
      HasSubstr(
          " worker_id=" + worker.worker_id() + " worker_name=w ip=127.0.0.1 port=" + port + " "
      )
  );
}

// --- The end ---

TEST(Iiid, LetsCallsEndAndThenSaysGoodbye) {
  Iiid iiid;
  WorkerClient caller(iiid.port());
  WorkerClient target(iiid.port());
  target.serve("f");
  target.announce_runtime("python");
  const std::string call = caller.start_call("f");
  const auto request = target.next_call();
  iiid.process().signal(SIGTERM);
  await_draining(caller);
  EXPECT_THROW(SocketClient{iiid.port()}, std::runtime_error);
  target.answer(request, R"("in time")");
  EXPECT_EQ(caller.answer_to(call).at("result"), "in time");
  EXPECT_EQ(caller.ending(), closed_with(CloseCode::going_away));
  EXPECT_EQ(target.ending(), closed_with(CloseCode::service_restart));
  caller.socket().close();
  target.socket().close();
  EXPECT_EQ(iiid.process().wait().status, 0);
}

TEST(Iiid, StopsAtOnceWhenNothingIsGoingOn) {
  Iiid iiid;
  iiid.process().signal(SIGINT);
  const auto ending = iiid.process().wait();
  EXPECT_EQ(ending.status, 0);
  EXPECT_THAT(ending.errors, HasSubstr("stopped"));
}

TEST(Iiid, LetsChannelsEndBeforeItStops) {
  Iiid iiid;
  WorkerClient worker(iiid.port());
  const std::string path = worker.create_channel();
  SocketClient reader(iiid.port());
  SocketClient writer(iiid.port());
  reader.upgrade(path + "read");
  writer.upgrade(path + "write");
  writer.send_text("before");
  iiid.process().signal(SIGTERM);
  await_draining(worker);
  writer.send_text("after");
  EXPECT_EQ(reader.next_text(), "before");
  EXPECT_EQ(reader.next_text(), "after");
  writer.send_close(CloseCode::normal);
  EXPECT_EQ(writer.next(), closed_with(CloseCode::normal));
  EXPECT_EQ(reader.next(), closed_with(CloseCode::none));
  EXPECT_EQ(worker.ending(), closed_with(CloseCode::going_away));
  reader.close();
  writer.close();
  worker.socket().close();
  EXPECT_EQ(iiid.process().wait().status, 0);
}

TEST(Iiid, FailsCallsThatOutlastTheDrain) {
  const std::string config = config_file(
      "drain",
      "workers:\n"
      "  - {name: iii-worker-manager, config: {port: 0}}\n"
      "  - {name: iii-engine-functions, config: {drain_timeout_ms: 50}}\n"
  );
  Iiid iiid({"--config", config});
  WorkerClient caller(iiid.port());
  WorkerClient target(iiid.port());
  target.serve("f");
  const std::string call = caller.start_call("f");
  (void)target.next_call();
  iiid.process().signal(SIGTERM);
  EXPECT_EQ(error_code(caller.answer_to(call)), "invocation_stopped");
  EXPECT_EQ(caller.ending(), closed_with(CloseCode::going_away));
  caller.socket().close();
  target.socket().close();
  EXPECT_EQ(iiid.process().wait().status, 0);
}

TEST(Iiid, StopsAtOnceWhenItIsToldTwice) {
  const std::string config = config_file(
      "patient",
      "workers:\n"
      "  - {name: iii-worker-manager, config: {port: 0}}\n"
      "  - {name: iii-engine-functions, config: {drain_timeout_ms: 600000}}\n"
  );
  Iiid iiid({"--config", config});
  WorkerClient caller(iiid.port());
  WorkerClient target(iiid.port());
  target.serve("f");
  const std::string call = caller.start_call("f");
  (void)target.next_call();
  iiid.process().signal(SIGTERM);
  await_draining(caller);
  iiid.process().signal(SIGTERM);
  EXPECT_EQ(error_code(caller.answer_to(call)), "invocation_stopped");
  caller.socket().close();
  target.socket().close();
  EXPECT_EQ(iiid.process().wait().status, 0);
}

TEST(Iiid, OutlivesTheReaderOfItsLog) {
  Iiid iiid;
  WorkerClient worker(iiid.port());
  iiid.process().close_errors();
  SocketClient wrong(iiid.port());
  wrong.upgrade("/otel");
  wrong.send_bytes("\xff\xff");  // breaks the protocol, which is logged
  while (wrong.next().kind != Kind::ended) {
  }
  worker.settle();
  iiid.process().signal(SIGTERM);
  worker.socket().close();
  wrong.close();
  EXPECT_EQ(iiid.process().wait().status, 0);
}

// A peer that neither reads nor closes must not keep the engine.
TEST(Iiid, DoesNotWaitForSilentPeers) {
  Iiid iiid;
  const SocketClient without_handshake(iiid.port());
  const WorkerClient worker(iiid.port());
  iiid.process().signal(SIGTERM);
  EXPECT_EQ(iiid.process().wait().status, 0);
}

}  // namespace
}  // namespace iii::test
