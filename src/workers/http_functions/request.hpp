// The headers of the request that runs a function (spec: engine-core §13.2). Pure.
#pragma once

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "workers/http_functions/endpoint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::http_functions {

// Of the call that a request belongs to. Empty: none.
struct Trace {
  std::string traceparent;
  std::string baggage;
};

// Lines "name: value", in the order in which they are sent; a name may come twice.
[[nodiscard]] std::vector<std::string> header_lines(
    const Endpoint& endpoint,
    const base::Uuid& invocation,
    std::string_view body,
    const Trace& trace,
    base::WallTime now
);

// "sha256=…" over the time and the body.
[[nodiscard]] std::string signature(
    std::string_view secret, std::string_view timestamp, std::string_view body
);

}  // namespace iii::workers::http_functions
