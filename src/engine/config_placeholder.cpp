#include "engine/config_placeholder.hpp"

#include "engine/config.hpp"
#include "engine/version.hpp"

#include <algorithm>  // IWYU pragma: keep
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace iii::engine {
namespace {

// A marker is "U+E000 index U+E001": characters that YAML allows anywhere in a plain scalar, also
// inside [] and {}.
constexpr std::string_view marker_begin = "\xEE\x80\x80";
constexpr std::string_view marker_end = "\xEE\x80\x81";

// A default that stands for the version of the engine (spec: configuration §2.3).
constexpr std::string_view version_default = "__III_ENGINE_VERSION__";

}  // namespace

bool is_marker_character(std::string_view sequence) noexcept {
  return sequence == marker_begin || sequence == marker_end;
}

MaskedText::MaskedText(std::string_view original) {
  std::size_t copied = 0;
  for (std::size_t at = original.find("${"); at != std::string_view::npos;
       at = original.find("${", at)) {
    auto placeholder = placeholder_at(original, at);
    if (!placeholder) {
      at += 2;
      continue;
    }
    masked_ += original.substr(copied, at - copied);
    placeholder->masked_begin = masked_.size();
    masked_ += marker_begin;
    masked_ += std::to_string(placeholders_.size());
    masked_ += marker_end;
    placeholder->masked_bytes = masked_.size() - placeholder->masked_begin;
    placeholders_.push_back(*placeholder);
    at += placeholder->original_bytes;
    copied = at;
  }
  masked_ += original.substr(copied);
}

// One line only: a value that spans lines would swallow the structure between its braces.
std::optional<MaskedText::Placeholder> MaskedText::placeholder_at(
    std::string_view original, std::size_t offset
) {
  const std::string_view rest = original.substr(offset + 2);
  const std::size_t end = rest.find_first_of("}\r\n");
  if (end == std::string_view::npos || rest[end] != '}') {
    return std::nullopt;
  }
  const std::string_view inside = rest.substr(0, end);
  const std::size_t colon = inside.find(':');
  if (inside.empty() || colon == 0) {
    return std::nullopt;
  }
  return Placeholder{
      .name_view = inside.substr(0, colon),
      .default_view =
          colon == std::string_view::npos ? std::nullopt : std::optional(inside.substr(colon + 1)),
      .original_begin = offset,
      .original_bytes = end + 3,
      .masked_begin = 0,
      .masked_bytes = 0,
  };
}

std::size_t MaskedText::original_offset(std::size_t masked_offset) const noexcept {
  const auto after =
      std::ranges::upper_bound(placeholders_, masked_offset, {}, &Placeholder::masked_begin);
  if (after == placeholders_.begin()) {
    return masked_offset;
  }
  const Placeholder& last = *(after - 1);
  const std::size_t beyond = masked_offset - last.masked_begin;
  if (beyond < last.masked_bytes) {
    return last.original_begin;
  }
  return last.original_begin + last.original_bytes + (beyond - last.masked_bytes);
}

// A "\ue000" escape of YAML is no marker: it is not followed by an index and the end.
const MaskedText::Placeholder* MaskedText::take_marker(std::string_view& scalar) const {
  const std::string_view digits = scalar.substr(marker_begin.size());
  std::size_t index = 0;
  const auto number = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const auto digit_count = static_cast<std::size_t>(number.ptr - digits.data());
  if (number.ec != std::errc() || index >= placeholders_.size() ||
      !digits.substr(digit_count).starts_with(marker_end)) {
    return nullptr;
  }
  scalar = digits.substr(digit_count + marker_end.size());
  return &placeholders_[index];
}

MaskedText::Expansion MaskedText::expand(std::string_view scalar, const Environment& environment)
    const {
  Expansion expansion;
  while (true) {
    const std::size_t begin = scalar.find(marker_begin);
    expansion.text += scalar.substr(0, begin);
    if (begin == std::string_view::npos) {
      return expansion;
    }
    scalar.remove_prefix(begin);
    const Placeholder* const placeholder = take_marker(scalar);
    if (placeholder == nullptr) {
      expansion.text += marker_begin;
      scalar.remove_prefix(marker_begin.size());
    } else if (const auto value = environment(placeholder->name_view)) {
      expansion.text += *value;
    } else if (placeholder->default_view == version_default) {
      expansion.text += engine_version();
    } else if (placeholder->default_view) {
      expansion.text += *placeholder->default_view;
    } else {
      expansion.missing.push_back({placeholder->name_view, placeholder->original_begin});
    }
  }
}

}  // namespace iii::engine
