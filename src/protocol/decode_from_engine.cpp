#include "base/id.hpp"
#include "json/scan.hpp"
#include "protocol/envelope.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_engine.hpp"
#include "protocol/reader.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::protocol {
namespace {

using from_engine::Malformed;
using from_engine::Message;
using json::Kind;
using json::Value;

void required_id(Reader& reader, base::InvocationId& out) {
  std::optional<base::InvocationId> id;
  reader.invocation_id(id);
  if (id) {
    out = *id;
  } else {
    reader.refuse(Field::invocation_id, "is required");
  }
}

// Never refused: whoever waits for the result must learn that there is none.
std::optional<ErrorBody> lenient_error(const Reader& reader) {
  const Value* value = reader.find(Field::error);
  if (value == nullptr) {
    return std::nullopt;
  }
  static constexpr std::array<std::string_view, 3> names = {"code", "message", "stacktrace"};
  InnerMembers members(names);
  if (value->kind != Kind::object || json::scan_object(value->text, {}, members)) {
    return ErrorBody{"UNKNOWN", std::string(value->text), std::nullopt};
  }
  return ErrorBody{
      members.text(0).value_or("UNKNOWN"), members.text(1).value_or(""), members.text(2)
  };
}

void read(Reader& reader, from_engine::InvokeFunction& out) {
  reader.invocation_id(out.invocation_id);
  reader.required_string(Field::function_id, out.function_id);
  out.data = Value{.text = "null"};
  reader.any(Field::data, out.data);
  reader.string(Field::traceparent, out.traceparent);
  reader.string(Field::baggage, out.baggage);
  reader.any(Field::metadata, out.metadata);
}

void read(Reader& reader, from_engine::InvocationResult& out) {
  required_id(reader, out.invocation_id);
  reader.any(Field::result, out.result);
  out.error = lenient_error(reader);
}

void read(Reader& reader, from_engine::WorkerRegistered& out) {
  reader.required_text(Field::worker_id, out.worker_id);
  reader.optional_text(Field::reattach_token, out.reattach_token);
}

void read(Reader& reader, from_engine::RegisterTrigger& out) {
  reader.required_text(Field::id, out.id);
  reader.required_text(Field::trigger_type, out.trigger_type);
  reader.required_text(Field::function_id, out.function_id);
  Value config{.text = "null"};
  reader.any(Field::config, config);
  out.config = config.text;
  Value metadata;
  reader.any(Field::metadata, metadata);
  out.metadata = metadata.text;
  reader.optional_text(Field::name_space, out.target_namespace);
}

void read(Reader& reader, from_engine::UnregisterTrigger& out) {
  reader.required_text(Field::id, out.id);
  std::optional<std::string> trigger_type;
  reader.optional_text(Field::trigger_type, trigger_type);
  out.trigger_type = std::move(trigger_type).value_or("");
}

void read(Reader& reader, from_engine::TriggerRegistrationResult& out) {
  reader.required_text(Field::id, out.id);
  std::optional<std::string> trigger_type;
  std::optional<std::string> function_id;
  reader.optional_text(Field::trigger_type, trigger_type);
  reader.optional_text(Field::function_id, function_id);
  out.trigger_type = std::move(trigger_type).value_or("");
  out.function_id = std::move(function_id).value_or("");
  out.error = lenient_error(reader);
}

void read(Reader& reader, from_engine::RegistrationRejected& out) {
  reader.required_text(Field::code, out.code);
  std::optional<std::string> name_space;
  std::optional<std::string> owner;
  reader.optional_text(Field::name_space, name_space);
  reader.optional_text(Field::worker_name, out.worker_name);
  reader.optional_text(Field::function_id, out.function_id);
  reader.optional_text(Field::owner_worker_id, owner);
  out.name_space = std::move(name_space).value_or("default");
  out.owner_worker_id = std::move(owner).value_or("");
}

void read(Reader& reader, from_engine::Refusal& out) {
  out.error = lenient_error(reader).value_or(ErrorBody{"UNKNOWN", "", std::nullopt});
}

void read(Reader&, from_engine::Ping&) {
}

Malformed malformed(const Envelope& envelope, std::string reason) {
  Malformed out{.reason = std::move(reason)};
  Reader reader(envelope);
  reader.invocation_id(out.invocation_id);
  const auto text = [&envelope](Field field, std::string& into) {
    const Value* value = envelope.find(field);
    if (value != nullptr && value->kind == Kind::string) {
      into = json::decode_string(*value);
    }
  };
  text(Field::type, out.type);
  text(Field::function_id, out.function_id);
  return out;
}

template <class T>
Message read_as(const Envelope& envelope) {
  Message message(std::in_place_type<T>);
  Reader reader(envelope);
  read(reader, std::get<T>(message));
  if (reader.failed()) {
    message = malformed(envelope, reader.take_reason());
  }
  return message;
}

Message read_type(std::string_view type, const Envelope& envelope) {
  struct Entry {
    std::string_view type;
    Message (*read)(const Envelope&);
  };
  static constexpr std::array<Entry, 9> entries = {{
      {"invocationresult", read_as<from_engine::InvocationResult>},
      {"invokefunction", read_as<from_engine::InvokeFunction>},
      {"workerregistered", read_as<from_engine::WorkerRegistered>},
      {"registertrigger", read_as<from_engine::RegisterTrigger>},
      {"unregistertrigger", read_as<from_engine::UnregisterTrigger>},
      {"triggerregistrationresult", read_as<from_engine::TriggerRegistrationResult>},
      {"registrationrejected", read_as<from_engine::RegistrationRejected>},
      {"error", read_as<from_engine::Refusal>},
      {"ping", read_as<from_engine::Ping>},
  }};
  for (const Entry& entry : entries) {
    if (is_same(entry.type, type)) {
      return entry.read(envelope);
    }
  }
  return from_engine::Ignored{std::string(type)};
}

}  // namespace

Message decode_from_engine(std::string_view text) {
  Envelope envelope;
  if (const auto error = json::scan_object(text, {}, envelope)) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return from_engine::Ignored{};
    }
    std::string reason("not well-formed JSON: ");
    reason.append(json::to_string(error->reason));
    reason.append(" at byte ").append(std::to_string(error->offset));
    return malformed(envelope, std::move(reason));
  }
  const Value* type = envelope.find(Field::type);
  if (type == nullptr || type->kind != Kind::string) {
    return malformed(envelope, "member 'type' is required and must be a string");
  }
  return type->has_escapes ? read_type(json::decode_string(*type), envelope)
                           : read_type(type->body(), envelope);
}

}  // namespace iii::protocol
