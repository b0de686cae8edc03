#include "base/uuid.hpp"

#include "base/random.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace iii::base {
namespace {

// Eight hexadecimal digits at a time, each in its own byte of a word; the first character is the
// lowest byte.
static_assert(std::endian::native == std::endian::little);

constexpr std::uint64_t each_byte(std::uint8_t value) {
  return value * 0x0101010101010101U;
}

// The top bit of each byte that is at least `least`. Precondition: no byte is above 0x7f.
constexpr std::uint64_t at_least(std::uint64_t bytes, char least) {
  return ((bytes | each_byte(0x80)) - each_byte(static_cast<std::uint8_t>(least))) &
         each_byte(0x80);
}

// Reads the digits in `characters`; false when one of them is none.
bool read_digits(std::uint64_t characters, std::uint32_t& out) noexcept {
  const std::uint64_t lower = characters | each_byte(0x20);
  const std::uint64_t digits = at_least(characters, '0') & ~at_least(characters, '9' + 1);
  const std::uint64_t letters = at_least(lower, 'a') & ~at_least(lower, 'f' + 1);
  if ((characters & each_byte(0x80)) != 0 || (digits | letters) != each_byte(0x80)) {
    return false;
  }
  const std::uint64_t values = (lower & each_byte(0x0f)) + (letters >> 7U) * 9;
  std::uint64_t bytes = (values << 4U | values >> 8U) & 0x00ff00ff00ff00ffU;
  bytes = (bytes | bytes >> 8U) & 0x0000ffff0000ffffU;
  bytes = bytes | bytes >> 16U;
  out = __builtin_bswap32(static_cast<std::uint32_t>(bytes));
  return true;
}

std::uint64_t digits_of(std::uint32_t number) noexcept {
  std::uint64_t bytes = __builtin_bswap32(number);
  bytes = (bytes | bytes << 16U) & 0x0000ffff0000ffffU;
  bytes = (bytes | bytes << 8U) & 0x00ff00ff00ff00ffU;
  const std::uint64_t values = (bytes >> 4U & 0x000f000f000f000fU) | (bytes & 0x000f000f000f000fU)
                                                                         << 8U;
  const std::uint64_t letters = (values + each_byte(6)) >> 4U & each_byte(1);
  return values + each_byte('0') + letters * ('a' - '0' - 10);
}

template <class Word>
std::uint64_t load(const char* from) noexcept {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Eight digits in a row, and two groups of four.
std::uint64_t load_eight(const char* from) noexcept {
  return load<std::uint64_t>(from);
}
std::uint64_t load_four(const char* from, const char* then) noexcept {
  return load<std::uint32_t>(from) | load<std::uint32_t>(then) << 32U;
}

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
  } else if (constexpr std::string_view urn = "urn:uuid:";
             text.size() == urn.size() + text_size && text.starts_with(urn)) {
    text.remove_prefix(urn.size());
  }
  const bool hyphenated = text.size() == text_size;
  if (!hyphenated && text.size() != 32) {
    return std::nullopt;
  }
  if (hyphenated && (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')) {
    return std::nullopt;
  }
  const char* const at = text.data();
  std::array<std::uint32_t, 4> words{};
  const bool is_valid = hyphenated ? read_digits(load_eight(at), words[0]) &&
                                         read_digits(load_four(at + 9, at + 14), words[1]) &&
                                         read_digits(load_four(at + 19, at + 24), words[2]) &&
                                         read_digits(load_eight(at + 28), words[3])
                                   : read_digits(load_eight(at), words[0]) &&
                                         read_digits(load_eight(at + 8), words[1]) &&
                                         read_digits(load_eight(at + 16), words[2]) &&
                                         read_digits(load_eight(at + 24), words[3]);
  if (!is_valid) {
    return std::nullopt;
  }
  return Uuid(std::uint64_t{words[0]} << 32U | words[1], std::uint64_t{words[2]} << 32U | words[3]);
}

void Uuid::write(char* out) const noexcept {
  const std::array<std::uint64_t, 4> digits = {
      digits_of(static_cast<std::uint32_t>(high_ >> 32U)),
      digits_of(static_cast<std::uint32_t>(high_)),
      digits_of(static_cast<std::uint32_t>(low_ >> 32U)),
      digits_of(static_cast<std::uint32_t>(low_))
  };
  std::memcpy(out, &digits[0], 8);
  std::memcpy(out + 9, &digits[1], 4);
  const std::uint64_t version_digits = digits[1] >> 32U;
  std::memcpy(out + 14, &version_digits, 4);
  std::memcpy(out + 19, &digits[2], 4);
  const std::uint64_t node_digits = digits[2] >> 32U;
  std::memcpy(out + 24, &node_digits, 4);
  std::memcpy(out + 28, &digits[3], 8);
  out[8] = out[13] = out[18] = out[23] = '-';
}

std::string Uuid::to_string() const {
  std::string text(text_size, '\0');
  write(text.data());
  return text;
}

}  // namespace iii::base
