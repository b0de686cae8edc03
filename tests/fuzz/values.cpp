// from_json on any JSON, for a type that has one of everything: what is refused says why, and what
// is read is written and read again without change.
#include "base/assert.hpp"

#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace {

enum class Color { red, blue };
III_DESCRIBE_ENUM(Color, red, blue)

struct Circle {
  float radius = 0;
};
III_DESCRIBE((Circle, iii::tagged("type", "circle")), radius)

struct Box {
  std::array<double, 2> sides{};
};
III_DESCRIBE((Box, iii::tagged("type", "box")), sides)

struct Everything {
  std::vector<Everything> children;
  std::shared_ptr<Everything> next;
  std::map<std::string, std::variant<std::monostate, bool, std::int64_t, std::string>> facts;
  std::variant<Circle, Box> shape;
  std::set<std::uint8_t> bytes;
  std::optional<std::tuple<std::int8_t, std::uint64_t, double>> row;
  Color color = Color::red;
  std::chrono::sys_time<std::chrono::nanoseconds> time;
  std::chrono::milliseconds delay{};
  iii::Json any;
};
III_DESCRIBE(
    (Everything, iii::defaulted), children, next, facts, shape, bytes, row, color, time, delay, any
)

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as text
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const iii::Result<iii::Json> json = iii::parse_json(text);
  if (!json) {
    return 0;
  }
  const iii::Result<Everything> value = iii::from_json<Everything>(*json);
  if (!value) {
    III_ASSERT(!value.error().message().empty(), "a refusal says why");
    return 0;
  }
  const iii::Json written = iii::to_json(*value);
  const iii::Result<Everything> again = iii::from_json<Everything>(written);
  III_ASSERT(again.has_value(), "what was written can be read");
  III_ASSERT(iii::to_json(*again) == written, "and says the same");
  return 0;
}
