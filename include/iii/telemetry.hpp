// Everything of telemetry but the Logger: the context of what runs now (context.hpp), spans
// (span.hpp), metrics (metrics.hpp) and how they are reported (otel.hpp, otel_config.hpp).
#pragma once

#include <iii/context.hpp>         // IWYU pragma: export
#include <iii/metrics.hpp>         // IWYU pragma: export
#include <iii/otel.hpp>            // IWYU pragma: export
#include <iii/otel_config.hpp>     // IWYU pragma: export
#include <iii/span.hpp>            // IWYU pragma: export
#include <iii/trace_context.hpp>   // IWYU pragma: export
#include <iii/traced_request.hpp>  // IWYU pragma: export
