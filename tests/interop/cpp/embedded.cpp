// An engine inside a C++ program, as a worker of the interop tests: it serves functions of theirs
// in-process, and obeys commands as JSON lines (README.md lists both). It prints the port to which
// the other workers connect.
#include "lines.hpp"

#include <iii/engine.hpp>
#include <iii/engine_error.hpp>
#include <iii/json.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace iii::interop {
namespace {

JsonObject parsed(std::string_view json) {
  return parse_json(json).value().as_object();
}

Json parsed_or_null(std::string_view json) {
  return json.empty() ? Json(nullptr) : parse_json(json).value();
}

std::string serialized(const std::optional<Json>& value) {
  return value ? serialize(*value) : std::string();
}

void expect_ok(const EngineStatus& status) {
  if (!status) {
    throw std::runtime_error(status.error().message);
  }
}

class Embedded {
 public:
  Embedded(Engine engine, std::string name) : engine_(std::move(engine)), name_(std::move(name)) {
    serve_functions();
    serve_hold();
    expect_ok(engine_.register_trigger_type(
        name_ + "::type",
        {
            .description = "A trigger type of the interop tests",
            .on_registered = [this](const TriggerBinding& trigger) { return on_bound(trigger); },
            .on_unregistered = [this](std::string_view id) { on_unbound(id); },
        }
    ));
    say({{"event", "listening"}, {"port", engine_.port()}});
  }

  void obey(const std::string& line) {
    const JsonObject request = parsed(line);
    const std::string command = text(request, "command");
    Json answer{{"id", request.at("id")}};
    try {
      run(command, request, answer.as_object());
    } catch (const std::exception& error) {
      answer.as_object()["error"] = failure(error);
    }
    say(answer);
    if (command == "leave") {
      std::quick_exit(EXIT_SUCCESS);
    }
  }

 private:
  void serve(const std::string& function, FunctionHandler handler) {
    expect_ok(engine_.register_function(name_ + "::" + function, std::move(handler)));
  }

  void serve_functions() {
    serve("echo", [this](const EngineInvocation& call, Responder respond) {
      respond.result(serialize({{"by", name_}, {"data", parsed_or_null(call.payload)}}));
    });
    serve("nothing", [](const EngineInvocation& /*call*/, Responder respond) {
      respond.result("");
    });
    serve("fail", [](const EngineInvocation& call, Responder /*respond*/) {
      throw std::runtime_error("boom " + text(parsed(call.payload), "token"));
    });
    serve("refuse", [](const EngineInvocation& call, Responder respond) {
      respond.error({
          .code = "interop_refused",
          .message = "refused " + text(parsed(call.payload), "token"),
          .stacktrace = "line 7 of the policy",
      });
    });
    serve("note", [](const EngineInvocation& call, Responder respond) {
      say({{"event", "noted"}, {"token", text(parsed(call.payload), "token")}});
      respond.result(R"("a void caller never sees this")");
    });
    serve("metadata", [](const EngineInvocation& call, Responder respond) {
      respond.result(serialize(Json{{"metadata", parsed_or_null(call.metadata)}}));
    });
  }

  // Answered by the thread that obeys `release`: functions must not block the engine.
  void serve_hold() {
    serve("hold", [this](const EngineInvocation& call, Responder respond) {
      const std::string token = text(parsed(call.payload), "token");
      {
        const std::lock_guard lock(mutex_);
        held_.emplace(token, std::move(respond));
      }
      say({{"event", "held"}, {"token", token}});
    });
  }

  EngineStatus on_bound(const TriggerBinding& trigger) {
    const Json config = parse_json(trigger.config).value();
    if (const auto reason = optional(config.as_object(), "reject")) {
      throw std::runtime_error(std::string(reason->as_string()));
    }
    {
      const std::lock_guard lock(mutex_);
      bound_.insert_or_assign(trigger.id, trigger);
    }
    say({
        {"event", "bound"},
        {"trigger", trigger.id},
        {"function", trigger.function_id},
        {"config", config},
        {"metadata", parsed_or_null(trigger.metadata)},
    });
    return {};
  }

  void on_unbound(std::string_view id) {
    {
      const std::lock_guard lock(mutex_);
      bound_.erase(std::string(id));
    }
    say({{"event", "unbound"}, {"trigger", id}});
  }

  void run(const std::string& command, const JsonObject& request, JsonObject& answer) {
    if (command == "call") {
      const std::string payload = serialized(optional(request, "payload").value_or(nullptr));
      const std::string metadata = serialized(optional(request, "metadata"));
      std::optional<std::chrono::milliseconds> timeout;
      if (const auto milliseconds = optional(request, "timeout_ms")) {
        timeout = std::chrono::milliseconds(milliseconds->to_number<std::int64_t>());
      }
      const InvokeOptions options{.metadata = metadata, .timeout = timeout};
      report(engine_.invoke(text(request, "function_id"), payload, options).get(), answer);
      return;
    }
    if (command == "fire") {
      std::unique_lock lock(mutex_);
      const TriggerBinding trigger = bound_.at(text(request, "trigger"));
      lock.unlock();
      const std::string payload = serialize(request.at("payload"));
      const InvokeOptions options{.metadata = trigger.metadata};
      report(engine_.invoke(trigger.function_id, payload, options).get(), answer);
      return;
    }
    answer["result"] = nullptr;
    if (command == "void") {
      const std::string payload = serialize(request.at("payload"));
      expect_ok(engine_.invoke_void(text(request, "function_id"), payload));
    } else if (command == "release") {
      const std::string token = text(request, "token");
      const std::lock_guard lock(mutex_);
      held_.extract(token).mapped().result(serialize(Json(token)));
    } else if (command == "leave") {
      engine_.stop();
    } else {
      throw std::invalid_argument("unknown command " + command);
    }
  }

  static void report(const CallOutcome& outcome, JsonObject& answer) {
    if (outcome.is_ok()) {
      answer["result"] = parsed_or_null(outcome.result);
      return;
    }
    const auto& stacktrace = outcome.error->stacktrace;
    answer["error"] = {
        {"code", outcome.error->code},
        {"message", outcome.error->message},
        {"stacktrace", stacktrace ? Json(*stacktrace) : Json(nullptr)},
    };
  }

  std::mutex mutex_;  // of the tables
  std::map<std::string, TriggerBinding> bound_;
  std::map<std::string, Responder> held_;
  Engine engine_;
  std::string name_;
};

}  // namespace
}  // namespace iii::interop

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: interop_embedded HOST NAME\n";
    return EXIT_FAILURE;
  }
  auto engine = iii::Engine::start({.host = arguments[1], .port = 0, .worker_name = arguments[2]});
  if (!engine) {
    std::cerr << engine.error().message << '\n';
    return EXIT_FAILURE;
  }
  iii::interop::Embedded embedded(*std::move(engine), arguments[2]);
  for (std::string line; std::getline(std::cin, line);) {
    // Nobody joins them: a call may be held when the test has seen enough.
    std::thread([&embedded, line] { embedded.obey(line); }).detach();
  }
  std::quick_exit(EXIT_SUCCESS);
}
