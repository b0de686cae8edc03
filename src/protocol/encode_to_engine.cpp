#include "base/uuid.hpp"
#include "json/scan.hpp"
#include "protocol/pens.hpp"
#include "protocol/to_engine.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace iii::protocol {
namespace {

// Appends to the text that is returned, in one pass.
class StringPen {
 public:
  explicit StringPen(std::string& out) : out_(out) {}

  void raw(std::string_view text) { out_.append(text); }
  void quoted(std::string_view text) { json::append_string(text, out_); }
  void uuid(const base::Uuid& id) {
    const std::size_t at = out_.size();
    out_.resize(at + base::Uuid::text_size);
    id.write(out_.data() + at);
  }

 private:
  std::string& out_;
};

void optional_text_member(StringPen& pen, std::string_view name_and_colon, std::string_view text) {
  if (!text.empty()) {
    text_member(pen, name_and_colon, text);
  }
}

void write(StringPen& pen, const to_engine::InvokeFunction& message) {
  pen.raw(R"({"type":"invokefunction")");
  if (message.invocation_id) {
    pen.raw(R"(,"invocation_id":")");
    pen.uuid(message.invocation_id->value());
    pen.raw(R"(")");
  }
  text_member(pen, R"(,"function_id":)", message.function_id);
  pen.raw(R"(,"data":)");
  pen.raw(message.data_json);
  optional_text_member(pen, R"(,"traceparent":)", message.traceparent);
  optional_text_member(pen, R"(,"baggage":)", message.baggage);
  switch (message.action) {
    case to_engine::Action::call:
      break;
    case to_engine::Action::fire_and_forget:
      pen.raw(R"(,"action":{"type":"void"})");
      break;
    case to_engine::Action::enqueue:
      text_member(pen, R"(,"action":{"type":"enqueue","queue":)", message.queue);
      pen.raw("}");
      break;
  }
  optional_member(pen, R"(,"metadata":)", message.metadata_json);
  optional_text_member(pen, R"(,"namespace":)", message.name_space);
  if (message.timeout_ms) {
    pen.raw(R"(,"timeout_ms":)");
    pen.raw(std::to_string(*message.timeout_ms));
  }
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::InvocationResult& message) {
  pen.raw(R"({"type":"invocationresult","invocation_id":")");
  pen.uuid(message.invocation_id.value());
  pen.raw(R"(")");
  text_member(pen, R"(,"function_id":)", message.function_id);
  if (message.error != nullptr) {
    error_member(pen, *message.error);
  } else {
    pen.raw(R"(,"result":)");
    pen.raw(message.result_json);
  }
  optional_text_member(pen, R"(,"traceparent":)", message.traceparent);
  optional_text_member(pen, R"(,"baggage":)", message.baggage);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::RegisterFunction& message) {
  text_member(pen, R"({"type":"registerfunction","id":)", message.id);
  optional_text_member(pen, R"(,"description":)", message.description);
  optional_member(pen, R"(,"request_format":)", message.request_format_json);
  optional_member(pen, R"(,"response_format":)", message.response_format_json);
  optional_member(pen, R"(,"metadata":)", message.metadata_json);
  optional_member(pen, R"(,"invocation":)", message.invocation_json);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::UnregisterFunction& message) {
  text_member(pen, R"({"type":"unregisterfunction","id":)", message.id);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::RegisterTriggerType& message) {
  text_member(pen, R"({"type":"registertriggertype","id":)", message.id);
  text_member(pen, R"(,"description":)", message.description);
  optional_member(pen, R"(,"trigger_request_format":)", message.trigger_request_format_json);
  optional_member(pen, R"(,"call_request_format":)", message.call_request_format_json);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::UnregisterTriggerType& message) {
  text_member(pen, R"({"type":"unregistertriggertype","id":)", message.id);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::RegisterTrigger& message) {
  pen.raw(R"({"type":"registertrigger")");
  trigger_ids(pen, message);
  pen.raw(R"(,"config":)");
  pen.raw(message.config_json);
  optional_member(pen, R"(,"metadata":)", message.metadata_json);
  optional_text_member(pen, R"(,"namespace":)", message.name_space);
  optional_text_member(pen, R"(,"trigger_namespace":)", message.trigger_namespace);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::UnregisterTrigger& message) {
  text_member(pen, R"({"type":"unregistertrigger","id":)", message.id);
  text_member(pen, R"(,"trigger_type":)", message.trigger_type);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::TriggerRegistrationResult& message) {
  pen.raw(R"({"type":"triggerregistrationresult")");
  trigger_ids(pen, message);
  if (message.error != nullptr) {
    error_member(pen, *message.error);
  }
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::RegisterService& message) {
  text_member(pen, R"({"type":"registerservice","id":)", message.id);
  text_member(pen, R"(,"name":)", message.name);
  optional_text_member(pen, R"(,"description":)", message.description);
  optional_text_member(pen, R"(,"parent_service_id":)", message.parent_service_id);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::Reattach& message) {
  text_member(pen, R"({"type":"reattach","previous_worker_id":)", message.previous_worker_id);
  optional_text_member(pen, R"(,"reattach_token":)", message.token);
  pen.raw("}");
}

void write(StringPen& pen, const to_engine::Pong&) {
  pen.raw(R"({"type":"pong"})");
}

// About as many as a call or an answer has: one that is large does not grow step by step.
std::size_t expected_bytes(
    std::string_view function_id, std::string_view content_json, const auto& message
) {
  constexpr std::size_t names_and_ids = 256;
  return names_and_ids + function_id.size() + content_json.size() + message.traceparent.size() +
         message.baggage.size();
}
std::size_t expected_bytes(const to_engine::InvokeFunction& message) {
  return expected_bytes(message.function_id, message.data_json, message) +
         message.metadata_json.size();
}
std::size_t expected_bytes(const to_engine::InvocationResult& message) {
  return expected_bytes(message.function_id, message.error ? "" : message.result_json, message);
}
std::size_t expected_bytes(const auto&) {
  return 0;
}

}  // namespace

std::string encode(const to_engine::Message& message) {
  std::string text;
  encode(message, text);
  return text;
}

void encode(const to_engine::Message& message, std::string& text) {
  text.clear();
  std::visit(
      [&text](const auto& alternative) {
        text.reserve(expected_bytes(alternative));
        StringPen pen(text);
        write(pen, alternative);
      },
      message
  );
}

}  // namespace iii::protocol
