#include "json/scan.hpp"
#include "protocol/decoding.hpp"
#include "protocol/envelope.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_engine.hpp"
#include "protocol/reader.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace iii::protocol {
namespace {

using json::Kind;
using json::Value;

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
  reader.raw(Field::caller, out.caller);
}

void read(Reader& reader, from_engine::InvocationResult& out) {
  reader.required_invocation_id(out.invocation_id);
  reader.any(Field::result, out.result);
  out.error = lenient_error(reader);
}

void read(Reader& reader, from_engine::WorkerRegistered& out) {
  reader.required_text(Field::worker_id, out.worker_id);
  reader.optional_text(Field::reattach_token, out.reattach_token);
  reader.raw(Field::features, out.features);
}

void read(Reader& reader, from_engine::RegisterTrigger& out) {
  reader.trigger_ids(out);
  reader.raw(Field::config, out.config);
  reader.raw(Field::metadata, out.metadata);
  reader.optional_text(Field::name_space, out.target_namespace);
}

void read(Reader& reader, from_engine::UnregisterTrigger& out) {
  reader.required_text(Field::id, out.id);
  reader.optional_text(Field::trigger_type, out.trigger_type);
}

void read(Reader& reader, from_engine::TriggerRegistrationResult& out) {
  reader.required_text(Field::id, out.id);
  reader.optional_text(Field::trigger_type, out.trigger_type);
  reader.optional_text(Field::function_id, out.function_id);
  out.error = lenient_error(reader);
}

void read(Reader& reader, from_engine::RegistrationRejected& out) {
  reader.required_text(Field::code, out.code);
  reader.optional_text(Field::name_space, out.name_space);
  reader.optional_text(Field::worker_name, out.worker_name);
  reader.optional_text(Field::function_id, out.function_id);
  reader.optional_text(Field::owner_worker_id, out.owner_worker_id);
}

void read(Reader& reader, from_engine::Refusal& out) {
  out.error = lenient_error(reader).value_or(ErrorBody{"UNKNOWN", "", std::nullopt});
}

void read(Reader&, from_engine::Ping&) {
}

struct FromEngine {
  using Message = from_engine::Message;
  static constexpr std::string_view watched_key = {};
  static constexpr bool trusts_sender = true;
};

constexpr std::array<MessageType<FromEngine>, 9> from_engine_types = {{
    {"invocationresult", read_as<FromEngine, from_engine::InvocationResult, read>},
    {"invokefunction", read_as<FromEngine, from_engine::InvokeFunction, read>},
    {"workerregistered", read_as<FromEngine, from_engine::WorkerRegistered, read>},
    {"registertrigger", read_as<FromEngine, from_engine::RegisterTrigger, read>},
    {"unregistertrigger", read_as<FromEngine, from_engine::UnregisterTrigger, read>},
    {"triggerregistrationresult",
     read_as<FromEngine, from_engine::TriggerRegistrationResult, read>},
    {"registrationrejected", read_as<FromEngine, from_engine::RegistrationRejected, read>},
    {"error", read_as<FromEngine, from_engine::Refusal, read>},
    {"ping", read_as<FromEngine, from_engine::Ping, read>},
}};

}  // namespace

from_engine::Message decode_from_engine(std::string_view text) {
  return decode_as<FromEngine>(text, from_engine_types);
}

}  // namespace iii::protocol
