// For tests: a conversation with virtual time, and what it wants as lines of text.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::sdk {

inline base::InvocationId call_id(std::uint64_t number) {
  return base::InvocationId(base::Uuid(0, number));
}

class Scene {
 public:
  using Lines = std::vector<std::string>;

  explicit Scene(ConversationOptions options = {})
      : conversation(with_defaults(options), random_) {}

  // Everything since the last look. Reports only if asked for.
  [[nodiscard]] Lines take(bool with_reports = false) {
    Lines lines;
    for (const Effect& effect : effects) {
      if (with_reports || !std::holds_alternative<Report>(effect)) {
        std::ostringstream line;
        line << effect;
        lines.push_back(line.str());
      }
    }
    effects.clear();
    return lines;
  }

  void start() { conversation.start(now, effects); }
  void open() { conversation.on_opened(now, effects); }
  void close(std::string_view reason = "gone") { conversation.on_closed(reason, now, effects); }
  // Started, opened and welcomed.
  void connect() {
    start();
    open();
    welcome();
    static_cast<void>(take());
  }
  void welcome(std::string_view id = "w1", std::string_view token = "t1") {
    hear(
        R"({"type":"workerregistered","worker_id":")" + std::string(id) +
        R"(","reattach_token":")" + std::string(token) + "\"}"
    );
  }
  void hear(std::string_view text) {
    // Effects point into it until they are taken.
    conversation.on_text(heard_.emplace_back(text), now, effects);
  }
  void hear_result(std::uint64_t call, std::string_view members) {
    hear(
        R"({"type":"invocationresult","invocation_id":")" + call_id(call).value().to_string() +
        R"(","function_id":"f",)" + std::string(members) + "}"
    );
  }
  void hear_call(std::uint64_t call, std::string_view function_id, std::string_view data = "{}") {
    hear(
        R"({"type":"invokefunction","invocation_id":")" + call_id(call).value().to_string() +
        R"(","function_id":")" + std::string(function_id) + R"(","data":)" + std::string(data) + "}"
    );
  }
  void pass(std::chrono::nanoseconds time) {
    now += time;
    conversation.on_time(now, effects);
  }
  // Lets the next deadline come.
  void pass_to_deadline() {
    ASSERT_NE(conversation.next_deadline(), base::never);
    now = conversation.next_deadline();
    conversation.on_time(now, effects);
  }

  Admission call(
      std::uint64_t number, std::chrono::nanoseconds timeout = std::chrono::seconds(30)
  ) {
    return conversation.call(
        call_id(number), "call " + std::to_string(number), now + timeout, effects
    );
  }
  Admission send_void(std::string text) { return conversation.send_void(std::move(text), effects); }
  void register_function(const std::string& id) {
    conversation.register_function(id, "function " + id, false, effects);
  }
  void answer(std::uint64_t call, std::string text) {
    conversation.answer(call_id(call), std::move(text), now, effects);
  }
  // A void run, or a handler of a trigger type, has ended.
  void leave() { conversation.leave(now, effects); }
  void shutdown() { conversation.shutdown(now, effects); }

 private:
  static ConversationOptions with_defaults(ConversationOptions options) {
    options.announce = "announce";
    options.reconnection.jitter_factor = 0;
    return options;
  }
  base::SeededRandom random_{1};
  std::deque<std::string> heard_;

 public:
  Conversation conversation;
  Effects effects;
  base::MonotonicTime now{std::chrono::hours(1)};
};

}  // namespace iii::sdk
