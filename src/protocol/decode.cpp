#include "protocol/decode.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/uuid.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace iii::protocol {
namespace {

using from_worker::is_present;
using from_worker::Malformed;
using from_worker::Message;
using json::Kind;
using json::Value;

// Every member that some message gives a meaning to.
enum class Field : std::uint8_t {
  type,
  invocation_id,
  function_id,
  data,
  action,
  traceparent,
  baggage,
  metadata,
  caller,
  observe_depth,
  timeout_ms,
  result,
  error,
  id,
  description,
  request_format,
  response_format,
  invocation,
  trigger_type,
  trigger_request_format,
  call_request_format,
  config,
  name,
  parent_service_id,
  previous_worker_id,
  reattach_token,
  count
};
constexpr auto field_count = static_cast<std::size_t>(Field::count);
constexpr std::array<std::string_view, field_count> field_names = {
    "type",
    "invocation_id",
    "function_id",
    "data",
    "action",
    "traceparent",
    "baggage",
    "metadata",
    "caller",
    "observe_depth",
    "timeout_ms",
    "result",
    "error",
    "id",
    "description",
    "request_format",
    "response_format",
    "invocation",
    "trigger_type",
    "trigger_request_format",
    "call_request_format",
    "config",
    "name",
    "parent_service_id",
    "previous_worker_id",
    "reattach_token"
};

// Fields grouped by the length of their names: comparing one to three names finds any of them.
constexpr std::size_t name_length_max = 22;
constexpr std::size_t same_length_max = 4;
constexpr auto fields_by_length = [] {
  std::array<std::array<Field, same_length_max>, name_length_max + 1> table{};
  for (auto& row : table) {
    row.fill(Field::count);
  }
  for (std::size_t i = 0; i < field_count; ++i) {
    auto& row = table[field_names[i].size()];
    std::size_t at = 0;
    while (row[at] != Field::count) {
      ++at;
    }
    row[at] = static_cast<Field>(i);
  }
  return table;
}();

// For short texts: comparing four bytes at a time here is faster than a call of memcmp.
bool is_same(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) {
    return false;
  }
  std::size_t at = 0;
  for (; at + sizeof(std::uint32_t) <= left.size(); at += sizeof(std::uint32_t)) {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::memcpy(&a, left.data() + at, sizeof(a));
    std::memcpy(&b, right.data() + at, sizeof(b));
    if (a != b) {
      return false;
    }
  }
  while (at < left.size() && left[at] == right[at]) {
    ++at;
  }
  return at == left.size();
}

Field field_named(std::string_view name) {
  if (name.size() <= name_length_max) {
    for (const Field field : fields_by_length[name.size()]) {
      if (field == Field::count) {
        break;
      }
      if (is_same(field_names[static_cast<std::size_t>(field)], name)) {
        return field;
      }
    }
  }
  return Field::count;
}

// The known members of one message, as they pass by.
class Envelope final : public json::MemberSink {
 public:
  void on_member(const Value& key, const Value& value) override {
    const Field field =
        key.has_escapes ? field_named(json::decode_string(key)) : field_named(key.body());
    if (field == Field::count) {
      return;
    }
    const auto bit = std::uint32_t{1} << static_cast<unsigned>(field);
    if ((seen_ & bit) != 0) {
      repeated_ = field;
      return;
    }
    seen_ |= bit;
    std::construct_at(&values_.entries[static_cast<std::size_t>(field)], value);
  }

  // Absent and null are the same thing (spec: wire-protocol §3).
  [[nodiscard]] const Value* find(Field field) const {
    if ((seen_ & (std::uint32_t{1} << static_cast<unsigned>(field))) == 0) {
      return nullptr;
    }
    const Value& value = values_.entries[static_cast<std::size_t>(field)];
    return value.is_null() ? nullptr : &value;
  }

  [[nodiscard]] Field repeated() const { return repeated_; }

 private:
  std::uint32_t seen_ = 0;
  Field repeated_ = Field::count;
  // Only the entries whose bit is set exist: clearing 26 for each message, of which it has four,
  // takes a tenth of the time that decoding takes.
  union Values {
    Values() {}
    std::array<Value, field_count> entries;
  } values_;
};
static_assert(field_count <= 32);
static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

// Whether the whole text is a non-negative integer that fits.
bool parse_whole(std::string_view text, auto& number) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

// An id with each of its bytes escaped, and quotes.
constexpr std::size_t id_text_bytes_max = 6 * base::limits::id_bytes_max + 2;

// Reads members into typed fields and remembers the first one that does not fit.
class Reader {
 public:
  explicit Reader(const Envelope& envelope) : envelope_(envelope) {}

  [[nodiscard]] bool failed() const { return !reason_.empty(); }
  [[nodiscard]] std::string take_reason() { return std::move(reason_); }

  void refuse(Field field, std::string_view problem) {
    if (!failed()) {
      reason_.append("member '").append(field_names[static_cast<std::size_t>(field)]);
      reason_.append("' ").append(problem);
    }
  }

  void any(Field field, Value& out) const {
    if (const Value* value = envelope_.find(field)) {
      out = *value;
    }
  }

  void raw(Field field, std::string& out) const {
    if (const Value* value = envelope_.find(field)) {
      out = value->text;
    }
  }

  // For a member that receivers read as a 32-bit number and old senders do not know: anything else
  // counts as absent.
  void small_number(Field field, Value& out) const {
    std::uint32_t number = 0;
    const Value* value = envelope_.find(field);
    if (value != nullptr && parse_whole(value->text, number)) {
      out = *value;
    }
  }

  void string(Field field, Value& out) {
    const Value* value = envelope_.find(field);
    if (value == nullptr) {
      return;
    }
    if (value->kind != Kind::string) {
      refuse(field, "must be a string");
      return;
    }
    out = *value;
  }

  void required_string(Field field, Value& out) {
    string(field, out);
    if (!is_present(out)) {
      refuse(field, "is required and must be a string");
    }
  }

  // An id: error answers and log lines repeat it.
  void required_id(Field field, Value& out) {
    required_string(field, out);
    if (out.text.size() > id_text_bytes_max) {
      refuse(field, "is longer than an id may be");
    }
  }

  void required_text(Field field, std::string& out) {
    Value value;
    required_string(field, value);
    if (is_present(value)) {
      out = json::decode_string(value);
    }
  }

  void optional_text(Field field, std::optional<std::string>& out) {
    Value value;
    string(field, value);
    if (is_present(value)) {
      out = json::decode_string(value);
    }
  }

  void invocation_id(std::optional<base::InvocationId>& out) {
    Value value;
    string(Field::invocation_id, value);
    if (!is_present(value)) {
      return;
    }
    const auto uuid = value.has_escapes ? base::Uuid::parse(json::decode_string(value))
                                        : base::Uuid::parse(value.body());
    if (!uuid) {
      refuse(Field::invocation_id, "must be a UUID");
      return;
    }
    out = base::InvocationId(*uuid);
  }

  void unsigned_number(Field field, std::optional<std::uint64_t>& out) {
    const Value* value = envelope_.find(field);
    if (value == nullptr) {
      return;
    }
    std::uint64_t number = 0;
    if (!parse_whole(value->text, number)) {
      refuse(field, "must be a non-negative integer");
      return;
    }
    out = number;
  }

  void error(std::optional<ErrorBody>& out);
  void action(from_worker::InvokeFunction& out);

 private:
  const Envelope& envelope_;
  std::string reason_;
};

// The members of the small objects inside an envelope: `error` and `action`.
class InnerMembers final : public json::MemberSink {
 public:
  explicit InnerMembers(std::span<const std::string_view> names) : names_(names) {}

  void on_member(const Value& key, const Value& value) override {
    const std::string name = json::decode_string(key);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) {
        values_[i] = value;
      }
    }
  }

  // nullopt: absent, null or not a string.
  [[nodiscard]] std::optional<std::string> text(std::size_t i) const {
    if (!is_present(values_[i]) || values_[i].kind != Kind::string) {
      return std::nullopt;
    }
    return json::decode_string(values_[i]);
  }
  [[nodiscard]] const Value& value(std::size_t i) const { return values_[i]; }

 private:
  std::span<const std::string_view> names_;
  std::array<Value, 3> values_;
};

void Reader::error(std::optional<ErrorBody>& out) {
  const Value* value = envelope_.find(Field::error);
  if (value == nullptr) {
    return;
  }
  static constexpr std::array<std::string_view, 3> names = {"code", "message", "stacktrace"};
  InnerMembers members(names);
  if (value->kind != Kind::object || json::scan_object(value->text, {}, members)) {
    refuse(Field::error, "must be an object");
    return;
  }
  auto code = members.text(0);
  auto message = members.text(1);
  if (!code || !message) {
    refuse(Field::error, "must have string members 'code' and 'message'");
    return;
  }
  const Value& stacktrace = members.value(2);
  if (is_present(stacktrace) && !stacktrace.is_null() && stacktrace.kind != Kind::string) {
    refuse(Field::error, "must have a string or nothing as 'stacktrace'");
    return;
  }
  out = ErrorBody{std::move(*code), std::move(*message), members.text(2)};
}

void Reader::action(from_worker::InvokeFunction& out) {
  const Value* value = envelope_.find(Field::action);
  if (value == nullptr) {
    return;
  }
  static constexpr std::array<std::string_view, 2> names = {"type", "queue"};
  InnerMembers members(names);
  if (value->kind != Kind::object || json::scan_object(value->text, {}, members)) {
    refuse(Field::action, "must be an object");
    return;
  }
  const auto type = members.text(0);
  if (type == "void") {
    out.action = from_worker::Action::fire_and_forget;
  } else if (type == "enqueue") {
    out.action = from_worker::Action::enqueue;
    out.queue = members.value(1);
    if (!is_present(out.queue) || out.queue.kind != Kind::string) {
      refuse(Field::action, "of type 'enqueue' must name its 'queue'");
    }
  } else {
    refuse(Field::action, "must have the type 'void' or 'enqueue'");
  }
}

void read(Reader& reader, from_worker::InvokeFunction& out) {
  reader.invocation_id(out.invocation_id);
  reader.required_id(Field::function_id, out.function_id);
  out.data = Value{.text = "null"};
  reader.any(Field::data, out.data);
  reader.action(out);
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
