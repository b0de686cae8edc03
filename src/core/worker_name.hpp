// What a worker says about itself, made safe to show (spec: wire-protocol §5.3). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace iii::core {

// Without control characters, bidirectional controls and line separators, cut to
// limits::worker_text_characters_max characters, trimmed; nullopt when nothing is left. `text` must
// be UTF-8.
[[nodiscard]] std::optional<std::string> sanitised(std::string_view text);

}  // namespace iii::core
