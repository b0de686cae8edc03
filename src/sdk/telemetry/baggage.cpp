#include "base/header_text.hpp"
#include "base/limits.hpp"
#include "base/trimmed.hpp"
#include "base/utf8.hpp"

#include <iii/trace_context.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace iii::inline v0 {
namespace {

namespace limits = base::limits;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A `%` without two digits stands for itself.
std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const int high = hex_digit(text[at + 1]);
      const int low = hex_digit(text[at + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        at += 2;
        continue;
      }
    }
    out.push_back(text[at]);
  }
  return out;
}

std::size_t header_bytes(std::string_view key, std::string_view value) {
  std::size_t bytes = key.size() + 1;
  for (const char c : value) {
    bytes += base::is_baggage_octet(c) ? 1U : 3U;
  }
  return bytes;
}

}  // namespace

Baggage Baggage::parse(std::string_view header) {
  Baggage baggage;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    const std::string_view entry = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const std::string_view pair = entry.substr(0, entry.find(';'));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      baggage.set(
          base::trimmed(pair.substr(0, equals)),
          percent_decoded(base::trimmed(pair.substr(equals + 1)))
      );
    }
  }
  return baggage;
}

std::string Baggage::header() const {
  std::string out;
  out.reserve(header_bytes_ + entries_.size());
  for (const auto& [key, value] : entries_) {
    if (!out.empty()) {
      out.push_back(',');
    }
    out.append(key).push_back('=');
    base::append_baggage_value(value, out);
  }
  return out;
}

bool Baggage::set(std::string_view key, std::string_view value) {
  if (!base::is_token(key) || !base::is_utf8(value)) {
    return false;
  }
  const auto known = std::ranges::find(entries_, key, &Entry::key);
  const bool is_new = known == entries_.end();
  const std::size_t added = header_bytes(key, value);
  const std::size_t freed = is_new ? 0 : header_bytes(known->key, known->value);
  const std::size_t count = entries_.size() + (is_new ? 1 : 0);
  if (count > limits::baggage_entries_max || added > limits::baggage_entry_bytes_max ||
      header_bytes_ - freed + added + count - 1 > limits::baggage_bytes_max) {
    return false;
  }
  header_bytes_ = header_bytes_ - freed + added;
  if (is_new) {
    entries_.push_back({std::string(key), std::string(value)});
  } else {
    known->value = value;
  }
  return true;
}

void Baggage::remove(std::string_view key) {
  const auto known = std::ranges::find(entries_, key, &Entry::key);
  if (known != entries_.end()) {
    header_bytes_ -= header_bytes(known->key, known->value);
    entries_.erase(known);
  }
}

std::optional<std::string> Baggage::get(std::string_view key) const {
  const auto known = std::ranges::find(entries_, key, &Entry::key);
  return known == entries_.end() ? std::nullopt : std::optional(known->value);
}

}  // namespace iii::inline v0
