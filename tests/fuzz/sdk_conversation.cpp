// Any sequence of events for the SDK's conversation: a connection that opens, breaks and stays
// silent, messages of an engine from a grammar whose ids collide often, time, and everything that a
// program may want. ConversationChecker judges; at the end comes a shutdown, and it must end.
#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "fuzz/bytes.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"
#include "support/conversation_checker.hpp"
#include "support/core_texts.hpp"

#include <iii/options.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace iii;
using namespace std::chrono_literals;
using Registered = test::ConversationChecker::Registered;

constexpr std::array<std::string_view, 4> names = {"f", "g", "h::f", "engine::f"};
constexpr std::array<std::string_view, 3> datas = {"{}", R"({"a":[1,2]})", "null"};
constexpr std::array<std::string_view, 8> oddities = {
    R"({"type":"ping"})",
    R"({"type":"pong"})",
    R"({"type":"of the future","id":7})",
    R"({"type":"error","code":"AUTH_ERROR","message":"no"})",
    R"({"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT","namespace":"n",)"
    R"("function_id":"f","owner_worker_id":"w2"})",
    R"({"type":"workerregistered","worker_id":"w2"})",
    R"({"type":"triggerregistrationresult","id":"f","trigger_type":"g","function_id":"h"})",
    " \n",
};

sdk::ConversationOptions options(test::Bytes& bytes) {
  sdk::ConversationOptions options;
  options.announce = "announce";
  options.reconnection.initial_delay_ms = bytes.below(200);
  options.reconnection.max_delay_ms = 200 + bytes.below(200) * 10;
  if (bytes.flag()) {
    options.reconnection.max_retries = bytes.below(4);
  }
  options.offline.messages_max = bytes.below(6);
  options.offline.bytes_max = bytes.below(256) * 2;
  options.offline.policy = bytes.flag() ? OfflinePolicy::fail : OfflinePolicy::drop_oldest;
  options.fails_calls_on_disconnect = bytes.flag();
  return options;
}

class Run {
 public:
  explicit Run(test::Bytes bytes)
      : bytes_(bytes),
        options_(options(bytes_)),
        conversation_(options_, random_),
        checker_(options_) {}

  void play() {
    while (!bytes_.empty()) {
      step();
    }
    shut_down();
    // Every deadline comes; the engine says no more.
    for (int i = 0; !checker_.is_finished(); ++i) {
      III_ASSERT(i < 100, "shutdown ends");
      III_ASSERT(conversation_.next_deadline() != base::never, "shutdown has a deadline");
      pass_to_deadline();
    }
    III_ASSERT(conversation_.next_deadline() == base::never, "nothing comes after the end");
    III_ASSERT(checker_.open_calls() == 0, "every call has ended");
  }

 private:
  void step() {
    switch (bytes_.below(16)) {
      case 0:
        return open();
      case 1:
        return close();
      case 2:
        return pass(std::chrono::milliseconds(bytes_.below(256) * bytes_.below(256)));
      case 3:
        return pass_to_deadline();
      case 4:
      case 5:
      case 6:
        return call();
      case 7:
        return send_void();
      case 8:
        return cancel();
      case 9:
      case 10:
        return registration();
      case 11:
        return answer();
      case 12:
        return rarely();
      default:
        return hear(message());
    }
  }

  // --- The connection ---

  void open() {
    if (!is_started_) {
      is_started_ = true;
      checker_.started(now_);
      conversation_.start(now_, effects_);
    } else if (checker_.is_opening()) {
      checker_.opened(now_);
      conversation_.on_opened(now_, effects_);
    }
    settle();
  }

  void close() {
    if (checker_.has_link()) {
      checker_.closed(now_);
      conversation_.on_closed("gone", now_, effects_);
      settle();
    }
  }

  void pass(std::chrono::nanoseconds time) {
    now_ += time;
    do {
      checker_.time_passed(now_);
      conversation_.on_time(now_, effects_);
      settle();
    } while (conversation_.next_deadline() <= now_);
  }

  void pass_to_deadline() {
    if (conversation_.next_deadline() != base::never) {
      pass(std::max(conversation_.next_deadline() - now_, std::chrono::nanoseconds(0)));
    }
  }

  void hear(const std::string& text) {
    checker_.heard(text, now_);
    conversation_.on_text(text, now_, effects_);
    settle();
  }

  std::string message() {
    const std::string name(bytes_.pick(names));
    const std::string id = invocation();
    switch (bytes_.below(10)) {
      case 0:
      case 1:
        return test::invocation(id, name, bytes_.pick(datas));
      case 2:
        return test::result(id, name, bytes_.pick(datas));
      case 3:
        return test::failure(id, name, "code", "message");
      case 4:
        return R"({"type":"workerregistered","worker_id":")" + name + R"(","reattach_token":"t"})";
      case 5:
        return test::register_trigger("t", name, "f");
      case 6:
        return test::unregister_trigger("t", name);
      case 7: {
        std::string text =
            bytes_.flag() ? test::invocation(id, name) : test::result(id, name, "{}");
        text.resize(bytes_.below(text.size()));
        return text;
      }
      case 8:
        return bytes_.below(16) == 0
                   ? R"({"type":"registrationrejected","code":"WORKER_NAME_CONFLICT",)"
                     R"("namespace":"n","worker_name":"w","owner_worker_id":"w2"})"
                   : R"({"type":"invokefunction","function_id":"f","data":{}})";
      default:
        return std::string(bytes_.pick(oddities));
    }
  }

  // Of one of our calls, or of a stranger's.
  std::string invocation() {
    const std::size_t number = bytes_.below(8);
    return number < 4 || calls_ == 0
               ? test::uuid(static_cast<unsigned>(900 + number % 4))
               : id_of(calls_ - std::min<std::uint64_t>(calls_ - 1, number - 4));
  }

  static std::string id_of(std::uint64_t call) {
    return test::uuid(static_cast<unsigned>(call % 900));
  }

  // --- The program ---

  void call() {
    if (++calls_ >= 900) {
      return;
    }
    const base::InvocationId id(*base::Uuid::parse(id_of(calls_)));
    const std::string frame = "call " + std::to_string(calls_) + std::string(bytes_.below(64), '.');
    const auto deadline = now_ + std::chrono::milliseconds(bytes_.below(256) * 100);
    checker_.called(id, frame, deadline);
    checker_.admitted(conversation_.call(id, frame, deadline, effects_));
    settle();
  }

  void send_void() {
    const std::string frame = "void" + std::string(bytes_.below(64), '.');
    checker_.sent_void(frame);
    checker_.admitted(conversation_.send_void(frame, effects_));
    settle();
  }

  void cancel() {
    const base::InvocationId id(*base::Uuid::parse(invocation()));
    checker_.cancelled(id);
    conversation_.cancel(id);
    settle();
  }

  void registration() {
    const std::string id(bytes_.pick(names));
    const std::string frame = "register " + id + std::to_string(bytes_.below(4));
    const auto removal = [&](std::string_view type, std::string_view more = "") {
      return R"({"type":")" + std::string(type) + R"(","id":")" + id + "\"" + std::string(more) +
             "}";
    };
    switch (bytes_.below(8)) {
      case 0:
        checker_.registered(Registered::function, id, frame);
        conversation_.register_function(id, frame, false, effects_);
        break;
      case 1:
        checker_.registered_http_function(id, frame);
        conversation_.register_function(id, frame, true, effects_);
        break;
      case 2:
        checker_.registered(Registered::service, id, frame);
        conversation_.register_service(id, frame, effects_);
        break;
      case 3:
        checker_.registered(Registered::trigger_type, id, frame);
        conversation_.register_trigger_type(id, frame, effects_);
        break;
      case 4:
        checker_.registered(Registered::trigger, id, frame);
        conversation_.register_trigger(id, frame, effects_);
        break;
      case 5:
        checker_.unregistered(Registered::function, id, removal("unregisterfunction"));
        conversation_.unregister_function(id, effects_);
        break;
      case 6:
        checker_.unregistered(Registered::trigger_type, id, removal("unregistertriggertype"));
        conversation_.unregister_trigger_type(id, effects_);
        break;
      default:
        checker_.unregistered(
            Registered::trigger, id, removal("unregistertrigger", R"(,"trigger_type":"type")")
        );
        conversation_.unregister_trigger(id, "type", effects_);
        break;
    }
    settle();
  }

  void answer() {
    base::InvocationId id(*base::Uuid::parse(invocation()));
    if (!checker_.running().empty() && bytes_.flag()) {
      id = *checker_.running().begin();
    }
    const std::string frame = "answer" + std::string(bytes_.below(64), '.');
    checker_.answered(id, frame);
    conversation_.answer(id, frame, now_, effects_);
    settle();
  }

  void rarely() {
    switch (bytes_.below(16)) {
      case 0:
        return shut_down();
      case 1:
      case 2: {
        const std::size_t backlog = bytes_.below(256) * 4;
        checker_.backlog(backlog);
        return conversation_.set_backlog(backlog);
      }
      case 3:
        checker_.answered_trigger("trigger answer");
        conversation_.answer_trigger("trigger answer", effects_);
        return settle();
      case 5:
        checker_.left();
        conversation_.leave(now_, effects_);
        return settle();
      case 4:
        checker_.announces("another announce");
        return conversation_.set_announce("another announce");
      default:
        checker_.heard_anything(now_);
        return conversation_.on_heard(now_);
    }
  }

  void shut_down() {
    checker_.shut_down(now_);
    conversation_.shutdown(now_, effects_);
    settle();
  }

  void settle() {
    checker_.after(effects_, conversation_, now_);
    effects_.clear();
    conversation_.on_taken(UINT64_MAX);
    if (!checker_.problem().empty()) {
      std::fprintf(stderr, "%s\n", checker_.problem().c_str());
    }
    III_ASSERT(checker_.problem().empty(), "nothing was violated");
  }

  test::Bytes bytes_;
  base::SeededRandom random_{1};
  base::MonotonicTime now_{1h};
  sdk::ConversationOptions options_;
  sdk::Conversation conversation_;
  sdk::Effects effects_;
  test::ConversationChecker checker_;
  bool is_started_ = false;
  std::uint64_t calls_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run(test::Bytes({data, size})).play();
  return 0;
}
