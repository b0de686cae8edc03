// engine::cron::preview: the next times of a schedule, without a trigger. Pure: the config of a
// trigger in, times out.
#pragma once

#include "base/time.hpp"
#include "protocol/error_body.hpp"
#include "workers/cron/zone.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace iii::workers::cron {

inline constexpr std::string_view preview_id = "engine::cron::preview";

// The result as JSON, or what is wrong with the input.
[[nodiscard]] std::variant<std::string, protocol::ErrorBody> preview(
    std::string_view input_json, Zones& zones, base::WallTime now
);

}  // namespace iii::workers::cron
