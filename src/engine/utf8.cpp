#include "engine/utf8.hpp"

#include <cstddef>
#include <string_view>

namespace iii::engine {
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

}  // namespace iii::engine
