// iiid with its HTTP worker, in a process of its own, and curl as its client.
#pragma once

#include "process.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

// What curl prints: the body, and the status in a line of its own.
inline std::string run_curl(
    const std::string& address, const std::vector<std::string>& options = {}
) {
  std::vector<std::string> arguments = {
      III_CURL, "--silent", "--no-buffer", "--max-time", "60", "--write-out", "\n%{http_code}"
  };
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.push_back(address);
  return Process(arguments).wait().output;
}

class HttpEngine {
 public:
  // `keys`: further lines of the HTTP worker's configuration.
  explicit HttpEngine(std::string_view keys = "") {
    const std::string path = testing::TempDir() + "/http_engine_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name() +
                             ".yaml";
    std::ofstream(path) << "workers:\n"
                           "  - name: iii-worker-manager\n    config: {port: 0}\n"
                           "  - name: iii-http\n    config:\n      port: 0\n"
                        << keys;
    engine_ = std::make_unique<Process>(
        std::vector<std::string>{III_IIID, "--config", path, "--log-format", "json"}
    );
    worker_port = listening_port();
    http_port = listening_port();
    setenv("III_URL", ("ws://127.0.0.1:" + std::to_string(worker_port)).c_str(), 1);
  }
  ~HttpEngine() {
    engine_->close_errors();
    engine_->signal(SIGTERM);
    EXPECT_EQ(engine_->wait().status, 0);
  }
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  [[nodiscard]] std::string address(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(http_port) + std::string(path);
  }
  [[nodiscard]] std::string curl(
      std::string_view path, const std::vector<std::string>& options = {}
  ) const {
    return run_curl(address(path), options);
  }
  // Returns once a graceful stop has begun.
  void begin_stop() {
    engine_->signal(SIGTERM);
    while (boost::json::parse(engine_->next_error_line()).at("event") != "stopping") {
    }
  }
  // Returns once the path is served.
  void wait_for(std::string_view path) const {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      if (curl(path, {"--request", "OPTIONS", "--include"}).find("allow: ") != std::string::npos) {
        return;
      }
    }
    FAIL() << path << " is not served";
  }

  int worker_port = 0;
  int http_port = 0;

 private:
  int listening_port() {
    const boost::json::value line = boost::json::parse(engine_->next_error_line());
    EXPECT_EQ(line.at("event"), "listening");
    return static_cast<int>(line.at("fields").at("port").as_int64());
  }

  std::unique_ptr<Process> engine_;
};

// A worker of the examples, until the end of the scope.
class RunningExample {
 public:
  template <class... Arguments>
  explicit RunningExample(const char* program, Arguments... arguments)
      : worker_({program, arguments...}) {
    (void)worker_.next_error_line();  // "… is registered"
  }
  ~RunningExample() {
    worker_.signal(SIGTERM);
    const Process::Ending ending = worker_.wait();
    EXPECT_EQ(ending.status, 0) << ending.errors;
  }
  RunningExample(const RunningExample&) = delete;
  RunningExample& operator=(const RunningExample&) = delete;

 private:
  Process worker_;
};

}  // namespace iii::test
