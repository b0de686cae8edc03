// What both C++ programs of the interop tests share: JSON lines on standard output, the fields of a
// command, and waits that last until the test releases them. Any thread may use any of it.
#pragma once

#include <iii/error.hpp>
#include <iii/json.hpp>

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace iii::interop {

// Prints one event or answer.
inline void say(const Json& message) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << serialize(message) << std::endl;
}

// The program has no use for a command without the field: throws.
inline std::string text(const JsonObject& fields, std::string_view name) {
  return std::string(fields.at(name).as_string());
}

// Null counts as absent.
inline std::optional<Json> optional(const JsonObject& fields, std::string_view name) {
  const Json* const value = fields.if_contains(name);
  return value == nullptr || value->is_null() ? std::nullopt : std::optional(*value);
}

// What a failed command, or a failed end of a channel, prints.
inline Json failure(const Error& error) {
  const bool is_remote = error.kind() == ErrorKind::remote;
  return {
      {"code", is_remote ? std::string_view(error.code()) : to_string(error.kind())},
      {"message", error.message()},
      {"stacktrace", error.stacktrace() ? Json(*error.stacktrace()) : Json(nullptr)},
  };
}

inline Json failure(const std::exception& error) {
  return {{"code", "local"}, {"message", error.what()}, {"stacktrace", nullptr}};
}

// The wait of a token ends with its release, which may come first.
class Holds {
 public:
  void wait(const std::string& token) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return released_.erase(token) > 0; });
  }

  void release(const std::string& token) {
    const std::lock_guard lock(mutex_);
    released_.insert(token);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> released_;
};

}  // namespace iii::interop
