// The text of one log line after its timestamp, in both forms. Pure; whatever the input, the result
// has no line break and no control character.
#pragma once

#include "engine/log.hpp"

#include <span>
#include <string>
#include <string_view>

namespace iii::engine {

// INFO  listening address=127.0.0.1:49134
[[nodiscard]] std::string human_line(
    LogLevel level, std::string_view event, std::span<const LogField> fields
);

// "level":"info","event":"listening","fields":{"address":"127.0.0.1:49134"}}, without the opening
// brace and the timestamp.
[[nodiscard]] std::string json_line(
    LogLevel level, std::string_view event, std::span<const LogField> fields
);

// `text` with control characters, line separators and malformed UTF-8 written as \n, \x1b or
// \u2028. Also for messages that quote text of unknown origin.
void append_printable(std::string& out, std::string_view text);

}  // namespace iii::engine
