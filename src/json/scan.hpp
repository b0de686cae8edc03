// The envelope scanner: walks once over the text of one JSON object, proves that the *whole* text
// is well-formed, and hands out each top-level member as a slice of the input. Nothing is copied,
// decoded or allocated.
//
// Strict RFC 8259, and in addition refused because receivers with typed decoders would choke on it:
// nesting deeper than limits::json_depth_max, lone surrogate escapes, numbers beyond the range of a
// double (spec: wire-protocol §3). UTF-8 is *not* checked here: WebSocket text messages have been
// checked by the codec before. Slices live as long as the input. Any thread; no state between
// calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace iii::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

// A validated JSON value, as the bytes that the sender wrote.
struct Value {
  std::string_view text;  // for strings including the quotes
  Kind kind = Kind::null;
  bool has_escapes = false;      // string: contains a backslash
  bool has_watched_key = false;  // object: one of its own keys, decoded, equals the watched key

  [[nodiscard]] bool is_null() const noexcept { return kind == Kind::null; }
  // Precondition: kind == string. The characters between the quotes, escapes not decoded.
  [[nodiscard]] std::string_view body() const noexcept { return text.substr(1, text.size() - 2); }
};

// Why a text was refused, and where: the offset of the first byte that does not fit, or of the
// first byte of the escape, number or bracket that does not. `unexpected_end` always stands at the
// end of the text.
struct ScanError {
  enum class Reason : std::uint8_t {
    not_an_object,
    unexpected_end,
    unexpected_character,
    invalid_escape,
    lone_surrogate,
    control_character,
    invalid_number,
    number_out_of_range,
    too_deep,
    trailing_characters,
  };
  Reason reason;
  std::size_t offset;

  friend bool operator==(const ScanError&, const ScanError&) = default;
};
[[nodiscard]] std::string_view to_string(ScanError::Reason reason) noexcept;
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
std::ostream& operator<<(std::ostream& out, const ScanError& error);
std::ostream& operator<<(std::ostream& out, Kind kind);

// Called for each member of the outermost object, in order, repeated keys included.
class MemberSink {
 public:
  // `key`: a validated string Value. Members arrive before the rest of the text has been validated.
  virtual void on_member(const Value& key, const Value& value) = 0;

 protected:
  ~MemberSink() = default;
};

// `watched_key`: object members of the outermost object report whether they contain this key
// (Value::has_watched_key). Whitespace around the object is accepted. nullopt: the text is one
// well-formed object.
[[nodiscard]] std::optional<ScanError> scan_object(
    std::string_view text, std::string_view watched_key, MemberSink& sink
);

// The same for a text that may be any JSON value.
[[nodiscard]] std::optional<ScanError> validate(std::string_view text);

// Precondition: `text` is well-formed JSON, made by this process itself, or blank, which is no
// value. Watches no key.
[[nodiscard]] Value value_of(std::string_view text);

// Precondition: `string` is a validated string Value. Appends the characters it stands for, as
// UTF-8.
void decode_string(const Value& string, std::string& out);
[[nodiscard]] std::string decode_string(const Value& string);

// Precondition: `string` is a validated string Value. Whether the characters it stands for are
// `text`, however it is spelt.
[[nodiscard]] bool spells(const Value& string, std::string_view text);

// Appends `text` as a JSON string with quotes. `text` must be UTF-8.
void append_string(std::string_view text, std::string& out);
[[nodiscard]] std::string quoted(std::string_view text);

// Precondition: `object` is a validated object Value. The object without any member named `key`,
// everything else byte for byte.
[[nodiscard]] std::string without_member(const Value& object, std::string_view key);

}  // namespace iii::json
