#include "base/id.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/pens.hpp"
#include "protocol/to_worker.hpp"

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

namespace iii::protocol {
namespace {

// Puts the caller's id in front of the payload's own members.
void data_with_caller(auto& pen, std::string_view object, const base::WorkerId& caller) {
  const std::size_t first = object.find_first_not_of(" \t\r\n", 1);
  pen.raw(R"({"_caller_worker_id":")");
  pen.uuid(caller.value());
  pen.raw(object[first] == '}' ? R"(")" : R"(",)");
  pen.raw(object.substr(first));
}

void write(auto& pen, const to_worker::InvokeFunction& message) {
  pen.raw(R"({"type":"invokefunction","invocation_id":")");
  pen.uuid(message.invocation_id.value());
  pen.raw(R"(","function_id":)");
  pen.raw(message.function_id_json);
  pen.raw(R"(,"data":)");
  if (message.caller && message.data_json.front() == '{') {
    data_with_caller(pen, message.data_json, *message.caller);
  } else {
    pen.raw(message.data_json);
  }
  optional_member(pen, R"(,"traceparent":)", message.traceparent_json);
  optional_member(pen, R"(,"baggage":)", message.baggage_json);
  optional_member(pen, R"(,"metadata":)", message.metadata_json);
  optional_member(pen, R"(,"caller":)", message.caller_json);
  optional_member(pen, R"(,"observe_depth":)", message.observe_depth_json);
  pen.raw("}");
}

void write(auto& pen, const to_worker::InvocationResult& message) {
  pen.raw(R"({"type":"invocationresult","invocation_id":")");
  pen.uuid(message.invocation_id.value());
  pen.raw(R"(","function_id":)");
  pen.raw(message.function_id_json);
  if (message.error) {
    error_member(pen, *message.error);
  } else {
    optional_member(pen, R"(,"result":)", message.result_json);
  }
  optional_member(pen, R"(,"traceparent":)", message.traceparent_json);
  optional_member(pen, R"(,"baggage":)", message.baggage_json);
  pen.raw("}");
}

void write(auto& pen, const to_worker::WorkerRegistered& message) {
  pen.raw(R"({"type":"workerregistered","worker_id":")");
  pen.uuid(message.worker_id.value());
  pen.raw(R"(","reattach_token":")");
  pen.uuid(message.reattach_token);
  pen.raw(R"("})");
}

void write(auto& pen, const to_worker::RegisterFunction& message) {
  text_member(pen, R"({"type":"registerfunction","id":)", message.id);
  pen.raw(R"(,"registration":)");
  pen.raw(std::to_string(message.registration));
  optional_member(pen, R"(,"invocation":)", message.invocation_json);
  pen.raw("}");
}

void write(auto& pen, const to_worker::UnregisterFunction& message) {
  pen.raw(R"({"type":"unregisterfunction","registration":)");
  pen.raw(std::to_string(message.registration));
  pen.raw("}");
}

void write(auto& pen, const to_worker::RegisterTrigger& message) {
  pen.raw(R"({"type":"registertrigger")");
  trigger_ids(pen, message);
  pen.raw(R"(,"config":)");
  pen.raw(message.config_json);
  optional_member(pen, R"(,"metadata":)", message.metadata_json);
  pen.raw("}");
}

void write(auto& pen, const to_worker::UnregisterTrigger& message) {
  text_member(pen, R"({"type":"unregistertrigger","id":)", message.id);
  text_member(pen, R"(,"trigger_type":)", message.trigger_type);
  pen.raw("}");
}

void write(auto& pen, const to_worker::TriggerRegistrationResult& message) {
  pen.raw(R"({"type":"triggerregistrationresult")");
  trigger_ids(pen, message);
  error_member(pen, message.error);
  pen.raw("}");
}

void write(auto& pen, const to_worker::RegistrationRejected& message) {
  pen.raw(R"({"type":"registrationrejected","code":")");
  pen.raw(codes::function_namespace_conflict);
  text_member(pen, R"(","namespace":"default","function_id":)", message.function_id);
  text_member(pen, R"(,"owner_worker_id":)", message.owner_worker_id);
  pen.raw("}");
}

void write(auto& pen, const to_worker::Pong&) {
  pen.raw(R"({"type":"pong"})");
}

}  // namespace

std::size_t encoded_size(const to_worker::Message& message) {
  MeasuringPen pen;
  std::visit([&pen](const auto& alternative) { write(pen, alternative); }, message);
  return pen.size();
}

char* encode(const to_worker::Message& message, char* out) {
  CopyingPen pen(out);
  std::visit([&pen](const auto& alternative) { write(pen, alternative); }, message);
  return pen.end();
}

std::string encode(const to_worker::Message& message) {
  std::string text(encoded_size(message), '\0');
  encode(message, text.data());
  return text;
}

std::ostream& to_worker::operator<<(std::ostream& out, const Message& message) {
  return out << encode(message);
}

}  // namespace iii::protocol
