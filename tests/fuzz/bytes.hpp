// What a fuzz target that plays a scenario is given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace iii::test {

// The fuzzer's bytes as choices; at the end every choice is the first one.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  std::size_t below(std::size_t limit) {
    if (bytes_.empty()) {
      return 0;
    }
    const std::size_t choice = bytes_.front() % limit;
    bytes_ = bytes_.subspan(1);
    return choice;
  }
  bool flag() { return below(2) == 1; }
  template <std::size_t count>
  std::string_view pick(const std::array<std::string_view, count>& words) {
    return words[below(count)];
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace iii::test
