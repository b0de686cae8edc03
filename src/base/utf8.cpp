#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace iii::base {
namespace {

struct Lead {
  std::size_t bytes;
  unsigned char second_min;  // only the second byte has a range of its own: it excludes overlong
                             // forms and surrogates
  unsigned char second_max;
};

constexpr Lead lead_of(unsigned char byte) {
  if (byte < 0x80) {
    return {.bytes = 1, .second_min = 0, .second_max = 0};
  }
  if (byte >= 0xC2 && byte <= 0xDF) {
    return {.bytes = 2, .second_min = 0x80, .second_max = 0xBF};
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    return {
        .bytes = 3,
        .second_min = static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
        .second_max = static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF),
    };
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    return {
        .bytes = 4,
        .second_min = static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
        .second_max = static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF),
    };
  }
  return {.bytes = 0, .second_min = 0, .second_max = 0};
}

}  // namespace

std::size_t utf8_sequence_bytes(std::string_view text) noexcept {
  if (text.empty()) {
    return 0;
  }
  const Lead lead = lead_of(static_cast<unsigned char>(text[0]));
  if (lead.bytes <= 1 || text.size() < lead.bytes) {
    return lead.bytes == 1 ? 1 : 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lead.second_min || second > lead.second_max) {
    return 0;
  }
  for (std::size_t i = 2; i < lead.bytes; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  return lead.bytes;
}

bool is_utf8(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  while (!text.empty()) {
    std::uint64_t word = 0;
    // Most text is ASCII: eight characters a step.
    while (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & high_bits) != 0) {
        break;
      }
      text.remove_prefix(sizeof word);
    }
    if (text.empty()) {
      break;
    }
    const std::size_t bytes = utf8_sequence_bytes(text);
    if (bytes == 0) {
      return false;
    }
    text.remove_prefix(bytes);
  }
  return true;
}

std::string repaired_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = utf8_sequence_bytes(text);
    repaired.append(bytes == 0 ? "\xEF\xBF\xBD" : text.substr(0, bytes));
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return repaired;
}

}  // namespace iii::base
