#include "protocol/decode.hpp"

#include "json/scan.hpp"
#include "protocol/decoding.hpp"
#include "protocol/envelope.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/member.hpp"
#include "protocol/reader.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace iii::protocol {
namespace {

using json::Kind;
using json::Value;

void read_action(Reader& reader, from_worker::InvokeFunction& out) {
  const Value* value = reader.find(Field::action);
  if (value == nullptr) {
    return;
  }
  if (value->text == R"({"type":"void"})") {  // as SDKs write it
    out.action = from_worker::Action::fire_and_forget;
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
  reader.required_invocation_id(out.invocation_id);
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
  reader.raw(Field::invocation, out.invocation);
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
  reader.trigger_ids(out);
  reader.raw(Field::config, out.config);
  reader.raw(Field::metadata, out.metadata);
}

void read(Reader& reader, from_worker::UnregisterTrigger& out) {
  reader.required_text(Field::id, out.id);
}

void read(Reader& reader, from_worker::TriggerRegistrationResult& out) {
  reader.trigger_ids(out);
  reader.error(out.error);
}

void read(Reader& reader, from_worker::RegisterService& out) {
  reader.required_text(Field::id, out.id);
  reader.optional_text(Field::name, out.name);
  if (out.name.empty()) {
    out.name = out.id;
  }
  reader.optional_text(Field::description, out.description);
  reader.optional_text(Field::parent_service_id, out.parent_service_id);
}

void read(Reader& reader, from_worker::Reattach& out) {
  reader.required_text(Field::previous_worker_id, out.previous_worker_id);
  reader.optional_text(Field::reattach_token, out.token);
}

void read(Reader&, from_worker::Ping&) {
}

struct FromWorker {
  using Message = from_worker::Message;
  static constexpr std::string_view watched_key = caller_worker_key;
  static constexpr bool trusts_sender = false;
};

// The two on the message path come first.
constexpr std::array<MessageType<FromWorker>, 12> from_worker_types = {{
    {"invocationresult", read_as<FromWorker, from_worker::InvocationResult, read>},
    {"invokefunction", read_as<FromWorker, from_worker::InvokeFunction, read>},
    {"registerfunction", read_as<FromWorker, from_worker::RegisterFunction, read>},
    {"unregisterfunction", read_as<FromWorker, from_worker::UnregisterFunction, read>},
    {"registertriggertype", read_as<FromWorker, from_worker::RegisterTriggerType, read>},
    {"unregistertriggertype", read_as<FromWorker, from_worker::UnregisterTriggerType, read>},
    {"registertrigger", read_as<FromWorker, from_worker::RegisterTrigger, read>},
    {"unregistertrigger", read_as<FromWorker, from_worker::UnregisterTrigger, read>},
    {"triggerregistrationresult",
     read_as<FromWorker, from_worker::TriggerRegistrationResult, read>},
    {"registerservice", read_as<FromWorker, from_worker::RegisterService, read>},
    {"reattach", read_as<FromWorker, from_worker::Reattach, read>},
    {"ping", read_as<FromWorker, from_worker::Ping, read>},
}};

}  // namespace

from_worker::Message decode(std::string_view text) {
  return decode_as<FromWorker>(text, from_worker_types);
}

}  // namespace iii::protocol
