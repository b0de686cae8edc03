// ${NAME} and ${NAME:default} in a configuration text.
//
// The text is masked before the YAML parser sees it: each placeholder becomes a marker that is an
// ordinary piece of a scalar. Afterwards expand() puts the values into the scalars that the parser
// found. So a placeholder in a comment is never looked up, a value cannot change the structure of
// the file, and every offset can be traced back to the text the user wrote.
#pragma once

#include "engine/config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::engine {

class MaskedText {
 public:
  // Precondition: `original` holds none of the two marker characters, see is_marker_character(); it
  // outlives the object.
  explicit MaskedText(std::string_view original);

  [[nodiscard]] const std::string& text() const noexcept { return masked_; }
  // The offset in the original text of what stands at `masked_offset` in text().
  [[nodiscard]] std::size_t original_offset(std::size_t masked_offset) const noexcept;

  // A placeholder without default whose variable is not set.
  struct Missing {
    std::string_view name_view;  // into the original text
    std::size_t original_offset;
  };
  struct Expansion {
    std::string text;
    std::vector<Missing> missing;
  };
  [[nodiscard]] Expansion expand(std::string_view scalar, const Environment& environment) const;

 private:
  struct Placeholder {
    std::string_view name_view;  // into the original text
    std::optional<std::string_view> default_view;
    std::size_t original_begin;
    std::size_t original_bytes;
    std::size_t masked_begin;
    std::size_t masked_bytes;
  };
  static std::optional<Placeholder> placeholder_at(std::string_view original, std::size_t offset);
  // The placeholder whose marker stands at the front of `scalar`, which loses the marker; or
  // nullptr.
  const Placeholder* take_marker(std::string_view& scalar) const;

  std::string masked_;
  std::vector<Placeholder> placeholders_;
};

// Whether a UTF-8 sequence is one of the two private-use characters that MaskedText needs for
// itself.
[[nodiscard]] bool is_marker_character(std::string_view sequence) noexcept;

}  // namespace iii::engine
