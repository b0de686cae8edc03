// Everything that is left to chance in a run, drawn from one seed.
#pragma once

#include "base/random.hpp"
#include "base/uuid.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace iii::simulation {

using std::chrono::milliseconds;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::uint64_t next() { return random_.next(); }
  // 0 … count - 1
  [[nodiscard]] std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(random_.next() % count);
  }
  // Both ends included.
  [[nodiscard]] std::size_t between(std::size_t low, std::size_t high) {
    return low + below(high - low + 1);
  }
  [[nodiscard]] milliseconds between(milliseconds low, milliseconds high) {
    const auto steps = static_cast<std::size_t>((high - low).count());
    return low + milliseconds(static_cast<std::int64_t>(below(steps + 1)));
  }
  [[nodiscard]] bool one_in(std::size_t count) { return below(count) == 0; }
  [[nodiscard]] bool percent(unsigned share) { return below(100) < share; }
  [[nodiscard]] base::Uuid uuid() { return base::Uuid::random(random_); }

  template <class Container>
  [[nodiscard]] const auto& pick(const Container& from) {
    return from[below(from.size())];
  }

 private:
  base::SeededRandom random_;
};

}  // namespace iii::simulation
