// What tests of clients against a real engine share.
#pragma once

#include <iii/client.hpp>
#include <iii/engine.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

namespace iii::test {

inline std::string url(const Engine& engine) {
  return "ws://127.0.0.1:" + std::to_string(engine.port());
}

inline InitOptions silent(InitOptions options = {}) {
  options.log = [](LogLevel, const std::string&) {};
  return options;
}

// Registration is not confirmed by engines: asks until the function is there.
inline Result<Json> call_when_there(Client& client, const TriggerRequest& request) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    auto result = client.try_trigger(request);
    const bool is_missing = !result && (result.error().code() == "function_not_found" ||
                                        result.error().kind() == ErrorKind::not_connected);
    if (!is_missing || std::chrono::steady_clock::now() > deadline) {
      return result;
    }
  }
}

inline bool becomes(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    never.wait_for(lock, std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace iii::test
