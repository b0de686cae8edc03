// Reads the members of an envelope into typed fields, and remembers the first one that does not
// fit. Inside this room only: what decode.cpp and decode_from_engine.cpp share.
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/uuid.hpp"
#include "json/scan.hpp"
#include "protocol/envelope.hpp"
#include "protocol/error_body.hpp"
#include "protocol/member.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::protocol {

// Whether the whole text is a non-negative integer that fits.
inline bool parse_whole(std::string_view text, auto& number) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

// An id with each of its bytes escaped, and quotes.
inline constexpr std::size_t id_text_bytes_max = 6 * base::limits::id_bytes_max + 2;

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

  void any(Field field, json::Value& out) const {
    if (const json::Value* value = envelope_.find(field)) {
      out = *value;
    }
  }

  // Into a text that is borrowed or owned.
  void raw(Field field, auto& out) const {
    if (const json::Value* value = envelope_.find(field)) {
      out = value->text;
    }
  }

  // For a member that receivers read as a 32-bit number and old senders do not know: anything else
  // counts as absent.
  void small_number(Field field, json::Value& out) const {
    std::uint32_t number = 0;
    const json::Value* value = envelope_.find(field);
    if (value != nullptr && parse_whole(value->text, number)) {
      out = *value;
    }
  }

  void string(Field field, json::Value& out) {
    const json::Value* value = envelope_.find(field);
    if (value == nullptr) {
      return;
    }
    if (value->kind != json::Kind::string) {
      refuse(field, "must be a string");
      return;
    }
    out = *value;
  }

  void required_string(Field field, json::Value& out) {
    string(field, out);
    if (!is_present(out)) {
      refuse(field, "is required and must be a string");
    }
  }

  // An id: error answers and log lines repeat it.
  void required_id(Field field, json::Value& out) {
    required_string(field, out);
    if (out.text.size() > id_text_bytes_max) {
      refuse(field, "is longer than an id may be");
    }
  }

  void required_text(Field field, std::string& out) {
    json::Value value;
    required_string(field, value);
    if (is_present(value)) {
      out = json::decode_string(value);
    }
  }

  // Leaves `out`, a string or an optional one, as it is when there is none.
  void optional_text(Field field, auto& out) {
    json::Value value;
    string(field, value);
    if (is_present(value)) {
      out = json::decode_string(value);
    }
  }

  void invocation_id(std::optional<base::InvocationId>& out) {
    json::Value value;
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

  void required_invocation_id(base::InvocationId& out) {
    std::optional<base::InvocationId> id;
    invocation_id(id);
    if (id) {
      out = *id;
    } else {
      refuse(Field::invocation_id, "is required");
    }
  }

  // The texts with which every message about a trigger and its function begins.
  void trigger_ids(auto& out) {
    required_text(Field::id, out.id);
    required_text(Field::trigger_type, out.trigger_type);
    required_text(Field::function_id, out.function_id);
  }

  void unsigned_number(Field field, std::optional<std::uint64_t>& out) {
    const json::Value* value = envelope_.find(field);
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

  // Refuses an object without code and message.
  void error(std::optional<ErrorBody>& out);

  [[nodiscard]] const json::Value* find(Field field) const { return envelope_.find(field); }

 private:
  const Envelope& envelope_;
  std::string reason_;
};

// The members of the small objects inside an envelope: `error` and `action`.
class InnerMembers final : public json::MemberSink {
 public:
  explicit InnerMembers(std::span<const std::string_view> names) : names_(names) {}

  void on_member(const json::Value& key, const json::Value& value) override {
    const std::string name = json::decode_string(key);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) {
        values_[i] = value;
      }
    }
  }

  // nullopt: absent, null or not a string.
  [[nodiscard]] std::optional<std::string> text(std::size_t i) const {
    if (!is_present(values_[i]) || values_[i].kind != json::Kind::string) {
      return std::nullopt;
    }
    return json::decode_string(values_[i]);
  }
  [[nodiscard]] const json::Value& value(std::size_t i) const { return values_[i]; }

 private:
  std::span<const std::string_view> names_;
  std::array<json::Value, 3> values_;
};

}  // namespace iii::protocol
