// What tests of iii::Engine share: an engine that says nothing, and calls that do not wait for
// ever.
#pragma once

#include <iii/engine.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {

inline EngineOptions quiet() {
  return {.port = 0, .log_level = "off"};
}

inline Engine start(const EngineOptions& options = quiet()) {
  auto engine = Engine::start(options);
  if (!engine) {
    throw std::runtime_error(engine.error().message);
  }
  return *std::move(engine);
}

// The outcome, or an exception when it takes too long.
inline CallOutcome outcome_of(std::future<CallOutcome> future) {
  if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
    throw std::runtime_error("a call has not ended");
  }
  return future.get();
}

// "code: message", or the result.
inline std::string text_of(const CallOutcome& outcome) {
  return outcome.error ? outcome.error->code + ": " + outcome.error->message : outcome.result;
}
inline std::string ask(Engine& engine, std::string_view function, std::string_view payload = "{}") {
  return text_of(outcome_of(engine.invoke(std::string(function), std::string(payload))));
}

inline FunctionHandler answering(std::string result) {
  return [result = std::move(result)](const EngineInvocation&, Responder respond) {
    respond.result(result);
  };
}

// A file that the engine reads, with a short drain.
inline std::string config_file(std::string_view name, std::string_view text) {
  std::string path = testing::TempDir() + "engine_test_" + std::string(name) + ".yaml";
  std::ofstream(path) << text;
  return path;
}
inline EngineOptions with_short_drain() {
  return {
      .config_file = config_file(
          "short_drain",
          "workers:\n"
          "  - {name: iii-worker-manager, config: {port: 0}}\n"
          "  - {name: iii-engine-functions, config: {drain_timeout_ms: 50}}\n"
          "  - {name: iii-observability, config: {level: 'off'}}\n"
      )
  };
}

// Something that one thread gives and another waits for.
template <class T>
class Parcel {
 public:
  void give(T value) { promise_.set_value(std::move(value)); }
  T take() {
    auto future = promise_.get_future();
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      throw std::runtime_error("nothing came");
    }
    return future.get();
  }

 private:
  std::promise<T> promise_;
};

}  // namespace iii::test
