// Where the plain part of a string ends: the one loop that sees every byte of a long message.
// Sixteen bytes at a time where the target has SSE2 (every x86-64), else eight. Reads nothing
// outside of [begin, end).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace iii::json {

// The characters that cannot stand for themselves inside a string.
[[nodiscard]] inline bool is_special(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

// The first special character in [begin, end), or end.
[[nodiscard]] inline const char* plain_end_portable(const char* begin, const char* end) noexcept {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t tops = 0x8080'8080'8080'8080;
  // Sets the top bit of a byte that is below `limit`, and perhaps of bytes above one that is.
  const auto below = [](std::uint64_t word, std::uint64_t limit) {
    return (word - ones * limit) & ~word & tops;
  };
  while (end - begin >= 8) {
    std::uint64_t word;
    std::memcpy(&word, begin, sizeof(word));
    if ((below(word, 0x20) | below(word ^ (ones * '"'), 1) | below(word ^ (ones * '\\'), 1)) != 0) {
      break;
    }
    begin += 8;
  }
  return std::find_if(begin, end, [](char c) { return is_special(c); });
}

#ifdef __SSE2__

// Bit i: byte i of the sixteen at `block` is special.
[[nodiscard]] inline unsigned special_bits(const char* block) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  // There is no unsigned comparison: a byte is a control character if 0x1f is the larger of the
  // two.
  const __m128i largest_control = _mm_set1_epi8(0x1f);
  const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, largest_control), largest_control);
  const __m128i special = _mm_or_si128(_mm_or_si128(quote, backslash), control);
  return static_cast<unsigned>(_mm_movemask_epi8(special));
}

[[nodiscard]] inline const char* plain_end(const char* begin, const char* end) noexcept {
  for (; end - begin >= 16; begin += 16) {
    if (const unsigned bits = special_bits(begin); bits != 0) {
      return begin + std::countr_zero(bits);
    }
  }
  return std::find_if(begin, end, [](char c) { return is_special(c); });
}

#else

[[nodiscard]] inline const char* plain_end(const char* begin, const char* end) noexcept {
  return plain_end_portable(begin, end);
}

#endif

}  // namespace iii::json
