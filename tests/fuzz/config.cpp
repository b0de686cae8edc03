// parse_config on any text, with a small environment: mistakes lie inside the text, no line of an
// error is forged, the result does not depend on when it is read, and a comment in front only moves
// the lines.
#include "engine/config.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using iii::engine::ConfigMistake;
using iii::engine::ConfigReading;

std::optional<std::string> small_environment(std::string_view name) {
  if (name == "PORT") {
    return "3111";
  }
  if (name == "NAME") {
    return "iii-worker-manager";
  }
  if (name == "EMPTY") {
    return "";
  }
  if (name == "TRAP") {
    return "\": [\n  - {\x01\xFF# ${PORT}";
  }
  return std::nullopt;
}

void check_mistakes(const ConfigReading& reading, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  III_ASSERT(
      reading.mistakes.size() <= iii::base::limits::config_mistakes_max, "their number is bounded"
  );
  for (const ConfigMistake& mistake : reading.mistakes) {
    III_ASSERT(mistake.line >= 1 && mistake.line <= lines, "a mistake lies in the text");
    III_ASSERT(mistake.column >= 1 && mistake.column <= text.size() + 1, "a mistake has a column");
    const std::string shown = iii::engine::to_string(mistake, "f");
    const bool is_one_line =
        std::ranges::all_of(shown, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
    III_ASSERT(is_one_line, "a mistake is one printable line");
  }
}

void check_comment_in_front(ConfigReading reading, std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return;  // a byte order mark is one at the front only
  }
  const std::string moved_text = "# ${MISSING}\n" + std::string(text);
  const ConfigReading moved = iii::engine::read_config(moved_text, small_environment);
  for (ConfigMistake& mistake : reading.mistakes) {
    ++mistake.line;
  }
  III_ASSERT(moved.config == reading.config, "a comment changes nothing");
  III_ASSERT(moved.mistakes == reading.mistakes, "a comment moves mistakes by a line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > iii::base::limits::config_bytes_max / 2) {
    return 0;
  }
  const ConfigReading reading = iii::engine::read_config(text, small_environment);
  check_mistakes(reading, text);
  III_ASSERT(!reading.config.listeners.empty(), "there is always a listener");
  const auto parsed = iii::engine::parse_config(text, "f", small_environment);
  III_ASSERT(parsed.has_value() == reading.mistakes.empty(), "both accept the text or neither");
  III_ASSERT(!parsed || *parsed == reading.config, "reading again gives the same");
  check_comment_in_front(reading, text);
  return 0;
}
