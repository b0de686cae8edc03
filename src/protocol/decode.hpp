// From the text of one WebSocket message to a typed message. Pure; any thread.
#pragma once

#include "protocol/from_worker.hpp"

#include <string_view>

namespace iii::protocol {

// The member that the engine puts into every object payload, and that workers may not choose
// themselves.
inline constexpr std::string_view caller_worker_key = "_caller_worker_id";

// `text` must be UTF-8 and must outlive the result. Anything that is not a message becomes
// Malformed; nothing throws. For InvokeFunction, `data.has_watched_key` tells that the sender's
// payload already has a member caller_worker_key.
[[nodiscard]] from_worker::Message decode(std::string_view text);

}  // namespace iii::protocol
