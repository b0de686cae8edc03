// What travels with a call so that its parts are found again: TraceContext says which trace and
// span the call belongs to, Baggage carries entries of the application. Both are values read from
// and written to the W3C headers `traceparent` and `baggage`; what cannot be read is empty, never
// an error.
//
//   iii::TraceContext trace = iii::TraceContext::parse(header);
//   if (trace.is_valid()) { log(trace.trace_id()); }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::inline v0 {

// Trace, span and flags: `traceparent` as numbers.
struct TraceContext {
  std::uint64_t trace_high = 0;  // the first 16 digits of the trace id
  std::uint64_t trace_low = 0;
  std::uint64_t span = 0;
  std::uint8_t flags = 0;

  // Version 00, 55 characters, ids that are not zero; anything else gives an empty context.
  [[nodiscard]] static TraceContext parse(std::string_view traceparent) noexcept;

  [[nodiscard]] bool is_valid() const noexcept {
    return (trace_high | trace_low) != 0 && span != 0;
  }
  // Whether the caller records this trace. Spans below an unsampled one are not recorded either.
  [[nodiscard]] bool is_sampled() const noexcept { return (flags & 1U) != 0; }

  [[nodiscard]] std::string trace_id() const;     // 32 lower-case digits
  [[nodiscard]] std::string span_id() const;      // 16 lower-case digits
  [[nodiscard]] std::string traceparent() const;  // empty unless is_valid()

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// Entries in the order in which they were set; a key stands once. Bounded as in the reference SDK:
// 180 entries, 4,096 bytes each, 8,192 together; what goes beyond is refused.
class Baggage {
 public:
  struct Entry {
    std::string key;
    std::string value;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // Values are percent-decoded; properties after `;` and malformed entries are left out.
  [[nodiscard]] static Baggage parse(std::string_view header);

  // The header text, values percent-encoded. Empty when there are no entries.
  [[nodiscard]] std::string header() const;

  // False, and nothing changes: the key is not an HTTP token, the value is not UTF-8, or a bound
  // would be passed.
  bool set(std::string_view key, std::string_view value);
  // Does nothing if there is no such entry.
  void remove(std::string_view key);

  // The value, decoded; nothing if there is no such entry.
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const;
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] bool is_empty() const noexcept { return entries_.empty(); }

  friend bool operator==(const Baggage&, const Baggage&) = default;

 private:
  std::vector<Entry> entries_;
  std::size_t header_bytes_ = 0;  // without the commas
};

}  // namespace iii::inline v0
