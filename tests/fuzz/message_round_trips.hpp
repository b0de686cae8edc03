// What a decoded message says is the same after it has been written again and read back: by the
// worker's writer and the engine's reader, and by the engine's writer and the worker's reader.
//
// Texts that a writer leaves out when they are empty count as the same as absent ones.
#pragma once

#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/uuid.hpp"
#include "json/scan.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_engine.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_engine.hpp"
#include "protocol/to_worker.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::test {

// As the engine reads what a worker has written.
template <class Message>
Message read_by_engine(std::string& text, const protocol::to_engine::Message& message) {
  text = protocol::encode(message);
  protocol::from_worker::Message read = protocol::decode(text);
  III_ASSERT(std::holds_alternative<Message>(read), "the engine reads what a worker writes");
  return std::get<Message>(std::move(read));
}

// As a worker reads what the engine has written.
template <class Message>
Message read_by_worker(std::string& text, const protocol::to_worker::Message& message) {
  text = protocol::encode(message);
  III_ASSERT(text.size() == protocol::encoded_size(message), "it is as long as measured");
  protocol::from_engine::Message read = protocol::decode_from_engine(text);
  III_ASSERT(std::holds_alternative<Message>(read), "a worker reads what the engine writes");
  return std::get<Message>(std::move(read));
}

// The characters of a string member; empty where it is absent.
inline std::string plain(const json::Value& string) {
  return protocol::is_present(string) ? json::decode_string(string) : std::string();
}

inline const protocol::ErrorBody* pointer_to(const std::optional<protocol::ErrorBody>& error) {
  return error ? &*error : nullptr;
}

// One overload for each type that has a writer.
struct RoundTrips {
  void operator()(const protocol::from_worker::InvokeFunction& m) const;
  void operator()(const protocol::from_worker::InvocationResult& m) const;
  void operator()(const protocol::from_worker::RegisterFunction& m) const;
  void operator()(const protocol::from_worker::UnregisterFunction& m) const;
  void operator()(const protocol::from_worker::RegisterTriggerType& m) const;
  void operator()(const protocol::from_worker::UnregisterTriggerType& m) const;
  void operator()(const protocol::from_worker::RegisterTrigger& m) const;
  void operator()(const protocol::from_worker::UnregisterTrigger& m) const;
  void operator()(const protocol::from_worker::TriggerRegistrationResult& m) const;
  void operator()(const protocol::from_worker::RegisterService& m) const;
  void operator()(const protocol::from_worker::Reattach& m) const;

  template <class Other>
  void operator()(const Other&) const {}
};

inline void RoundTrips::operator()(const protocol::from_worker::InvokeFunction& m) const {
  const std::string function_id = plain(m.function_id);
  const std::string traceparent = plain(m.traceparent);
  const std::string baggage = plain(m.baggage);
  const std::string queue = plain(m.queue);
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::InvokeFunction>(
      text,
      protocol::to_engine::InvokeFunction{
          .invocation_id = m.invocation_id,
          .function_id = function_id,
          .data_json = m.data.text,
          .action = m.action,
          .queue = queue,
          .traceparent = traceparent,
          .baggage = baggage,
          .metadata_json = m.metadata.text,
          .name_space = {},
          .timeout_ms = m.timeout_ms
      }
  );
  III_ASSERT(again.timeout_ms == m.timeout_ms, "the deadline is the same");
  III_ASSERT(again.invocation_id == m.invocation_id, "the id is the same");
  III_ASSERT(plain(again.function_id) == function_id, "the function is the same");
  III_ASSERT(again.data.text == m.data.text, "the payload is the same");
  III_ASSERT(again.data.has_watched_key == m.data.has_watched_key, "its caller is seen again");
  III_ASSERT(again.metadata.text == m.metadata.text, "the metadata is the same");
  III_ASSERT(again.action == m.action && plain(again.queue) == queue, "the action is the same");
  III_ASSERT(
      plain(again.traceparent) == traceparent && plain(again.baggage) == baggage,
      "the trace is the same"
  );
}

inline void RoundTrips::operator()(const protocol::from_worker::InvocationResult& m) const {
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::InvocationResult>(
      text,
      protocol::to_engine::InvocationResult{
          .invocation_id = m.invocation_id,
          .function_id = "f",
          .result_json = protocol::is_present(m.result) ? m.result.text : "null",
          .error = pointer_to(m.error),
          .traceparent = {},
          .baggage = {}
      }
  );
  III_ASSERT(again.invocation_id == m.invocation_id, "the id is the same");
  III_ASSERT(again.error == m.error, "the error is the same");
  III_ASSERT(m.error || again.result.text == m.result.text, "the result is the same");
}

inline void RoundTrips::operator()(const protocol::from_worker::RegisterFunction& m) const {
  const std::string description = m.description.value_or("");
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::RegisterFunction>(
      text,
      protocol::to_engine::RegisterFunction{
          m.id, description, m.request_format, m.response_format, m.metadata, m.invocation
      }
  );
  III_ASSERT(again.id == m.id, "the function is the same");
  III_ASSERT(again.description.value_or("") == description, "its description is the same");
  III_ASSERT(
      again.request_format == m.request_format && again.response_format == m.response_format,
      "its formats are the same"
  );
  III_ASSERT(again.metadata == m.metadata, "its metadata is the same");
  III_ASSERT(again.invocation == m.invocation, "how it is run is the same");

  const auto rejection = read_by_worker<protocol::from_engine::RegistrationRejected>(
      text, protocol::to_worker::RegistrationRejected{m.id, description}
  );
  III_ASSERT(rejection.function_id == m.id, "the rejected function is the same");
  III_ASSERT(rejection.owner_worker_id == description, "its owner is the same");
}

inline void RoundTrips::operator()(const protocol::from_worker::UnregisterFunction& m) const {
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::UnregisterFunction>(
      text, protocol::to_engine::UnregisterFunction{m.id}
  );
  III_ASSERT(again.id == m.id, "the function is the same");
}

inline void RoundTrips::operator()(const protocol::from_worker::RegisterTriggerType& m) const {
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::RegisterTriggerType>(
      text,
      protocol::to_engine::RegisterTriggerType{
          m.id, m.description, m.trigger_request_format, m.call_request_format
      }
  );
  III_ASSERT(again.id == m.id && again.description == m.description, "the type is the same");
  III_ASSERT(
      again.trigger_request_format == m.trigger_request_format &&
          again.call_request_format == m.call_request_format,
      "its formats are the same"
  );
}

inline void RoundTrips::operator()(const protocol::from_worker::UnregisterTriggerType& m) const {
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::UnregisterTriggerType>(
      text, protocol::to_engine::UnregisterTriggerType{m.id}
  );
  III_ASSERT(again.id == m.id, "the type is the same");
}

inline void RoundTrips::operator()(const protocol::from_worker::RegisterTrigger& m) const {
  const auto is_same = [&m](const auto& again) {
    return again.id == m.id && again.trigger_type == m.trigger_type &&
           again.function_id == m.function_id && again.config == m.config &&
           again.metadata == m.metadata;
  };
  std::string text;
  const auto at_engine = read_by_engine<protocol::from_worker::RegisterTrigger>(
      text,
      protocol::to_engine::RegisterTrigger{
          m.id, m.trigger_type, m.function_id, m.config, m.metadata, {}
      }
  );
  III_ASSERT(is_same(at_engine), "the engine is told the same trigger");
  const auto at_worker = read_by_worker<protocol::from_engine::RegisterTrigger>(
      text,
      protocol::to_worker::RegisterTrigger{
          m.id, m.trigger_type, m.function_id, m.config, m.metadata
      }
  );
  III_ASSERT(is_same(at_worker), "the provider is told the same trigger");
}

inline void RoundTrips::operator()(const protocol::from_worker::UnregisterTrigger& m) const {
  std::string text;
  const auto at_engine = read_by_engine<protocol::from_worker::UnregisterTrigger>(
      text, protocol::to_engine::UnregisterTrigger{m.id, m.id}
  );
  III_ASSERT(at_engine.id == m.id, "the engine is told the same trigger");
  const auto at_worker = read_by_worker<protocol::from_engine::UnregisterTrigger>(
      text, protocol::to_worker::UnregisterTrigger{m.id, m.id}
  );
  III_ASSERT(
      at_worker.id == m.id && at_worker.trigger_type == m.id,
      "the provider is told the same trigger"
  );
}

inline void RoundTrips::operator()(const protocol::from_worker::TriggerRegistrationResult& m
) const {
  const auto is_same = [&m](const auto& again) {
    return again.id == m.id && again.trigger_type == m.trigger_type &&
           again.function_id == m.function_id && again.error == m.error;
  };
  std::string text;
  const auto at_engine = read_by_engine<protocol::from_worker::TriggerRegistrationResult>(
      text,
      protocol::to_engine::TriggerRegistrationResult{
          m.id, m.trigger_type, m.function_id, pointer_to(m.error)
      }
  );
  III_ASSERT(is_same(at_engine), "the engine is told the same");
  if (m.error) {  // of success no owner is told
    const auto at_worker = read_by_worker<protocol::from_engine::TriggerRegistrationResult>(
        text,
        protocol::to_worker::TriggerRegistrationResult{
            m.id, m.trigger_type, m.function_id, *m.error
        }
    );
    III_ASSERT(is_same(at_worker), "the owner is told the same");
  }
}

inline void RoundTrips::operator()(const protocol::from_worker::RegisterService& m) const {
  const std::string description = m.description.value_or("");
  const std::string parent = m.parent_service_id.value_or("");
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::RegisterService>(
      text, protocol::to_engine::RegisterService{m.id, m.name, description, parent}
  );
  III_ASSERT(again.id == m.id && again.name == m.name, "the service is the same");
  III_ASSERT(
      again.description.value_or("") == description &&
          again.parent_service_id.value_or("") == parent,
      "what is said of it is the same"
  );
}

inline void RoundTrips::operator()(const protocol::from_worker::Reattach& m) const {
  const std::string token = m.token.value_or("");
  std::string text;
  const auto again = read_by_engine<protocol::from_worker::Reattach>(
      text, protocol::to_engine::Reattach{m.previous_worker_id, token}
  );
  III_ASSERT(again.previous_worker_id == m.previous_worker_id, "the worker is the same");
  III_ASSERT(again.token.value_or("") == token, "the token is the same");

  const auto worker = base::Uuid::parse(m.previous_worker_id);
  const auto secret = base::Uuid::parse(token);
  if (worker && secret) {
    const auto greeting = read_by_worker<protocol::from_engine::WorkerRegistered>(
        text, protocol::to_worker::WorkerRegistered{base::WorkerId(*worker), *secret}
    );
    III_ASSERT(greeting.worker_id == worker->to_string(), "the worker is told its id");
    III_ASSERT(greeting.reattach_token == secret->to_string(), "and its token");
  }
}

}  // namespace iii::test
