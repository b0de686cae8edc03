// All of the SDK. A program that knows what it needs may include less: <iii/client.hpp> for
// functions and calls.
//
// Not in here: <iii/engine.hpp>, the engine to embed, which is another library; and headers that
// pull in more than the standard library and Boost.JSON.
#pragma once

#include <iii/builtin_triggers.hpp>  // IWYU pragma: export
#include <iii/channel.hpp>           // IWYU pragma: export
#include <iii/channel_ref.hpp>       // IWYU pragma: export
#include <iii/client.hpp>            // IWYU pragma: export
#include <iii/context.hpp>           // IWYU pragma: export
#include <iii/describe.hpp>          // IWYU pragma: export
#include <iii/discovery.hpp>         // IWYU pragma: export
#include <iii/error.hpp>             // IWYU pragma: export
#include <iii/function.hpp>          // IWYU pragma: export
#include <iii/http.hpp>              // IWYU pragma: export
#include <iii/http_invocation.hpp>   // IWYU pragma: export
#include <iii/http_method.hpp>       // IWYU pragma: export
#include <iii/http_stream.hpp>       // IWYU pragma: export
#include <iii/json.hpp>              // IWYU pragma: export
#include <iii/logger.hpp>            // IWYU pragma: export
#include <iii/metrics.hpp>           // IWYU pragma: export
#include <iii/multipart.hpp>         // IWYU pragma: export
#include <iii/options.hpp>           // IWYU pragma: export
#include <iii/otel.hpp>              // IWYU pragma: export
#include <iii/otel_config.hpp>       // IWYU pragma: export
#include <iii/pubsub.hpp>            // IWYU pragma: export
#include <iii/rbac.hpp>              // IWYU pragma: export
#include <iii/reconnection.hpp>      // IWYU pragma: export
#include <iii/registration.hpp>      // IWYU pragma: export
#include <iii/result.hpp>            // IWYU pragma: export
#include <iii/span.hpp>              // IWYU pragma: export
#include <iii/state.hpp>             // IWYU pragma: export
#include <iii/state_client.hpp>      // IWYU pragma: export
#include <iii/stream.hpp>            // IWYU pragma: export
#include <iii/stream_client.hpp>     // IWYU pragma: export
#include <iii/task.hpp>              // IWYU pragma: export
#include <iii/telemetry.hpp>         // IWYU pragma: export
#include <iii/trace_context.hpp>     // IWYU pragma: export
#include <iii/traced_request.hpp>    // IWYU pragma: export
#include <iii/trigger.hpp>           // IWYU pragma: export
#include <iii/trigger_events.hpp>    // IWYU pragma: export
#include <iii/trigger_input.hpp>     // IWYU pragma: export
#include <iii/trigger_type.hpp>      // IWYU pragma: export
#include <iii/update.hpp>            // IWYU pragma: export
