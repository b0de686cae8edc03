#include "base/uuid.hpp"

#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace iii::base {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

// The value of each hexadecimal digit; 0xff marks every other character.
constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(0xff);
  for (std::uint8_t i = 0; i < 16; ++i) {
    table[static_cast<std::uint8_t>(digits[i])] = i;
    if (i >= 10) {
      table[static_cast<std::uint8_t>(digits[i] - 'a' + 'A')] = i;
    }
  }
  return table;
}();

constexpr std::array<std::array<char, 2>, 256> byte_texts = [] {
  std::array<std::array<char, 2>, 256> table{};
  for (std::size_t i = 0; i < 256; ++i) {
    table[i] = {digits[i >> 4U], digits[i & 15U]};
  }
  return table;
}();

// Where the two digits of each byte stand in the hyphenated form.
constexpr std::array<std::uint8_t, 16> hyphenated_positions = {
    0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34
};

}  // namespace

Uuid Uuid::random(Random& random) {
  constexpr std::uint64_t version_mask = 0xf000;
  constexpr std::uint64_t variant_mask = 0xc000000000000000U;
  const std::uint64_t high = random.next();
  const std::uint64_t low = random.next();
  return {(high & ~version_mask) | 0x4000U, (low & ~variant_mask) | 0x8000000000000000U};
}

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
  if (text.size() == text_size + 2 && text.front() == '{' && text.back() == '}') {
    text = text.substr(1, text_size);
  } else if (constexpr std::string_view urn = "urn:uuid:"; text.starts_with(urn)) {
    text.remove_prefix(urn.size());
  }
  const bool hyphenated = text.size() == text_size;
  if (!hyphenated && text.size() != 32) {
    return std::nullopt;
  }
  if (hyphenated && (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')) {
    return std::nullopt;
  }
  std::array<std::uint64_t, 2> halves{};
  std::uint8_t invalid = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const std::size_t at = hyphenated ? hyphenated_positions[i] : 2 * i;
    const std::uint8_t high = digit_values[static_cast<std::uint8_t>(text[at])];
    const std::uint8_t low = digit_values[static_cast<std::uint8_t>(text[at + 1])];
    invalid |= high | low;
    halves[i / 8] = halves[i / 8] << 8U | static_cast<std::uint64_t>(high << 4U | low);
  }
  if (invalid == 0xff) {
    return std::nullopt;
  }
  return Uuid(halves[0], halves[1]);
}

void Uuid::write(char* out) const noexcept {
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint64_t half = i < 8 ? high_ : low_;
    const auto byte = static_cast<std::uint8_t>(half >> (56 - 8 * (i % 8)));
    std::memcpy(out + hyphenated_positions[i], byte_texts[byte].data(), 2);
  }
  out[8] = out[13] = out[18] = out[23] = '-';
}

std::string Uuid::to_string() const {
  std::string text(text_size, '\0');
  write(text.data());
  return text;
}

}  // namespace iii::base
