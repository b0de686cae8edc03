// The engine that tests of the SDK talk to: one in this process, or the one that III_TEST_URL names
// (its WebSocket address, for example ws://127.0.0.1:49134). With it the same tests run against any
// engine; those that must stop it are skipped then.
#pragma once

#include "embedding.hpp"

#include <iii/engine.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace iii::test {

class TestEngine {
 public:
  TestEngine() {
    const char* const url = std::getenv("III_TEST_URL");
    if (url != nullptr && *url != '\0') {
      url_ = url;
    } else {
      own_ = iii::test::start();
      url_ = "ws://127.0.0.1:" + std::to_string(own_->port());
    }
  }

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] bool is_own() const { return own_.has_value(); }

  // Own engines only: is_own().
  void stop() {
    own_->stop();
    own_.reset();
  }
  void start_again() {
    EngineOptions options = quiet();
    options.port = static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
    own_ = iii::test::start(options);
  }

 private:
  std::string url_;
  std::optional<Engine> own_;
};

}  // namespace iii::test

// For tests that stop the engine.
#define III_SKIP_UNLESS_OWN(engine)                                      \
  if (!(engine).is_own()) {                                              \
    GTEST_SKIP() << "III_TEST_URL names an engine that goes on running"; \
  }
