#include "protocol/decode.hpp"

#include "base/id.hpp"
#include "json/scan.hpp"
#include "protocol/envelope.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/member.hpp"
#include "protocol/reader.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::protocol {
namespace {

using from_worker::Malformed;
using from_worker::Message;
using json::Kind;
using json::Value;

void read_action(Reader& reader, from_worker::InvokeFunction& out) {
  const Value* value = reader.find(Field::action);
  if (value == nullptr) {
    return;
  }
  static constexpr std::array<std::string_view, 2> names = {"type", "queue"};
  InnerMembers members(names);
  if (value->kind != Kind::object || json::scan_object(value->text, {}, members)) {
    reader.refuse(Field::action, "must be an object");
    return;
  }
  const auto type = members.text(0);
  if (type == "void") {
    out.action = from_worker::Action::fire_and_forget;
  } else if (type == "enqueue") {
    out.action = from_worker::Action::enqueue;
    out.queue = members.value(1);
    if (!is_present(out.queue) || out.queue.kind != Kind::string) {
      reader.refuse(Field::action, "of type 'enqueue' must name its 'queue'");
    }
  } else {
    reader.refuse(Field::action, "must have the type 'void' or 'enqueue'");
  }
}

void read(Reader& reader, from_worker::InvokeFunction& out) {
  reader.invocation_id(out.invocation_id);
  reader.required_id(Field::function_id, out.function_id);
  out.data = Value{.text = "null"};
  reader.any(Field::data, out.data);
  read_action(reader, out);
  reader.string(Field::traceparent, out.traceparent);
  reader.string(Field::baggage, out.baggage);
  reader.any(Field::metadata, out.metadata);
  reader.any(Field::caller, out.caller);
  reader.small_number(Field::observe_depth, out.observe_depth);
  reader.unsigned_number(Field::timeout_ms, out.timeout_ms);
}

void read(Reader& reader, from_worker::InvocationResult& out) {
  std::optional<base::InvocationId> id;
  reader.invocation_id(id);
  if (id) {
    out.invocation_id = *id;
  } else {
    reader.refuse(Field::invocation_id, "is required");
  }
  Value function_id;
  reader.required_string(Field::function_id, function_id);
  reader.any(Field::result, out.result);
  reader.error(out.error);
}

void read(Reader& reader, from_worker::RegisterFunction& out) {
  reader.required_text(Field::id, out.id);
  reader.optional_text(Field::description, out.description);
  reader.raw(Field::request_format, out.request_format);
  reader.raw(Field::response_format, out.response_format);
  reader.raw(Field::metadata, out.metadata);
  Value invocation;
  reader.any(Field::invocation, invocation);
  out.is_http_invoked = is_present(invocation);
}

void read(Reader& reader, from_worker::UnregisterFunction& out) {
  reader.required_text(Field::id, out.id);
}

void read(Reader& reader, from_worker::RegisterTriggerType& out) {
  reader.required_text(Field::id, out.id);
  reader.required_text(Field::description, out.description);
  reader.raw(Field::trigger_request_format, out.trigger_request_format);
  reader.raw(Field::call_request_format, out.call_request_format);
}

void read(Reader& reader, from_worker::UnregisterTriggerType& out) {
  reader.required_text(Field::id, out.id);
}

void read(Reader& reader, from_worker::RegisterTrigger& out) {
  reader.required_text(Field::id, out.id);
  reader.required_text(Field::trigger_type, out.trigger_type);
  reader.required_text(Field::function_id, out.function_id);
  reader.raw(Field::config, out.config);
  reader.raw(Field::metadata, out.metadata);
}

void read(Reader& reader, from_worker::UnregisterTrigger& out) {
  reader.required_text(Field::id, out.id);
}

void read(Reader& reader, from_worker::TriggerRegistrationResult& out) {
  reader.required_text(Field::id, out.id);
  reader.required_text(Field::trigger_type, out.trigger_type);
  reader.required_text(Field::function_id, out.function_id);
  reader.error(out.error);
}

void read(Reader& reader, from_worker::RegisterService& out) {
  reader.required_text(Field::id, out.id);
  std::optional<std::string> name;
  reader.optional_text(Field::name, name);
  out.name = name && !name->empty() ? std::move(*name) : out.id;
  reader.optional_text(Field::description, out.description);
  reader.optional_text(Field::parent_service_id, out.parent_service_id);
}

void read(Reader& reader, from_worker::Reattach& out) {
  reader.required_text(Field::previous_worker_id, out.previous_worker_id);
  reader.optional_text(Field::reattach_token, out.token);
}

void read(Reader&, from_worker::Ping&) {
}

// What of a refused message can still be used to answer it.
Malformed malformed(const Envelope& envelope, std::string reason) {
  Malformed out{.reason = std::move(reason)};
  Reader reader(envelope);
  reader.invocation_id(out.invocation_id);
  const auto text = [&envelope](Field field, std::string& into) {
    const Value* value = envelope.find(field);
    if (value != nullptr && value->kind == Kind::string &&
        value->text.size() <= id_text_bytes_max) {
      into = json::decode_string(*value);
    }
  };
  text(Field::type, out.type);
  text(Field::function_id, out.function_id);
  text(Field::id, out.trigger_id);
  text(Field::trigger_type, out.trigger_type);
  return out;
}

template <class T>
Message read_as(const Envelope& envelope) {
  // The one object that is returned, so that nothing is moved.
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
  // The two on the message path come first.
  static constexpr std::array<Entry, 12> entries = {{
      {"invocationresult", read_as<from_worker::InvocationResult>},
      {"invokefunction", read_as<from_worker::InvokeFunction>},
      {"registerfunction", read_as<from_worker::RegisterFunction>},
      {"unregisterfunction", read_as<from_worker::UnregisterFunction>},
      {"registertriggertype", read_as<from_worker::RegisterTriggerType>},
      {"unregistertriggertype", read_as<from_worker::UnregisterTriggerType>},
      {"registertrigger", read_as<from_worker::RegisterTrigger>},
      {"unregistertrigger", read_as<from_worker::UnregisterTrigger>},
      {"triggerregistrationresult", read_as<from_worker::TriggerRegistrationResult>},
      {"registerservice", read_as<from_worker::RegisterService>},
      {"reattach", read_as<from_worker::Reattach>},
      {"ping", read_as<from_worker::Ping>},
  }};
  for (const Entry& entry : entries) {
    if (is_same(entry.type, type)) {
      return entry.read(envelope);
    }
  }
  return from_worker::Ignored{std::string(type)};
}

}  // namespace

Message decode(std::string_view text) {
  Envelope envelope;
  if (const auto error = json::scan_object(text, caller_worker_key, envelope)) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return from_worker::Ignored{};
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
  if (envelope.repeated() != Field::count) {
    Reader reader(envelope);
    reader.refuse(envelope.repeated(), "appears twice");
    return malformed(envelope, reader.take_reason());
  }
  return type->has_escapes ? read_type(json::decode_string(*type), envelope)
                           : read_type(type->body(), envelope);
}

}  // namespace iii::protocol
