// Telemetry of the process, apart from its clients: what init_otel() began (iii/otel.hpp).
// Any thread.
#pragma once

#include <iii/otel_config.hpp>

namespace iii::sdk {

// What a client's configuration leaves open is as init_otel() said, as long as that lasts.
[[nodiscard]] OtelConfig with_process_otel(const OtelConfig& config);

}  // namespace iii::sdk
