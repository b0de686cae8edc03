// Finds members of a JSON message by searching its text: right for the messages that the measuring
// programs provoke, and cheaper than any parser. Inline, because the searched words are constants.
// No state; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace iii::bench {

// What stands between `prefix` (such as `"id":"`) and the next quote, or nothing.
inline std::string_view text_after(std::string_view message, std::string_view prefix) {
  const std::size_t found = message.find(prefix);
  if (found == std::string_view::npos) {
    return {};
  }
  const std::size_t start = found + prefix.size();
  return message.substr(start, message.find('"', start) - start);
}

inline bool contains(std::string_view message, std::string_view part) {
  return message.find(part) != std::string_view::npos;
}

}  // namespace iii::bench
