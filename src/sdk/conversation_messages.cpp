// What the engine says.
#include "base/id.hpp"
#include "base/time.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_engine.hpp"
#include "protocol/to_engine.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::sdk {

namespace from_engine = protocol::from_engine;
namespace to_engine = protocol::to_engine;

namespace {

constexpr std::string_view function_not_invokable = "function_not_invokable";  // spec: sdk §6.6
constexpr std::string_view trigger_type_not_found = "trigger_type_not_found";  // spec: sdk §8.3

std::string text_of(const json::Value& value) {
  return from_engine::is_present(value) ? json::decode_string(value) : std::string();
}

// Of a member that may be anything (spec: line-0.25 §2).
bool lists(std::string_view json, std::string_view feature) {
  const Result<Json> features = json.empty() ? Result<Json>(Json()) : parse_json(json);
  const JsonArray* const names = features ? features->if_array() : nullptr;
  return names != nullptr && std::ranges::any_of(*names, [feature](const Json& name) {
           return name.is_string() && std::string_view(name.get_string()) == feature;
         });
}

}  // namespace

struct Conversation::Visitor {
  Conversation& self;
  Effects& effects;

  void operator()(from_engine::InvokeFunction& message) const {
    std::string function_id = json::decode_string(message.function_id);
    const Function* const function = self.functions_.find(function_id);
    std::string_view code;
    std::string problem;
    if (function == nullptr) {
      code = protocol::codes::function_not_found;
      problem = "Function not found";
    } else if (function->is_http_invoked) {
      code = function_not_invokable;
      problem = "Function is HTTP-invoked and cannot be invoked locally";
    } else if (self.is_stopping_) {
      code = protocol::codes::invocation_stopped;
      problem = "the worker is shutting down";
    }
    if (!code.empty()) {
      if (message.invocation_id) {
        self.refuse_invocation(
            *message.invocation_id, function_id, code, std::move(problem), effects
        );
      } else {
        effects.emplace_back(
            Report{Report::Level::warn, "a call of '" + function_id + "' is refused: " + problem}
        );
      }
      return;
    }
    if (message.invocation_id && !self.running_.insert(*message.invocation_id).second) {
      // Running it twice would need two answers.
      effects.emplace_back(Report{Report::Level::warn, "an invocation id came twice"});
      return;
    }
    if (!message.invocation_id) {
      ++self.running_unanswered_;
    }
    effects.emplace_back(RunFunction{
        .invocation_id = message.invocation_id,
        .function_id = std::move(function_id),
        .data_json = message.data.text,
        .metadata_json = message.metadata.text,
        .traceparent = text_of(message.traceparent),
        .baggage = text_of(message.baggage),
        .caller_json = message.caller,
    });
  }

  void operator()(from_engine::InvocationResult& message) const {
    // An unknown id is normal: a late result (spec: sdk §27, item 7).
    if (!self.pending_.remove(message.invocation_id)) {
      return;
    }
    if (message.error) {
      effects.emplace_back(EndCall{
          .id = message.invocation_id,
          .how = EndCall::How::remote_error,
          .result_json = {},
          .error = std::move(message.error),
      });
      return;
    }
    effects.emplace_back(EndCall{
        .id = message.invocation_id,
        .how = EndCall::How::result,
        .result_json = from_engine::is_present(message.result) ? message.result.text : "null",
    });
  }

  void operator()(from_engine::WorkerRegistered& message) const {
    self.worker_id_ = std::move(message.worker_id);
    self.reattach_token_ = std::move(message.reattach_token);
    self.is_welcome_ = true;
    self.supports_observe_ = lists(message.features, "observe.v1");
    self.attempt_ = 0;
    self.refusal_.reset();
    effects.emplace_back(Report{Report::Level::info, "registered as worker " + self.worker_id_});
  }

  void operator()(from_engine::RegisterTrigger& message) const {
    if (self.trigger_types_.find(message.trigger_type) == nullptr) {
      const protocol::ErrorBody error{
          std::string(trigger_type_not_found), "Trigger type not found", std::nullopt
      };
      self.send(
          protocol::encode(to_engine::TriggerRegistrationResult{
              .id = message.id,
              .trigger_type = message.trigger_type,
              .function_id = message.function_id,
              .error = &error,
          }),
          effects
      );
      return;
    }
    ++self.running_unanswered_;
    effects.emplace_back(ConfigureTrigger{
        .id = std::move(message.id),
        .trigger_type = std::move(message.trigger_type),
        .function_id = std::move(message.function_id),
        .config_json = message.config,
        .metadata_json = message.metadata,
        .target_namespace = std::move(message.target_namespace),
    });
  }

  void operator()(from_engine::UnregisterTrigger& message) const {
    if (self.trigger_types_.find(message.trigger_type) != nullptr) {
      ++self.running_unanswered_;
      effects.emplace_back(RemoveTrigger{
          .id = std::move(message.id), .trigger_type = std::move(message.trigger_type)
      });
    }
  }

  void operator()(from_engine::TriggerRegistrationResult& message) const {
    if (message.error) {
      effects.emplace_back(Report{
          Report::Level::warn,
          "the trigger of '" + message.function_id + "' of type '" + message.trigger_type + "' (" +
              message.id + ") is refused: " + message.error->message
      });
    }
    effects.emplace_back(
        AnswerTrigger{.id = std::move(message.id), .error = std::move(message.error)}
    );
  }

  void operator()(from_engine::RegistrationRejected& message) const {
    Rejection rejection{
        .code = std::move(message.code),
        .namespace_name = std::move(message.name_space),
        .worker_name = std::move(message.worker_name),
        .function_id = std::move(message.function_id),
        .owner_worker_id = std::move(message.owner_worker_id),
    };
    const std::string text = Error::registration_rejected(rejection).what();
    if (rejection.code == protocol::codes::function_namespace_conflict) {
      effects.emplace_back(Report{Report::Level::warn, text});
      effects.emplace_back(FunctionRejected{std::move(rejection)});
      return;
    }
    effects.emplace_back(Report{Report::Level::error, text});
    self.rejection_ = std::move(rejection);
    effects.emplace_back(CloseConnection{.code = close_normal, .reason = "registration rejected"});
    self.fail_for_good(effects);
    self.phase_ = Phase::closing;
    self.ping_at_ = base::never;
  }

  void operator()(from_engine::Refusal& message) const {
    // The engine closes now. The count of attempts goes on, so that the delays grow.
    effects.emplace_back(Report{
        Report::Level::error,
        "the engine refuses this worker: " + message.error.code + ": " + message.error.message
    });
    self.refusal_ = std::move(message.error);
  }

  void operator()(const from_engine::Ping&) const {
    self.send(protocol::encode(to_engine::Pong{}), effects);
  }

  void operator()(const from_engine::Ignored& message) const {
    if (!message.type.empty() && message.type != "pong") {
      effects.emplace_back(
          Report{Report::Level::debug, "a message of type '" + message.type + "' is ignored"}
      );
    }
  }

  void operator()(const from_engine::Malformed& message) const {
    effects.emplace_back(
        Report{Report::Level::warn, "a message cannot be understood: " + message.reason}
    );
    if (!message.invocation_id) {
      return;
    }
    if (message.type == "invokefunction") {
      self.refuse_invocation(
          *message.invocation_id,
          message.function_id,
          protocol::codes::invalid_message,
          message.reason,
          effects
      );
    } else if (message.type == "invocationresult" && self.pending_.remove(*message.invocation_id)) {
      effects.emplace_back(EndCall{
          .id = *message.invocation_id,
          .how = EndCall::How::remote_error,
          .result_json = {},
          .error = protocol::ErrorBody{"UNKNOWN", message.reason, std::nullopt},
      });
    }
  }
};

void Conversation::on_text(std::string_view text, base::MonotonicTime now, Effects& effects) {
  on_heard(now);
  lose_if_stalled(now, effects);
  if (phase_ != Phase::open) {
    return;  // of a connection that has been dropped, or that is being closed
  }
  from_engine::Message message = protocol::decode_from_engine(text);
  std::visit(Visitor{*this, effects}, message);
  settle_shutdown(now, effects);
}

void Conversation::refuse_invocation(
    const base::InvocationId& id,
    std::string_view function_id,
    std::string_view code,
    std::string message,
    Effects& effects
) {
  const protocol::ErrorBody error{std::string(code), std::move(message), std::nullopt};
  send_kept(
      protocol::encode(to_engine::InvocationResult{
          .invocation_id = id, .function_id = function_id, .error = &error
      }),
      effects
  );
}

}  // namespace iii::sdk
