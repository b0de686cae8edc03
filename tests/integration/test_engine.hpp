// The engine that tests of the SDK talk to: one in this process, or the one that III_TEST_URL names
// (its WebSocket address, for example ws://127.0.0.1:49134). With it the same tests run against any
// engine; those that must stop it are skipped then.
#pragma once

#include "embedding.hpp"

#include <iii/client.hpp>
#include <iii/engine.hpp>
#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace iii::test {

// None if it is unset or empty.
inline std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

class TestEngine {
 public:
  TestEngine() {
    if (const auto url = environment("III_TEST_URL")) {
      url_ = *url;
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

// Whether the engine answers this client as line 0.11 does: engine::triggers::list has the triggers
// there, and later the trigger types, of which there are always some (spec: sdk §10).
inline bool is_line_0_11(Client& client) {
  const Json reply = client.trigger(
      {.function_id = "engine::triggers::list", .payload = {{"include_internal", true}}}
  );
  const JsonArray& rows = reply.at("triggers").as_array();
  return std::ranges::all_of(rows, [](const Json& row) {
    return row.as_object().contains("trigger_type");
  });
}

}  // namespace iii::test

// For tests that stop the engine.
#define III_SKIP_UNLESS_OWN(engine)                                      \
  if (!(engine).is_own()) {                                              \
    GTEST_SKIP() << "III_TEST_URL names an engine that goes on running"; \
  }
