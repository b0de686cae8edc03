// Messages for the core from a grammar so small that their ids collide: few functions, triggers,
// types and invocation ids, and answers to what the core has really asked.
#pragma once

#include "core/core.hpp"
#include "fuzz/bytes.hpp"
#include "support/core_texts.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace iii::test {

class CoreGrammar {
 public:
  struct Peer {
    base::ConnectionId id;
    std::string worker_id;
    std::string token;
  };
  std::vector<Peer> peers;  // open ones

  // Without peers one that the core has never heard of.
  Peer any_peer(Bytes& bytes) {
    return peers.empty() ? Peer{base::ConnectionId(UINT64_MAX), {}, {}}
                         : peers[bytes.below(peers.size())];
  }

  void learn(const core::SendTo& effect) {
    namespace to_worker = protocol::to_worker;
    if (const auto* greeting = std::get_if<to_worker::WorkerRegistered>(&effect.message)) {
      greetings_.push_back(
          {effect.to, greeting->worker_id.value().to_string(), greeting->reattach_token.to_string()}
      );
    } else if (const auto* invoke = std::get_if<to_worker::InvokeFunction>(&effect.message)) {
      remember(asked_, invoke->invocation_id.value().to_string());
    } else if (const auto* trigger = std::get_if<to_worker::RegisterTrigger>(&effect.message)) {
      remember(triggers_, trigger->id);
    }
  }

  void forget(base::ConnectionId id) {
    std::erase_if(peers, [id](const Peer& peer) { return peer.id == id; });
  }

  std::string trigger(Bytes& bytes) {
    if (!triggers_.empty() && bytes.flag()) {
      return triggers_[bytes.below(triggers_.size())];
    }
    return std::string(bytes.pick(trigger_ids));
  }

  std::string message(Bytes& bytes) {
    switch (bytes.below(20)) {
      case 0:
      case 1:
      case 2:
        return call(id(bytes), function(bytes), data(bytes), more(bytes));
      case 3:
        return fire_and_forget(function(bytes), data(bytes), more(bytes));
      case 4:
        return enqueue(id(bytes), function(bytes), "q", data(bytes), more(bytes));
      case 5:
      case 6:
      case 7:
        return result(answered(bytes), "f", bytes.pick(results));
      case 8:
        return failure(answered(bytes), "f", "code", "message");
      case 9:
        return no_result(answered(bytes), "f", bytes.flag() ? R"(,"error":5)" : "");
      case 10:
      case 11:
        return register_function(function(bytes));
      case 12:
        return unregister_function(function(bytes));
      case 13:
        return register_trigger_type(bytes.pick(types));
      case 14:
        return unregister_trigger_type(bytes.pick(types));
      case 15:
        return register_trigger(
            trigger(bytes), bytes.pick(types), function(bytes), bytes.pick(configs)
        );
      case 16:
        return unregister_trigger(trigger(bytes), "mail");
      case 17:
        return bytes.flag() ? accept_trigger(trigger(bytes), "mail")
                            : refuse_trigger(trigger(bytes), "mail", "f", "code", "message");
      case 18:
        return any_reattach(bytes);
      default:
        return std::string(bytes.pick(others));
    }
  }

 private:
  static constexpr std::array<std::string_view, 4> trigger_ids = {"t", "u", "v", ""};
  static constexpr std::array<std::string_view, 4> types = {
      "mail", "cron", "engine::workers-available", "engine::functions-available"
  };
  static constexpr std::array<std::string_view, 10> functions = {
      "a::f",
      "a::g",
      "h",
      "engine::queue::enqueue",
      "engine::register_trigger",
      "engine::unregister_trigger",
      "engine::workers::register",
      "engine::workers::list",
      "engine::registered-triggers::list",
      "engine::channels::create"
  };
  static constexpr std::array<std::string_view, 6> inputs = {
      "{}",
      "null",
      R"({"_caller_worker_id":1,"a":2})",
      R"({"trigger_type":"mail","function_id":"a::f","config":{"condition_function_id":"h"}})",
      R"({"trigger_type":"engine::workers-available","function_id":"engine::channels::create"})",
      R"({"name":"n","version":"0.11.6","features":["observe.v1"]})"
  };
  static constexpr std::array<std::string_view, 5> mores = {
      "",
      R"(,"timeout_ms":100)",
      R"(,"traceparent":"00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01","baggage":"a=1")",
      R"(,"caller":{"function_id":"f"},"observe_depth":1,"metadata":[])",
      R"(,"action":5)"
  };
  static constexpr std::array<std::string_view, 3> results = {"false", "null", "{}"};
  static constexpr std::array<std::string_view, 2> configs = {
      "null", R"({"condition_function_id":"h"})"
  };
  static constexpr std::array<std::string_view, 4> others = {
      R"({"type":"ping"})",
      R"({"type":"registerservice","id":"a"})",
      R"({"type":"registertrigger","id":"t","trigger_type":"mail","function_id":5})",
      "{"
  };

  static void remember(std::deque<std::string>& texts, std::string text) {
    constexpr std::size_t remembered_max = 8;
    texts.push_front(std::move(text));
    if (texts.size() > remembered_max) {
      texts.pop_back();
    }
  }
  static std::string id(Bytes& bytes) { return uuid(static_cast<unsigned>(bytes.below(6))); }
  static std::string_view function(Bytes& bytes) { return bytes.pick(functions); }
  std::string data(Bytes& bytes) {
    if (bytes.below(4) == 0) {
      return R"({"id":")" + trigger(bytes) + "\"}";
    }
    return std::string(bytes.pick(inputs));
  }
  static std::string_view more(Bytes& bytes) { return bytes.pick(mores); }
  std::string answered(Bytes& bytes) {
    return asked_.empty() || bytes.below(8) == 0 ? id(bytes) : asked_[bytes.below(asked_.size())];
  }
  std::string any_reattach(Bytes& bytes) {
    if (greetings_.empty()) {
      return reattach("none", "none");
    }
    const Peer& previous = greetings_[bytes.below(greetings_.size())];
    return reattach(previous.worker_id, bytes.below(8) == 0 ? "wrong" : previous.token);
  }

  std::vector<Peer> greetings_;
  std::deque<std::string> asked_;  // the newest first
  std::deque<std::string> triggers_;
};

}  // namespace iii::test
