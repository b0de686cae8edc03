// A 128-bit UUID: read in every spelling that workers use, written in one.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace iii::base {

class Random;

class Uuid {
 public:
  static constexpr std::size_t text_size = 36;

  constexpr Uuid() = default;
  constexpr Uuid(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

  // A random (version 4) UUID.
  static Uuid random(Random& random);

  // Hyphenated, 32 digits, URN or in braces, in any case (spec: wire-protocol §3). Nothing else.
  static std::optional<Uuid> parse(std::string_view text) noexcept;

  // The canonical form: lower case, hyphenated. `out` has room for text_size characters.
  void write(char* out) const noexcept;
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] std::uint64_t high() const noexcept { return high_; }
  [[nodiscard]] std::uint64_t low() const noexcept { return low_; }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  friend bool operator==(const Uuid&, const Uuid&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Uuid& id) {
    return out << id.to_string();
  }

 private:
  std::uint64_t high_ = 0;  // the first 8 bytes in text order
  std::uint64_t low_ = 0;
};

}  // namespace iii::base

// Not seeded: tables keyed by ids that a peer chooses must mix in a secret of their own.
template <>
struct std::hash<iii::base::Uuid> {
  std::size_t operator()(const iii::base::Uuid& id) const noexcept {
    std::uint64_t mixed = (id.high() ^ 0x9e3779b97f4a7c15U) * 0xff51afd7ed558ccdU;
    mixed = (mixed ^ (mixed >> 32U) ^ id.low()) * 0xc4ceb9fe1a85ec53U;
    return static_cast<std::size_t>(mixed ^ (mixed >> 29U));
  }
};
