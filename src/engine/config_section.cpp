#include "engine/config_section.hpp"

#include "base/utf8.hpp"
#include "engine/config_names.hpp"
#include "engine/config_yaml.hpp"
#include "engine/log_line.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace iii::engine {
namespace {

constexpr std::size_t quote_bytes_max = 60;  // enough to recognise the text in the file

// Whether the whole text is one number.
template <class Number>
bool parse_number(std::string_view text, Number& value, int number_base) {
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, number_base);
  return result.ec == std::errc() && result.ptr == end;
}

bool is_decimal_number(std::string_view text) {
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return false;
  }
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec != std::errc::invalid_argument && result.ptr == end;  // also beyond the range
}

// Any number YAML knows: 5, -5, 0x1f, 1.5, 1e3, .inf, .nan.
bool is_number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || !node.is_plain) {
    return false;
  }
  std::string_view digits = node.text;
  if (digits.starts_with('+') || digits.starts_with('-')) {
    digits.remove_prefix(1);
  }
  std::uint64_t ignored = 0;
  if (digits.starts_with("0x")) {
    return parse_number(digits.substr(2), ignored, 16);
  }
  if (digits.starts_with("0o")) {
    return parse_number(digits.substr(2), ignored, 8);
  }
  return digits == ".inf" || digits == ".Inf" || digits == ".INF" || node.text == ".nan" ||
         node.text == ".NaN" || node.text == ".NAN" || is_decimal_number(digits);
}

std::optional<std::uint64_t> whole_number(const YamlNode& node) {
  std::uint64_t value = 0;
  if (!is_number(node) || !parse_number(node.text, value, 10)) {
    return std::nullopt;
  }
  return value;
}

std::string expectation(NumberRange range) {
  if (range.max == std::numeric_limits<std::uint64_t>::max()) {
    return "must be a whole number of at least " + std::to_string(range.min);
  }
  return "must be a whole number from " + std::to_string(range.min) + " to " +
         std::to_string(range.max);
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::size_t kept = 0;
  while (kept < text.size() && kept < quote_bytes_max) {
    kept += std::max<std::size_t>(1, base::utf8_sequence_bytes(text.substr(kept)));
  }
  std::string result = "'";
  append_printable(result, text.substr(0, kept));
  if (kept < text.size()) {
    result += "…";
  }
  result += "'";
  return result;
}

std::string description_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::unknown:
      return "an unknown value";
    case YamlNode::Kind::scalar:
      break;
  }
  if (is_number(node)) {
    return "the number " + in_quotes(node.text);
  }
  return (is_flag(node) ? "the boolean " : "the text ") + in_quotes(node.text);
}

bool is_flag(const YamlNode& node) {
  const std::string& text = node.text;
  return node.kind == YamlNode::Kind::scalar && node.is_plain &&
         (text == "true" || text == "True" || text == "TRUE" || text == "false" ||
          text == "False" || text == "FALSE");
}

bool is_true(const YamlNode& node) {
  return is_flag(node) && (node.text[0] == 't' || node.text[0] == 'T');
}

bool is_text(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && !is_number(node) && !is_flag(node);
}

ConfigSection::ConfigSection(
    YamlTree& tree, const YamlNode* node, std::string path, std::size_t owner_offset
)
    : tree_(tree), offset_(owner_offset), path_(std::move(path)) {
  if (node == nullptr || node->kind == YamlNode::Kind::null) {
    return;
  }
  offset_ = node->offset;
  if (node->kind == YamlNode::Kind::mapping) {
    for (const auto& [name, value] : node->entries) {
      add_key(name, value);
    }
  } else if (node->kind == YamlNode::Kind::scalar || node->kind == YamlNode::Kind::list) {
    tree.mistakes.push_back({
        .offset = node->offset,
        .key = path_,
        .message = "must be a mapping of keys and values, not " + description_of(*node),
    });
  }
}

void ConfigSection::add_key(std::size_t name_node, std::size_t value_node) {
  const YamlNode& name = tree_.nodes[name_node];
  if (name.kind == YamlNode::Kind::unknown) {
    return;
  }
  std::string problem;
  if (name.kind != YamlNode::Kind::scalar) {
    problem = "a key must be a text, not " + description_of(name);
  } else if (find(name.text) != nullptr) {
    problem = "the key " + in_quotes(name.text) + " is given twice";
  }
  if (problem.empty()) {
    keys_.push_back({.name = name.text, .name_node = name_node, .value_node = value_node});
  } else {
    tree_.mistakes.push_back({.offset = name.offset, .key = path_, .message = std::move(problem)});
  }
}

const ConfigSection::Key* ConfigSection::find(std::string_view key) const {
  const auto found = std::ranges::find(keys_, key, &Key::name);
  return found == keys_.end() ? nullptr : &*found;
}

const YamlNode* ConfigSection::take(std::string_view key) {
  known_keys_.push_back(key);
  return value_of(key);
}

const YamlNode* ConfigSection::value_of(std::string_view key) {
  const auto found = std::ranges::find(keys_, key, &Key::name);
  if (found == keys_.end()) {
    return nullptr;
  }
  found->is_taken = true;
  const YamlNode& value = tree_.nodes[found->value_node];
  return value.kind == YamlNode::Kind::unknown ? nullptr : &value;
}

bool ConfigSection::take_text(std::string_view key, std::string& target) {
  const YamlNode* const value = take(key);
  if (value == nullptr) {
    return false;
  }
  if (is_text(*value)) {
    target = value->text;
    return true;
  }
  const bool is_scalar = value->kind == YamlNode::Kind::scalar;
  report(
      key,
      "must be a text, not " + description_of(*value) + (is_scalar ? "; write it in quotes" : "")
  );
  return false;
}

bool ConfigSection::take_flag(std::string_view key, bool& target) {
  const YamlNode* const value = take(key);
  if (value == nullptr) {
    return false;
  }
  if (!is_flag(*value)) {
    report(key, "must be true or false, not " + description_of(*value));
    return false;
  }
  target = is_true(*value);
  return true;
}

void ConfigSection::take_texts(std::string_view key, std::vector<std::string>& target) {
  const YamlNode* const list = take(key);
  if (list == nullptr || list->kind == YamlNode::Kind::null) {
    return;
  }
  if (list->kind != YamlNode::Kind::list) {
    report(key, "must be a list of texts, not " + description_of(*list));
    return;
  }
  for (const std::size_t item : list->items) {
    const YamlNode& node = tree_.nodes[item];
    if (!is_text(node)) {
      report(key, "must be a list of texts; " + description_of(node) + " is none");
      return;
    }
    target.push_back(node.text);
  }
}

bool ConfigSection::take_number(std::string_view key, NumberRange range, std::uint64_t& target) {
  const YamlNode* const value = take(key);
  if (value == nullptr) {
    return false;
  }
  const auto number = whole_number(*value);
  if (number && *number >= range.min && *number <= range.max) {
    target = *number;
    return true;
  }
  const bool is_quoted = value->kind == YamlNode::Kind::scalar && !value->is_plain;
  report(
      key,
      expectation(range) + ", not " + description_of(*value) +
          (is_quoted ? "; write it without quotes" : "")
  );
  return false;
}

bool ConfigSection::take_size(std::string_view key, NumberRange range, std::size_t& target) {
  std::uint64_t number = target;
  const bool is_there = take_number(key, range, number);
  target = static_cast<std::size_t>(number);
  return is_there;
}

bool ConfigSection::take_milliseconds(
    std::string_view key, NumberRange range, std::chrono::milliseconds& target
) {
  std::uint64_t count = 0;
  if (!take_number(key, range, count)) {
    return false;
  }
  target = std::chrono::milliseconds(count);
  return true;
}

void ConfigSection::ignore_flag(std::string_view key) {
  bool ignored = false;
  take_flag(key, ignored);
}

void ConfigSection::ignore_text(std::string_view key) {
  const YamlNode* const value = take(key);
  if (value != nullptr && value->kind != YamlNode::Kind::null && !is_text(*value)) {
    report(key, "must be a text, not " + description_of(*value));
  }
}

void ConfigSection::ignore_number(std::string_view key) {
  std::uint64_t ignored = 0;
  take_number(key, NumberRange{}, ignored);
}

void ConfigSection::refuse(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    refused_keys_.push_back(key);
    const YamlNode* const value = value_of(key);
    if (value != nullptr && value->kind != YamlNode::Kind::null) {
      tree_.mistakes.push_back({
          .offset = tree_.nodes[find(key)->name_node].offset,
          .key = path_of(key),
          .message = "the reference system knows this key, but it is not available in this version "
                     "of iiid; remove it",
      });
    }
  }
}

void ConfigSection::finish(std::string_view advice) {
  for (const Key& key : keys_) {
    if (!key.is_taken) {
      tree_.mistakes.push_back({
          .offset = tree_.nodes[key.name_node].offset,
          .key = path_of(key.name),
          .message = "unknown key" + advice_for(key.name, advice),
      });
    }
  }
}

std::string ConfigSection::advice_for(std::string_view key, std::string_view more) const {
  if (const auto nearest = nearest_name(key, known_keys_); !nearest.empty()) {
    return "; did you mean '" + std::string(nearest) + "'?";
  }
  if (const auto nearest = nearest_name(key, refused_keys_); !nearest.empty()) {
    return "; '" + std::string(nearest) + "' is not available in this version of iiid";
  }
  if (known_keys_.empty()) {
    return "; this section has no keys";
  }
  std::string advice = "; known are ";
  for (std::size_t i = 0; i < known_keys_.size(); ++i) {
    advice += i == 0 ? "" : ", ";
    advice += known_keys_[i];
  }
  return advice.append(more);
}

std::string ConfigSection::path_of(std::string_view key) const {
  std::string path = path_;
  if (!path.empty()) {
    path += '.';
  }
  append_printable(path, key);
  return path;
}

std::size_t ConfigSection::offset_of(std::string_view key) const {
  const Key* const found = find(key);
  if (found == nullptr) {
    return offset_;
  }
  const YamlNode& value = tree_.nodes[found->value_node];
  // The parser places an absent value at whatever follows it.
  return value.kind == YamlNode::Kind::null ? tree_.nodes[found->name_node].offset : value.offset;
}

void ConfigSection::report(std::string_view key, std::string message) {
  tree_.mistakes.push_back(
      {.offset = offset_of(key), .key = path_of(key), .message = std::move(message)}
  );
}

}  // namespace iii::engine
