// What the driver looks up in the system: time, environment, name of the machine. Any thread.
#pragma once

#include "base/time.hpp"
#include "sdk/telemetry/settings.hpp"
#include "sdk/worker_metadata.hpp"

#include <optional>
#include <string>

namespace iii::sdk {

[[nodiscard]] base::MonotonicTime now();
[[nodiscard]] base::WallTime wall_now();
[[nodiscard]] SystemFacts system_facts();
// What telemetry looks up. The instance id is the same for the whole process.
[[nodiscard]] telemetry::Environment telemetry_environment();
[[nodiscard]] telemetry::Surroundings telemetry_surroundings(const std::string& worker_url);
// III_TOKEN: authenticates, never logged.
[[nodiscard]] std::optional<std::string> engine_token();
// III_URL, or ws://127.0.0.1:49134: spelled out, because `localhost` may mean ::1.
[[nodiscard]] std::string default_address();

}  // namespace iii::sdk
