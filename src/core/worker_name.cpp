#include "core/worker_name.hpp"

#include "base/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

std::size_t character_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

bool is_removed(std::string_view character) {
  if (character.size() == 1) {
    return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == '\x7f';
  }
  if (character.size() == 2) {
    return character[0] == '\xc2' &&
           static_cast<unsigned char>(character[1]) < 0xa0;  // C1 controls
  }
  if (character.size() != 3 || character[0] != '\xe2') {
    return false;
  }
  const auto last = static_cast<unsigned char>(character[2]);
  // U+2028 and U+2029, U+202A to U+202E; U+2066 to U+2069.
  return (character[1] == '\x80' && last >= 0xa8 && last <= 0xae) ||
         (character[1] == '\x81' && last >= 0xa6 && last <= 0xa9);
}

}  // namespace

std::optional<std::string> sanitised(std::string_view text) {
  std::string kept;
  for (std::size_t characters = 0;
       !text.empty() && characters < base::limits::worker_text_characters_max;) {
    const std::string_view character = text.substr(0, character_bytes(text.front()));
    text.remove_prefix(character.size());
    if (!is_removed(character)) {
      kept.append(character);
      ++characters;
    }
  }
  const std::size_t first = kept.find_first_not_of(' ');
  if (first == std::string::npos) {
    return std::nullopt;
  }
  return kept.substr(first, kept.find_last_not_of(' ') - first + 1);
}

}  // namespace iii::core
