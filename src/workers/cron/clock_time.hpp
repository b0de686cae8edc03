// The two kinds of whole seconds of this room: instants, and what the clock on a wall somewhere
// shows. A zone (zone.hpp) leads from one to the other. Also their texts, RFC 3339 §5.6.
#pragma once

#include "base/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::cron {

// Seconds since the Unix epoch.
using Instant = std::chrono::time_point<base::WallClock, std::chrono::seconds>;
// Date and time of day, of no zone in particular.
using LocalTime = std::chrono::local_seconds;

// "2026-03-02T01:30:00+00:00"; the fraction has 0, 3, 6 or 9 digits (spec: cron §6).
[[nodiscard]] std::string to_text(base::WallTime time);
// The same instant as clocks with this offset from UTC show it.
[[nodiscard]] std::string to_text(Instant time, std::chrono::seconds offset);

struct WrittenTime {
  LocalTime local;
  std::optional<std::chrono::seconds> offset;  // from UTC; absent when the text has none
};

// "2026-03-02T01:30:00", with or without an offset ("Z", "+01:00"), in whole seconds. nullopt:
// something else.
[[nodiscard]] std::optional<WrittenTime> parse_time(std::string_view text);

}  // namespace iii::workers::cron
