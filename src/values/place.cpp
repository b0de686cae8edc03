#include <iii/detail/place.hpp>
#include <iii/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace iii::inline v0::detail {
namespace {

// Longer texts are called by their kind: messages travel, and payloads can be large or private.
constexpr std::size_t shown_characters_max = 40;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return is_plain(c); });
}

// Shorter than JSON's own form with its exponent: "1.5".
std::string shown(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

bool is_short_text(std::string_view text) {
  return text.size() <= shown_characters_max &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

void Place::append_path(std::string& text) const {
  if (parent_ == nullptr) {
    return;
  }
  parent_->append_path(text);
  if (name_.data() == nullptr) {
    text += '[' + std::to_string(index_) + ']';
  } else if (is_plain(name_)) {
    text += text.empty() ? "" : ".";
    text += name_;
  } else {
    text += '[' + iii::serialize(Json(name_)) + ']';
  }
}

bool Place::fail(std::string_view what) const {
  if (!conversion_->is_quiet) {
    std::string& text = conversion_->failure;
    text.clear();
    append_path(text);
    text += text.empty() ? "" : ": ";
    text += what;
  }
  return false;
}

bool Place::mismatch(std::string_view expected, const Json& found) const {
  if (conversion_->is_quiet) {
    return false;
  }
  std::string what = "expected ";
  what += expected;
  what += ", found ";
  what += shown(found);
  return fail(what);
}

std::string shown(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
    case boost::json::kind::bool_:
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return iii::serialize(value);
    case boost::json::kind::double_:
      return shown(value.get_double());
    case boost::json::kind::string:
      return is_short_text(value.get_string()) ? "the string " + iii::serialize(value) : "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
  }
  return "something else";
}

}  // namespace iii::inline v0::detail
